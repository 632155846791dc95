"""Faults of time: late events, clients' and machines' clocks that are wrong, midnight, and versions side by side.

Clocks are injected into the parts that have one: the edge's stamp, the writer's salts. The parts are real, from the
edge's intake through the writer and PostgreSQL to an answer out of the columnar copy.
"""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import directory_pb2, event_pb2, query_pb2, track_pb2
from analytics.v1.ingest_pb2 import IngestOutcome

from bench.mesh import Mesh
from mesh.clock import now_us
from mesh.directory import Snapshot
from query.clickhouse import Pool
from query.follow import Follower
from query.ledger import State
from query.replica import Replica
from tests.edge import conftest as edge_parts
from tests.faults.clock_parts import SITES, Parts, session_at
from tests.faults.obligations import spool_of, stored
from tests.faults.processes import frozen
from tests.query import conftest as query_parts
from tests.writer import conftest as writer_parts
from tests.writer.conftest import DAY, HOUR, MINUTE, NOON, Rig

postgres, empty_database, database, rig = (
    writer_parts.postgres,
    writer_parts.empty_database,
    writer_parts.database,
    writer_parts.rig,
)
valkey, writer, make_edge, edge, home = (
    edge_parts.valkey,
    edge_parts.writer,
    edge_parts.make_edge,
    edge_parts.edge,
    query_parts.home,
)

SECOND = 1_000_000
MIDNIGHT = NOON + 12 * HOUR
STORED, DUPLICATE = IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE
REFERRERS = ["", "https://www.google.com/", "https://news.ycombinator.com/", "https://example.org/other"]


@pytest.fixture(scope="module")
async def parts(rig: Rig, home: Path) -> AsyncIterator[Parts]:
    rig.directory.snapshot = Snapshot.of(directory_pb2.Directory(version=2, sites=SITES.values()))
    dsn = f"chdb://{home / 'clickhouse'}"
    made = Parts(rig, await rig.pipeline(), Replica(dsn, home / "applied.json"), Pool(dsn, 1, 30.0))
    yield made
    made.pool.close()
    made.replica.close()


NUMBERS = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"]
QUESTIONS = (
    {"metrics": [*NUMBERS, "views_per_visit"]},
    {"metrics": NUMBERS, "dimensions": ["source"]},
    {"metrics": NUMBERS, "dimensions": ["page"]},
    {"metrics": NUMBERS, "dimensions": ["time:hour"], "date_range": ["2026-01-01", "2026-01-01"]},
    {"metrics": ["visits"], "dimensions": ["entry_page", "exit_page"]},
)


def _traffic(chance: random.Random, people: int) -> list[tuple[int, dict[str, Any]]]:
    """Three hours of it up to noon: (when an edge takes it, the event), in that order."""
    found: list[tuple[int, dict[str, Any]]] = []
    for person in range(people):
        at = NOON - chance.randrange(3 * 60) * MINUTE + chance.randrange(60) * SECOND
        session, referrer = session_at(at), chance.choice(REFERRERS)
        for number in range(chance.randint(1, 6)):
            age_ms = chance.choice([0, 0, 700, 40_000])
            kinds = [event_pb2.EVENT_KIND_PAGEVIEW] * 3 + [event_pb2.EVENT_KIND_ENGAGEMENT]
            kind = chance.choice(kinds) if number else kinds[0]
            fields = {
                "event_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                "session_id": session,
                "page_url": f"https://example.org/{chance.choice('abc')}",
                "kind": kind,
                "engaged_ms": 900 if kind == event_pb2.EVENT_KIND_ENGAGEMENT else 0,
                "first_referrer": referrer,
                "first_url": "https://example.org/landing",
                "age_ms": age_ms,
                "sequence": number,
                "ip": f"198.51.100.{person}",
            }
            found.append((at + age_ms * 1_000, fields))
            at += chance.choice([5 * SECOND, 2 * MINUTE, 5 * MINUTE])
    return sorted(found, key=lambda each: each[0])


