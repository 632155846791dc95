"""Gathers the events of concurrent requests into few calls.

No linger: the first event of a turn of the loop asks for a call at the turn's end. At most two calls are under way, the
second only where it carries as many events as the first: a call costs as much as dozens of events, and calls as large
as what they overlap with are few. What arrives meanwhile is the next batch. The queue is bounded: beyond it senders are
told to come back.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc
from analytics.v1 import track_pb2

from mesh.errors import unavailable
from mesh.telemetry import log

Results = Sequence[track_pb2.TrackResult]

BATCH_EVENTS = 320
"""More makes the slowest answer slower without making the rest faster."""
BATCH_BYTES = 4 * 1024 * 1024
IN_FLIGHT = 2

_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
_RETRY_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request's events. `data` is a serialised TrackStreamRequest: joined parcels are one request again."""

    data: bytes
    count: int
    results: asyncio.Future[Results]


class Batcher:
    """Sends parcels in the order they came, together.

    `send(data, timeout_s)` makes the call. An edge that is away is tried again for up to `patience_s` seconds (each
    event has an id, so that twice is once); then senders get UNAVAILABLE.
    """

    def __init__(
        self,
        send: Callable[[bytes, float], Awaitable[track_pb2.TrackStreamResponse]],
        max_queued_events: int,
        patience_s: float,
    ) -> None:
        self._send = send
        self._limit = max_queued_events
        self._byte_limit = max_queued_events * 2_048
        self._patience_s = patience_s
        self._queue: deque[Parcel] = deque()
        self._bytes = 0
        self._in_flight = self._under_way = 0
        self._asked = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self.queued = 0

    def submit(self, data: bytes, count: int) -> asyncio.Future[Results]:
        """The results of a parcel's events, in its order. Raises UNAVAILABLE when the queue is full."""
        if self.queued + count > self._limit or self._bytes + len(data) > self._byte_limit:
            raise unavailable("too many events are waiting; try again", _RETRY_AFTER_S)
        results: asyncio.Future[Results] = self._loop.create_future()
        self._queue.append(Parcel(data, count, results))
        self.queued += count
        self._bytes += len(data)
        if not self._asked and self._may_send():
            self._asked = True
            self._loop.call_soon(self._flush)
        return results

    async def drain(self) -> None:
        """Return when nothing is waiting or under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _flush(self) -> None:
        self._asked = False
        while self._queue and self._may_send():
            task = self._loop.create_task(self._deliver(self._take()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _may_send(self) -> bool:
        if self._in_flight == 0:
            return True
        return self._in_flight < IN_FLIGHT and self.queued >= min(self._under_way, BATCH_EVENTS)

    def _take(self) -> list[Parcel]:
        queue, taken, events, size = self._queue, list[Parcel](), 0, 0
        while queue and (
            not taken or (events + queue[0].count <= BATCH_EVENTS and size + len(queue[0].data) <= BATCH_BYTES)
        ):
            parcel = queue.popleft()
            taken.append(parcel)
            events += parcel.count
            size += len(parcel.data)
        self.queued -= events
        self._bytes -= size
        self._in_flight += 1
        self._under_way += events
        return taken

    async def _deliver(self, parcels: list[Parcel]) -> None:
        try:
            response = await self._call(b"".join([parcel.data for parcel in parcels]))
            results = response.results
            if len(results) != sum(parcel.count for parcel in parcels):
                raise RuntimeError("the edge answered another number of events than it was sent")
            start = 0
            for parcel in parcels:
                end = start + parcel.count
                if not parcel.results.done():
                    parcel.results.set_result(results[start:end])
                start = end
        except Exception as error:
            log.warning("track_batch_failed", error=type(error).__name__, code=_code(error), parcels=len(parcels))
            for parcel in parcels:
                if not parcel.results.done():
                    parcel.results.set_exception(unavailable("the event cannot be stored now; try again", 2.0))
        finally:
            self._in_flight -= 1
            self._under_way -= sum(parcel.count for parcel in parcels)
            self._flush()

    async def _call(self, data: bytes) -> track_pb2.TrackStreamResponse:
        deadline = self._loop.time() + self._patience_s
        delay = 0.05
        while True:
            remaining = deadline - self._loop.time()
            try:
                return await self._send(data, max(remaining, 0.05))
            except grpc.aio.AioRpcError as error:
                if error.code() not in _AGAIN or remaining <= delay:
                    raise
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, 0.5)


def _code(error: Exception) -> str:
    return error.code().name if isinstance(error, grpc.aio.AioRpcError) else ""
