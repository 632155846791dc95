"""Follows the writer's commits into the columnar copy: reads ahead within a limit, applies ranges, knows how fresh."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import grpc
from analytics.v1 import follow_pb2, follow_pb2_grpc

from mesh.channel import bearer
from mesh.telemetry import log
from query.clickhouse import tells_damage
from query.replica import MAX_BYTES, MAX_EVENTS, Replica

P = ParamSpec("P")
T = TypeVar("T")

# Few, larger inserts cost less: a range has a high fixed cost. So the copy rests many times as long as it worked,
# which makes one view after a rest part of the answers at once, and thousands a second part of them within two seconds.
_REST_FACTOR, _LONGEST_REST_S = 15.0, 2.0
# More waiting than this: no pause, the copy is catching up.
_BACKLOG = 50_000
_HEARTBEAT_LIMIT_S = 10.0
_CHECK_EVERY_S = 3_600.0
_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_EVENTS = follow_pb2.COMMIT_KIND_EVENTS


class Follower:
    """Keeps the copy at the writer's heels. `position` is what answers hold; `head` the writer's newest as last heard.

    `on_ready` is told whether answers may be given, each time that may have changed. `damaged` is set once the store
    cannot be read any more; nothing is answered from then on.
    """

    def __init__(
        self,
        replica: Replica,
        channel: grpc.aio.Channel,
        mesh_token: str,
        on_ready: Callable[[bool], Awaitable[None]],
    ) -> None:
        self.head = self._received = replica.state.position
        self._replica = replica
        self._stub = follow_pb2_grpc.FollowServiceStub(channel)
        self._metadata = bearer(mesh_token)
        self._on_ready = on_ready
        self.damaged = asyncio.Event()
        self._ready = False
        # a copy that was built before this process may answer while the writer is away; one in the making may not
        self._built = self.position > 0
        self._outdated = False
        self._pending: deque[follow_pb2.Commit] = deque()
        self._pending_bytes = 0
        self._changed = asyncio.Condition()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="replica")
        self._tasks: list[asyncio.Task[None]] = []
        # (head, when it was said): once that head is applied, the copy was complete at that time
        self._heard: deque[tuple[int, float]] = deque(maxlen=1_000)
        # first of all: what was lost while no process ran is found before the first answer
        self._check_due = time.monotonic()
        self._checked = False
        # a clock that was put back since makes no copy younger than now
        idle_s = max(0.0, time.time() - (replica.applied_at or time.time()))
        self._complete_at = time.monotonic() - idle_s

    @property
    def position(self) -> int:
        return self._replica.state.position

    @property
    def ready(self) -> bool:
        """Whether answers are whole: caught up once (or the writer is away), held against the events, and no week is
        being copied again."""
        state = self._replica.state
        checked = self._checked or state.applying > 0
        return self._ready and checked and not state.repairing and not self.damaged.is_set()

    @property
    def repaired_ranges(self) -> int:
        return self._replica.repaired_ranges

    @property
    def settled(self) -> tuple[int, int] | None:
        """What the copy holds: while it stays the same, so do all rows. None while commits are being applied."""
        state = self._replica.state
        return None if state.applying or state.repairing else (state.position, self.repaired_ranges)

    @property
    def freshness_s(self) -> float:
        """Seconds since the copy was last known to hold everything."""
        return max(0.0, time.monotonic() - self._complete_at)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._apply())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)

    async def reach(self, position: int) -> None:
        """Return when everything up to a position is in the answers; the caller sets the time limit."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.position >= position)

    async def _read(self) -> None:
        delay = 0.1
        while True:
            try:
                async with contextlib.aclosing(self._stream(self._received)) as stream:
                    async for response in stream:
                        delay = 0.1
                        if response.head < self._received:
                            await self._start_again()
                            break
                        await self._take(response)
            except (grpc.aio.AioRpcError, TimeoutError) as error:
                code = error.code() if isinstance(error, grpc.aio.AioRpcError) else grpc.StatusCode.DEADLINE_EXCEEDED
                log.warning("follow_lost", code=code.name)
                if code is grpc.StatusCode.FAILED_PRECONDITION:
                    await self._start_again()
                elif code in _AWAY and self._built:
                    self._ready = True  # what the copy holds is still true, and says its age
                    await self._announce()
            await asyncio.sleep(delay)
            delay = min(delay * 2, 1.0)

    async def _start_again(self) -> None:
        """The truth is an older one than the copy (restored from a dump): have the copy emptied, and await that."""
        log.error("truth_is_older", position=self.position, received=self._received)
        self._outdated, self._ready, self._built = True, False, False
        self._heard.clear()
        await self._announce()
        async with self._changed:
            await self._changed.wait_for(lambda: not self._outdated)

    async def _empty(self) -> None:
        await self._work(self._replica.empty)
        self._pending.clear()
        self._pending_bytes = self._received = self.head = 0
        self._outdated = False

    async def _stream(self, after: int) -> AsyncGenerator[follow_pb2.FollowResponse, None]:
        # no deadline: a follow has no end; the heartbeat bounds each read instead
        request = follow_pb2.FollowRequest(after_position=after, follower="query")
        call = self._stub.Follow(request, metadata=self._metadata, timeout=None)
        try:
            while True:
                async with asyncio.timeout(_HEARTBEAT_LIMIT_S):
                    response = await call.read()
                if response is grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]
                    return
                yield response
        finally:
            call.cancel()

    async def _take(self, response: follow_pb2.FollowResponse) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._pending_bytes < MAX_BYTES)
            for commit in response.commits:
                if commit.position != self._received + 1:
                    raise RuntimeError(f"commit {commit.position} came after {self._received}")
                self._received = commit.position
                self._pending.append(commit)
                self._pending_bytes += len(commit.events)
            self.head = max(self.head, response.head)
            self._heard.append((response.head, time.monotonic()))
            self._changed.notify_all()
        await self._announce()

    async def _announce(self) -> None:
        """Tell those who wait that the copy went on, or that it is known to be complete."""
        async with self._changed:
            while self._heard and self._heard[0][0] <= self.position:
                self._complete_at = self._heard.popleft()[1]
                self._ready = True
            self._changed.notify_all()
        await self._on_ready(self.ready)

    async def _apply(self) -> None:
        while True:
            try:
                if self._outdated:
                    await self._empty()
                elif self._replica.state.repairing:
                    await self._repair()
                elif time.monotonic() >= self._check_due and not self._replica.state.applying:
                    await self._work(self._replica.check_visits)
                    self._check_due, self._checked = time.monotonic() + _CHECK_EVERY_S, True
                else:
                    await self._apply_next()
            except Exception as error:
                if tells_damage(error):
                    self.damaged.set()
                log.error("copy_failed", position=self.position, error=type(error).__name__, exc_info=error)
                with contextlib.suppress(Exception):  # the next step says what is wrong then
                    await self._work(self._replica.reconnect)
                await asyncio.sleep(1.0)
            await self._announce()

    async def _apply_next(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._outdated or self._range_is_whole())
            if self._outdated:
                return
            commits = self._next_range()
            self._changed.notify_all()
        began = time.monotonic()
        try:
            if commits[0].kind == _EVENTS:
                await self._work(self._replica.apply, commits)
            else:
                await self._work(self._replica.erase, commits[0])
        except Exception:
            # the range stays recorded as begun, so that what is there already is left out next time
            self._pending.extendleft(reversed(commits))
            self._pending_bytes += sum(len(commit.events) for commit in commits)
            raise
        await self._announce()
        if sum(commit.count for commit in self._pending) < _BACKLOG:
            await asyncio.sleep(min(_LONGEST_REST_S, _REST_FACTOR * (time.monotonic() - began)))

    def _range_is_whole(self) -> bool:
        """Whether there is a range to apply; one that was interrupted must be the same again."""
        return bool(self._pending) and self._pending[-1].position >= self._replica.state.applying

    def _next_range(self) -> list[follow_pb2.Commit]:
        """The commits to apply together: of events up to the limit, or up to where an earlier attempt was interrupted;
        a commit of another kind alone."""
        commits: list[follow_pb2.Commit] = []
        events = size = 0
        interrupted = self._replica.state.applying
        while self._pending:
            commit = self._pending[0]
            fits = events + commit.count <= MAX_EVENTS and size + len(commit.events) <= MAX_BYTES
            if commits and (commit.kind != _EVENTS or not fits or commits[-1].position == interrupted):
                break
            commits.append(self._pending.popleft())
            self._pending_bytes -= len(commit.events)
            events, size = events + commit.count, size + len(commit.events)
            if commit.kind != _EVENTS:
                break
        return commits

    async def _repair(self) -> None:
        """Drop the weeks that differ and copy them again from the truth, up to the position already applied."""
        weeks, until = self._replica.state.repairing, self.position
        await self._work(self._replica.drop_weeks, weeks)
        async with contextlib.aclosing(self._stream(0)) as stream:
            async for response in stream:
                if self._outdated:
                    return
                commits = [c for c in response.commits if c.position <= until and c.kind == _EVENTS]
                if commits:
                    await self._work(self._replica.refill, commits, weeks)
                if not until or (response.commits and response.commits[-1].position >= until):
                    break
        await self._work(self._replica.repaired)
        log.warning("weeks_copied_again", weeks=weeks)

    async def _work(self, step: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Run a blocking step of the replica on its thread, to the end even when this task is cancelled."""
        job = asyncio.get_running_loop().run_in_executor(self._thread, partial(step, *arguments, **named))
        return await asyncio.shield(job)