def _batches(envelopes: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [envelopes[at : at + 20] for at in range(0, len(envelopes), 20)]


@pytest.mark.parametrize(("on_time", "late"), [(1, 3), (2, 4)], ids=["memory", "daily"])
async def test_f20_events_of_an_outage_drained_beside_new_ones_leave_the_answers_as_without_it(
    parts: Parts, on_time: int, late: int
) -> None:
    """Nobody here stays longer than half an hour: then the order of arrival decides nothing in daily mode either."""
    chance = random.Random(20)
    traffic = _traffic(chance, 60)
    for batch in _batches([parts.envelope(on_time, at, **fields) for at, fields in traffic]):
        assert set(await parts.ingest(*batch)) == {STORED}
    began, ended = NOON - 2 * HOUR, NOON - HOUR
    by_phase: list[list[bytes]] = [[], [], []]
    for at, fields in traffic:
        by_phase[(at >= began) + (at >= ended)].append(parts.envelope(late, at, **fields))
    before, spooled, after = (_batches(phase) for phase in by_phase)
    assert all(len(phase) > 2 for phase in (before, spooled, after))
    for batch in before:
        assert set(await parts.ingest(*batch)) == {STORED}
    both = [*map(list, after), *map(list, spooled)]
    chance.shuffle(both)
    await asyncio.gather(*(parts.ingest(*batch) for batch in both))
    stamps = {fields["event_id"]: (at, at - fields["age_ms"] * 1_000) for at, fields in traffic}
    found = await parts.stored(late)
    assert {key: (event.received_at_us, event.occurred_at_us) for key, event in found.items()} == stamps
    without, with_fault = await parts.answers(on_time, *QUESTIONS), await parts.answers(late, *QUESTIONS)
    assert without[0][0][1][2] > 100
    assert with_fault == without


async def test_f20_a_late_event_between_two_daily_visits_joins_one_and_merges_none(parts: Parts) -> None:
    person = {"ip": "192.0.2.20"}
    first, second = (parts.envelope(4, NOON + minutes * MINUTE, **person) for minutes in (0, 50))
    spooled = [parts.envelope(4, NOON + minutes * MINUTE, **person) for minutes in (25, 26, 40)]
    ids = [event_pb2.RawEventEnvelope.FromString(each).event_id for each in (first, second, *spooled)]
    assert await parts.ingest(first, second) == [STORED, STORED]
    before = await parts.stored(4)
    visits = [before[each].visit_id for each in ids[:2]]
    assert visits[0] != visits[1]
    for envelope in spooled:
        assert await parts.ingest(envelope) == [STORED]
    found = await parts.stored(4)
    # 25 minutes to either is the earlier's; then each joins what is nearest
    assert [found[each].visit_id for each in ids] == [visits[0], visits[1], visits[0], visits[0], visits[1]]


async def test_f20_views_taken_in_a_drain_and_before_it_keep_the_time_they_were_taken_at(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], eventually: Any
) -> None:
    taken: dict[str, tuple[int, int]] = {}

    async def view(page: str) -> None:
        event_id, before = str(uuid.uuid4()), now_us()
        assert (await mesh.view(page, eventId=event_id)).status == 202
        taken[event_id] = before, now_us()

    with frozen(mesh.pid("writer")):
        for _ in range(60):
            await view("/f20/spooled")
        assert (await spool_of(mesh, channels["edge"])).entries > 0
    during = 0
    while (await spool_of(mesh, channels["edge"])).entries:
        await view("/f20/fresh")
        during += 1
    assert during > 0
    await eventually(lambda: stored(mesh, list(taken)), len(taken))
    rows = await mesh.sql("SELECT event_id, event FROM events WHERE event_id = ANY($1::text[]::uuid[])", list(taken))
    for row in rows:
        event = event_pb2.NormalizedEvent.FromString(row["event"])
        first, last = taken[event.event_id]
        assert first <= event.received_at_us <= last
        assert event.occurred_at_us == event.received_at_us
    pages_asked = {"metrics": ["visits", "pageviews"], "dimensions": ["page"]}
    expected = sorted([(["/f20/spooled"], [60, 60]), (["/f20/fresh"], [during, during])])

    async def counted() -> list[Any]:
        return sorted(await mesh.query(**pages_asked))

    await eventually(counted, expected)


