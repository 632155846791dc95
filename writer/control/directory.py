"""The directory as the writer itself reads it from PostgreSQL, and as it sends it to every other service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import grpc
from analytics.v1 import directory_pb2, directory_pb2_grpc

from mesh.directory import Snapshot
from mesh.errors import unavailable
from mesh.telemetry import log
from writer.control.changes import CHANNEL, VERSION, Connection, Pool
from writer.control.store import read_directory
from writer.database import FAILURES

HEARTBEAT_S: Final = 5.0


class LocalDirectory:
    """The writer's own copy, used like mesh's DirectoryClient. Fresh within a round trip after any writer's change.

    `connected` is False while PostgreSQL cannot be heard; the copy then stands as it was.
    """

    def __init__(self) -> None:
        self.snapshot = Snapshot()
        self.message = directory_pb2.Directory()
        self.connected = False
        self._pool: Pool | None = None
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def start(self, pool: Pool) -> None:
        """Read the directory and follow its changes. Raises asyncpg's errors if it cannot be read at all."""
        self._pool = pool
        async with pool.acquire() as connection:
            await self._read(connection)
        self._task = asyncio.create_task(self._follow(pool))

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def refresh(self) -> None:
        """Read it again now, for whoever has just changed it. What cannot be read now is followed later."""
        if self._pool is None:
            raise RuntimeError("the directory has not been started")
        try:
            async with self._pool.acquire() as connection:
                await self._read(connection)
        except FAILURES as error:
            log.warning("directory_unread", error=type(error).__name__)

    async def at_least(self, version: int, timeout_s: float = 2.0) -> None:
        """Return when the copy has reached a version, or after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self.snapshot.version >= version)

    async def _follow(self, pool: Pool) -> None:
        while True:
            try:
                async with pool.acquire() as connection:
                    await self._listen(connection)
            except FAILURES as error:
                log.warning("directory_unheard", error=type(error).__name__)
            self.connected = False
            await asyncio.sleep(0.5)

    async def _listen(self, connection: Connection) -> None:
        """Returns when the connection is lost."""
        heard = asyncio.Event()

        def notice(*_: object) -> None:
            heard.set()

        connection.add_termination_listener(notice)
        await connection.add_listener(CHANNEL, notice)
        try:
            while not connection.is_closed():
                heard.clear()
                await self._read(connection)
                self.connected = True
                with contextlib.suppress(TimeoutError):  # a notice may be lost with a failover: look anyway
                    # not wait_for, which until Python 3.12 loses a cancellation that comes with the notice
                    async with asyncio.timeout(HEARTBEAT_S):
                        await heard.wait()
        finally:
            if not connection.is_closed():
                connection.remove_termination_listener(notice)
                await connection.remove_listener(CHANNEL, notice)

    async def _read(self, connection: Connection) -> None:
        if await connection.fetchval(VERSION) == self.snapshot.version:
            return
        message = await read_directory(connection)
        async with self._changed:
            if message.version > self.snapshot.version:  # two reads may overtake each other
                self.message, self.snapshot = message, Snapshot.of(message)
            self._changed.notify_all()


class DirectoryServicer(directory_pb2_grpc.DirectoryServiceServicer):
    """Sends the directory to the services. A watch ends when `stopping` is set."""

    def __init__(self, directory: LocalDirectory, stopping: asyncio.Event) -> None:
        self._directory = directory
        self._stopping = stopping

    async def Watch(
        self,
        request: directory_pb2.DirectoryServiceWatchRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[directory_pb2.DirectoryServiceWatchResponse]:
        """The whole directory at once and at each change, a heartbeat every 5 s in between."""
        if not self._directory.snapshot.version:
            raise unavailable("the directory has not been read yet")
        log.info("directory_watched", watcher=request.watcher[:64])
        sent = 0
        while not self._stopping.is_set():
            message = self._directory.message
            if message.version > sent:
                sent = message.version
                yield directory_pb2.DirectoryServiceWatchResponse(directory=message, version=sent)
            else:
                yield directory_pb2.DirectoryServiceWatchResponse(version=sent)
            await self._news(sent)

    async def _news(self, sent: int) -> None:
        """Return at a newer version, at the server's stop, or after a heartbeat's time."""
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self._directory.at_least(sent + 1, HEARTBEAT_S)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
