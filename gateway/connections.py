"""What a client may make the gateway wait for, or hold: connections that do not get on are closed.

uvicorn bounds idle keep-alive and the number of connections; this adds long or slow heads, silent new connections,
bodies that never begin, and peers that stop reading an answer. One sweep over all connections every few seconds costs a
request nothing.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SWEEP_S = 2.0
PATIENCE_S = 20.0
"""Time from a connection's begin, or from its last answer's first following byte, to the end of a request's head."""
MAX_HEAD_BYTES = 64 * 1024
"""Of a head that comes in pieces; one in a single piece is bounded by the loop's read size (256 KiB)."""

LARGE_WRITE = 16 * 1024
"""A write from this size on waits for nothing, so that the transport's own flow control sees it."""

_HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class JoinedWrites:
    """A transport that sends what was written within one turn of the loop together: an answer's head and body.

    uvicorn writes the two apart, which costs both ends a system call, a packet and a wake-up a request.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        # looked up with each request, so bound once
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)
        if len(data) > LARGE_WRITE:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._flush()
        self._transport.set_protocol(protocol)

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, []
            self._transport.write(b"".join(held))


class HttpProtocol(HttpToolsProtocol):
    """Counts what comes in: uvicorn's httptools protocol takes a head of any length."""

    received = 0
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(JoinedWrites(transport, self.loop))  # pyright: ignore[reportArgumentType]

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.write(_HEAD_TOO_LARGE)
                self.transport.close()


class LiveSocketProtocol(WebSocketsSansIOProtocol):
    """A close frame goes out even where the peer reads too slowly for more, so that it learns why.

    A head that opens no socket (a body, too many or too long lines) is 400: uvicorn would wait for another for ever.
    """

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():  # it is handed over whole
            self.transport.write(_NO_HANDSHAKE)
            self.transport.close()

    async def send(self, message: Message) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)  # pyright: ignore[reportArgumentType]


class Sweeper:
    """Cuts a connection seen waiting for the same thing of its client for longer than the patience."""

    def __init__(self, server: uvicorn.Server, patience_s: float = PATIENCE_S) -> None:
        self._server = server
        self._patience_s = patience_s
        self._since: dict[object, tuple[object, float]] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(SWEEP_S, self._patience_s))
            self._sweep(loop.time())

    def _sweep(self, now: float) -> None:
        seen: dict[object, tuple[object, float]] = {}
        for connection in list(self._server.server_state.connections):
            state = _waiting(connection)
            if state is None:
                continue
            before, since = self._since.get(connection, (None, now))
            if before != state:
                since = now
            if now - since > self._patience_s:
                transport: Any = connection.transport
                transport.abort()
                continue
            seen[connection] = (state, since)
        self._since = seen


def _waiting(connection: Any) -> object | None:
    """What a connection is waiting for its client to do; None while it waits for us."""
    unread = connection.transport.get_write_buffer_size()
    if connection.transport.is_closing():
        return "end", unread
    if isinstance(connection, WebSocketsSansIOProtocol):
        return None
    cycle = connection.cycle
    if cycle is None:
        return "first head"
    if unread:
        return "reader", id(cycle), unread
    if cycle.response_complete:
        return None if connection.timeout_keep_alive_task is not None else id(cycle)
    return (id(cycle), connection.received) if cycle.more_body else None
