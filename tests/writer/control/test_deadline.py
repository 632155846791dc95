"""A caller's deadline reaches PostgreSQL: nobody works on for someone who has gone."""

import asyncio

import asyncpg
import grpc
import pytest
from analytics.v1 import site_pb2

from mesh.channel import bearer
from tests.writer.control.conftest import ADMIN, Control

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
STATEMENT_LIMIT_S = 5.0  # writer/database.py: what would end the statement otherwise


async def until_waiting(watcher: asyncpg.Connection, statements: int) -> None:
    while await watcher.fetchval(WAITING) != statements:  # noqa: ASYNC110  (nothing tells)
        await asyncio.sleep(0.02)


async def test_a_statement_is_cancelled_when_its_callers_deadline_has_passed(control: Control) -> None:
    blocker = await asyncpg.connect(control.url)
    watcher = await asyncpg.connect(control.url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("LOCK TABLE sites IN ACCESS EXCLUSIVE MODE")
    request = site_pb2.CreateSiteRequest(site=site_pb2.Site(id="too-late"))
    call = control.sites.CreateSite(request, metadata=bearer(ADMIN), timeout=1.0)
    await until_waiting(watcher, 1)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(STATEMENT_LIMIT_S - 2):
        await until_waiting(watcher, 0)
    await transaction.rollback()
    assert not await watcher.fetchval("SELECT count(*) FROM sites WHERE id = 'too-late'")
    await blocker.close()
    await watcher.close()
