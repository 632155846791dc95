"""ASGI middleware: each HTML page that the application shows is a page view."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from analytics_mesh.page_view import is_page, page_view
from analytics_mesh.tracking import Tracking, log

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class AnalyticsMiddleware:
    """Hands views to `client` after the response's head went out: it neither waits for the edge nor fails with it.

    The visitor's address is the server's idea of the peer: behind a proxy let the server read the proxy's header
    (uvicorn: `--proxy-headers`). `views` decides per request scope, default: every page.
    """

    def __init__(self, app: App, client: Tracking[Any], views: Callable[[Scope], bool] = lambda scope: True) -> None:
        self._app = app
        self._client = client
        self._views = views

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                self._record(scope, message)

        await self._app(scope, receive, watched)

    def _record(self, scope: Scope, start: Message) -> None:
        try:
            request = _text(scope["headers"])
            kind = _text(start.get("headers", ())).get("content-type", "")
            if is_page(scope["method"], start["status"], kind, request) and self._views(scope):
                client = scope.get("client")
                self._client.offer(page_view(_url(scope, request), request, client[0] if client else ""))
        except Exception as error:
            log.error("page view not recorded: %s", type(error).__name__)


def _text(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _url(scope: Scope, request: dict[str, str]) -> str:
    host = request.get("host")
    if not host:
        server = scope.get("server") or ("localhost", None)
        host = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string") or b""
    return (
        f"{scope.get('scheme', 'http')}://{host}{path.decode('latin-1')}{'?' if query else ''}{query.decode('latin-1')}"
    )
