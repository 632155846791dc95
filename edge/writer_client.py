"""The edge's calls to the writer: Ingest, and its health."""

from collections.abc import Sequence
from typing import Any

import grpc
from analytics.v1 import ingest_pb2, ingest_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from edge.forwarder import Outcome, Unanswered
from mesh.channel import bearer
from mesh.stream import StreamCaller

_HEALTH_S = 1.0


class WriterClient:
    """A writer behind a channel. `timeout_s` is the deadline of an Ingest."""

    def __init__(self, channel: grpc.aio.Channel, mesh_token: str, timeout_s: float) -> None:
        self._ingest = ingest_pb2_grpc.IngestServiceStub(channel)
        self._live: StreamCaller[ingest_pb2.IngestStreamRequest, ingest_pb2.IngestStreamResponse] = StreamCaller(
            self._ingest.IngestStream
        )
        self._health: Any = health_pb2_grpc.HealthStub(channel)
        self._metadata = bearer(mesh_token)
        self._timeout_s = timeout_s

    async def ingest(self, envelopes: Sequence[bytes]) -> Sequence[Outcome]:
        """One final outcome per envelope. Raises AioRpcError, or Unanswered for a reply that leaves one open."""
        request = ingest_pb2.IngestRequest(envelopes=envelopes)
        response = await self._ingest.Ingest(request, timeout=self._timeout_s, metadata=self._metadata)
        return _final(response.outcomes, envelopes)

    async def ingest_live(self, envelopes: Sequence[bytes]) -> Sequence[Outcome]:
        """As ingest, over the stream of live traffic."""
        request = ingest_pb2.IngestStreamRequest(envelopes=envelopes)
        response = await self._live.call(request, self._timeout_s, self._metadata)
        return _final(response.outcomes, envelopes)

    async def report(self, edge_id: str, waiting_events: int) -> None:
        """Tell what waits in the spool. Raises AioRpcError."""
        request = ingest_pb2.ReportSpoolRequest(edge_id=edge_id, waiting_events=waiting_events)
        await self._ingest.ReportSpool(request, timeout=self._timeout_s, metadata=self._metadata)

    async def close(self) -> None:
        await self._live.close()

    async def serves(self) -> bool:
        """Does the writer say that it takes batches?"""
        request = health_pb2.HealthCheckRequest(service="analytics.v1.IngestService")
        try:
            answer = await self._health.Check(request, timeout=_HEALTH_S)
        except grpc.aio.AioRpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING


def _final(outcomes: Sequence[Outcome], envelopes: Sequence[bytes]) -> Sequence[Outcome]:
    if len(outcomes) != len(envelopes):
        raise Unanswered(f"{len(outcomes)} outcomes came for {len(envelopes)} envelopes")
    if any(outcome.code == Outcome.CODE_UNSPECIFIED for outcome in outcomes):
        raise Unanswered("an outcome is unspecified")
    return outcomes
