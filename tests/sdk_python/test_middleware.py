"""ASGI and WSGI middleware: pages are views, everything else is left alone, nothing breaks a response."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import httpx
import pytest
from analytics_mesh import AsyncClient, Client, Options, asgi, wsgi
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route

from tests.sdk_python.conftest import KEY, Edge

HEADERS = {
    "user-agent": "Mozilla/5.0 Firefox/140.0",
    "referer": "https://news.example/",
    "accept-language": "de-AT,de",
    "sec-gpc": "1",
}


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse("<p>hello</p>", 404 if request.url.path == "/missing" else 200)


async def _data(request: Request) -> JSONResponse:
    return JSONResponse({})


async def _broken(request: Request) -> PlainTextResponse:
    raise RuntimeError("the application's own fault")


ROUTES = [
    Route("/page", _page, methods=["GET", "POST"]),
    Route("/missing", _page),
    Route("/data", _data),
    Route("/broken", _broken),
]


async def test_an_asgi_applications_pages_are_views_with_the_visitors_context(edge: Edge) -> None:
    async with AsyncClient(edge.target, KEY) as client:
        app: Any = asgi.AnalyticsMiddleware(Starlette(routes=ROUTES), client)  # pyright: ignore[reportArgumentType]
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 1), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example", headers=HEADERS) as http:
            assert (await http.get("/page?utm_source=news&q=%C3%A4")).text == "<p>hello</p>"
            await http.get("/missing")
            await http.get("/data")
            await http.post("/page")
            await http.get("/page", headers={"sec-fetch-dest": "iframe"})
            await http.get("/page", headers={"x-requested-with": "XMLHttpRequest"})
            assert (await http.get("/broken")).status_code == 500
    [event] = edge.stored.values()
    assert event.page_url == "https://shop.example/page?utm_source=news&q=%C3%A4"
    assert (event.ip, event.user_agent, event.referrer, event.language, event.global_privacy_control) == (
        "192.0.2.7",
        HEADERS["user-agent"],
        HEADERS["referer"],
        "de-AT",
        True,
    )


async def test_an_asgi_response_comes_whole_while_the_edge_is_away_and_the_choice_fails(edge: Edge) -> None:
    edge.stop()

    def every(scope: Any) -> bool:
        return True

    def choice(scope: Any) -> bool:
        raise RuntimeError("a fault in the choice")

    async with AsyncClient(edge.target, KEY, Options(queue_events=1, close_s=0, when_full="raise")) as client:
        for views in (every, choice):
            app: Any = asgi.AnalyticsMiddleware(Starlette(routes=ROUTES), client, views)  # pyright: ignore[reportArgumentType]
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example") as http:
                for _ in range(3):
                    assert (await http.get("/page")).text == "<p>hello</p>"
        assert client.stats.dropped == 2


def _wsgi_page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["PATH_INFO"] = "/rewritten"
    start_response("200 OK", headers=[("Content-Type", "text/html; charset=utf-8")], exc_info=None)
    return [b"hello"]


def _wsgi_data(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


@pytest.mark.parametrize("app", [_wsgi_page, _wsgi_data])
def test_a_wsgi_applications_pages_are_views_and_responses_pass_untouched(edge: Edge, app: Any) -> None:
    environ: dict[str, Any] = {
        "PATH_INFO": "/page",
        "QUERY_STRING": "utm_source=news",
        "HTTP_HOST": "shop.example",
        "HTTP_USER_AGENT": HEADERS["user-agent"],
        "HTTP_DNT": "1",
        "HTTP_REFERER": HEADERS["referer"],
        "REMOTE_ADDR": "192.0.2.7",
    }
    setup_testing_defaults(environ)
    started: list[Any] = []
    with Client(edge.target, KEY) as client:
        body = wsgi.AnalyticsMiddleware(app, client)(environ, lambda *given, **named: started.append(given))
        assert b"".join(body) in (b"hello", b"{}")
    assert started[0][0] == "200 OK"
    if app is _wsgi_data:
        assert edge.stored == {}
        return
    [event] = edge.stored.values()
    assert (event.page_url, event.ip, event.user_agent, event.referrer, event.do_not_track) == (
        "http://shop.example/page?utm_source=news",
        "192.0.2.7",
        HEADERS["user-agent"],
        HEADERS["referer"],
        True,
    )
