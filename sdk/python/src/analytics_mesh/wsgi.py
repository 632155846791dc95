"""WSGI middleware: each HTML page that the application shows is a page view."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.util import request_uri

from analytics_mesh.page_view import is_page, page_view
from analytics_mesh.tracking import Tracking, log

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class AnalyticsMiddleware:
    """Hands views to `client` when the response begins: it neither waits for the edge nor fails with it.

    The visitor's address is `REMOTE_ADDR`: behind a proxy let the server or a middleware such as werkzeug's `ProxyFix`
    set it. `views` decides per request's environment, default: every page.
    """

    def __init__(
        self, app: App, client: Tracking[str], views: Callable[[Environ], bool] = lambda environ: True
    ) -> None:
        self._app = app
        self._client = client
        self._views = views

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "GET":
            return self._app(environ, start_response)
        seen: Environ = dict(environ)  # as it came: applications write into theirs

        def watched(status: str, headers: list[tuple[str, str]], *rest: Any, **named: Any) -> Any:
            write = start_response(status, headers, *rest, **named)
            self._record(seen, status, headers)
            return write

        return self._app(environ, watched)

    def _record(self, environ: Environ, status: str, headers: list[tuple[str, str]]) -> None:
        try:
            request = _headers(environ)
            kind = next((value for name, value in headers if name.lower() == "content-type"), "")
            if is_page(environ["REQUEST_METHOD"], int(status[:3]), kind, request) and self._views(environ):
                self._client.offer(page_view(request_uri(environ), request, environ.get("REMOTE_ADDR", "")))
        except Exception as error:
            log.error("page view not recorded: %s", type(error).__name__)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    return {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
