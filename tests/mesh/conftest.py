"""A writer's directory that a test changes by hand, and a server behind the guard."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from analytics.v1 import directory_pb2, directory_pb2_grpc

from mesh.channel import connect

TOKEN = "the-mesh-token-of-tests"


class Directory(directory_pb2_grpc.DirectoryServiceServicer):
    """Publishes what a test sets with `publish`; counts watchers."""

    def __init__(self) -> None:
        self.current = directory_pb2.Directory(version=0)
        self.watched = 0
        self._changed = asyncio.Condition()
        self._server: grpc.aio.Server | None = None
        self.port = 0

    async def publish(self, directory: directory_pb2.Directory) -> None:
        async with self._changed:
            self.current = directory
            self._changed.notify_all()

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[directory_pb2.DirectoryServiceWatchResponse]:
        self.watched += 1
        while True:
            sent = self.current
            yield directory_pb2.DirectoryServiceWatchResponse(directory=sent, version=sent.version)
            async with self._changed:
                while self.current is sent:
                    await self._changed.wait()

    async def up(self) -> None:
        """Listen, on the same port each time."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        directory_pb2_grpc.add_DirectoryServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def down(self) -> None:
        if self._server:
            await self._server.stop(None)
            self._server = None


@pytest.fixture
async def directory() -> AsyncIterator[Directory]:
    served = Directory()
    await served.up()
    yield served
    await served.down()


@pytest.fixture
async def channel(directory: Directory) -> AsyncIterator[grpc.aio.Channel]:
    async with connect(f"127.0.0.1:{directory.port}") as opened:
        yield opened
