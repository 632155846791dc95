"""How fast the columnar copy follows PostgreSQL: what it takes to build it anew, and to keep up with live traffic."""

import asyncio
import time
from pathlib import Path

import grpc
from analytics.v1 import query_pb2, query_pb2_grpc, track_pb2

from bench.ingest import GRPC_AT_ONCE, GRPC_BATCH, batch, caught_up
from bench.mesh import Mesh
from bench.processes import cpu_s
from bench.report import Measure
from mesh.channel import bearer, connect

HISTORY = 300_000
LIVE_S, LIVE_RATE = 20, 100
_LIMIT_S = 300.0


async def following(directory: Path) -> list[Measure]:
    """Both figures, of a mesh of its own."""
    mesh = Mesh(directory)
    try:
        await mesh.start()
        await _send(mesh, HISTORY)
        await caught_up(mesh)
        live = await _live(mesh)
        await caught_up(mesh)
        rate = await _built_anew(mesh)
    finally:
        await mesh.stop()
    return [
        Measure("follow: catching up", rate, "events/s", at_least=60_000),
        Measure(f"follow: core of the query process at {LIVE_RATE} events/s", live, "cores", at_most=0.2),
    ]


async def _send(mesh: Mesh, events: int) -> None:
    requests = iter(range(events // GRPC_BATCH))
    async with connect(mesh.ready["edge"]) as channel:
        call = channel.unary_unary(
            "/analytics.v1.TrackService/TrackBatch", response_deserializer=track_pb2.TrackBatchResponse.FromString
        )

        async def send() -> None:
            for _ in requests:
                await call(batch(mesh.site), metadata=bearer(mesh.ready["ingest_key"]), timeout=60)

        await asyncio.gather(*(send() for _ in range(GRPC_AT_ONCE)))


async def _live(mesh: Mesh) -> float:
    """The share of a core that the query process takes while events come, ten in a tenth of a second."""
    size = LIVE_RATE // 10
    async with connect(mesh.ready["edge"]) as channel:
        call = channel.unary_unary(
            "/analytics.v1.TrackService/TrackBatch", response_deserializer=track_pb2.TrackBatchResponse.FromString
        )
        before, began = cpu_s(mesh.pid("query")), time.monotonic()
        for number in range(LIVE_S * 10):
            await call(batch(mesh.site, size), metadata=bearer(mesh.ready["ingest_key"]), timeout=60)
            await asyncio.sleep(max(0.0, began + (number + 1) / 10 - time.monotonic()))
    return (cpu_s(mesh.pid("query")) - before) / (time.monotonic() - began)


async def _built_anew(mesh: Mesh) -> float:
    """Events a second of a query process that has lost its record, from its first word to the last position."""
    (head,) = await mesh.sql("SELECT position FROM stream_head")
    (stored,) = await mesh.sql("SELECT count(*) FROM events")
    (mesh.directory / "query" / "applied.json").unlink()
    mesh.kill("query")
    began = 0.0
    async with connect(mesh.ready["query"]) as channel, asyncio.timeout(_LIMIT_S):
        stub = query_pb2_grpc.QueryServiceStub(channel)
        while True:
            try:
                request, token = query_pb2.StatusRequest(), bearer(mesh.ready["admin_token"])
                status = await stub.Status(request, metadata=token, timeout=5)
            except grpc.aio.AioRpcError:
                began = 0.0  # not up yet
            else:
                began = began or time.monotonic()
                if status.position >= head["position"]:
                    return stored["count"] / (time.monotonic() - began)
            await asyncio.sleep(0.02)
