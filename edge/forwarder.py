"""Hands envelopes to the writer, or to the spool; one of the two has made them durable when it answers.

No linger: a batch leaves as soon as one of two slots is free, and what arrives meanwhile is the next batch. A batch
that the writer has not answered within the hedge's time is spooled as well; exactly-once storage makes the second
copy harmless.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from analytics.v1 import ingest_pb2, track_pb2

from edge.balance import Balance
from edge.breaker import Breaker
from edge.spool import Spool, SpoolRefused
from mesh.telemetry import log

Outcome = ingest_pb2.IngestOutcome
Result = track_pb2.TrackResult
Ingest = Callable[[Sequence[bytes]], Awaitable[Sequence[Outcome]]]

IN_FLIGHT = 2
BATCH_EVENTS = 320
BATCH_BYTES = 4 * 1024 * 1024
_QUEUE_BYTES = 128 * 1024 * 1024


class NotDurable(Exception):
    """Neither the writer nor the spool took the envelopes; `full` where the spool or the queue is at its limit."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.full = full


class Unanswered(Exception):
    """The writer's reply does not give each envelope its outcome."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a caller is told of one envelope that is durable."""

    code: Result.Code
    reason: str = ""


SPOOLED = Fate(Result.CODE_ACCEPTED)
_STORED = Fate(Result.CODE_ACCEPTED)
_DUPLICATE = Fate(Result.CODE_DUPLICATE)


@dataclass(slots=True)
class _Parcel:
    envelopes: Sequence[bytes]
    size: int
    done: asyncio.Future[list[Fate]]


@dataclass(frozen=True, slots=True)
class _Batch:
    parcels: Sequence[_Parcel]
    envelopes: Sequence[bytes]