@pytest.mark.parametrize(
    ("age", "answered"),
    [
        (-1, "ageMs"),
        (86_400_001, "ageMs"),
        (10**15, "ageMs"),
        ("soon", "ageMs"),
        (1.5, "ageMs"),
        (86_400_000, ""),
        (0, ""),
        (None, ""),
    ],
)
async def test_f21_an_age_is_taken_up_to_a_day_and_else_refused_by_name(mesh: Mesh, age: Any, answered: str) -> None:
    event_id = str(uuid.uuid4())
    more = {} if age is None else {"ageMs": age}
    reply = await mesh.view("/f21", eventId=event_id, **more)
    if answered:
        assert reply.status == 400, reply.body
        assert answered in reply.body.decode()
        assert await stored(mesh, [event_id]) == 0
        return
    assert reply.status == 202, reply.body
    (row,) = await mesh.sql("SELECT event FROM events WHERE event_id = $1", uuid.UUID(event_id))
    event = event_pb2.NormalizedEvent.FromString(row["event"])
    assert event.received_at_us - event.occurred_at_us == (age or 0) * 1_000


async def test_f21_a_clients_clock_moves_no_event_and_splits_no_visit(parts: Parts) -> None:
    """The session id carries the client's clock: 30 days off, a day off, right."""
    before = (await parts.answers(1, {"metrics": ["visits"]}))[0][0][1][0]
    for offset in (-30 * DAY, -DAY, 0, DAY, 30 * DAY):
        session = session_at(NOON + offset)
        ids = [str(uuid.uuid4()) for _ in range(3)]
        for number, event_id in enumerate(ids):
            at = NOON + number * MINUTE
            assert await parts.ingest(parts.envelope(1, at, event_id=event_id, session_id=session)) == [STORED]
        found = await parts.stored(1)
        assert [found[each].occurred_at_us for each in ids] == [NOON + number * MINUTE for number in range(3)]
        assert len({found[each].visit_id for each in ids}) == 1
        assert abs(found[ids[0]].visit_started_at_us - NOON) <= 2 * DAY
    after, duration = (await parts.answers(1, {"metrics": ["visits", "visit_duration"]}))[0][0][1]
    assert after == before + 5
    assert duration > 0


async def test_f21_an_age_that_only_an_older_edge_lets_through_is_cut_to_a_day(parts: Parts) -> None:
    """The writer trusts no edge with it: an occurrence lies within the day before the stamp, never after it."""
    for age_ms in (-5, 10**9, 2**40):
        envelope = event_pb2.RawEventEnvelope.FromString(parts.envelope(1, NOON))
        try:
            envelope.age_ms = age_ms
        except ValueError:
            continue  # the contract has no place for such a number
        assert await parts.ingest(envelope.SerializeToString()) == [STORED]
        event = (await parts.stored(1))[envelope.event_id]
        assert NOON - DAY <= event.occurred_at_us <= event.received_at_us == NOON


