"""Two edges, each with a spool of its own, on one writer."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, ingest_pb2, ingest_pb2_grpc, track_pb2, track_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.mesh import AGENT, ROOT, Mesh, environment, free_port
from mesh import clock
from mesh.channel import bearer, connect
from mesh.ids import new_id


def settings_of(pid: int) -> dict[str, str]:
    """The ANALYTICS_* variables that the mesh gave one of its processes."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (entry.decode().partition("=") for entry in entries if entry.startswith(b"ANALYTICS_"))
    return {name: value for name, _, value in pairs}


@pytest.fixture(scope="module")
async def second_edge(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[grpc.aio.Channel]:
    place = tmp_path_factory.mktemp("edge")
    spool_port, port = free_port(), free_port()
    valkey = Path(os.readlink(f"/proc/{mesh.pid('redis')}/exe"))
    options = ["--port", str(spool_port), "--dir", str(place), "--appendonly", "yes", "--appendfsync", "always"]
    spool = await asyncio.create_subprocess_exec(valkey, *options, "--save", "", stdout=asyncio.subprocess.DEVNULL)
    told = settings_of(mesh.pid("edge")) | {
        "ANALYTICS_EDGE_ID": "second",
        "ANALYTICS_EDGE_PORT": str(port),
        "ANALYTICS_METRICS_PORT": "0",
        "ANALYTICS_SPOOL_URL": f"redis://127.0.0.1:{spool_port}/0",
        "ANALYTICS_DATA_DIR": str(place),
    }
    log = (place / "edge.log").open("wb")
    edge = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge", cwd=ROOT, env=environment() | told, stdout=log, stderr=log
    )
    channel = connect(f"127.0.0.1:{port}")
    try:
        health = health_pb2_grpc.HealthStub(channel)
        async with asyncio.timeout(60):
            while not await _serving(health):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        yield channel
    finally:
        await channel.close()
        for process in (edge, spool):
            process.terminate()
            await process.wait()
        log.close()
        assert edge.returncode == 0, (place / "edge.log").read_text()


async def _serving(health: Any) -> bool:
    try:
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
    except grpc.aio.AioRpcError:
        return False
    return answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_retry_through_another_edge_is_one_row(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], second_edge: grpc.aio.Channel, eventually: Any
) -> None:
    event = track_pb2.TrackEvent(
        event_id=new_id(),
        kind=event_pb2.EVENT_KIND_PAGEVIEW,
        page_url="https://shop.example/twice",
        session_id=new_id(),
        user_agent=AGENT,
    )
    codes: list[int] = []
    for channel in (channels["edge"], second_edge, channels["edge"]):
        response = await track_pb2_grpc.TrackServiceStub(channel).Track(
            track_pb2.TrackRequest(event=event), metadata=bearer(mesh.ready["ingest_key"]), timeout=20
        )
        codes.append(response.result.code)
    Code = track_pb2.TrackResult.Code
    assert codes == [Code.CODE_ACCEPTED, Code.CODE_DUPLICATE, Code.CODE_DUPLICATE]
    rows = await mesh.sql("SELECT event FROM events WHERE event_id = $1", uuid.UUID(event.event_id))
    (stored,) = [event_pb2.NormalizedEvent.FromString(row["event"]) for row in rows]
    assert stored.edge_id not in ("", "second")
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/twice"]]]), [([], [1])])


async def test_two_edges_sending_the_same_ids_in_opposite_order_store_each_once(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], second_edge: grpc.aio.Channel
) -> None:
    session = new_id()
    events = [
        track_pb2.TrackEvent(
            event_id=new_id(),
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            page_url="https://shop.example/race",
            session_id=session,
            user_agent=AGENT,
        )
        for _ in range(400)
    ]

    async def send(channel: grpc.aio.Channel, order: list[track_pb2.TrackEvent]) -> list[int]:
        stub = track_pb2_grpc.TrackServiceStub(channel)
        request = track_pb2.TrackBatchRequest(events=order)
        response = await stub.TrackBatch(request, metadata=bearer(mesh.ready["ingest_key"]), timeout=60)
        return [result.code for result in response.results]

    both = await asyncio.gather(send(channels["edge"], events), send(second_edge, events[::-1]))
    Code = track_pb2.TrackResult.Code
    assert {code for codes in both for code in codes} <= {Code.CODE_ACCEPTED, Code.CODE_DUPLICATE}
    wanted = [uuid.UUID(event.event_id) for event in events]
    (row,) = await mesh.sql("SELECT count(*) FROM events WHERE event_id = ANY($1)", wanted)
    assert row["count"] == 400


@pytest.mark.parametrize("site", ["demo", "shop"])
async def test_a_retry_after_midnight_is_one_row(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], site: str
) -> None:
    """The same event captured at 23:59:59 and again at 00:00:01 by another edge, as the writer sees it."""
    (number,) = await mesh.sql("SELECT number FROM sites WHERE id = $1", site)
    midnight = clock.now_us() // clock.DAY * clock.DAY
    event_id, session = new_id(), new_id()
    codes: list[int] = []
    for edge, received in (("first", midnight - clock.SECOND), ("second", midnight + clock.SECOND)):
        envelope = event_pb2.RawEventEnvelope(
            event_id=event_id,
            site=site,
            site_id=number["number"],
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            page_url="https://shop.example/midnight",
            session_id=session,
            user_agent=AGENT,
            ip="203.0.113.5",
            received_at_us=received,
            edge_id=edge,
            edge_sequence=1,
        )
        request = ingest_pb2.IngestRequest(envelopes=[envelope.SerializeToString()])
        token = settings_of(mesh.pid("edge"))["ANALYTICS_MESH_TOKEN"]
        stub = ingest_pb2_grpc.IngestServiceStub(channels["writer"])
        response = await stub.Ingest(request, metadata=bearer(token), timeout=20)
        codes.append(response.outcomes[0].code)
    assert codes == [ingest_pb2.IngestOutcome.CODE_STORED, ingest_pb2.IngestOutcome.CODE_DUPLICATE]
    (row,) = await mesh.sql(
        "SELECT count(*), min(received_at) AS at FROM events WHERE event_id = $1", uuid.UUID(event_id)
    )
    assert row["count"] == 1
    assert row["at"].timestamp() * 1e6 == midnight - clock.SECOND
