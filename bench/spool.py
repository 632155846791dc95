"""The edge's spool as an operator sees it: its Status, and its file."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from analytics.v1 import spool_pb2, spool_pb2_grpc

from bench.mesh import Mesh
from mesh.channel import bearer, connect

Status = spool_pb2.SpoolServiceStatusResponse
_EVERY_S = 0.1
_LIMIT_S = 10.0
_COMPACT_EVERY_S = 0.5


class Spool:
    """Answers while the edge lives."""

    def __init__(self, mesh: Mesh, stub: Any) -> None:
        self._mesh = mesh
        self._stub = stub

    async def status(self) -> Status:
        """Raises AioRpcError."""
        token = bearer(self._mesh.ready["admin_token"])
        return await self._stub.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=token, timeout=_LIMIT_S)

    async def draining(self, within_s: float) -> Status:
        """The first status that says the drain runs. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not (status := await self.status()).draining:  # noqa: ASYNC110
                await asyncio.sleep(_EVERY_S)
        return status

    async def empty(self, within_s: float) -> Status:
        """The first status without entries. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while (status := await self.status()).entries:  # noqa: ASYNC110
                await asyncio.sleep(_EVERY_S)
        return status

    def file_bytes(self) -> int:
        """What Redis' append-only file takes on the disk, all its parts."""
        total = 0
        for file in (self._mesh.directory / "spool").rglob("*"):
            try:
                total += file.stat().st_size if file.is_file() else 0
            except FileNotFoundError:  # a rewrite has just replaced it
                continue
        return total

    async def compacted(self, at_most: float, within_s: float) -> int:
        """Bytes of the file once it has at most so many, or after a while."""
        deadline = time.monotonic() + within_s
        while (size := self.file_bytes()) > at_most and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_COMPACT_EVERY_S)
        return size


@asynccontextmanager
async def spool_of(mesh: Mesh) -> AsyncGenerator[Spool]:
    async with connect(mesh.ready["edge"]) as channel:
        yield Spool(mesh, spool_pb2_grpc.SpoolServiceStub(channel))
