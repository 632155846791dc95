"""The commit log as followers read it: PostgreSQL's stream, in order.

This writer's own commits are known at once. Another's are seen at the next look: a NOTIFY in each batch's transaction
would cost all batches more than looking does.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from typing import Any, Final

from analytics.v1.follow_pb2 import COMMIT_KIND_EVENTS, Commit

from mesh.errors import MeshError, unavailable
from mesh.telemetry import log
from writer.database import FAILURES, Pool

MAX_COMMITS = 1_000
MAX_BYTES = 8 * 1024 * 1024 - 64 * 1024  # of events, with room for their framing
LOOK_S = 0.2  # between two looks for commits of other writers
_SHARED_FOR_S = 2.0
_SHARED_READS = 32

# A commit's stream row and its events in one statement: two would disagree beside an erasure. LATERAL: a plain join
# gets slower as the table grows.
COMMITS = """
    SELECT s.position, s.kind, (extract(epoch FROM s.committed_at) * 1000000)::bigint, s.count, s.fingerprint,
           e.events, x.visits, x.loose
    FROM (
        SELECT n.*, sum(bytes) OVER (ORDER BY position) AS total
        FROM (SELECT * FROM stream WHERE position > $1 ORDER BY position LIMIT $2) AS n
    ) AS s
    CROSS JOIN LATERAL (SELECT array_agg(event) AS events FROM events AS e WHERE e.batch_id = s.batch_id) AS e
    CROSS JOIN LATERAL (
        SELECT array_agg(visit_id::text) FILTER (WHERE visit_id IS NOT NULL) AS visits,
               array_agg(event_id::text) FILTER (WHERE event_id IS NOT NULL) AS loose
        FROM erased AS x WHERE x.batch_id = s.batch_id AND s.kind <> 1
    ) AS x
    WHERE s.total <= $3 OR s.total = s.bytes
    ORDER BY s.position
"""
BEFORE = """
    SELECT position FROM stream WHERE committed_at < to_timestamp($1::bigint / 1000000.0)
    ORDER BY position DESC LIMIT 1
"""
HEAD = "SELECT position FROM stream_head"
ERASED_UNTIL = "SELECT erased_until FROM stream_head"

_POSITION_TAG: Final = b"\x88\x01"  # field 17, varint


class CommitLog:
    """Reads commits; knows this writer's newest position at once, another's soon."""

    def __init__(self, pool: Pool) -> None:
        self.head: int = 0
        self._pool = pool
        self._moved = asyncio.Event()
        self._shared: dict[int, tuple[float, list[Commit]]] = {}

    def note(self, position: int) -> None:
        """Hear that everything up to a position is committed."""
        if position > self.head:
            self.head = position
            self._moved.set()

    async def after(self, position: int) -> list[Commit]:
        """The commits after a position: up to 1,000, up to 8 MiB of events (at least one, if there is one).

        Followers that stand at one place share a read. Raises UNAVAILABLE.
        """
        now = time.monotonic()
        read_at, commits = self._shared.get(position, (0.0, []))
        if commits and now - read_at < _SHARED_FOR_S:
            return commits
        rows = await _read(self._pool.fetch(COMMITS, position, MAX_COMMITS, MAX_BYTES))
        commits = [_commit(*row) for row in rows]
        self._shared.pop(position, None)
        if commits and sum(len(commit.events) for commit in commits) < MAX_BYTES // 8:
            self._shared[position] = (now, commits)
        while len(self._shared) > _SHARED_READS:
            del self._shared[next(iter(self._shared))]
        return commits

    async def before(self, instant_us: int) -> int:
        """The newest position committed before an instant, 0 if there is none. Raises UNAVAILABLE."""
        return await _read(self._pool.fetchval(BEFORE, max(0, instant_us))) or 0  # years B.C. are no timestamptz

    async def newest(self) -> int:
        """The newest position, asked of PostgreSQL. Raises UNAVAILABLE."""
        return await _read(self._pool.fetchval(HEAD))

    async def erased_until(self) -> int:
        """The position up to which it is no longer known what erasures took away. Raises UNAVAILABLE."""
        return await _read(self._pool.fetchval(ERASED_UNTIL))

    async def moved(self, position: int, timeout_s: float) -> None:
        """Return when the head is beyond a position, or after a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.head <= position:
                    self._moved.clear()
                    await self._moved.wait()

    async def look(self) -> None:
        """Keep `head` true until cancelled, whoever commits and however long the database is away."""
        while True:
            before = self.head
            try:
                newest = await self.newest()
                if newest < before:  # the database was put back to an older state
                    self.head = newest
                self.note(newest)
            except MeshError:
                log.warning("commit_log_blind")
            await asyncio.sleep(LOOK_S)


async def _read(answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    except FAILURES as error:
        raise unavailable("the commit log cannot be read now") from error


def _commit(
    position: int,
    kind: int,
    committed_at_us: int,
    count: int,
    fingerprint: int,
    events: list[bytes] | None,
    visits: list[str] | None,
    loose: list[str] | None,
) -> Commit:
    commit = Commit(
        position=position,
        kind=kind,  # pyright: ignore[reportArgumentType]  (an open enum)
        committed_at_us=committed_at_us,
        count=count,
        fingerprint=fingerprint,
    )
    if events:
        commit.events = framed(events, position)
    if kind != COMMIT_KIND_EVENTS:
        commit.erased_visit_ids.extend(visits or ())
        commit.erased_event_ids.extend(loose or ())
    return commit


def framed(events: list[bytes], position: int) -> bytes:
    """Length-delimited NormalizedEvent messages, each with its position appended."""
    tail = _POSITION_TAG + varint(position)
    extra = len(tail)
    pieces: list[bytes] = []
    for event in events:
        pieces += (varint(len(event) + extra), event, tail)
    return b"".join(pieces)


def varint(number: int) -> bytes:
    """Protobuf's base-128 form of a number ≥ 0."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
