"""A site and the gateway of its analytics in one small server: serves pages, records what their scripts send."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from gateway.script import Scripts

ANSWER_S = 20.0


@dataclass(frozen=True, slots=True)
class Received:
    """A request to `/track/…`, with its events as they are meant: each with the fields of its batch."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def events(self) -> list[dict[str, Any]]:
        batch = json.loads(self.body)
        common = {name: value for name, value in batch.items() if name != "events"}
        return [common | event for event in batch["events"]]


@dataclass
class Recorder:
    """`answer` gives (status, headers, body) to a request; by default everything is accepted."""

    port: int
    name: str = "site0"
    pages: dict[str, str] = field(default_factory=dict)
    page_headers: dict[str, str] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    answer: Callable[[Received], tuple[int, dict[str, str], bytes]] | None = None
    delay_s: float = 0.0
    _former: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def elsewhere(self) -> str:
        """The same server under another origin."""
        return f"http://localhost:{self.port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event that came, once, in the order in which they happened."""
        by_id = {event["eventId"]: event for request in self.requests for event in request.events}
        return list(by_id.values())

    def of(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Events of a kind whose fields are as given."""
        return [e for e in self.events if e["kind"] == kind and all(e.get(k) == v for k, v in fields.items())]

    def forget(self) -> None:
        """Serve nothing, and record what comes for another site than until now: late events are not taken for new."""
        self._former.add(self.name)
        self.name = f"site{len(self._former)}"
        self.pages, self.page_headers, self.requests, self.answer, self.delay_s = {}, {}, [], None, 0.0

    def script(self, *attributes: str, name: str = "analytics.full.js") -> str:
        """The tag of the script on a page."""
        return f'<script src="/js/{name}" data-site="{self.name}" {" ".join(attributes)}></script>'

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until it holds. Raises AssertionError that says what came instead."""
        deadline = time.monotonic() + ANSWER_S
        while not holds():
            said = [(e["kind"], e.get("type") or e.get("name"), e.get("pageUrl")) for e in self.events]
            assert time.monotonic() < deadline, f"came: {said}"
            await asyncio.sleep(0.02)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        script = _SCRIPTS.get(path)
        if script:
            await script(scope, receive, send)
        elif path.startswith("/track/"):
            await self._track(scope, receive, send)
        elif path in self.pages:
            headers = {"content-type": "text/html; charset=utf-8", **self.page_headers}
            await _respond(send, 200, headers, self.pages[path].encode())
        else:
            await _respond(send, 404, {"content-type": "text/html"}, b"<h1>nothing</h1>")

    async def _track(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        received = Received(scope["method"], scope["path"], headers, body, time.monotonic())
        if json.loads(body).get("appName") not in self._former:
            self.requests.append(received)
        await asyncio.sleep(self.delay_s)
        status, more, content = self.answer(received) if self.answer else accepted(received)
        await _respond(send, status, {"access-control-allow-origin": "*", **more}, content)


def accepted(received: Received) -> tuple[int, dict[str, str], bytes]:
    results = [{"eventId": event["eventId"], "status": "accepted"} for event in received.events]
    return 202, {"content-type": "application/json"}, json.dumps({"results": results}, separators=(",", ":")).encode()


async def _respond(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def recording() -> AsyncGenerator[Recorder]:
    listener = socket.create_server(("127.0.0.1", 0))
    recorder = Recorder(listener.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(recorder, log_config=None, lifespan="off", access_log=False))
    server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(ANSWER_S):
        while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.01)
    yield recorder
    server.should_exit = True
    server.force_exit = True
    await serving


_SCRIPTS = Scripts().endpoints()
