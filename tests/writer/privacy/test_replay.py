"""A database put back from a backup forgets again what was erased since."""

from analytics.v1 import privacy_pb2

from tests.writer.conftest import DAILY_SITE, DAY, HOUR, MEMORY_SITE, MINUTE, NOON, view
from tests.writer.privacy.conftest import Bench, session
from writer.privacy.tombstones import Tombstone


async def test_tombstones_find_again_what_a_backup_brought_back(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    bench.rig.now = NOON
    one, lone_visit, other = session(), session(NOON + MINUTE), session(NOON + 2 * MINUTE)
    events = [
        view(session_id=one),
        view(session_id=one, user_id="jane"),
        view(user_id="jane"),
        view(session_id=lone_visit),
        view(session_id=other, user_id="joe"),
        view(site_id=DAILY_SITE, user_id="jane"),
    ]
    await bench.ingest(pipeline, *events)
    # the tombstones of erasures that this database has never seen
    await bench.keyring.ensure((), (MEMORY_SITE,))
    jane = bench.keyring.user_hash(MEMORY_SITE, "jane")
    assert jane
    stones = [
        Tombstone(MEMORY_SITE, bench.tombstones.of_user(MEMORY_SITE, jane), NOON + HOUR),
        Tombstone(MEMORY_SITE, bench.tombstones.of_id(MEMORY_SITE, bytes.fromhex(lone_visit.replace("-", ""))), None),
        Tombstone(77, b"n" * 16, None),  # of a site that is not there
    ]
    back = view(session_id=session(NOON + 2 * HOUR), user_id="jane", received_at_us=NOON + 2 * HOUR)
    await bench.ingest(pipeline, back)
    bench.rig.now = NOON + DAY
    assert await bench.store.restore_tombstones(stones) == [MEMORY_SITE]
    made = await bench.store.make("rep_1", MEMORY_SITE, privacy_pb2.PRIVACY_TASK_KIND_REPLAY, None, None, bench.rig.now)
    assert made
    await bench.room.worker.work()
    done = await bench.store.task("rep_1")
    assert done and done.rows == {"events": 4, "visits": 2}
    assert {event.event_id for event in await bench.events(MEMORY_SITE)} == {events[4].event_id, back.event_id}
    assert len(await bench.events(DAILY_SITE)) == 1
    assert await bench.proof_holds()
    assert await bench.ingest(pipeline, view(session_id=lone_visit), view(user_id="jane")) == ["erased"] * 2


async def test_the_list_of_tombstones_is_all_that_last(bench: Bench) -> None:
    listed = [stone async for page in bench.store.tombstones() for stone in page]
    assert {stone.site_id for stone in listed} == {MEMORY_SITE}
    assert len(listed) >= 3 and all(len(stone.digest) == 16 for stone in listed)
