"""The edge as a process: settings, health, metrics, operators, its end."""

import asyncio
from collections.abc import Callable

import grpc
import httpx
import pytest
from analytics.v1 import spool_pb2, track_pb2

from mesh.channel import bearer
from tests.edge.conftest import (
    MESH_TOKEN,
    Edge,
    WriterDouble,
    eventually,
    free_port,
    view,
)

Result = track_pb2.TrackResult


async def test_sigterm_spools_what_is_in_flight_and_exits_with_0(edge: Edge, writer: WriterDouble) -> None:
    writer.free.clear()
    events = [view() for _ in range(3)]
    calls = [asyncio.create_task(edge.send_one(event)) for event in events]

    async def arrived() -> bool:
        return writer.running > 0

    await eventually(arrived)
    assert await edge.stop() == 0
    answers = await asyncio.gather(*calls, return_exceptions=True)
    writer.free.set()
    await edge.kill()
    await edge.start()
    await edge.drained()
    acknowledged = {answer.event_id for answer in answers if isinstance(answer, Result)}
    assert acknowledged and acknowledged <= set(writer.ledger)


async def test_without_a_directory_it_is_not_serving_until_the_writer_was_heard(
    make_edge: Callable[[str], Edge], writer: WriterDouble
) -> None:
    await writer.die()
    edge = make_edge("edge-1")
    await edge.start(until_serving=False)
    assert not await edge.serving()
    await writer.start()
    await eventually(edge.serving)
    assert (edge.folder / "edge-directory.bin").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "value"), [("seal_key", "AAAA"), ("seal_key", "A" * 43 + "="), ("edge_id", "a b"), ("mesh_token", "short")]
)
async def test_a_bad_setting_refuses_to_boot_and_names_the_variable(
    make_edge: Callable[[str], Edge], name: str, value: str
) -> None:
    edge = make_edge("edge-1")
    with pytest.raises(AssertionError, match=f"ANALYTICS_{name.upper()}: "):
        await edge.start(**{name: value})
    assert edge.process and edge.process.returncode == 2


async def test_the_balance_is_a_metric(make_edge: Callable[[str], Edge]) -> None:
    edge = make_edge("edge-1")
    port = free_port()
    await edge.start(metrics_port=str(port))
    await edge.send(view(), view(do_not_track=True))
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'analytics_edge_events{fate="acknowledged"} 2.0' in text
    assert 'analytics_edge_events{fate="ignored"} 1.0' in text
    assert "analytics_edge_spool_usable 1.0" in text


async def test_an_operator_pauses_inspects_and_resumes(edge: Edge, writer: WriterDouble) -> None:
    await edge.ops.Pause(spool_pb2.PauseRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await edge.send(view(), view())
    await edge.send(view())
    writer.refuse = None
    inspected = await edge.ops.Inspect(spool_pb2.InspectRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    assert [entry.envelopes for entry in inspected.entries] == [2, 1]
    assert all(len(entry.key_id) == 16 and entry.spooled_at_us and entry.bytes for entry in inspected.entries)
    first = await edge.ops.Inspect(spool_pb2.InspectRequest(limit=1), metadata=bearer(MESH_TOKEN), timeout=5)
    assert len(first.entries) == 1
    with pytest.raises(grpc.aio.AioRpcError, match="limit: 101 is not 1 to 100"):
        await edge.ops.Inspect(spool_pb2.InspectRequest(limit=101), metadata=bearer(MESH_TOKEN), timeout=5)
    await asyncio.sleep(1.2)
    status = await edge.status()
    assert status.paused and status.entries == 2 and status.oldest_s > 0
    await edge.ops.Resume(spool_pb2.ResumeRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    assert (await edge.drained()).balance.stored == 3


async def test_a_pause_ends_with_the_edge(edge: Edge, writer: WriterDouble) -> None:
    """A pause that is forgotten would fill the spool."""
    await edge.ops.Pause(spool_pb2.PauseRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await edge.send_one(view())
    await edge.kill()
    writer.refuse = None
    await edge.start()
    status = await edge.drained()
    assert (status.balance.stored, status.paused) == (1, False)


async def test_the_status_of_a_growing_spool_says_when_it_is_full(edge: Edge, writer: WriterDouble) -> None:
    await writer.die()

    async def grows() -> bool:
        await edge.send_one(view())
        return (await edge.status()).HasField("hours_left")

    await eventually(grows)
    status = await edge.status()
    assert 0 < status.hours_left < 1_000_000
