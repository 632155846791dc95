"""The client for asyncio: a queue in memory and one task that empties it."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import grpc

from analytics_mesh import channel as edge
from analytics_mesh import delivery
from analytics_mesh._contract.track_pb2 import TrackBatchRequest, TrackBatchResponse, TrackEvent
from analytics_mesh.delivery import Backoff, Outcome
from analytics_mesh.options import Options
from analytics_mesh.outbox import Entry, Outbox
from analytics_mesh.tracking import QueueFull, Stats, Tracking, built, log, stats_of


class AsyncClient(Tracking[Awaitable[str]]):
    """Sends events to the edge at `target` (`host:port`) with a site's ingest key.

    `await` a call: it returns at once with the event's id, unless it waits for room. Use it in an `async with` block,
    or `await close()`: either sends what waits. It belongs to one event loop, that of the first event.
    """

    def __init__(self, target: str, key: str, options: Options | None = None) -> None:
        edge.require(target, key)
        self._target = target
        self._metadata = edge.metadata(key)
        self._options = options = options or Options()
        self._outbox = Outbox(options.queue_events, options.queue_bytes, options.batch_events, options.batch_wait_s)
        self._changed = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._flush_to = 0
        self._closing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def stats(self) -> Stats:
        return stats_of(self._counts, self._outbox.waiting)

    def offer(self, event: TrackEvent) -> bool:
        if built(lambda: event) is None:
            self._counts["refused"] += 1
            return False
        taken = not self._closing and self._offer(event, time.monotonic())
        self._counts["dropped"] += not taken
        return taken

    async def flush(self, timeout_s: float | None = None) -> bool:
        """Send what waits now; True once each event of it is settled, False after `timeout_s` seconds."""
        target = self._flush_to = self._outbox.offered
        self._say()
        box = self._outbox
        return await self._until(lambda: box.settled >= target or box.lost > 0, timeout_s) and box.settled >= target

    async def close(self) -> None:
        """Send what waits, for up to `close_s` seconds, and end. A second call does nothing."""
        self._closing = True
        self._say()
        if self._task is None:
            return
        task, self._task = self._task, None
        done, _ = await asyncio.wait([task], timeout=self._options.close_s)
        if not done:
            task.cancel()
            await asyncio.wait([task])
        if lost := self._outbox.give_up():
            self._counts["lost"] += lost
            log.error("%d events could not be sent before the client was closed and are lost", lost)
            self._say()

    async def _submit(self, build: Callable[[], TrackEvent]) -> str:
        event = built(build)
        if event is None:
            self._counts["refused"] += 1
            return ""
        if not await self._take_in(event):
            self._counts["dropped"] += 1
            if not self._closing and self._options.when_full == "raise":
                raise QueueFull(f"{self._outbox.held} events wait already")
        return event.event_id

    async def _take_in(self, event: TrackEvent) -> bool:
        born = time.monotonic()
        if self._closing or self._offer(event, born):
            return not self._closing
        if self._options.when_full != "wait":
            return False
        return (
            await self._until(lambda: self._closing or self._offer(event, born), self._options.wait_s)
            and not self._closing
        )

    def _offer(self, event: TrackEvent, born: float) -> bool:
        if not self._outbox.offer(event, born):
            return False
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="analytics-mesh")
        self._say()
        return True

    def _say(self) -> None:
        """Wake whoever waits for a change: each has taken the event it waits on, the next ones take a fresh one."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, condition: Callable[[], bool], timeout_s: float | None) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            return condition()
        return True

    async def _run(self) -> None:
        backoff = Backoff()
        async with _connect(self._target, self._options) as channel:
            send = channel.unary_unary(
                delivery.METHOD,
                request_serializer=TrackBatchRequest.SerializeToString,
                response_deserializer=TrackBatchResponse.FromString,
            )
            while batch := await self._next():
                outcome = await self._try(send, batch)
                self._settle(batch, outcome)
                if outcome.again:
                    await asyncio.sleep(backoff.pause_s(outcome.retry_after_s))
                else:
                    backoff.reset()

    async def _next(self) -> list[Entry]:
        """The next batch once it is due; none when everything is sent."""
        while True:
            flushing = self._closing or self._outbox.settled < self._flush_to
            due_in = self._outbox.due_in(time.monotonic())
            if due_in == 0 or (flushing and due_in < math.inf):
                return self._outbox.take()
            if self._closing:
                return []
            try:
                async with asyncio.timeout(None if due_in == math.inf else due_in):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _try(self, send: Any, batch: list[Entry]) -> Outcome:
        now = time.monotonic()
        if old := delivery.expired(batch, now):
            log.error("%d events are lost: the edge could not be reached for 24 hours", len(old))
            return Outcome(Counter(lost=len(old)), again=[entry for entry in batch if entry not in old])
        try:
            response = await send(
                delivery.request(batch, now), timeout=self._options.timeout_s, metadata=self._metadata
            )
        except grpc.aio.AioRpcError as error:
            return delivery.failed(batch, error)
        return delivery.answered(batch, response)

    def _settle(self, batch: list[Entry], outcome: Outcome) -> None:
        for reason in outcome.reasons[:3]:
            log.error("event refused by the edge: %s", reason)
        self._counts += outcome.counts
        kept = sum(entry.size for entry in outcome.again)
        self._outbox.settle(len(batch) - len(outcome.again), sum(entry.size for entry in batch) - kept)
        self._outbox.give_back(outcome.again)
        self._say()


def _connect(target: str, options: Options) -> grpc.aio.Channel:
    secure = edge.credentials(options)
    if secure is None:
        return grpc.aio.insecure_channel(target, edge.OPTIONS)
    return grpc.aio.secure_channel(target, secure, edge.OPTIONS)
