"""The copy equals the truth: after erasures, after a difference, after the store is lost."""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from query.replica import Replica
from tests.query.held import DAY, expected, held, made
from tests.query.sample import event, new_visit
from tests.query.writer import Truth, commit_of


@contextlib.contextmanager
def opened(home: Path) -> Iterator[Replica]:
    copy = Replica(f"chdb://{home / 'clickhouse'}", home / "applied.json")
    try:
        yield copy
    finally:
        copy.close()


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


def test_an_interrupted_range_is_remembered_and_what_it_left_is_not_inserted_again(tmp_path: Path, home: Path) -> None:
    before, events = made(13, 60), made(14, 60)
    with opened(tmp_path) as copy:
        copy.apply([commit_of(1, before)])
        insert = copy._insert

        def broken(table: str, where: str) -> None:
            if table == "visit_pages":
                raise OSError("the disk is gone")
            insert(table, where)

        copy._insert = broken
        with pytest.raises(OSError, match="the disk"):
            copy.apply([commit_of(2, events)])
    with opened(tmp_path) as copy:
        assert (copy.state.position, copy.state.applying) == (1, 2)
        copy.apply([commit_of(2, events)])
        assert held(copy) == expected([*before, *events])
        assert not copy.state.repairing


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


def test_an_erasure_cut_short_after_hiding_still_takes_the_rows_from_the_disk(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Truth()
    truth.commit(made(11, 100))
    with opened(tmp_path) as copy:
        copy.apply(truth.commits(0))
        truth.erase(sorted({each.visit_id for each in truth.events if each.visit_id})[:5])
        with monkeypatch.context() as cut:
            cut.setattr(copy, "_shed", Mock(side_effect=OSError("killed")))
            with pytest.raises(OSError, match="killed"):
                copy.erase(truth.commits(1)[0])
        assert held(copy) == expected(truth.events)  # in no answer any more
        parts = "SELECT count() FROM system.parts WHERE active AND has_lightweight_delete"
        assert copy._client.query(parts).result_rows[0][0] > 0
        copy.erase(truth.commits(1)[0])
        assert copy._client.query(parts).result_rows[0][0] == 0
        assert held(copy) == expected(truth.events)


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
