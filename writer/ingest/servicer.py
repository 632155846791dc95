"""IngestService: batches of envelopes from the edges."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import grpc
from analytics.v1 import ingest_pb2_grpc
from analytics.v1.ingest_pb2 import (
    IngestOutcome,
    IngestRequest,
    IngestResponse,
    IngestStreamRequest,
    IngestStreamResponse,
    ReportSpoolRequest,
    ReportSpoolResponse,
)

from mesh.clock import NowUs
from mesh.errors import invalid
from mesh.stream import answer_all
from writer.ingest.pipeline import Pipeline

MAX_ENVELOPES = 500
_MAX_EDGE_ID = 64
_MOST_WAITING = 2**63 - 1


class Spools(Protocol):
    """What is remembered of the edges' spools."""

    async def hear_edge(self, edge_id: str, now_us: int, waiting_events: int) -> None: ...


class IngestServicer(ingest_pb2_grpc.IngestServiceServicer):
    def __init__(self, pipeline: Pipeline, spools: Spools, now_us: NowUs, stopping: asyncio.Event) -> None:
        self._pipeline = pipeline
        self._spools = spools
        self._now_us = now_us
        self._stopping = stopping

    async def Ingest(self, request: IngestRequest, context: grpc.aio.ServicerContext[Any, Any]) -> IngestResponse:
        """Store a batch exactly once; one outcome per envelope, in the order sent."""
        return IngestResponse(outcomes=await self._outcomes(request.envelopes))

    async def IngestStream(self, request_iterator: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Ingest for each request of the stream."""

        async def store(request: IngestStreamRequest) -> IngestStreamResponse:
            return IngestStreamResponse(outcomes=await self._outcomes(request.envelopes))

        await answer_all(context, store, self._stopping)

    async def ReportSpool(
        self, request: ReportSpoolRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> ReportSpoolResponse:
        """Remember what waits in an edge's spool."""
        if not 0 < len(request.edge_id) <= _MAX_EDGE_ID:
            raise invalid("edge_id", f"{len(request.edge_id)} characters came; 1–{_MAX_EDGE_ID} are needed")
        waiting = min(request.waiting_events, _MOST_WAITING)
        await self._spools.hear_edge(request.edge_id.replace("\0", ""), self._now_us(), waiting)
        return ReportSpoolResponse()

    async def _outcomes(self, envelopes: Sequence[bytes]) -> list[IngestOutcome]:
        if not 1 <= len(envelopes) <= MAX_ENVELOPES:
            raise invalid("envelopes", f"{len(envelopes)} came; send 1–{MAX_ENVELOPES}")
        return [IngestOutcome(code=code, reason=reason) for code, reason in await self._pipeline.ingest(envelopes)]
