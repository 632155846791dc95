"""SpoolService: what operators see of the spool, and how they pause it."""

from typing import Any

import grpc
from analytics.v1 import spool_pb2, spool_pb2_grpc

from edge.balance import Balance
from edge.breaker import Breaker
from edge.drain import Drain
from edge.growth import Growth
from edge.seal import Header, Unopenable
from edge.spool import Spool
from edge.store import StoreError
from mesh.clock import NowUs
from mesh.errors import invalid, unavailable
from mesh.telemetry import log

_INSPECT_DEFAULT, _INSPECT_MOST = 10, 100
Context = grpc.aio.ServicerContext[Any, Any]


class SpoolServicer(spool_pb2_grpc.SpoolServiceServicer):
    """Status, Pause, Resume, Inspect of this edge's spool.

    A pause is in memory alone and ends with the process: one that is forgotten would fill the spool.
    """

    def __init__(
        self,
        edge_id: str,
        spool: Spool,
        drain: Drain,
        breaker: Breaker,
        balance: Balance,
        growth: Growth,
        now_us: NowUs,
    ) -> None:
        self._edge_id = edge_id
        self._spool = spool
        self._drain = drain
        self._breaker = breaker
        self._balance = balance
        self._growth = growth
        self._now_us = now_us

    async def Status(
        self, request: spool_pb2.SpoolServiceStatusRequest, context: Context
    ) -> spool_pb2.SpoolServiceStatusResponse:
        """Answers with Redis away too: sizes are then as last heard."""
        totals, most_entries, most_bytes = self._spool.totals, self._spool.max_entries, self._spool.max_bytes
        return spool_pb2.SpoolServiceStatusResponse(
            edge_id=self._edge_id,
            entries=totals.entries,
            bytes=totals.bytes,
            max_entries=most_entries,
            max_bytes=most_bytes,
            oldest_s=await self._oldest_s(),
            paused=self._drain.paused,
            draining=self._drain.draining,
            breaker=self._breaker.state,
            balance=self._balance.to_proto(),
            hours_left=self._growth.hours_left(totals.entries, most_entries, totals.bytes, most_bytes),
            set_aside=totals.set_aside,
            trouble=self._spool.trouble,
        )

    async def Pause(self, request: spool_pb2.PauseRequest, context: Context) -> spool_pb2.PauseResponse:
        self._drain.paused = True
        log.warning("drain_paused")
        return spool_pb2.PauseResponse()

    async def Resume(self, request: spool_pb2.ResumeRequest, context: Context) -> spool_pb2.ResumeResponse:
        self._drain.paused = False
        log.info("drain_resumed")
        return spool_pb2.ResumeResponse()

    async def Inspect(self, request: spool_pb2.InspectRequest, context: Context) -> spool_pb2.InspectResponse:
        """Lists entries unopened. Raises UNAVAILABLE while Redis is away."""
        if request.limit > _INSPECT_MOST:
            raise invalid("limit", f"{request.limit} is not 1 to {_INSPECT_MOST}")
        try:
            chunks = await self._spool.peek(request.limit or _INSPECT_DEFAULT)
        except StoreError as error:
            raise unavailable(f"the spool cannot be read: {error}") from error
        return spool_pb2.InspectResponse(entries=[_entry(chunk) for chunk in chunks])

    async def _oldest_s(self) -> float:
        try:
            chunks = await self._spool.peek(1)
            header = Header.of(chunks[0]) if chunks else None
        except (StoreError, Unopenable):
            return 0.0
        return max(0.0, (self._now_us() - header.spooled_at_us) / 1e6) if header else 0.0


def _entry(chunk: bytes) -> spool_pb2.SpoolEntry:
    try:
        header = Header.of(chunk)
    except Unopenable:
        return spool_pb2.SpoolEntry(bytes=len(chunk))
    return spool_pb2.SpoolEntry(
        envelopes=header.envelopes,
        bytes=len(chunk),
        spooled_at_us=header.spooled_at_us,
        key_id=header.key_id.hex(),
    )