async def test_f22_an_event_spooled_over_midnight_is_hashed_with_the_salt_of_the_day_it_came(parts: Parts) -> None:
    person, rig = {"ip": "192.0.2.22"}, parts.rig
    ids = [str(uuid.uuid4()) for _ in range(4)]
    times = [MIDNIGHT - 10 * MINUTE, MIDNIGHT - 2 * MINUTE, MIDNIGHT + 10 * MINUTE, MIDNIGHT - MINUTE]
    live, spooled, next_day, forgotten = (
        parts.envelope(5, at, event_id=event_id, **person) for at, event_id in zip(times, ids, strict=True)
    )
    try:
        rig.now = times[0]
        assert await parts.ingest(live) == [STORED]
        rig.now = MIDNIGHT + 20 * MINUTE
        assert await parts.ingest(next_day, spooled) == [STORED, STORED]
        found = await parts.stored(5)
        assert len({found[each].visitor_id for each in ids[:3]}) == 1
        assert len({found[each].visit_id for each in ids[:3]}) == 1
        counted = {"metrics": ["visitors", "visits", "pageviews"]}
        assert await parts.answers(5, counted) == [[((), (1, 1, 3))]]

        rig.now = MIDNIGHT + DAY
        assert await parts.ingest(forgotten) == [STORED]
        event = (await parts.stored(5))[ids[3]]
        assert (event.visitor_id, event.visit_id, event.received_at_us) == ("", "", times[3])
        assert await parts.answers(5, counted) == [[((), (1, 1, 4))]]
    finally:
        rig.now = NOON


@pytest.mark.parametrize("site", [1, 2])
async def test_f23_an_id_sent_again_after_midnight_through_another_edge_is_one_row(parts: Parts, site: int) -> None:
    event_id, session = str(uuid.uuid4()), session_at(MIDNIGHT - MINUTE)
    one = {"event_id": event_id, "session_id": session, "ip": "192.0.2.23", "page_url": "https://example.org/f23"}
    sent = [
        parts.envelope(site, MIDNIGHT - SECOND, "edge-1", **one),
        parts.envelope(site, MIDNIGHT + SECOND, "edge-2", **one),
    ]
    try:
        parts.rig.now = MIDNIGHT + MINUTE
        assert await parts.ingest(sent[0]) + await parts.ingest(sent[1]) == [STORED, DUPLICATE]
        event = (await parts.stored(site))[event_id]
        assert (event.edge_id, event.received_at_us) == ("edge-1", MIDNIGHT - SECOND)
        on_page = query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="page", values=["/f23"])
        asked = {"metrics": ["visitors", "visits", "pageviews"], "filters": [on_page]}
        assert await parts.answers(site, asked) == [[((), (1, 1, 1))]]
    finally:
        parts.rig.now = NOON


NEWER = b"\xea\x03\x05later"  # field 61, text: no version has it yet


async def test_f25_a_field_of_a_newer_client_survives_spool_and_drain(
    edge: edge_parts.Edge, writer: edge_parts.WriterDouble
) -> None:
    assert "later" not in str(track_pb2.TrackEvent.FromString(NEWER).ListFields())
    await edge.send_one(edge_parts.view())
    await writer.die()
    event = track_pb2.TrackEvent.FromString(edge_parts.view().SerializeToString() + NEWER)
    assert (await edge.send_one(event)).code == track_pb2.TrackResult.CODE_ACCEPTED
    assert (await edge.status()).balance.spooled == 1
    await writer.start()
    await edge.drained()
    assert NEWER in writer.ledger[event.event_id].SerializeToString()


async def test_f25_a_writer_takes_the_envelopes_of_a_newer_and_of_an_older_edge(parts: Parts) -> None:
    newer_stamp = b"\xfa\x0c\x03new"  # field 207, of the range that edges stamp
    newer = parts.envelope(1, NOON) + NEWER + newer_stamp
    older = event_pb2.RawEventEnvelope.FromString(parts.envelope(1, NOON))
    for name in ("edge_sequence", "site", "sequence"):
        older.ClearField(name)
    assert await parts.ingest(newer, older.SerializeToString()) == [STORED, STORED]
    found = await parts.stored(1)
    assert found[older.event_id].page == found[event_pb2.RawEventEnvelope.FromString(newer).event_id].page == "/"


