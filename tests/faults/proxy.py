"""A TCP proxy whose faults a test switches on: what a network does to two processes that are both well."""

import asyncio
import contextlib
from typing import Literal

Mode = Literal["pass", "cut", "hang", "drop_replies", "delay", "halve"]

_READ_BYTES = 64 * 1024


class Proxy:
    """Stands before `host:port`. `mode` may be set at any time and holds for connections that exist already:

    `cut` closes them and every new one; `hang` accepts and forwards nothing, and what came meanwhile goes on at the
    next `pass`; `drop_replies` forwards requests and swallows the answers; `delay` holds each answer for `delay_s`;
    `halve` forwards half of the next answer, cuts that connection, and is `cut` from then on.
    """

    def __init__(self, host: str, port: int) -> None:
        self.delay_s = 0.0
        self.requests = 0
        """Bytes forwarded to the server."""
        self.swallowed = 0
        """Bytes of answers that were dropped, in `drop_replies` and `halve`."""
        self._host, self._port = host, port
        self._mode: Mode = "pass"
        self._turned = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._mode = mode
        self._turned.set()
        self._turned = asyncio.Event()
        if mode == "cut":
            self._abort()

    async def start(self) -> int:
        """Listen on a free port of loopback; returns it."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close all, whatever is under way."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        self._abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server:
            await self._server.wait_closed()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._writers.add(to_client)
        to_server: asyncio.StreamWriter | None = None
        try:
            if self._mode == "cut":
                return
            await self._while_hung()
            server, to_server = await asyncio.open_connection(self._host, self._port)
            self._writers.add(to_server)
            there = asyncio.create_task(self._forward(client, to_server))
            back = asyncio.create_task(self._answer(server, to_client))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in (there, back):
                    each.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        except OSError:
            pass  # nobody listens behind us: the client sees its connection close
        finally:
            for writer in filter(None, (to_client, to_server)):
                self._writers.discard(writer)
                writer.transport.abort()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            self._tasks.discard(task)

    async def _while_hung(self) -> None:
        while self._mode == "hang":
            await self._turned.wait()

    async def _forward(self, client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while data := await client.read(_READ_BYTES):
            await self._while_hung()
            self.requests += len(data)
            server.write(data)
            await server.drain()

    async def _answer(self, server: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while data := await server.read(_READ_BYTES):
            await self._while_hung()
            if self._mode == "drop_replies":
                self.swallowed += len(data)
                continue
            if self._mode == "delay":
                await asyncio.sleep(self.delay_s)
            if self._mode == "halve":
                self.swallowed += len(data) - len(data) // 2
                client.write(data[: len(data) // 2])
                await client.drain()
                self.mode = "cut"
                return
            client.write(data)
            await client.drain()
