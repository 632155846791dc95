"""IngestService: batches of envelopes from the edges."""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
from analytics.v1 import ingest_pb2_grpc
from analytics.v1.ingest_pb2 import (
    IngestOutcome,
    IngestRequest,
    IngestResponse,
    IngestStreamRequest,
    IngestStreamResponse,
)

from mesh.errors import invalid
from mesh.stream import answer_all
from writer.ingest.pipeline import Pipeline

MAX_ENVELOPES = 500


class IngestServicer(ingest_pb2_grpc.IngestServiceServicer):
    def __init__(self, pipeline: Pipeline, stopping: asyncio.Event) -> None:
        self._pipeline = pipeline
        self._stopping = stopping

    async def Ingest(self, request: IngestRequest, context: grpc.aio.ServicerContext[Any, Any]) -> IngestResponse:
        """Store a batch exactly once; one outcome per envelope, in the order sent."""
        return IngestResponse(outcomes=await self._outcomes(request.envelopes))

    async def IngestStream(self, request_iterator: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Ingest for each request of the stream."""

        async def store(request: IngestStreamRequest) -> IngestStreamResponse:
            return IngestStreamResponse(outcomes=await self._outcomes(request.envelopes))

        await answer_all(context, store, self._stopping)

    async def _outcomes(self, envelopes: Sequence[bytes]) -> list[IngestOutcome]:
        if not 1 <= len(envelopes) <= MAX_ENVELOPES:
            raise invalid("envelopes", f"{len(envelopes)} came; send 1–{MAX_ENVELOPES}")
        return [IngestOutcome(code=code, reason=reason) for code, reason in await self._pipeline.ingest(envelopes)]
