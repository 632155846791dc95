"""What is older than a site keeps goes by itself, whole visits at a time."""

from analytics.v1 import event_pb2, follow_pb2

from tests.writer.conftest import DAY, MEMORY_SITE, MINUTE, NOON, view
from tests.writer.privacy.conftest import Bench, session
from writer.ingest.importer import oldest_kept_us

YEAR = 365 * DAY


def old(at_us: int, **fields: object) -> event_pb2.RawEventEnvelope:
    """A page view of imported history."""
    return view(occurred_at_us=at_us, import_id="history", received_at_us=NOON, **fields)


async def test_the_sweep_takes_whole_visits_once_a_day_and_says_what_is_left(bench: Bench) -> None:
    pipeline, log = await bench.pipeline(), await bench.rig.log()
    bench.rig.now = NOON
    edge = oldest_kept_us(25, NOON)
    over, kept = session(edge - MINUTE), old(edge + DAY, session_id=session(edge + DAY))
    await bench.ingest(
        pipeline,
        old(edge - MINUTE, session_id=over),
        old(edge + MINUTE, session_id=over),  # of the same visit, though not over itself
        kept,
        old(edge - YEAR, session_id=session(edge - YEAR)),
        old(edge - 2 * MINUTE, ip=""),  # outside any visit
    )
    await bench.rig.fetch("UPDATE sites SET retention_months = 25 WHERE number = $1", MEMORY_SITE)
    preview = await bench.store.preview(MEMORY_SITE, edge)
    assert (preview.events, preview.visits) == (4, 2)
    assert (preview.oldest_us, preview.oldest_left_us) == (edge - YEAR, edge + DAY)
    before = await log.newest()
    await bench.room.worker.work()
    assert [event.event_id for event in await bench.events(MEMORY_SITE)] == [kept.event_id]
    report = await bench.store.last_sweep(MEMORY_SITE)
    assert report and report.rows == {"events": 4, "visits": 2, "visit_state": 2}
    assert report.details["oldest_day"] == "2023-12-02"
    assert {commit.kind for commit in await log.after(before)} == {follow_pb2.COMMIT_KIND_RETENTION}
    assert await bench.proof_holds()
    assert not await bench.rig.fetch("SELECT FROM tombstones")

    again = old(edge - MINUTE, session_id=session(edge - MINUTE))
    await bench.ingest(pipeline, again)
    await bench.room.worker.work()
    assert len(await bench.rig.stored([again.event_id])) == 1  # not twice a day
    bench.rig.now = NOON + DAY
    await bench.room.worker.work()
    assert await bench.rig.stored([again.event_id]) == []


async def test_a_site_that_keeps_for_ever_loses_nothing(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    bench.rig.now = NOON + 2 * DAY
    await bench.rig.fetch("UPDATE sites SET retention_months = 0 WHERE number = $1", MEMORY_SITE)
    ancient = old(NOON - 20 * YEAR, session_id=session(NOON - 20 * YEAR))
    await bench.ingest(pipeline, ancient)
    await bench.room.worker.work()
    assert len(await bench.rig.stored([ancient.event_id])) == 1
