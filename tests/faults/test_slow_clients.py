"""Peers that do not get on: slow, silent, gone without a word. They are cut off, and what they hold is bounded."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import httpx
import psutil
import pytest
from analytics.v1 import ingest_pb2, ingest_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway import body
from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.clock import now_us
from mesh.directory import Snapshot
from mesh.guard import Guard
from mesh.server import Server
from mesh.stream import AT_ONCE, StreamCaller, answer_all
from tests.faults.proxy import Proxy
from tests.gateway.doubles import running

TOKEN = "the-mesh-token-of-this-test"
HEAD = b"POST /track/view HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"


class Holding(ingest_pb2_grpc.IngestServiceServicer):
    """Holds every request until `free`."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.free = asyncio.Event()
        self.under_way = self.most = 0

    async def IngestStream(self, request_iterator: Any, context: Any) -> None:
        async def answer(request: Any) -> ingest_pb2.IngestStreamResponse:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            try:
                await self.free.wait()
            finally:
                self.under_way -= 1
            return ingest_pb2.IngestStreamResponse()

        await answer_all(context, answer, self.stopping)


@pytest.fixture
async def service() -> AsyncIterator[tuple[Holding, int]]:
    """A service as every one of ours is, and its port."""
    holding, server = Holding(), Server(["analytics.v1.IngestService"], Guard(Authenticator(TOKEN, Snapshot, now_us)))
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(holding, server.grpc)
    yield holding, await server.start("127.0.0.1", 0, reflect=False)
    holding.free.set()
    await server.stop(0.1)


async def test_a_body_that_trickles_in_for_ever_is_408_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_PATIENCE_S", 0.5)
    async with running(tmp_path) as mesh:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(mesh.url).port)
        writer.write(HEAD)

        async def trickle() -> None:
            while True:
                writer.write(b" ")
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        async with asyncio.timeout(20):
            assert b" 408 " in await reader.readline()
        trickling.cancel()
        writer.close()


async def test_a_client_that_stops_reading_an_answer_is_cut_off_in_time(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "large.bin").write_bytes(bytes(64 * 1024 * 1024))
    async with running(tmp_path, header_patience_s=0.3) as mesh:
        assert not _connections(mesh.url)
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", httpx.URL(mesh.url).port))
        await loop.sock_sendall(peer, b"GET /assets/large.bin HTTP/1.1\r\nhost: x\r\n\r\n")
        assert await loop.sock_recv(peer, 8) == b"HTTP/1.1"
        await _until(lambda: not _connections(mesh.url))
        peer.close()


async def test_a_stream_is_worked_on_a_few_requests_at_a_time_and_the_rest_waits_at_its_sender(
    service: tuple[Holding, int],
) -> None:
    holding, port = service
    async with connect(f"127.0.0.1:{port}") as channel, connect(f"127.0.0.1:{port}") as other:
        caller: StreamCaller[Any, Any] = StreamCaller(ingest_pb2_grpc.IngestServiceStub(channel).IngestStream)
        request, metadata = ingest_pb2.IngestStreamRequest(envelopes=[b""]), bearer(TOKEN)
        calls = [asyncio.create_task(caller.call(request, 60, metadata)) for _ in range(200)]
        await _until(lambda: holding.under_way >= AT_ONCE)
        for _ in range(20):  # by then it would have read on
            await health_pb2_grpc.HealthStub(other).Check(health_pb2.HealthCheckRequest(), timeout=10)
        holding.free.set()
        await asyncio.gather(*calls)
        await caller.close()
    # besides those that wait for their turn: the one being answered and the one just read
    assert AT_ONCE <= holding.most <= AT_ONCE + 2


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("said", [b"", b"PRI * HTTP/2.0\r\n"], ids=["nothing", "half_a_preface"])
async def test_a_peer_that_never_becomes_a_grpc_client_is_cut_off(service: tuple[Holding, int], said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service[1])
    writer.write(said)
    async with asyncio.timeout(240):
        with contextlib.suppress(ConnectionResetError):
            while await reader.read(1_024):
                pass
    writer.close()


@pytest.mark.full
@pytest.mark.timeout(300)
async def test_a_grpc_client_gone_without_a_word_is_cut_off_and_its_calls_end(service: tuple[Holding, int]) -> None:
    """Half open: its machine lost power, so that neither an answer nor an end comes. The server's pings find out."""
    holding, port = service
    proxy = Proxy("127.0.0.1", port)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{await proxy.start()}") as channel:
        stream = ingest_pb2_grpc.IngestServiceStub(channel).IngestStream(metadata=bearer(TOKEN))
        await stream.write(ingest_pb2.IngestStreamRequest(envelopes=[b""]))
        await _until(lambda: holding.under_way == 1)
        proxy.mode = "hang"
        await _until(lambda: holding.under_way == 0)
        stream.cancel()
    await proxy.stop()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(240):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _connections(url: str) -> int:
    """How many the gateway holds open."""
    port = httpx.URL(url).port
    return sum(
        each.status == psutil.CONN_ESTABLISHED and each.laddr.port == port
        for each in psutil.Process().net_connections("tcp")
    )
