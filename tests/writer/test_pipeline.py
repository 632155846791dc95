"""From bytes to the truth: each event once, whoever sends it how often, and nothing lost when one fails."""

import asyncio
import gc
import hashlib
import random
import uuid

import pytest
from analytics.v1 import event_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope
from analytics.v1.ingest_pb2 import IngestOutcome
from prometheus_client import REGISTRY

from mesh.errors import MeshError
from tests.writer.conftest import AGENT, DAILY_SITE, DAY, HOUR, MEMORY_SITE, MINUTE, NOON, Rig, sealed, view
from writer.database import FAILURES, open_pool, raw_codecs
from writer.ingest.pipeline import Pipeline
from writer.ingest.store import Verdict
from writer.wrap import Wrapper

STORED, DUPLICATE = IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE
REJECTED, IGNORED = IngestOutcome.CODE_REJECTED, IngestOutcome.CODE_IGNORED


def codes(verdicts: list[Verdict]) -> list[int]:
    return [verdict.code for verdict in verdicts]


def session_v7(at_us: int) -> str:
    return str(uuid.UUID(int=(at_us // 1_000) << 80 | 7 << 76 | random.getrandbits(76) & ~(3 << 62) | 2 << 62))


@pytest.fixture(scope="module")
async def pipeline(rig: Rig) -> Pipeline:
    return await rig.pipeline()


async def test_f23_the_same_id_is_one_row_across_midnight_and_edges(rig: Rig, pipeline: Pipeline) -> None:
    first = view(received_at_us=NOON + 12 * HOUR - 1, edge_id="edge-1")
    retry = view(event_id=first.event_id.upper(), received_at_us=NOON + 12 * HOUR + 5, edge_id="edge-2")
    assert codes(await pipeline.ingest(sealed(first))) == [STORED]
    assert codes(await pipeline.ingest(sealed(retry, first, view()))) == [DUPLICATE, DUPLICATE, STORED]
    (event,) = await rig.stored([first.event_id])
    assert event.edge_id == "edge-1"


async def test_one_id_twice_in_a_batch_is_stored_once(rig: Rig, pipeline: Pipeline) -> None:
    event = view()
    daily = view(site_id=DAILY_SITE)
    assert codes(await pipeline.ingest(sealed(event, event))) == [STORED, DUPLICATE]
    assert codes(await pipeline.ingest(sealed(daily, daily, event))) == [STORED, DUPLICATE, DUPLICATE]


async def test_one_id_on_two_sites_is_two_events(pipeline: Pipeline) -> None:
    event = view()
    other = view(event_id=event.event_id, site_id=DAILY_SITE)
    assert codes(await pipeline.ingest(sealed(event, other))) == [STORED, STORED]
    assert codes(await pipeline.ingest(sealed(event, other))) == [DUPLICATE, DUPLICATE]


@pytest.mark.parametrize("site", [MEMORY_SITE, DAILY_SITE])
async def test_f24_two_writers_with_the_same_ids_in_opposite_order_store_each_once(rig: Rig, site: int) -> None:
    writers = [await rig.pipeline(2), await rig.pipeline(2)]
    for _ in range(8):
        events = [view(site_id=site, ip=f"203.0.113.{n % 40}") for n in range(120)]
        there, back = sealed(*events), sealed(*reversed(events))
        verdicts = await asyncio.gather(
            writers[0].ingest(there), writers[1].ingest(back), writers[0].ingest(back), writers[1].ingest(there)
        )
        assert sum(codes(each).count(STORED) for each in verdicts) == len(events)
        assert sum(codes(each).count(DUPLICATE) for each in verdicts) == 3 * len(events)
        assert len(await rig.stored([event.event_id for event in events])) == len(events)


async def test_positions_are_gapless_and_fingerprints_true(rig: Rig, pipeline: Pipeline) -> None:
    await pipeline.ingest(sealed(*(view() for _ in range(30))))
    rows = await rig.fetch(
        "SELECT position, count, fingerprint, array_agg(event_id::text) AS ids "
        "FROM stream JOIN events USING (batch_id) GROUP BY 1, 2, 3 ORDER BY 1"
    )
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        xored = 0
        for event_id in row["ids"]:
            xored ^= int.from_bytes(hashlib.md5(event_id.encode()).digest()[:8], "big", signed=True)
        assert (row["count"], row["fingerprint"]) == (len(row["ids"]), xored)


async def test_f06_a_failing_row_is_rejected_alone_and_kept_sealed(rig: Rig, pipeline: Pipeline) -> None:
    await rig.fetch("ALTER TABLE events ADD CONSTRAINT no_poison CHECK (name <> 'poison')")
    poison = view(kind=event_pb2.EVENT_KIND_CUSTOM, name="poison")
    daily_poison = view(kind=event_pb2.EVENT_KIND_CUSTOM, name="poison", site_id=DAILY_SITE)
    batch = sealed(*(view() for _ in range(6)), poison, view(site_id=DAILY_SITE), daily_poison, b_view := view())
    assert codes(await pipeline.ingest(batch)) == [STORED] * 6 + [REJECTED, STORED, REJECTED, STORED]
    assert codes(await pipeline.ingest(batch)) == [DUPLICATE] * 6 + [REJECTED, DUPLICATE, REJECTED, DUPLICATE]
    assert len(await rig.stored([b_view.event_id])) == 1
    kept = await rig.fetch("SELECT * FROM rejected_events WHERE reason LIKE '%no_poison%' ORDER BY site_id")
    assert [Wrapper(b"s" * 32).unwrap(row["sealed"]) for row in kept] == sealed(poison, daily_poison)
    await rig.fetch("ALTER TABLE events DROP CONSTRAINT no_poison")


async def test_bytes_that_are_no_envelope_are_rejected_alone(rig: Rig, pipeline: Pipeline) -> None:
    junk = b"\xff\xff\xff\xff"
    assert codes(await pipeline.ingest([junk, *sealed(view())])) == [REJECTED, STORED]
    (row,) = await rig.fetch("SELECT * FROM rejected_events WHERE reason LIKE '%no RawEventEnvelope%'")
    assert (row["site_id"], Wrapper(b"s" * 32).unwrap(row["sealed"])) == (0, junk)


async def test_a_time_that_no_calendar_has_is_rejected_alone(pipeline: Pipeline) -> None:
    for site in (MEMORY_SITE, DAILY_SITE):
        ends = [view(received_at_us=at, site_id=site) for at in (-(2**63), -1, 2**63 - 1)]
        assert codes(await pipeline.ingest(sealed(*ends, view(site_id=site)))) == [REJECTED] * 3 + [STORED]


async def test_an_unknown_site_or_kind_is_rejected_naming_the_field(pipeline: Pipeline) -> None:
    for event, field in (
        (view(site_id=77), "site_id"),
        (view(site_id=4_000_000_000), "site_id"),
        (view(kind=99), "kind"),
        (view(event_id="no"), "event_id"),
        (view(received_at_us=0), "received_at_us"),
        (view(kind=event_pb2.EVENT_KIND_CUSTOM, name="pageview"), "name"),
    ):
        (verdict,) = await pipeline.ingest(sealed(event))
        assert verdict.code == REJECTED
        assert verdict.reason.startswith(f"{field}: ")


async def test_f07_nul_in_any_text_is_dropped(rig: Rig, pipeline: Pipeline) -> None:
    event = view(
        kind=event_pb2.EVENT_KIND_CUSTOM,
        name="sign\0up",
        page_url="https://example.org/a\0b",
        page_title="\0",
        props={"k\0": "v\0"},
    )
    assert codes(await pipeline.ingest(sealed(event))) == [STORED]
    (stored,) = await rig.stored([event.event_id])
    assert (stored.name, stored.page, stored.page_title, dict(stored.props)) == ("signup", "/ab", "", {"k": "v"})


async def test_bots_are_ignored_with_their_reason(pipeline: Pipeline) -> None:
    bot = view(user_agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    assert await pipeline.ingest(sealed(bot, view(purpose="prefetch"))) == [(IGNORED, "bot"), (IGNORED, "prefetch")]


async def test_ai_crawlers_and_ai_assistants_are_counted_apart(pipeline: Pipeline) -> None:
    def counted() -> list[float | None]:
        kinds = ("ai_crawler", "ai_assistant", "library")
        name = "analytics_writer_bots_total"
        return [REGISTRY.get_sample_value(name, {"site": "demo", "kind": kind}) for kind in kinds]

    before = [value or 0 for value in counted()]
    agents = ("GPTBot/1.2", "ClaudeBot/1.0", "Mozilla/5.0 (compatible; ChatGPT-User/1.0)", "curl/8.5.0")
    await pipeline.ingest(sealed(*(view(user_agent=agent) for agent in agents)))
    assert [after - was for after, was in zip(counted(), before, strict=True)] == [2, 1, 1]


async def test_no_address_agent_or_user_id_is_stored(rig: Rig, pipeline: Pipeline) -> None:
    await rig.fetch(
        "INSERT INTO sites (number, id, timezone, identity, domains, retention_months, ignore_privacy_signals, "
        "query_parameters, hash_routing, key_wrapped) OVERRIDING SYSTEM VALUE "
        "VALUES (1, 'demo', 'UTC', 1, '{}', 0, false, '{}', false, $1)",
        Wrapper(b"w" * 32).wrap(b"k" * 32),
    )
    event = view(user_id="anna@example.org", ip="198.51.100.23", page_url="https://example.org/x")
    await pipeline.ingest(sealed(event))
    (row,) = await rig.fetch("SELECT * FROM events WHERE event_id = $1::uuid", event.event_id)
    everything = repr(dict(row)) + row["event"].decode(errors="replace")
    for secret in ("anna", "198.51.100.23", AGENT, "Mozilla"):
        assert secret not in everything
    assert len(row["user_hash"]) == 16
    assert (await rig.stored([event.event_id]))[0].user_hash == row["user_hash"].hex()


async def test_a_recent_uuid7_session_is_visit_and_visitor_without_state(rig: Rig, pipeline: Pipeline) -> None:
    session = session_v7(NOON - HOUR)
    event = view(session_id=session.upper())
    await pipeline.ingest(sealed(event))
    (stored,) = await rig.stored([event.event_id])
    assert (stored.visit_id, stored.visitor_id) == (session, session)
    assert stored.visit_started_at_us == (NOON - HOUR) // 1_000 * 1_000
    assert not await rig.fetch("SELECT 1 FROM visit_state WHERE visitor_id = $1::uuid", session)


async def test_a_uuid4_session_keeps_its_start_through_the_store(rig: Rig, pipeline: Pipeline) -> None:
    session = str(uuid.uuid4())
    events = [view(session_id=session, received_at_us=NOON + n * HOUR) for n in (2, 0, 60)]
    for event in events:
        await pipeline.ingest(sealed(event))
    first, second, far = await rig.stored([event.event_id for event in events])
    assert (first.visit_id, second.visit_id) == (session, session)
    assert first.visit_started_at_us == second.visit_started_at_us == NOON + 2 * HOUR
    assert far.visit_id not in ("", session)
    assert far.visit_started_at_us == NOON + 60 * HOUR


async def test_a_stale_uuid7_session_gets_a_visit_of_its_own(rig: Rig, pipeline: Pipeline) -> None:
    session = session_v7(NOON - 72 * HOUR)
    events = [view(session_id=session), view(session_id=session, received_at_us=NOON + HOUR)]
    await pipeline.ingest(sealed(*events))
    first, second = await rig.stored([event.event_id for event in events])
    assert first.visit_id == second.visit_id not in ("", session)
    assert first.visit_started_at_us == second.visit_started_at_us == NOON


async def test_without_a_session_an_event_belongs_to_no_visit(rig: Rig, pipeline: Pipeline) -> None:
    event = view()
    await pipeline.ingest(sealed(event))
    (stored,) = await rig.stored([event.event_id])
    assert (stored.visit_id, stored.visitor_id, stored.visit_started_at_us) == ("", "", NOON)


async def test_a_daily_visit_goes_on_over_midnight_and_keeps_its_first_touch(rig: Rig, pipeline: Pipeline) -> None:
    midnight = NOON + 12 * HOUR
    night = {"site_id": DAILY_SITE, "ip": "203.0.113.99"}
    rig.now = midnight + 30 * MINUTE
    events = [
        view(**night, received_at_us=midnight - 10 * MINUTE, referrer="https://news.ycombinator.com/"),
        view(**night, received_at_us=midnight + 10 * MINUTE, referrer="https://www.google.com/"),
        view(**night, received_at_us=midnight + 35 * MINUTE),
        view(**night, received_at_us=midnight + 10 * HOUR),
    ]
    for event in events:
        await pipeline.ingest(sealed(event))
    before, after, later, next_day = await rig.stored([event.event_id for event in events])
    assert before.visit_id == after.visit_id == later.visit_id != next_day.visit_id
    assert before.visitor_id == after.visitor_id == later.visitor_id != next_day.visitor_id
    assert before.visit_started_at_us == later.visit_started_at_us == midnight - 10 * MINUTE
    assert before.source == after.source == later.source != ""
    assert next_day.source == ""
    rig.now = NOON


async def test_a_late_event_joins_the_nearest_visit(rig: Rig, pipeline: Pipeline) -> None:
    person = {"site_id": DAILY_SITE, "ip": "203.0.113.55"}
    events = [view(**person, received_at_us=NOON + minutes * MINUTE) for minutes in (0, 55, 30, 15)]
    for event in events:
        await pipeline.ingest(sealed(event))
    first, last, middle, early = await rig.stored([event.event_id for event in events])
    assert first.visit_id != last.visit_id
    assert middle.visit_id == last.visit_id
    assert early.visit_id == first.visit_id  # 15 minutes to either: the earlier


async def test_engagement_alone_starts_no_daily_visit(rig: Rig, pipeline: Pipeline) -> None:
    event = view(site_id=DAILY_SITE, ip="203.0.113.66", kind=event_pb2.EVENT_KIND_ENGAGEMENT, engaged_ms=900)
    await pipeline.ingest(sealed(event))
    (stored,) = await rig.stored([event.event_id])
    assert (stored.visit_id, stored.visit_started_at_us) == ("", NOON)
    assert stored.visitor_id != ""


async def test_f22_an_event_whose_salt_is_gone_is_stored_without_visitor(rig: Rig, pipeline: Pipeline) -> None:
    rig.now = NOON + 2 * DAY
    event = view(site_id=DAILY_SITE, session_id=str(uuid.uuid4()))
    assert codes(await pipeline.ingest(sealed(event))) == [STORED]
    (stored,) = await rig.stored([event.event_id])
    assert (stored.visit_id, stored.visitor_id, stored.visit_started_at_us) == ("", "", NOON)
    rig.now = NOON


async def test_two_writers_mint_the_same_visits_as_one(rig: Rig) -> None:
    writers = [await rig.pipeline(2), await rig.pipeline(2)]
    chance = random.Random(5)
    people = [f"192.0.2.{n}" for n in range(1, 9)]
    events = [
        view(site_id=DAILY_SITE, ip=chance.choice(people), received_at_us=NOON + chance.randrange(12) * 10 * MINUTE)
        for _ in range(400)
    ]
    chunks = [events[at : at + 20] for at in range(0, len(events), 20)]
    await asyncio.gather(*(writers[n % 2].ingest(sealed(*chunk)) for n, chunk in enumerate(chunks)))
    stored = await rig.stored([event.event_id for event in events])
    assert len(stored) == len(events)
    state = {
        str(visit): (int(first.timestamp() * 1e6), int(last.timestamp() * 1e6))
        for row in await rig.fetch("SELECT * FROM visit_state")
        for visit, first, last in zip(row["visit_ids"], row["first_at"], row["last_at"], strict=True)
    }
    seen: dict[str, list[int]] = {}
    for event in stored:
        seen.setdefault(event.visit_id, []).append(event.occurred_at_us)
    assert {visit: state[visit] for visit in seen} == {visit: (min(at), max(at)) for visit, at in seen.items()}
    assert len({event.visitor_id for event in stored}) == len(people)


async def test_f05_a_database_that_takes_no_writes_rejects_nothing(rig: Rig) -> None:
    writer = await rig.pipeline()
    name = rig.url.rpartition("/")[2]
    await rig.fetch(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await rig.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", name
    )
    event = view()
    with pytest.raises(MeshError, match="cannot be written"):
        for _ in range(3):  # the first may fail on the cut connection instead
            await writer.ingest(sealed(event))
    connection = await rig.admin()
    await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = off')
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await connection.close()
    for _ in range(3):
        try:
            verdicts = await writer.ingest(sealed(event))
            break
        except MeshError:
            continue
    assert codes(verdicts) == [STORED]


async def test_f03_a_writer_frozen_before_its_commit_holds_another_up_for_two_seconds_only(rig: Rig) -> None:
    pool = await open_pool(rig.url, 1, raw_codecs)
    rig.pools.append(pool)
    frozen = await pool.acquire()
    await frozen.execute("BEGIN")
    await frozen.execute("UPDATE stream_head SET position = position + 1")
    writer = await rig.pipeline()
    assert codes(await writer.ingest(sealed(view()))) == [STORED]
    with pytest.raises(FAILURES):
        await frozen.execute("COMMIT")


@pytest.mark.filterwarnings("ignore")  # asyncpg leaves the sockets of killed backends to the collector
async def test_f27_killed_backends_lose_double_and_split_nothing(rig: Rig) -> None:
    """Twelve senders of one day's visitors over midnight, batches sent again, and a backend killed now and then."""
    midnight = NOON + 12 * HOUR
    rig.now = midnight + HOUR
    writers = [await rig.pipeline(3) for _ in range(3)]
    chance, batches = random.Random(1), list[list[RawEventEnvelope]]()
    failed = 0

    async def send(writer: Pipeline) -> None:
        nonlocal failed
        rounds = 0
        while rounds < 25 or not failed:
            rounds += 1
            at = [midnight + chance.randrange(-90, 60) * MINUTE for _ in range(chance.choice((1, 5, 40)))]
            batch = [view(site_id=DAILY_SITE, ip=f"192.0.2.{chance.randrange(60)}", received_at_us=us) for us in at]
            batches.append(batch)
            again = chance.choice(batches) if chance.random() < 0.3 else []
            while True:
                try:
                    await writer.ingest(sealed(*batch, *again))
                    break
                except MeshError:
                    failed += 1

    async def kill() -> None:
        while True:
            await asyncio.sleep(0.05)
            await rig.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'analytics writer' AND datname = current_database() "
                "ORDER BY random() LIMIT 1"
            )

    killing = asyncio.create_task(kill())
    await asyncio.gather(*(send(writer) for writer in writers for _ in range(4)))
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)
    rig.now = NOON

    ids = [event.event_id for batch in batches for event in batch]
    stored = await rig.stored(ids)
    assert len(stored) == len(ids)
    visits: dict[str, list[NormalizedEvent]] = {}
    for event in stored:
        visits.setdefault(event.visit_id, []).append(event)
    remembered = {
        str(visit): (int(first.timestamp() * 1e6), int(last.timestamp() * 1e6))
        for row in await rig.fetch("SELECT * FROM visit_state")
        for visit, first, last in zip(row["visit_ids"], row["first_at"], row["last_at"], strict=True)
    }
    for visit, events in visits.items():
        at = [event.occurred_at_us for event in events]
        assert remembered[visit] == (min(at), max(at))
        assert len({(event.visitor_id, event.visit_started_at_us) for event in events}) == 1
    spans = [sorted(event.received_at_us for event in events) for events in visits.values()]
    assert any(span[0] < midnight <= span[-1] for span in spans)
    (stream,) = await rig.fetch("SELECT count(*), max(position), sum(count) AS events FROM stream")
    assert stream["count"] == stream["max"]
    assert (await rig.fetch("SELECT count(*) FROM events"))[0]["count"] == stream["events"]
    gc.collect()
