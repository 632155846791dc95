"""A foreign tracker's request and its answer, as the files of this folder see them: raw ASGI, a hot path."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import body as http_body
from gateway.problems import JSON, Headers, Problem, wrong_method
from mesh.errors import MeshError
from mesh.telemetry import log

_ANY_ORIGIN = ((b"access-control-allow-origin", b"*"),)
_PREFLIGHT_HEADERS = b"authorization, content-type, content-encoding, x-retry-count"


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body is read. `headers` by name, `pairs` as they came: a header may come twice."""

    body: bytes
    headers: dict[bytes, bytes]
    pairs: list[tuple[bytes, bytes]]
    peer: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the tracker's own server would answer."""

    status: int
    body: bytes
    kind: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


Answer = Callable[[Call], Awaitable[Reply]]
Shape = Callable[[Problem], Reply]
"""A refusal in the tracker's own words."""


def endpoint(answer: Answer, shape: Shape, limit: int) -> ASGIApp:
    """An ASGI callable for POST with a body of up to `limit` bytes, open to pages of any origin."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await _send(send, Reply(204, b"", headers=_preflight()))
            return
        try:
            if scope["method"] != "POST":
                raise wrong_method("POST")
            headers = dict(scope["headers"])
            http_body.require_json(headers)
            body = await http_body.read(headers, receive, limit)
            client = scope["client"]
            reply = await answer(Call(body, headers, scope["headers"], client[0] if client else ""))
        except Exception as error:
            reply = _refusal(error, shape)
        await _send(send, reply)

    return serve


def _refusal(error: Exception, shape: Shape) -> Reply:
    if isinstance(error, MeshError):
        error = Problem.of(error)
    if not isinstance(error, Problem):
        log.error("foreign_track_failed", error=type(error).__name__, exc_info=error)
        error = Problem(500, "internal error; the gateway's log has it")
    reply = shape(error)
    own = [pair for pair in error.response_headers(b"") if pair[0] in (b"retry-after", b"allow")]
    return replace(reply, headers=(*reply.headers, *own))


def _preflight() -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", _PREFLIGHT_HEADERS),
        (b"access-control-max-age", b"86400"),
    )


async def _send(send: Send, reply: Reply) -> None:
    headers: Headers = [(b"content-length", str(len(reply.body)).encode()), *_ANY_ORIGIN, *reply.headers]
    if reply.body:
        headers.append((b"content-type", reply.kind))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
