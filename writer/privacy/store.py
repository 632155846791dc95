"""The hands on the tables of exports, erasures and retention.

A task is worked off in transactions of its own, each of which leaves a state to go on from: its steps can be cut off
anywhere and repeated. Events are deleted outside the fence: once a visit is closed by a tombstone no event of it can be
stored, and the fence is held only for as long as it takes to set one. Followers are told by one commit for many visits.
Connections are those of `database.raw_codecs`: ids are bytes, times microseconds.
"""

import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final

from analytics.v1 import follow_pb2, privacy_pb2

from writer.database import Connection
from writer.privacy import statements
from writer.privacy.reading import FOR_EVER, Found, PrivacyReader, Task, task_of
from writer.privacy.slices import Slice
from writer.privacy.tombstones import Tombstone

ROWS_AT_ONCE: Final = 5_000  # of one transaction
CLOSED_AT_ONCE: Final = 1_000  # visits, while the site's writers wait


class PrivacyStore(PrivacyReader):
    """As PrivacyReader, and what changes something; a step of a task that is done already raises Finished."""

    async def make(
        self, id: str, site_number: int, kind: int, subject: bytes | None, digest: bytes | None, now_us: int
    ) -> Task | None:
        """The task, or the one that runs for the same subject already; None where there is no such site."""
        async with self._connection() as connection:
            await connection.execute(statements.MAKE_TASK, id, site_number, kind, subject, digest, now_us)
            made = await connection.fetchrow(statements.TASK, id)
            return task_of(made or await connection.fetchrow(statements.OPEN_TASK, site_number, kind, digest))

    async def make_sweeps(self, day: date, now_us: int) -> None:
        """One task a site and day for every site that does not keep its events for ever."""
        async with self._connection() as connection:
            await connection.execute(statements.MAKE_SWEEPS, day, now_us)

    async def forget(self, exports_before_us: int, reports_before_us: int, edges_before_us: int) -> None:
        """What names a user in exports that are over; reports of old sweeps and exports, and envelopes of unknown sites
        that nobody could read; edges long gone."""
        async with self._connection() as connection:
            await connection.execute(statements.FORGET_SUBJECTS, exports_before_us)
            await connection.execute(statements.FORGET_TASKS, [1, 5], reports_before_us)
            await connection.execute(statements.FORGET_UNREADABLE, reports_before_us)
            await connection.execute(statements.FORGET_EDGES, edges_before_us)

    async def finish(self, task: Task, now_us: int, receipt: str, details: dict[str, Any]) -> None:
        async with self._connection() as connection:
            await connection.execute(statements.FINISH, task.id, now_us, receipt, json.dumps(details))

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[bool]:
        """Whether it is this writer's turn to work: one at a time, however many writers there are."""
        async with self._connection() as connection:
            mine = await connection.fetchval(statements.ONE_WORKER)
            try:
                yield mine
            finally:
                if mine and not connection.is_closed():
                    await connection.execute(statements.NO_WORKER)

    async def begin(self, task: Task, before_us: int, stones: Sequence[Tombstone]) -> None:
        """Set the task's own tombstones behind the fence. What is stored from then on was checked against them."""
        async with self._step(task) as connection:
            await connection.execute(statements.FENCE, task.site_number)
            if await connection.fetchval(statements.LOCK_TASK, task.id) is None:
                await self._set(connection, task, stones, passing=False)
                await connection.execute(statements.BEGIN, task.id, before_us)

    async def close(
        self,
        task: Task,
        found: Sequence[Found],
        stones: Sequence[Tombstone],
        visitors: Sequence[bytes],
        *,
        passing: bool,
    ) -> None:
        """Behind the fence: no event of these visits is stored from now on, and none of these visitors joins one."""
        seen = [each.seen for each in found]
        columns = [v.visit_id for v in seen], [v.first_us for v in seen], [v.last_us for v in seen]
        async with self._step(task) as connection:
            await connection.execute(statements.FENCE, task.site_number)
            await self._set(connection, task, stones, passing=passing)
            await connection.execute(statements.CLOSE_VISITS, task.id, *columns)
            await connection.execute(statements.FOUND, task.id, len(found))
            gone = await connection.execute(statements.FORGET_VISITORS, task.site_number, list(visitors))
            await self._count(connection, task, "visit_state", _affected(gone))

    async def forget_site_visitors(self, task: Task) -> None:
        while True:
            async with self._step(task) as connection:
                gone = _affected(await connection.execute(statements.FORGET_SITE_VISITORS, task.site_number))
                await self._count(connection, task, "visit_state", gone)
            if not gone:
                return

    async def delete_visits(self, task: Task, part: Slice) -> None:
        """Delete all events of a slice, a few thousand at a time."""
        while True:
            async with self._step(task) as connection:
                gone = await connection.fetch(
                    statements.DELETE_VISITS,
                    task.site_number,
                    part.start_us,
                    part.end_us,
                    list(part.visits),
                    ROWS_AT_ONCE,
                )
                await self._count(connection, task, "events", len(gone))
            if len(gone) < ROWS_AT_ONCE:
                return

    async def tell(self, task: Task, kind: follow_pb2.CommitKind) -> int:
        """Commit that the closed visits are gone; returns the position."""
        async with self._step(task) as connection:
            batch = await connection.fetchval(statements.NEW_BATCH)
            visits = _affected(await connection.execute(statements.TELL_VISITS, task.id, batch))
            await self._count(connection, task, "visits", visits)
            if _affected(await connection.execute(statements.DROP_PASSING, task.id)):
                await connection.fetchval(statements.BUMP)
            return await self._commit(connection, task, kind, batch, visits, visits)

    async def delete_loose_of_user(self, task: Task, user_hash: bytes, before_us: int = FOR_EVER) -> int:
        return await self._delete_loose(task, statements.LOOSE_OF_USER, user_hash, task.batch_mark, before_us)

    async def delete_loose_of_site(self, task: Task) -> int:
        return await self._delete_loose(task, statements.LOOSE_OF_SITE, task.batch_mark)

    async def delete_loose_before(self, task: Task, before_us: int) -> int:
        return await self._delete_loose(task, statements.LOOSE_BEFORE, before_us)

    async def delete_rejected(self, task: Task, numbers: Sequence[int]) -> None:
        async with self._step(task) as connection:
            gone = _affected(await connection.execute(statements.DELETE_REJECTED, list(numbers)))
            await self._count(connection, task, "rejected_events", gone)

    async def delete_rejected_of_site(self, task: Task) -> None:
        await self._delete_rejected(task, statements.REJECTED_OF_SITE)

    async def delete_rejected_before(self, task: Task) -> None:
        await self._delete_rejected(task, statements.REJECTED_BEFORE, task.before_us)

    async def count(self, task: Task, name: str, rows: int) -> None:
        async with self._step(task) as connection:
            await self._count(connection, task, name, rows)

    async def hear_edge(self, edge_id: str, now_us: int, waiting_events: int) -> None:
        async with self._connection() as connection:
            await connection.execute(statements.HEAR_EDGE, edge_id, now_us, waiting_events)

    async def restore_tombstones(self, stones: Iterable[Tombstone]) -> list[int]:
        """Set tombstones that were kept elsewhere; returns the numbers of their sites, as far as these are there."""
        by_site: dict[int, list[Tombstone]] = {}
        for stone in stones:
            by_site.setdefault(stone.site_id, []).append(stone)
        async with self._connection() as connection:
            numbers = [row[0] for row in await connection.fetch(statements.SITE_NUMBERS, list(by_site))]
            for number in numbers:
                async with connection.transaction():
                    await connection.execute(statements.FENCE, number)
                    version = await connection.fetchval(statements.BUMP)
                    columns = [s.digest for s in by_site[number]], [s.before_us for s in by_site[number]]
                    await connection.execute(statements.SET_TOMBSTONES, number, *columns, "replayed", False, version)
        return numbers

    @asynccontextmanager
    async def _step(self, task: Task) -> AsyncGenerator[Connection]:
        """A transaction of a task that is not done; the task's row keeps a second worker out."""
        async with self._connection() as connection, connection.transaction():
            if not await connection.fetch(statements.LOCK_TASK, task.id):
                raise Finished(task.id)
            yield connection

    async def _set(self, connection: Connection, task: Task, stones: Sequence[Tombstone], *, passing: bool) -> None:
        if stones:
            version = await connection.fetchval(statements.BUMP)
            columns = [stone.digest for stone in stones], [stone.before_us for stone in stones]
            await connection.execute(statements.SET_TOMBSTONES, task.site_number, *columns, task.id, passing, version)

    async def _delete_loose(self, task: Task, statement: str, *values: Any) -> int:
        """Delete up to a few thousand events without a visit and commit that; returns the position, 0 = none left."""
        async with self._step(task) as connection:
            gone = [row[0] for row in await connection.fetch(statement, task.site_number, *values, ROWS_AT_ONCE)]
            if not gone:
                return 0
            batch = await connection.fetchval(statements.NEW_BATCH)
            await connection.execute(statements.TELL_EVENTS, batch, gone)
            await self._count(connection, task, "events", len(gone))
            return await self._commit(connection, task, commit_kind(task), batch, len(gone), 0)

    async def _delete_rejected(self, task: Task, statement: str, *values: Any) -> None:
        while True:
            async with self._step(task) as connection:
                gone = _affected(await connection.execute(statement, task.site_number, *values))
                await self._count(connection, task, "rejected_events", gone)
            if not gone:
                return

    async def _count(self, connection: Connection, task: Task, name: str, rows: int) -> None:
        if rows:
            await connection.execute(statements.COUNT_ROWS, task.id, name, rows)

    async def _commit(self, connection: Connection, task: Task, kind: int, batch: int, ids: int, visits: int) -> int:
        position = await connection.fetchval(statements.COMMIT, kind, batch, ids)
        await connection.execute(statements.REACHED, task.id, position, visits)
        return position


class Finished(Exception):
    """Another writer has finished this task."""


def commit_kind(task: Task) -> follow_pb2.CommitKind:
    """What followers are told that a task does."""
    if task.kind == privacy_pb2.PRIVACY_TASK_KIND_RETENTION:
        return follow_pb2.COMMIT_KIND_RETENTION
    return follow_pb2.COMMIT_KIND_ERASURE


def _affected(done: str) -> int:
    return int(done.rpartition(" ")[2])
