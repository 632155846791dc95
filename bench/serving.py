"""The query service as a process of its own on a store that was made beforehand. Of a writer there is nothing but what
takes the audit's entries: without it no question is answered."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from analytics.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    directory_pb2,
    follow_pb2,
    follow_pb2_grpc,
    query_pb2,
    query_pb2_grpc,
    site_pb2,
)

from bench.mesh import ROOT, environment, free_port
from bench.questions import SITE, SITE_ID
from mesh.channel import bearer, connect

_START_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running query service. `keys` are of the site, one for each person who asks."""

    pid: int
    stub: query_pb2_grpc.QueryServiceStub
    keys: Sequence[str]


class _Taken(audit_pb2_grpc.AuditServiceServicer):
    async def AppendAudit(self, request: audit_pb2.AppendAuditRequest, context: Any) -> audit_pb2.AppendAuditResponse:
        return audit_pb2.AppendAuditResponse()


class _Away(follow_pb2_grpc.FollowServiceServicer):
    async def Follow(self, request: follow_pb2.FollowRequest, context: Any) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "there is no writer")


@asynccontextmanager
async def serving(directory: Path, people: int, **settings: str) -> AsyncGenerator[Served]:
    """Start on `directory`, wait until it answers, stop afterwards. Raises RuntimeError with its log where it fails."""
    keys = [f"am_key_{number}" for number in range(people)]
    home = directory / "query"
    (home / "directory.bin").write_bytes(_directory(keys).SerializeToString())
    port = free_port()
    writer = grpc.aio.server()
    audit_pb2_grpc.add_AuditServiceServicer_to_server(_Taken(), writer)
    follow_pb2_grpc.add_FollowServiceServicer_to_server(_Away(), writer)
    writer_port = writer.add_insecure_port("127.0.0.1:0")
    await writer.start()
    told = {
        "ANALYTICS_MESH_TOKEN": "the-token-of-a-measurement",
        "ANALYTICS_DATA_DIR": str(directory),
        "ANALYTICS_QUERY_PORT": str(port),
        "ANALYTICS_WRITER_ADDRESS": f"127.0.0.1:{writer_port}",
    }
    with (directory / "query.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "query", cwd=ROOT, env=environment() | told | settings, stderr=log
        )
    try:
        async with connect(f"127.0.0.1:{port}") as channel:
            stub = query_pb2_grpc.QueryServiceStub(channel)
            try:
                await _ready(process, stub, keys[0])
                yield Served(process.pid, stub, keys)
            except Exception as error:
                tail = (await asyncio.to_thread((directory / "query.log").read_text))[-3_000:]
                raise RuntimeError(f"query did not answer:\n{tail}") from error
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await writer.stop(0)


async def _ready(process: asyncio.subprocess.Process, stub: query_pb2_grpc.QueryServiceStub, key: str) -> None:
    request = query_pb2.QueryRequest(site=SITE_ID, metrics=["visits"], date_range=["day"])
    async with asyncio.timeout(_START_LIMIT_S):
        while True:
            try:
                await stub.Query(request, metadata=bearer(key), timeout=10)
                return
            except grpc.aio.AioRpcError:
                if process.returncode is not None:
                    raise
            await asyncio.sleep(0.1)


def _directory(keys: Sequence[str]) -> directory_pb2.Directory:
    return directory_pb2.Directory(
        version=1,
        sites=[site_pb2.Site(id=SITE_ID, number=SITE, timezone="UTC")],
        credentials=[
            directory_pb2.Credential(
                secret_sha256=hashlib.sha256(key.encode()).digest(),
                id=f"key_{number}",
                site=SITE_ID,
                scope=site_pb2.KEY_SCOPE_READ,
            )
            for number, key in enumerate(keys)
        ],
    )


async def made(directory: Path, events: int, *, dumped: bool) -> str:
    """Make the store, and text files of its rows, in a process of its own; returns what that prints.

    Raises RuntimeError if it fails.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.history", str(directory), str(events), *(["dump"] if dumped else [])),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"bench query: the process that makes the events exits {process.returncode}")
    return output.decode()
