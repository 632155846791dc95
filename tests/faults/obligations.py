"""What every fault test owes: a ledger of one test, the edge's books, and the proof at the end."""

from collections.abc import Sequence

import grpc
from analytics.v1 import event_pb2, ingest_pb2, ingest_pb2_grpc, spool_pb2, spool_pb2_grpc

from bench.ledger import Client, Ledger
from bench.mesh import Mesh
from mesh.channel import bearer
from mesh.clock import now_us
from tests.faults.processes import told_to


class Obligations:
    """A ledger of events sent to a mesh, and what became of them."""

    def __init__(self, mesh: Mesh, label: str) -> None:
        self.ledger = Ledger(label)
        self._mesh = mesh

    async def send(self, count: int) -> list[str]:
        """One batch over HTTP, of which every event is acknowledged at the first try."""
        ids = [self.ledger.issue() for _ in range(count)]
        events = [{"kind": "view", **self.ledger.payload(event_id)} for event_id in ids]
        reply = await self._mesh.track("batch", {"events": events})
        assert reply.status == 202, reply.body
        assert [result["status"] for result in reply.json()["results"]] == ["accepted"] * count
        for event_id in ids:
            self.ledger.acknowledge(event_id)
        return ids

    async def proven(self) -> None:
        """Everything acknowledged is stored and counted once, and a fresh event goes the same way."""
        await Client(self.ledger, self._mesh, "http").send(1)
        await self.ledger.settle(self._mesh)
        verdict = await self.ledger.verify(self._mesh)
        assert verdict.holds, verdict
        assert self.ledger.refused == {}

    def envelope(self, event_id: str, site: int) -> bytes:
        """The event as an edge hands it to a writer."""
        envelope = event_pb2.RawEventEnvelope.FromString(self.ledger.event(event_id).SerializeToString())
        envelope.site_id, envelope.received_at_us, envelope.edge_id = site, now_us(), "a-test"
        return envelope.SerializeToString()


async def ingest(mesh: Mesh, writer: grpc.aio.Channel, envelopes: Sequence[bytes]) -> list[int]:
    """A writer's outcome codes."""
    token = told_to(mesh.pid("edge"))["ANALYTICS_MESH_TOKEN"]
    request = ingest_pb2.IngestRequest(envelopes=envelopes)
    answer = await ingest_pb2_grpc.IngestServiceStub(writer).Ingest(request, metadata=bearer(token), timeout=20)
    return [outcome.code for outcome in answer.outcomes]


async def spool_of(mesh: Mesh, edge: grpc.aio.Channel) -> spool_pb2.SpoolServiceStatusResponse:
    """An edge's spool and books."""
    stub, operator = spool_pb2_grpc.SpoolServiceStub(edge), bearer(mesh.ready["admin_token"])
    return await stub.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=operator, timeout=10)


async def rejected(mesh: Mesh) -> list[str]:
    """Reasons of everything that the writer has put aside."""
    return [row["reason"] for row in await mesh.sql("SELECT reason FROM rejected_events ORDER BY id")]


async def stored(mesh: Mesh, ids: Sequence[str]) -> int:
    """How many rows PostgreSQL has of these events."""
    ((count,),) = await mesh.sql("SELECT count(*) FROM events WHERE event_id = ANY($1::text[]::uuid[])", list(ids))
    return count
