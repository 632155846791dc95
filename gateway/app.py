"""The gateway's ASGI application: capture by raw callables, the rest by Starlette from the table of operations."""

from collections.abc import Callable, Sequence
from pathlib import Path

import grpc
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import compat, docs, openapi
from gateway.assets import Assets
from gateway.batcher import Batcher
from gateway.client_ip import ClientAddress
from gateway.compat.intake import Intake
from gateway.live import Live
from gateway.openapi import Handler, routes
from gateway.operations import Operations
from gateway.peers import Peers
from gateway.pixel import Pixel
from gateway.problems import Problem
from gateway.rate import Rates
from gateway.script import Scripts
from gateway.settings import GatewaySettings
from gateway.table import table
from gateway.track import OUTCOMES, Track
from gateway.visitor import Visitor
from mesh.errors import MeshError
from mesh.origin import came_from
from mesh.telemetry import log

DIST = Path(__file__).parent / "dashboard" / "dist"

_CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors "
)
_SECURITY = {
    "content-security-policy": f"{_CONTENT}'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HSTS = "max-age=31536000"
_SHARE = "/share/"
_CALLS = ("/api/", "/track/")
"""Below these no path is a page's."""


class Gateway:
    """The ASGI callable. What pages of other origins ask for never passes through Starlette and its headers."""

    def __init__(self, settings: GatewaySettings, peers: Peers, dist: Path = DIST) -> None:
        addresses = self._addresses = ClientAddress(settings.trusted_networks)
        self.batcher = Batcher(peers.track, settings.max_queued_events, settings.edge_patience_s)
        self.live = Live(peers)
        visitor = Visitor(addresses, settings.country_header)
        counts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
        rates = Rates(settings.rate_per_address, settings.rate_per_site, settings.rate_burst_s)
        foreign = Intake(self.batcher, visitor, rates, peers, counts)
        track = Track(self.batcher, visitor, rates, foreign.site_of_key, counts)
        operations = table(peers, addresses, Operations(peers, track, self.batcher, self.live))
        self._open = {
            **track.endpoints(),
            **compat.endpoints(foreign),
            **Scripts().endpoints(),
            **Pixel(foreign).endpoints(),
        }
        self._rest = Starlette(
            routes=[
                *routes(operations),
                *compat.routes(foreign, peers),
                Route("/api/openapi.json", openapi.endpoint(operations), methods=["GET"]),
                Route("/api/docs", docs.endpoint(operations), methods=["GET"]),
                WebSocketRoute("/api/v1/live", self.live.handle),
                Route("/{path:path}", _pages(Assets(dist)), methods=["GET"]),
            ],
            exception_handlers={
                MeshError: _refuse,
                Problem: _refuse,
                grpc.aio.AioRpcError: _refuse,
                HTTPException: _refuse,
            },
            middleware=[Middleware(Safety, framing=lambda path: _framing(path, peers))],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            endpoint = self._open.get(scope["path"])
            if endpoint is not None:
                await endpoint(scope, receive, send)
                return
        if scope["type"] != "lifespan" and scope.get("client"):
            came_from(self._addresses.of(scope["client"][0], scope["headers"]))
        await self._rest(scope, receive, send)


class Safety:
    """Security headers on every answer, and a problem instead of a traceback for what nobody foresaw.

    `framing` names the origins whose pages may show a path in a frame.
    """

    def __init__(self, app: ASGIApp, framing: Callable[[str], Sequence[str]]) -> None:
        self._app = app
        self._framing = framing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY)
                if origins := self._framing(scope["path"]):
                    headers["content-security-policy"] = _CONTENT + " ".join(origins)
                    del headers["x-frame-options"]  # it knows no origins
                if scope["scheme"] == "https":
                    headers["strict-transport-security"] = _HSTS
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            log.error("request_failed", path=scope["path"], error=type(error).__name__, exc_info=error)
            if started:
                raise
            await _problem(Problem(500, "internal error; the gateway's log has it"))(scope, receive, guarded)


def _framing(path: str, peers: Peers) -> Sequence[str]:
    """A share link's page may stand in frames of the origins that the link names; nothing else may anywhere."""
    if not path.startswith(_SHARE):
        return ()
    share = peers.directory.snapshot.shares.get(path.removeprefix(_SHARE))
    return share.embed_origins if share else ()


def _pages(assets: Assets) -> Handler:
    async def page(request: Request) -> Response:
        if request.url.path.startswith(_CALLS):
            raise _no_call()
        return await assets.handle(request)

    return page


def _no_call() -> Problem:
    return Problem(404, "there is nothing at this path; /api/openapi.json lists what there is")


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, MeshError):
        error = Problem.of(error)
    elif isinstance(error, grpc.aio.AioRpcError):
        error = Problem.of_rpc(error)
    elif isinstance(error, HTTPException) and "path" in request.path_params and request.url.path.startswith(_CALLS):
        error = _no_call()  # of all routes only that of the pages fits it, by another method
    elif isinstance(error, HTTPException):
        headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
        detail = _HTTP_DETAIL.get(error.status_code, error.detail)
        error = Problem(error.status_code, detail, headers=headers)
    assert isinstance(error, Problem)
    return _problem(error)


_HTTP_DETAIL = {405: "this method is not for this path; see `allow`", 404: "there is nothing at this path"}


def _problem(problem: Problem) -> Response:
    body = problem.body()
    response = Response(body, problem.status)
    response.raw_headers = problem.response_headers(body)
    return response
