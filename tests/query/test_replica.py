"""The copy equals the truth: after kills at any step, after erasures, after a difference, after the store is lost."""

import contextlib
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from analytics.v1 import event_pb2

from query.replica import Replica
from tests.query import brute
from tests.query.sample import event, new_visit
from tests.query.writer import Truth, commit_of

ROOT = Path(__file__).parents[2]
DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


def made(seed: int, size: int) -> list[event_pb2.NormalizedEvent]:
    """Events of visits over four weeks, some of them without a visit."""
    chance = random.Random(seed)
    found: list[event_pb2.NormalizedEvent] = []
    while len(found) < size:
        visit = str(uuid.UUID(int=chance.getrandbits(128))) if chance.random() < 0.9 else ""
        start = DAY + timedelta(minutes=chance.randrange(28 * 24 * 60))
        for _ in range(chance.randint(1, 4)):
            name = chance.choice(["pageview", "pageview", "click", "scroll", "engagement", "signup"])
            found.append(
                event(
                    name,
                    start + timedelta(seconds=chance.randrange(3_000)),
                    visit,
                    started=start,
                    page=chance.choice(["/", "/a", "/b"]),
                    scroll_depth=chance.choice([0, 25, 90]) if name in ("scroll", "engagement") else 0,
                    engaged_ms=chance.randrange(9_000) if name == "engagement" else 0,
                    country=chance.choice(["", "DE"]),
                    event_id=str(uuid.UUID(int=chance.getrandbits(128))),
                )
            )
    chance.shuffle(found)
    return found


def expected(events: Iterable[event_pb2.NormalizedEvent]) -> dict[str, Any]:
    """What the three tables must hold, from the events themselves."""
    events = list(events)
    visits: dict[str, list[event_pb2.NormalizedEvent]] = defaultdict(list)
    pages: dict[tuple[str, str], list[event_pb2.NormalizedEvent]] = defaultdict(list)
    for each in events:
        if each.visit_id:
            visits[each.visit_id].append(each)
            pages[each.visit_id, each.page].append(each)

    def counts(members: list[event_pb2.NormalizedEvent]) -> tuple[Any, ...]:
        return (
            sum(each.name == "pageview" for each in members),
            sum(each.kind == event_pb2.EVENT_KIND_CUSTOM for each in members),
            sum(each.name not in brute.NOT_EVENTS for each in members),
            sum(each.engaged_ms for each in members),
            min(brute.at(each) for each in members).replace(tzinfo=None),
        )

    return {
        "events": {each.event_id: (each.page, each.country) for each in events},
        "visits": {visit: counts(members) for visit, members in visits.items()},
        "visit_pages": {
            key: (*counts(members), max(each.scroll_depth for each in members)) for key, members in pages.items()
        },
    }


def held(copy: Replica) -> dict[str, Any]:
    counts = "pageviews, customs, events, engaged_ms, first_at"

    def ask(text: str) -> list[Any]:
        return list(copy._client.query(text.replace("COUNTS", counts)).result_rows)

    rows = ask("SELECT toString(event_id), page, country FROM events")
    assert len({row[0] for row in rows}) == len(rows), "an event stands there twice"
    return {
        "events": {row[0]: tuple(row[1:]) for row in rows},
        "visits": {row[0]: tuple(row[1:]) for row in ask("SELECT toString(visit_id), COUNTS FROM visits FINAL")},
        "visit_pages": {
            (row[0], row[1]): tuple(row[2:])
            for row in ask("SELECT toString(visit_id), page, COUNTS, scroll_depth FROM visit_pages FINAL")
        },
    }


@contextlib.contextmanager
def opened(home: Path) -> Iterator[Replica]:
    copy = Replica(f"chdb://{home / 'clickhouse'}", home / "applied.json")
    try:
        yield copy
    finally:
        copy.close()


