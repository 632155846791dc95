"""The query service on real stores: the embedded engine in a folder of its own, and a writer over real gRPC."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import query_pb2, query_pb2_grpc, site_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh import channel, server
from mesh.auth import Authenticator
from mesh.directory import DirectoryClient
from mesh.guard import Guard
from query.admission import Admission, Limits
from query.asking import Desk
from query.clickhouse import Pool
from query.console import Console
from query.follow import Follower
from query.replica import Replica
from query.servicer import QueryServicer
from tests.query.writer import ADMIN_KEY, MESH_TOKEN, Truth, Writer

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits(at_once=4, per_site=3, per_key=3, waiting=20)
SITES = [
    site_pb2.Site(id="demo", number=1, timezone="UTC"),
    site_pb2.Site(id="other", number=2, timezone="Europe/Berlin"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working directory of a query process, for the time of a module: the engine keeps its schema cache there."""
    folder, before, scratch = tmp_path_factory.mktemp("query"), Path.cwd(), tempfile.tempdir
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    yield folder
    os.chdir(before)
    tempfile.tempdir = scratch


@dataclass
class Store:
    """The store of a query process, without the process."""

    replica: Replica
    pool: Pool


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Store]:
    folder.mkdir(exist_ok=True)
    dsn = f"chdb://{folder / 'clickhouse'}"
    with (
        contextlib.closing(Replica(dsn, folder / "applied.json")) as replica,
        contextlib.closing(Pool(dsn, 2, 30.0)) as pool,
    ):
        yield Store(replica, pool)


@pytest.fixture(scope="module")
def store(home: Path) -> Iterator[Store]:
    with opened(home) as store:
        yield store


@dataclass
class Service:
    """A whole query service beside its writer."""

    writer: Writer
    follower: Follower
    stub: query_pb2_grpc.QueryServiceStub
    channel: grpc.aio.Channel

    async def ask(self, key: str = ADMIN_KEY, **fields: Any) -> query_pb2.QueryResponse:
        fields = {"site": "demo", "metrics": ["visitors"], "date_range": ["2026-03-01", "2026-03-31"]} | fields
        return await self.stub.Query(query_pb2.QueryRequest(**fields), metadata=channel.bearer(key), timeout=20)

    async def caught_up(self) -> None:
        request = query_pb2.AwaitRequest(position=self.writer.truth.head)
        await self.stub.Await(request, metadata=channel.bearer(ADMIN_KEY), timeout=20)


async def serving(caller: grpc.aio.Channel) -> None:
    """Return when health says that the service answers."""
    watch = health_pb2_grpc.HealthStub(caller).Watch(health_pb2.HealthCheckRequest(), timeout=20)
    async for response in watch:
        if response.status == health_pb2.HealthCheckResponse.SERVING:
            watch.cancel()
            return


@pytest.fixture(scope="module")
async def service(home: Path) -> AsyncIterator[Service]:
    writer = Writer(Truth(), SITES)
    await writer.start()
    dsn = f"chdb://{home / 'clickhouse'}"
    replica, pool, console = Replica(dsn, home / "applied.json"), Pool(dsn, 2, 30.0), Console(dsn, 30.0)
    to_writer = channel.connect(writer.address)
    directory = DirectoryClient(to_writer, MESH_TOKEN, "query")
    now_us = lambda: int(NOW.timestamp() * 1e6)  # noqa: E731
    mesh_server = server.Server(
        ["analytics.v1.QueryService"], Guard(Authenticator(MESH_TOKEN, lambda: directory.snapshot, now_us), directory)
    )
    follower = Follower(replica, to_writer, MESH_TOKEN, mesh_server.set_serving)
    desk = Desk(pool, follower, directory, Admission(LIMITS), 32, now_us)
    servicer = QueryServicer(desk, console, follower)
    query_pb2_grpc.add_QueryServiceServicer_to_server(servicer, mesh_server.grpc)
    port = await mesh_server.start("127.0.0.1", 0, reflect=False)
    await directory.start(wait_s=5)
    follower.start()
    caller = channel.connect(f"127.0.0.1:{port}")
    await serving(caller)
    yield Service(writer, follower, query_pb2_grpc.QueryServiceStub(caller), caller)
    await caller.close()
    await mesh_server.stop(1)
    await follower.stop()
    await directory.stop()
    await to_writer.close()
    await writer.stop()
    console.close()
    pool.close()
    replica.close()