@pytest.mark.parametrize("site", [6, 7])
async def test_f29_a_machines_clock_that_jumps_an_hour_makes_no_negative_duration(parts: Parts, site: int) -> None:
    """The edge's clock goes on, is put back an hour, then forward by two, in the middle of a visit."""
    rig, session = parts.rig, session_at(NOON)
    one = {"session_id": session, "ip": "192.0.2.29"}
    jumps = [0, 1, -59, -58, 62, 63]
    try:
        for minutes in jumps:
            rig.now = NOON + minutes * MINUTE
            assert await parts.ingest(parts.envelope(site, rig.now, **one)) == [STORED]
    finally:
        rig.now = NOON
    found = list((await parts.stored(site)).values())
    assert len(found) == len(jumps)
    assert len({event.visitor_id for event in found}) == 1
    (((_, (visits, duration)),), by_hour) = await parts.answers(
        site,
        {"metrics": ["visits", "visit_duration"]},
        {"metrics": ["visit_duration"], "dimensions": ["time:hour"], "date_range": ["2026-01-01", "2026-01-01"]},
    )
    # one session is one visit; a day's visitor has three, of one minute each
    assert (visits, duration) == ((1, 122 * 60.0) if site == 6 else (3, 60.0))
    assert all(seconds >= 0 for _, (seconds,) in by_hour)


async def test_f29_a_jump_over_midnight_and_back_keeps_each_days_salt(parts: Parts) -> None:
    rig, person = parts.rig, {"ip": "192.0.2.30"}
    ids = [str(uuid.uuid4()) for _ in range(5)]
    yesterday, today = MIDNIGHT - 30 * MINUTE, MIDNIGHT + 30 * MINUTE
    salts = "SELECT day, wrapped FROM salts WHERE site_id = 7 AND import_id = '' ORDER BY day"
    try:
        for event_id, at in zip(ids, (yesterday, today, yesterday + 1, today + 1, yesterday + 2), strict=True):
            rig.now = at
            if at == yesterday + 1:
                kept = await rig.fetch(salts)
            assert await parts.ingest(parts.envelope(7, at, event_id=event_id, **person)) == [STORED]
        assert await rig.fetch(salts) == kept
    finally:
        rig.now = NOON
    found = await parts.stored(7)
    # an hour apart: no visit goes over midnight here, and each day knows its visitor again
    visitors = [found[each].visitor_id for each in ids]
    assert "" not in visitors
    assert visitors[0] == visitors[2] == visitors[4] != visitors[1] == visitors[3]


async def test_f29_a_salt_whose_time_was_over_by_a_clock_ahead_is_not_found_again_by_the_right_one(
    parts: Parts,
) -> None:
    """Destroyed is destroyed: an event of that day gets a new salt's visitor or none, never the old one's."""
    rig, person = parts.rig, {"ip": "192.0.2.31"}
    keyring = parts.pipeline._keyring
    ids = [str(uuid.uuid4()) for _ in range(2)]
    late = MIDNIGHT + DAY - 30 * MINUTE  # half an hour before the salt's end
    try:
        rig.now = NOON
        assert await parts.ingest(parts.envelope(7, NOON, event_id=ids[0], **person)) == [STORED]
        rig.now = late + HOUR
        await keyring.destroy_old()
        rig.now = late
        assert await parts.ingest(parts.envelope(7, NOON + MINUTE, event_id=ids[1], **person)) == [STORED]
    finally:
        rig.now = NOON
    found = await parts.stored(7)
    assert found[ids[0]].visitor_id != found[ids[1]].visitor_id


async def test_f29_a_copy_written_by_a_clock_ahead_does_not_call_itself_fresh() -> None:
    @dataclass
    class Copy:
        """As a replica is when it was last written an hour from now."""

        state: State
        applied_at: float

    async def ready(_: bool) -> None:
        pass

    copy = Copy(State("a store", position=1), datetime.now(UTC).timestamp() + 3_600)
    channel = grpc.aio.insecure_channel("127.0.0.1:1")
    follower = Follower(copy, channel, "a token", ready)  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert 0 < follower.freshness_s < 60
    await follower.stop()
    await channel.close()