@pytest.mark.timeout(170)
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_any_step_leave_the_three_tables_equal_to_the_truth(tmp_path: Path, home: Path, seed: int) -> None:
    truth, chance = Truth(), random.Random(seed)
    for number in range(6):
        truth.commit(made(seed * 100 + number, 200))
    visits = [each.visit_id for each in truth.events if each.visit_id]
    truth.erase(visits[:3], [each.event_id for each in truth.events if not each.visit_id][:2])
    truth.commit(made(seed * 100 + 50, 200))
    file = tmp_path / "truth"
    file.write_bytes(pickle.dumps(truth))
    kills = 0
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}

    def run(step: int, delay_ms: float) -> int:
        command = [sys.executable, "-m", "tests.query.killed", str(tmp_path / "q"), str(file), str(step), str(delay_ms)]
        done = subprocess.run(command, cwd=ROOT, env=environment, timeout=60, capture_output=True, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()[-2_000:]
        return done.returncode

    for _ in range(14):
        kills += run(chance.randint(1, 14), chance.choice([-1, 0, 1, 3, 6])) != 0
    assert run(0, 0) == 0
    assert kills >= 8, "hardly a kill hit: the test proves nothing"
    with opened(tmp_path / "q") as copy:
        assert copy.state.position == truth.head
        copy.check_visits()
        assert not copy.state.repairing
        assert held(copy) == expected(truth.events)


def test_a_deleted_store_is_built_anew_from_the_beginning(tmp_path: Path, home: Path) -> None:
    events = made(7, 50)
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, events)])
    shutil.rmtree(tmp_path / "clickhouse")
    with opened(tmp_path) as copy:
        assert copy.state.position == 0
        copy.apply([commit_of(1, events)])
        assert held(copy) == expected(events)


def test_a_copy_without_its_record_is_emptied_and_built_anew(tmp_path: Path, home: Path) -> None:
    events = made(8, 50)
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, events)])
    (tmp_path / "applied.json").write_text('{"store": ')
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, events)])
        assert held(copy) == expected(events)


def test_weeks_that_differ_are_named_and_copied_again(tmp_path: Path, home: Path) -> None:
    before, events = made(9, 80), made(10, 80)
    first, second = commit_of(1, before), commit_of(2, events)
    with opened(tmp_path) as copy:
        copy.apply([first])
        second.fingerprint ^= 1
        copy.apply([second])
        weeks = copy.state.repairing
        assert copy.repaired_ranges == 1
        assert len(weeks) > 1
        copy.drop_weeks(weeks)
        copy.refill([first, second], weeks)
        copy.repaired()
        assert not copy.state.repairing
        assert held(copy) == expected([*before, *events])


def test_a_partition_lost_from_the_aggregates_is_found(tmp_path: Path, home: Path) -> None:
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, made(12, 80))])
        copy.check_visits()
        assert not copy.state.repairing
        copy._client.command("ALTER TABLE visit_pages DROP PARTITION '2026-03-16'")
        copy.check_visits()
        assert copy.state.repairing == ("2026-03-16",)


def test_an_erasure_removes_whole_visits_and_named_events_from_every_table(tmp_path: Path, home: Path) -> None:
    truth = Truth()
    truth.commit(made(11, 100))
    with opened(tmp_path) as copy:
        copy.apply(truth.commits(0))
        visits = sorted({each.visit_id for each in truth.events if each.visit_id})
        truth.erase(visits[:5], [each.event_id for each in truth.events if not each.visit_id][:1])
        for _ in range(2):  # as after a crash in the middle of it
            copy.erase(truth.commits(1)[0])
            assert held(copy) == expected(truth.events)
        assert copy.state.position == 2


def test_every_field_of_the_event_arrives_in_its_column(tmp_path: Path, home: Path) -> None:
    full = event("pageview", DAY, new_visit(), visitor_id=str(uuid.uuid4()))
    for field in full.DESCRIPTOR.fields:
        if field.name == "props":
            full.props.update({"k": "v", "ü": "\t'\\"})
        elif field.type == field.TYPE_STRING and not getattr(full, field.name):
            setattr(full, field.name, f"{field.name} é")
        elif field.type in (field.TYPE_UINT32, field.TYPE_INT64, field.TYPE_BOOL) and not getattr(full, field.name):
            setattr(full, field.name, 1)
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, [full])])
        found = copy._client.query("SELECT * FROM events")
    row = dict(zip(found.column_names, found.result_rows[0], strict=True))
    for field in full.DESCRIPTOR.fields:
        name, value = field.name.removesuffix("_us"), getattr(full, field.name)
        if field.name.endswith("_us"):
            value = (datetime(1970, 1, 1) + timedelta(microseconds=value)).replace(tzinfo=row[name].tzinfo)
        elif field.enum_type:
            value = field.enum_type.values_by_number[value].name
        elif isinstance(row[name], uuid.UUID):
            value = uuid.UUID(value)
        elif field.name == "props":
            value = dict(value)
        assert row[name] == value, name
