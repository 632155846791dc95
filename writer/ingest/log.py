"""The commit log as followers read it: PostgreSQL's stream, in order, woken by NOTIFY."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from typing import Any, Final

import asyncpg
from analytics.v1.follow_pb2 import COMMIT_KIND_EVENTS, Commit

from mesh.errors import unavailable
from mesh.telemetry import log
from writer.database import FAILURES, Pool

CHANNEL = "stream"
MAX_COMMITS = 1_000
MAX_BYTES = 8 * 1024 * 1024 - 64 * 1024  # of events, with room for their framing
BREATH_S = 0.02  # between two looks at what was heard: under load each commit is heard
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

_POSITION_TAG: Final = b"\x88\x01"  # field 17, varint


class CommitLog:
    """Reads commits; knows the newest position within a second, mostly at once."""

    def __init__(self, pool: Pool, url: str) -> None:
        self.head: int = 0
        self._pool = pool
        self._url = url
        self._moved = asyncio.Condition()
        self._shared: dict[int, tuple[float, list[Commit]]] = {}

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
        return await _read(self._pool.fetchval(BEFORE, instant_us)) or 0

    async def newest(self) -> int:
        """The newest position, asked of PostgreSQL. Raises UNAVAILABLE."""
        return await _read(self._pool.fetchval(HEAD))

    async def moved(self, position: int, timeout_s: float) -> None:
        """Return when the head is beyond a position, or after a time."""
        async with self._moved:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._moved.wait_for(lambda: self.head > position)

    async def listen(self) -> None:
        """Keep `head` true until cancelled, through every loss of the connection."""
        while True:
            with contextlib.suppress(*FAILURES):
                await self._listen_once()
            log.warning("commit_log_deaf")
            await asyncio.sleep(0.5)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=5)
        try:
            heard = asyncio.Event()

            def hear(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
                self.head = max(self.head, int(payload))
                heard.set()

            def lose(*_: object) -> None:
                heard.set()

            connection.add_termination_listener(lose)
            await connection.add_listener(CHANNEL, hear)
            while True:
                self.head = await connection.fetchval(HEAD)  # a look each second: a notice can be lost with a link
                async with self._moved:
                    self._moved.notify_all()
                until = time.monotonic() + 1.0
                while (left := until - time.monotonic()) > 0 and not connection.is_closed():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(heard.wait(), left)
                    heard.clear()
                    async with self._moved:
                        self._moved.notify_all()
                    await asyncio.sleep(BREATH_S)
        finally:
            connection.terminate()


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