class Forwarder:
    """Forwards what callers hand in. `max_in_flight` bounds events that wait for an answer."""

    def __init__(
        self, ingest: Ingest, spool: Spool, breaker: Breaker, balance: Balance, hedge_s: float, max_in_flight: int
    ) -> None:
        self._ingest = ingest
        self._spool = spool
        self._breaker = breaker
        self._balance = balance
        self._hedge_s = hedge_s
        self._max_in_flight = max_in_flight
        self._queue: deque[_Parcel] = deque()
        self._bytes = 0
        self._busy = 0
        self._scheduled = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._answered = asyncio.Event()
        self._answered.set()

    async def forward(self, envelopes: Sequence[bytes]) -> list[Fate]:
        """The fate of each envelope, once all are durable. Raises NotDurable, and then none is acknowledged."""
        size = sum(map(len, envelopes))
        if self._balance.in_flight + len(envelopes) > self._max_in_flight or self._bytes + size > _QUEUE_BYTES:
            raise NotDurable(f"{self._balance.in_flight:,} events wait for an answer already", full=True)
        self._balance.in_flight += len(envelopes)
        self._bytes += size
        self._answered.clear()
        loop = asyncio.get_running_loop()
        parcel = _Parcel(envelopes, size, loop.create_future())
        self._queue.append(parcel)
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._pump)
        return await parcel.done

    async def stop(self) -> None:
        """Finish or spool what was handed in, within the hedge's time and an append; drop late calls."""
        await self._answered.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pump(self) -> None:
        self._scheduled = False
        while self._queue:
            if self._breaker.state == "closed":
                if self._busy >= IN_FLIGHT:
                    return
                self._busy += 1
                send = self._probe if self._breaker.doubts else self._send
                self._start(send(self._take()))
            elif self._breaker.admits():
                self._busy += 1
                self._start(self._probe(self._take()))
            else:
                self._start(self._to_spool(self._take()))

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _take(self) -> _Batch:
        parcels: list[_Parcel] = []
        envelopes: list[bytes] = []
        size = 0
        while self._queue:
            parcel = self._queue[0]
            size += parcel.size
            if parcels and (len(envelopes) + len(parcel.envelopes) > BATCH_EVENTS or size > BATCH_BYTES):
                break
            parcels.append(self._queue.popleft())
            envelopes.extend(parcel.envelopes)
        return _Batch(parcels, envelopes)

    async def _send(self, batch: _Batch) -> None:
        call = self._start(self._call(batch.envelopes))
        await asyncio.wait({call}, timeout=self._hedge_s)
        if call.done():
            self._free_slot()
            await self._conclude(batch, call)
        else:
            await self._hedge(batch, call)

    async def _probe(self, batch: _Batch) -> None:
        """Ask a writer in doubt with a batch that is spooled at once: its callers, and all behind them, do not wait."""
        await self._hedge(batch, self._start(self._call(batch.envelopes)), patience_s=self._hedge_s)

    async def _call(self, envelopes: Sequence[bytes]) -> Sequence[Outcome] | None:
        """The writer's outcomes, or None where it did not give them."""
        try:
            return await self._ingest(envelopes)
        except Exception as error:  # whatever went wrong, the batch has another way to go
            log.warning("ingest_failed", error=_named(error), events=len(envelopes))
            return None

    async def _hedge(self, batch: _Batch, call: asyncio.Task[Any], patience_s: float = 0) -> None:
        """Spool a batch beside its call. Once spooled it counts as that, whatever the writer says then.

        The call's answer within `patience_s` from then on speaks for the writer.
        """
        try:
            await self._spool.append(batch.envelopes)
        except SpoolRefused:
            await asyncio.wait({call})  # the spool is away: a slow writer is all there is, and no reason to doubt it
            self._free_slot()
            await self._conclude(batch, call)
            return
        self._resolve(batch, [SPOOLED] * len(batch.envelopes))
        await asyncio.wait({call}, timeout=patience_s)
        if call.done() and call.result() is not None:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        self._free_slot()

    async def _conclude(self, batch: _Batch, call: asyncio.Task[Any]) -> None:
        outcomes: Sequence[Outcome] | None = call.result()
        if outcomes is None:
            self._breaker.failed()
            await self._to_spool(batch)
            return
        self._breaker.succeeded()
        self._balance.settle(outcomes)
        self._resolve(batch, [_fate(outcome) for outcome in outcomes])

    async def _to_spool(self, batch: _Batch) -> None:
        try:
            await self._spool.append(batch.envelopes)
        except SpoolRefused as refused:
            self._refuse(batch, NotDurable(f"the writer is away, and {refused}", full=refused.full))
        else:
            self._resolve(batch, [SPOOLED] * len(batch.envelopes))

    def _free_slot(self) -> None:
        self._busy -= 1
        if self._queue and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._pump)

    def _resolve(self, batch: _Batch, fates: Sequence[Fate]) -> None:
        self._balance.acknowledged += len(batch.envelopes)
        start = 0
        for parcel in batch.parcels:
            end = start + len(parcel.envelopes)
            if not parcel.done.done():
                parcel.done.set_result(list(fates[start:end]))
            start = end
        self._leave(batch)

    def _refuse(self, batch: _Batch, error: NotDurable) -> None:
        for parcel in batch.parcels:
            if not parcel.done.done():
                parcel.done.set_exception(error)
        self._leave(batch)

    def _leave(self, batch: _Batch) -> None:
        self._balance.in_flight -= len(batch.envelopes)
        self._bytes -= sum(parcel.size for parcel in batch.parcels)
        if not self._balance.in_flight:
            self._answered.set()


def _fate(outcome: Outcome) -> Fate:
    match outcome.code:
        case Outcome.CODE_STORED:
            return _STORED
        case Outcome.CODE_DUPLICATE:
            return _DUPLICATE
        case Outcome.CODE_IGNORED:
            return Fate(Result.CODE_IGNORED, outcome.reason)
        case _:  # kept by the writer, sealed, to be replayed: durable, and the reason is told
            return Fate(Result.CODE_ACCEPTED, outcome.reason)


def _named(error: Exception) -> str:
    return error.code().name if isinstance(error, grpc.aio.AioRpcError) else f"{type(error).__name__}: {error}"
