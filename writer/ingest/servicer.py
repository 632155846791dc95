"""IngestService: batches of envelopes from the edges."""

from typing import Any

import grpc
from analytics.v1 import ingest_pb2_grpc
from analytics.v1.ingest_pb2 import IngestOutcome, IngestRequest, IngestResponse

from mesh.errors import invalid
from writer.ingest.pipeline import Pipeline

MAX_ENVELOPES = 500


class IngestServicer(ingest_pb2_grpc.IngestServiceServicer):
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def Ingest(self, request: IngestRequest, context: grpc.aio.ServicerContext[Any, Any]) -> IngestResponse:
        """Store a batch exactly once; one outcome per envelope, in the order sent."""
        if not 1 <= len(request.envelopes) <= MAX_ENVELOPES:
            raise invalid("envelopes", f"{len(request.envelopes)} came; send 1–{MAX_ENVELOPES}")
        verdicts = await self._pipeline.ingest(request.envelopes)
        return IngestResponse(outcomes=[IngestOutcome(code=code, reason=reason) for code, reason in verdicts])
