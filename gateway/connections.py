"""What a client may make the gateway wait for: connections that do not get on are closed.

uvicorn bounds idle keep-alive; this adds slow headers, silent new connections, bodies that stop, and peers that never
read the end. One sweep over all connections every few seconds costs a request nothing.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.types import Message
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SWEEP_S = 2.0
PATIENCE_S = 20.0
"""Time from a connection's first byte, or from the end of the last answer, to a request's end of headers."""


class LiveSocketProtocol(WebSocketsSansIOProtocol):
    """A close frame goes out even where the peer reads too slowly for more, so that it learns why."""

    async def send(self, message: Message) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)  # pyright: ignore[reportArgumentType]


class Sweeper:
    """Closes a connection seen waiting in the same state for longer than the patience."""

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
    if connection.transport.is_closing():
        return "end"
    if isinstance(connection, WebSocketsSansIOProtocol):
        return None
    cycle = connection.cycle
    if cycle is None:
        return "first request"
    if cycle.response_complete:
        return None if connection.timeout_keep_alive_task is not None else id(cycle)
    return None
