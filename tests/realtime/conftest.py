"""Realtime as a real gRPC server, following a real gRPC server whose commits a test writes."""

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from analytics.v1 import (
    account_pb2,
    directory_pb2,
    event_pb2,
    follow_pb2,
    follow_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    site_pb2,
)

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.clock import now_us
from mesh.directory import DirectoryClient, Snapshot
from mesh.guard import Guard
from mesh.server import Server
from realtime.follow import Follower
from realtime.live import Live
from realtime.servicer import RealtimeServicer
from tests.realtime.events import framed

MESH_TOKEN = "mesh-token-of-the-tests"
READ = "am_key_reader-of-demo"
OTHER = "am_key_reader-of-another-site"
INGEST = "am_ingest_of-demo"
LINK, PART = "am_share_of-demo", "am_share_of-a-segment-of-demo"
PERSON = "am_session_of-a-viewer"


def directory(
    *,
    sites: tuple[str, ...] = ("demo", "other"),
    keys: tuple[str, ...] = (READ, OTHER, INGEST),
    person_of: str = "demo",
) -> Snapshot:
    of = {READ: ("demo", 2), OTHER: ("other", 2), INGEST: ("demo", 1)}
    message = directory_pb2.Directory(version=1)
    for number, name in enumerate(sites, 1):
        message.sites.add(id=name, number=number)
    for key in keys:
        site, scope = of[key]
        digest = hashlib.sha256(key.encode()).digest()
        message.credentials.add(secret_sha256=digest, id=key, site=site, scope=site_pb2.KeyScope.ValueType(scope))
    for secret, segment in ((LINK, ""), (PART, "seg_1")):
        credential = message.credentials.add(secret_sha256=hashlib.sha256(secret.encode()).digest(), id=secret)
        credential.grants.add(site="demo", role=account_pb2.ROLE_GUEST)
        credential.segment = segment
    credential = message.credentials.add(secret_sha256=hashlib.sha256(PERSON.encode()).digest(), id="ses_1", user="ada")
    credential.grants.add(site=person_of, role=account_pb2.ROLE_VIEWER)
    return Snapshot.of(message)


@dataclass
class Writer(follow_pb2_grpc.FollowServiceServicer):
    """Streams the commits it holds, then each new one, with a heartbeat ten times a second."""

    commits: list[follow_pb2.Commit] = field(default_factory=list)
    requests: list[follow_pb2.FollowRequest] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def commit(self, *events: event_pb2.NormalizedEvent, **more: Any) -> None:
        position = self.commits[-1].position + 1 if self.commits else 1
        self.commits.append(follow_pb2.Commit(position=position, events=framed(events), **more))
        self.changed.set()
        self.changed = asyncio.Event()

    async def Follow(self, request: follow_pb2.FollowRequest, context: Any) -> AsyncIterator[follow_pb2.FollowResponse]:
        self.requests.append(request)
        sent = request.after_position
        while True:
            changed = self.changed
            fresh = [commit for commit in self.commits if commit.position > sent]
            head = self.commits[-1].position if self.commits else 0
            yield follow_pb2.FollowResponse(commits=fresh, head=head)
            sent = max([sent, *(commit.position for commit in fresh)])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await changed.wait()


@dataclass
class Mesh:
    """Realtime between its writer and its clients."""

    writer: Writer
    live: Live
    follower: Follower
    directory: DirectoryClient
    stub: realtime_pb2_grpc.RealtimeServiceStub
    writer_port: int
    writer_server: Server | None = None

    async def start_writer(self) -> None:
        guard = Guard(Authenticator(MESH_TOKEN, Snapshot, now_us))
        server = Server(["analytics.v1.FollowService"], guard)
        follow_pb2_grpc.add_FollowServiceServicer_to_server(self.writer, server.grpc)
        await server.start("127.0.0.1", self.writer_port, reflect=False)
        self.writer_server = server

    async def stop_writer(self) -> None:
        if self.writer_server:
            await self.writer_server.stop(0)
        self.writer_server = None

    def watch(self, site: str = "demo", key: str = READ) -> "grpc.aio.UnaryStreamCall[Any, Any]":
        return self.stub.Watch(realtime_pb2.RealtimeServiceWatchRequest(site=site), metadata=bearer(key), timeout=20)  # pyright: ignore[reportReturnType]


@pytest.fixture
async def mesh() -> AsyncGenerator[Mesh]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        writer_port = free.getsockname()[1]
    to_writer = connect(f"127.0.0.1:{writer_port}")
    live = Live(now_us)
    follower = Follower(to_writer, MESH_TOKEN, live, now_us)
    known = DirectoryClient(to_writer, MESH_TOKEN, "realtime")
    known.snapshot = directory()
    authenticator = Authenticator(MESH_TOKEN, lambda: known.snapshot, now_us)
    server = Server(["analytics.v1.RealtimeService"], Guard(authenticator))
    servicer = RealtimeServicer(live, known, authenticator, server.stopping, interval_s=0.2)
    realtime_pb2_grpc.add_RealtimeServiceServicer_to_server(servicer, server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    channel = connect(f"127.0.0.1:{port}")
    found = Mesh(Writer(), live, follower, known, realtime_pb2_grpc.RealtimeServiceStub(channel), writer_port)
    await found.start_writer()
    following = asyncio.create_task(follower.run())
    yield found
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await channel.close()
    await server.stop(0)
    await found.stop_writer()
    await to_writer.close()
