"""`WS /api/v1/live?site=`: live snapshots, at most one a second.

A page that holds a token in place of the cookie offers it as the subprotocol after `bearer`, since a browser's socket
has no headers to give. Sockets of one credential and site share one Watch. While realtime is away a socket hears
`{"fresh":false}` and waits.
Close codes: 4400 no site, 4401 not signed in (any more), 4403 not allowed, 4404 no such site, 4408 too slow, 1012 the
gateway stops. A foreign page that comes with the cookie gets no socket at all (403).
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Sequence

import grpc
import msgspec
from analytics.v1 import realtime_pb2
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.credentials import COOKIE, bearer_of, is_credential, is_same_origin
from gateway.peers import Peers
from mesh.telemetry import log

_STALE = b'{"fresh":false}'
_SILENCE_S = 15.0
"""Realtime speaks every 5 s; a stream silent for longer is dead."""

_CLOSE = {
    grpc.StatusCode.INVALID_ARGUMENT: 4400,
    grpc.StatusCode.UNAUTHENTICATED: 4401,
    grpc.StatusCode.PERMISSION_DENIED: 4403,
    grpc.StatusCode.NOT_FOUND: 4404,
}
TOO_SLOW = 4408
BEARER = "bearer"


class Feed:
    """One Watch, and its newest snapshot as JSON. A reader that misses some sees the newest."""

    def __init__(self) -> None:
        self.text = ""
        self.version = 0
        self.close_code = 0
        self.changed = asyncio.Event()
        self.readers = 0
        self.task: asyncio.Task[None] | None = None

    def publish(self, text: bytes) -> None:
        self.text = text.decode()
        self.version += 1
        self._wake()

    def end(self, close_code: int) -> None:
        self.close_code = close_code
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Live:
    def __init__(self, peers: Peers, *, send_timeout_s: float = 5.0) -> None:
        self._peers = peers
        self._send_timeout_s = send_timeout_s
        self._feeds: dict[tuple[str, str, str], Feed] = {}
        self.sockets = 0

    async def handle(self, socket: WebSocket) -> None:
        offered = socket.scope.get("subprotocols") or []
        by_protocol = len(offered) == 2 and offered[0] == BEARER
        secret = offered[1] if by_protocol else bearer_of(socket)
        if not secret:
            secret = socket.cookies.get(COOKIE, "")
            if secret and not is_same_origin(socket):
                await socket.close()
                return
        await socket.accept(BEARER if by_protocol else None)
        site = socket.query_params.get("site", "")
        if not is_credential(secret):
            await socket.close(4401)
            return
        if not site:
            await socket.close(4400)
            return
        self.sockets += 1
        try:
            async with self._feed(site, secret) as feed:
                await self._serve(socket, feed)
        finally:
            self.sockets -= 1

    async def stop(self) -> None:
        """End every Watch and close every socket with 1012."""
        tasks = [feed.task for feed in self._feeds.values() if feed.task]
        for feed in self._feeds.values():
            feed.end(1012)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, socket: WebSocket, feed: Feed) -> None:
        speak = asyncio.create_task(self._speak(socket, feed))
        listen = asyncio.create_task(_until_gone(socket))
        try:
            await asyncio.wait((speak, listen), return_when=asyncio.FIRST_COMPLETED)
        finally:
            speak.cancel()
            listen.cancel()
            await asyncio.gather(speak, listen, return_exceptions=True)

    async def _speak(self, socket: WebSocket, feed: Feed) -> None:
        seen = 0
        while not feed.close_code:
            changed = feed.changed
            if feed.version == seen:
                await changed.wait()
                continue
            seen = feed.version
            try:
                async with asyncio.timeout(self._send_timeout_s):
                    await socket.send_text(feed.text)
            except TimeoutError:
                await socket.close(TOO_SLOW)
                return
        await socket.close(feed.close_code)

    @contextlib.asynccontextmanager
    async def _feed(self, site: str, secret: str) -> AsyncGenerator[Feed]:
        # of one network, so that the audit log has an entry for each
        place = (site, secret, self._peers.network())
        feed = self._feeds.get(place)
        if feed is None:
            feed = self._feeds[place] = Feed()
            feed.task = asyncio.create_task(self._watch(feed, place))
        feed.readers += 1
        try:
            yield feed
        finally:
            feed.readers -= 1
            if not feed.readers:
                if self._feeds.get(place) is feed:
                    del self._feeds[place]
                if feed.task:
                    feed.task.cancel()
                    await asyncio.gather(feed.task, return_exceptions=True)

    async def _watch(self, feed: Feed, place: tuple[str, str, str]) -> None:
        site, secret, _ = place
        delay = 0.1
        while True:
            try:
                # no deadline: a watch has no end; the silence limit bounds each read instead
                call = self._peers.realtime.Watch(
                    realtime_pb2.RealtimeServiceWatchRequest(site=site),
                    metadata=self._peers.metadata(secret),
                    timeout=None,
                )
                while True:
                    async with asyncio.timeout(_SILENCE_S):
                        response = await call.read()
                    if response is grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]  (missing in the stubs)
                        break
                    delay = 0.1
                    feed.publish(msgspec.json.encode(snapshot_json(response)))
            except grpc.aio.AioRpcError as error:
                code = _CLOSE.get(error.code())
                if code:
                    self._feeds.pop(place, None)
                    feed.end(code)
                    return
                log.warning("live_lost", code=error.code().name)
            except TimeoutError:
                log.warning("live_lost", code="SILENT")
            if feed.text != _STALE.decode():
                feed.publish(_STALE)
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, 2.0)


def snapshot_json(response: realtime_pb2.RealtimeServiceWatchResponse) -> dict[str, object]:
    """A snapshot with the contract's names; times in microseconds since the epoch."""
    return {
        "fresh": response.fresh,
        "as_of_us": response.as_of_us,
        "position": response.position,
        "visitors_now": response.visitors_now,
        "views_per_minute": list(response.views_per_minute),
        "minute_us": response.minute_us,
        "pages": _counts(response.pages),
        "sources": _counts(response.sources),
        "countries": _counts(response.countries),
        "events": [
            {
                "occurred_at_us": event.occurred_at_us,
                "name": event.name,
                "hostname": event.hostname,
                "page": event.page,
                "country": event.country,
                "source": event.source,
                "browser": event.browser,
                "device": event.device,
            }
            for event in response.events
        ],
    }


def _counts(lines: Sequence[realtime_pb2.LiveCount]) -> list[dict[str, object]]:
    return [{"value": line.value, "count": line.count} for line in lines]


async def _until_gone(socket: WebSocket) -> None:
    """What a client says is read and dropped: the socket speaks one way."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
