"""The order of a batch's statements: who waits for another transaction holds nothing that others need."""

import asyncio

import asyncpg

from tests.writer.conftest import Rig, sealed, view
from writer.ingest.store import STORED

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
HOLD = """
    INSERT INTO events (site_id, event_id, batch_id, received_at, occurred_at, name, event)
    VALUES (1, $1, 0, now(), now(), 'pageview', '')
"""


async def test_a_batch_that_waits_for_an_id_holds_up_no_other_batch(rig: Rig) -> None:
    contested, other = view(), view()
    first, second = await rig.pipeline(), await rig.pipeline()
    holder, watcher = await asyncpg.connect(rig.url), await asyncpg.connect(rig.url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(HOLD, contested.event_id)
    waiting = asyncio.create_task(first.ingest(sealed(contested)))
    while not await watcher.fetchval(WAITING):  # noqa: ASYNC110  (nothing tells)
        await asyncio.sleep(0.01)
    # the stream's head is taken last: were it taken first, the waiting batch would hold it
    assert await second.ingest(sealed(other)) == [STORED]
    assert not waiting.done()
    await transaction.rollback()
    assert await waiting == [STORED]
    await holder.close()
    await watcher.close()
