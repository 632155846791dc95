"""What is asked of the tables of exports, erasures and retention. Ids are bytes, times microseconds."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from mesh.errors import invalid, unavailable
from mesh.telemetry import log
from writer.database import FAILURES, Connection, Pool
from writer.ingest.visits import MEMORY
from writer.privacy import pages, statements
from writer.privacy.pages import Page
from writer.privacy.slices import NO_VISIT, REACH_US, Seen, Slice
from writer.privacy.tombstones import Tombstone

TOLD_AT_ONCE: Final = 20_000  # visits of one commit
LOOKED_AT: Final = 200_000  # events in which the next visits are looked for
_AWAY = "the database cannot be reached now; nothing was lost, ask again"
_NO_TIME: Final = 0
FOR_EVER: Final = 7_258_118_400_000_000  # 2200, beyond every event


@dataclass(frozen=True, slots=True)
class Task:
    """A row of `privacy_tasks`, with the site's id."""

    id: str
    site_number: int
    site: str
    kind: int
    state: int
    subject: bytes | None
    digest: bytes | None
    batch_mark: int | None
    before_us: int | None
    visits_found: int
    visits_done: int
    rows: dict[str, int]
    position: int
    details: dict[str, Any]
    receipt: str
    created_at_us: int
    finished_at_us: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A visit to be taken away, and the day's visitors it was of (none in memory mode)."""

    seen: Seen
    visitors: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a retention would remove. Times are microseconds since the epoch; None = no event."""

    events: int
    visits: int
    oldest_us: int | None
    oldest_left_us: int | None


class PrivacyReader:
    """Raises UNAVAILABLE from every method while PostgreSQL is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._exporting = asyncio.Semaphore(pages.AT_ONCE)

    async def task(self, id: str) -> Task | None:
        async with self._connection() as connection:
            return task_of(await connection.fetchrow(statements.TASK, id))

    async def tasks(self, site: str, kinds: Sequence[int], limit: int) -> list[Task]:
        """Of a site, "" = of all; the newest first."""
        async with self._connection() as connection:
            rows = await connection.fetch(statements.TASKS, site, list(kinds), limit, _NO_TIME)
        return [task for row in rows if (task := task_of(row))]

    async def next_task(self) -> Task | None:
        """The oldest that is not done; sweeps come last."""
        async with self._connection() as connection:
            return task_of(await connection.fetchrow(statements.NEXT_TASK))

    async def last_sweep(self, site_number: int) -> Task | None:
        async with self._connection() as connection:
            return task_of(await connection.fetchrow(statements.LAST_SWEEP, site_number))

    async def months(self, site_number: int) -> int:
        async with self._connection() as connection:
            return await connection.fetchval(statements.RETENTION_MONTHS, site_number)

    async def is_deleted(self, site_number: int) -> bool:
        async with self._connection() as connection:
            return await connection.fetchval(statements.DELETED_SITE, site_number)

    async def visits_of_user(self, task: Task, user_hash: bytes, before_us: int = FOR_EVER) -> list[Found]:
        return await self._found(
            statements.VISITS_OF_USER, task.site_number, user_hash, task.batch_mark, before_us, TOLD_AT_ONCE
        )

    async def visit(self, task: Task, visit_id: bytes) -> list[Found]:
        return await self._found(statements.ONE_VISIT, task.site_number, visit_id)

    async def visits_of_site(self, task: Task) -> list[Found]:
        return await self._found(statements.VISITS_OF_SITE, task.site_number, task.batch_mark, TOLD_AT_ONCE, LOOKED_AT)

    async def visits_before(self, task: Task, before_us: int) -> list[Found]:
        return await self._found(statements.VISITS_BEFORE, task.site_number, before_us, TOLD_AT_ONCE, LOOKED_AT)

    async def every_visit(self, site_number: int, start_us: int, end_us: int) -> list[Found]:
        return await self._found(statements.EVERY_VISIT, site_number, start_us, end_us)

    async def every_user(self, site_number: int) -> list[bytes]:
        async with self._connection() as connection:
            return [row[0] for row in await connection.fetch(statements.EVERY_USER, site_number)]

    async def span(self, site_number: int) -> tuple[int | None, int | None]:
        async with self._connection() as connection:
            first, last = await connection.fetchrow(statements.SPAN, site_number)
            return first, last

    async def sessions(self, task: Task, visits: Sequence[bytes]) -> list[bytes]:
        async with self._connection() as connection:
            rows = await connection.fetch(statements.SESSIONS, task.site_number, MEMORY, list(visits))
        return [row[0] for row in rows]

    async def closed(self, task: Task) -> list[Seen]:
        async with self._connection() as connection:
            return [Seen(*row) for row in await connection.fetch(statements.CLOSED, task.id)]

    async def rejected(self, site_number: int, after: int) -> list[tuple[int, bytes]]:
        """Up to 200 refused envelopes by their number."""
        async with self._connection() as connection:
            return [tuple(row) for row in await connection.fetch(statements.REJECTED, site_number, after)]

    async def oldest(self, site_number: int) -> int | None:
        async with self._connection() as connection:
            return await connection.fetchval(statements.OLDEST, site_number, _NO_TIME)

    async def preview(self, site_number: int, before_us: int) -> Preview:
        async with self._connection() as connection:
            oldest = await connection.fetchval(statements.OLDEST, site_number, _NO_TIME)
            events, visits, left = await connection.fetchrow(
                statements.PREVIEW, site_number, before_us, before_us + REACH_US
            )
        return Preview(events, visits, oldest, left)

    async def export_visits(self, site_number: int, user_hash: bytes) -> tuple[list[Seen], int]:
        """The user's visits, and each day with events of the user outside any visit as a visit without an id; how many
        those events are."""
        async with self._connection() as connection:
            rows = await connection.fetch(statements.EXPORT_VISITS, site_number, user_hash)
        seen = [Seen(visit_id or NO_VISIT, first, last) for visit_id, first, last, _ in rows]
        return seen, sum(count for visit_id, _, _, count in rows if visit_id is None)

    async def export_page(self, site_number: int, user_hash: bytes, part: Slice, after: tuple[int, bytes]) -> Page:
        """The events of a slice that follow (occurred_at, event id): PAGE_ROWS at most, the last of which is the first
        to reach PAGE_BYTES."""
        span, limits = (part.start_us, part.end_us), (pages.PAGE_ROWS, pages.PAGE_BYTES)
        visits = [visit for visit in part.visits if visit != NO_VISIT]
        # whoever downloads at once shares the turns, so that connections are left for all else
        async with self._exporting, self._connection() as connection, connection.transaction():
            await connection.execute(statements.ON_ONE_CORE)
            rows = await connection.fetch(
                statements.EXPORT_PAGE, site_number, *span, user_hash, visits, *after, *limits
            )
        events = [event for (event,) in rows]
        return Page(events, len(events) == pages.PAGE_ROWS or sum(map(len, events)) >= pages.PAGE_BYTES)

    async def edges(self) -> list[tuple[str, int, int]]:
        """(edge, when it was last heard of in microseconds, events that waited then)."""
        async with self._connection() as connection:
            return [tuple(row) for row in await connection.fetch(statements.EDGES)]

    async def tombstones(self) -> AsyncIterator[list[Tombstone]]:
        """All that last, up to 1,000 at a time."""
        after = (0, b"")
        while True:
            async with self._connection() as connection:
                rows = await connection.fetch(statements.ALL_TOMBSTONES, *after)
            if not rows:
                return
            yield [Tombstone(*row) for row in rows]
            after = rows[-1][0], rows[-1][1]

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        try:
            async with self._pool.acquire() as connection:
                yield connection
        except asyncpg.CharacterNotInRepertoireError:
            raise invalid("", "a text holds a NUL character") from None
        except FAILURES as error:
            log.warning("privacy_unavailable", error=type(error).__name__, sqlstate=getattr(error, "sqlstate", ""))
            raise unavailable(_AWAY) from error

    async def _found(self, statement: str, *values: Any) -> list[Found]:
        async with self._connection() as connection:
            rows = await connection.fetch(statement, *values)
        return [Found(Seen(visit_id, first, last), visitors or ()) for visit_id, first, last, visitors in rows]


def task_of(row: asyncpg.Record | None) -> Task | None:
    if row is None:
        return None
    values = dict(row)
    for name in ("rows", "details"):
        values[name] = json.loads(values[name])
    for name in ("before", "created_at", "finished_at"):
        values[f"{name}_us"] = values.pop(name)
    return Task(**values)
