"""mesh.server and mesh.channel: limits that both ends agree on, and a graceful stop."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import analytics.v1.realtime_pb2  # noqa: F401  # pyright: ignore[reportUnusedImport]  (the service's descriptor)
import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.auth import Authenticator
from mesh.channel import connect
from mesh.directory import Snapshot
from mesh.guard import Guard
from mesh.server import Server

REALTIME = "analytics.v1.RealtimeService"


def make() -> Server:
    return Server([REALTIME], Guard(Authenticator("the-mesh-token-of-tests", Snapshot, lambda: 0)))


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str]]:
    served = make()
    port = await served.start("127.0.0.1", 0, reflect=True)
    yield served, f"127.0.0.1:{port}"
    await served.grpc.stop(None)


async def health(address: str, service: str = "") -> int:
    async with connect(address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        stub: Any = health_pb2_grpc.HealthStub(channel)
        return (await stub.Check(request, timeout=10)).status


@pytest.mark.parametrize("service", ["", REALTIME])
async def test_health_is_told_for_each_service_and_for_all(server: tuple[Server, str], service: str) -> None:
    served, address = server
    assert await health(address, service) == health_pb2.HealthCheckResponse.NOT_SERVING
    await served.set_serving(True)
    assert await health(address, service) == health_pb2.HealthCheckResponse.SERVING


async def test_a_taken_port_is_refused_not_shared(server: tuple[Server, str]) -> None:
    second = make()
    with pytest.raises(RuntimeError):
        await second.start("127.0.0.1", int(server[1].rpartition(":")[2]), reflect=False)
    await second.grpc.stop(None)


async def test_a_metadata_bomb_is_refused(server: tuple[Server, str]) -> None:
    async with connect(server[1]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await stub.Check(health_pb2.HealthCheckRequest(), metadata=(("x", "y" * 40_000),), timeout=10)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_stop_is_told_to_those_who_watch_the_health(server: tuple[Server, str]) -> None:
    served, address = server
    async with connect(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await served.set_serving(True)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        stopping = asyncio.create_task(served.stop(5))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
        await stopping


@pytest.mark.full
@pytest.mark.timeout(180)
async def test_an_idle_connection_is_kept(server: tuple[Server, str]) -> None:
    """Keepalive pings of the channel are no abuse to the server: three of them, 20 s apart, would else end it."""
    async with connect(server[1]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
        changed = asyncio.create_task(channel.wait_for_state_change(grpc.ChannelConnectivity.READY))
        done, _ = await asyncio.wait([changed], timeout=90)
        changed.cancel()
        assert not done, channel.get_state()
