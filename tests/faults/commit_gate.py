"""Holds transactions at one place inside PostgreSQL, so that a fault can hit just there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

BEFORE_COMMIT = "AFTER UPDATE ON stream_head FOR EACH ROW"
"""A batch has its position, and nothing but its COMMIT is left to do."""

_KEY = 61_742
_INSTALL = f"""
    CREATE FUNCTION commit_gate() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_advisory_xact_lock_shared({_KEY}); RETURN NEW; END';
"""


def before_row(event_id: str) -> str:
    """A batch has stored the events that come before this one."""
    return f"BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.event_id = '{event_id}')"


_CAUGHT = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {_KEY} AND NOT granted"  # noqa: S608
_QUEUED = "SELECT count(DISTINCT pid) >= $1 FROM pg_locks WHERE NOT granted"
_WAITS_FOR = "SELECT pid FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
_STATE = "SELECT state FROM pg_stat_activity WHERE pid = $1"


class CommitGate:
    """A closed gate. Times are not promised: each `await` bounds a hang alone."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def caught(self) -> int:
        """Pid of the backend that stands at the gate, once one does."""
        return await self._until(_CAUGHT)

    async def waits_for(self, backend: int) -> int:
        """Pid of a backend that waits for a lock of `backend`, once one does."""
        return await self._until(_WAITS_FOR, backend)

    async def queued(self, backends: int) -> None:
        """Return when so many stand at the gate or wait for one that does."""
        await self._until(_QUEUED, backends)

    async def state(self, backend: int, wanted: str | None) -> None:
        """Return when a backend is in a state of pg_stat_activity; None = gone."""
        async with asyncio.timeout(20):
            while await self._connection.fetchval(_STATE, backend) != wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def end(self, backend: int) -> None:
        """End a backend: its transaction is rolled back."""
        await self._connection.execute("SELECT pg_terminate_backend($1, 5000)", backend)

    async def open(self) -> None:
        """Let pass who stands there and who comes."""
        await self._connection.execute("SELECT pg_advisory_unlock_all()")

    async def _until(self, question: str, *values: int) -> int:
        async with asyncio.timeout(20):
            while not (pid := await self._connection.fetchval(question, *values)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return pid


@contextlib.asynccontextmanager
async def commit_gate(database: str, place: str = BEFORE_COMMIT) -> AsyncIterator[CommitGate]:
    """A gate, closed at first; open for all at the end."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(f"{_INSTALL}; CREATE TRIGGER commit_gate {place} EXECUTE FUNCTION commit_gate()")
        await connection.execute("SELECT pg_advisory_lock($1)", _KEY)
        gate = CommitGate(connection)
        try:
            yield gate
        finally:
            await gate.open()
            await connection.execute("DROP FUNCTION commit_gate CASCADE")
    finally:
        await connection.close()
