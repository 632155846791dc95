"""An audit log in a real PostgreSQL, with its role, and a clock that a test sets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from analytics.v1 import audit_pb2

from writer.audit.recorder import Recorder
from writer.audit.store import READERS, AuditStore, as_appender, prepare
from writer.database import open_pool

KEY = b"k" * 32
NOW_US = 1_785_326_400_000_000  # 2026-07-29


@dataclass
class Log:
    """A recorder that runs; `owner` is a pool that may do anything."""

    owner: Any
    pool: Any
    store: AuditStore
    recorder: Recorder
    now_us: int = NOW_US

    async def problem(self, **kept: bytes) -> str:
        """What verifying says, with digests that somebody kept, as `n17=…`."""
        return (await self.recorder.verify({int(name[1:]): digest for name, digest in kept.items()}))[2]

    async def tamper(self, sql: str, *values: Any) -> None:
        """What somebody does who owns the database: past the triggers."""
        async with self.owner.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(sql, *values)


def entry(operation: str = "QueryService.Page", **fields: Any) -> audit_pb2.AuditEntry:
    told: dict[str, Any] = {
        "actor_kind": audit_pb2.AuditEntry.ACTOR_PERSON,
        "actor": "ann",
        "site": "shop",
        "request": '{"a":1}',
    } | fields
    return audit_pb2.AuditEntry(operation=operation, **told)


@pytest.fixture(scope="module")
async def pools(database: str) -> AsyncIterator[tuple[Any, Any, Any]]:
    """The owner's, the appender's and the readers'."""
    owner = await open_pool(database, 3)
    await prepare(owner)
    appending, reading = [await open_pool(database, size, as_appender) for size in (1, READERS)]
    yield owner, appending, reading
    for each in (appending, reading, owner):
        await each.close()


@pytest.fixture
async def log(pools: tuple[Any, Any, Any]) -> AsyncIterator[Log]:
    """Empty, its clock at NOW_US."""
    owner, appending, reading = pools
    store, holder = AuditStore(appending, reading), list[Log]()
    recorder = Recorder(store, KEY, lambda: holder[0].now_us, 25)
    made = Log(owner, appending, store, recorder)
    holder.append(made)
    await made.tamper("DELETE FROM audit_log")
    await made.tamper("DELETE FROM audit_checkpoints")
    await made.tamper("UPDATE audit_head SET number = 0, digest = ''")
    running = asyncio.create_task(recorder.run())
    yield made
    running.cancel()
