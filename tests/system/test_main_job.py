"""A view is captured, stored once, enriched, counted, seen live and answered."""

import json
import uuid
from typing import Any

import pytest
from analytics.v1 import event_pb2

from bench.mesh import Mesh
from mesh.ids import new_id

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
Kind = event_pb2.EventKind


async def stored(mesh: Mesh, event_id: str) -> list[event_pb2.NormalizedEvent]:
    rows = await mesh.sql("SELECT event FROM events WHERE event_id = $1", uuid.UUID(event_id))
    return [event_pb2.NormalizedEvent.FromString(row["event"]) for row in rows]


async def test_a_view_in_memory_mode_is_in_the_answer(mesh: Mesh, eventually: Any) -> None:
    reply = await mesh.view("/hello?utm_source=news&private=1", pageTitle="Hi", language="de-AT", screenWidth=1280)
    assert (reply.status, reply.json()["status"]) == (202, "accepted")

    def ask() -> Any:
        metrics = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]
        return mesh.query(metrics, dimensions=["page"], filters=[["is", "page", ["/hello"]]])

    await eventually(ask, [(["/hello"], [1, 1, 1, 100, 0])])
    (event,) = await stored(mesh, reply.json()["eventId"])
    assert (event.hostname, event.page, event.page_title) == ("shop.example", "/hello", "Hi")
    assert (event.source, event.utm_source) == ("news", "news")
    assert (event.browser, event.os, event.device) == ("Chrome", "Windows", "desktop")
    assert (event.language, event.screen) == ("de-AT", "xl")
    assert event.identity == event_pb2.IDENTITY_MODE_MEMORY
    assert event.visitor_id == event.visit_id


async def test_visits_without_session_ids_are_told_apart_in_daily_mode(
    mesh: Mesh, other_site: dict[str, str], eventually: Any
) -> None:
    for page, agent in (("/a", FIREFOX), ("/b", FIREFOX), ("/a", FIREFOX.replace("140", "141"))):
        payload = {"appName": "shop", "pageUrl": f"https://shop.example{page}"}
        reply = await mesh.track("view", payload, {"user-agent": agent})
        assert (reply.status, reply.json()["status"]) == (202, "accepted")

    await eventually(
        lambda: mesh.query(["visitors", "visits", "pageviews", "bounce_rate"], site="shop"), [([], [2, 2, 3, 50])]
    )


EACH_KIND = [
    ("view", {"pageUrl": "https://shop.example/k"}, Kind.EVENT_KIND_PAGEVIEW, "pageview", {"page": "/k"}),
    (
        "interaction",
        {
            "type": "click",
            "data": {"elementId": "buy", "pageUrl": "https://shop.example/k", "text": "Buy " + "x" * 200},
        },
        Kind.EVENT_KIND_CLICK,
        "click",
        {"page": "/k", "element_id": "buy", "element_text": ("Buy " + "x" * 200)[:100]},
    ),
    (
        "interaction",
        {"type": "scroll", "data": {"depth": 75, "pageUrl": "https://shop.example/k"}},
        Kind.EVENT_KIND_SCROLL,
        "scroll",
        {"scroll_depth": 75},
    ),
    (
        "interaction",
        {"type": "hover_card", "data": {"pageUrl": "https://shop.example/k"}},
        Kind.EVENT_KIND_CUSTOM,
        "hover_card",
        {"page": "/k"},
    ),
    (
        "event",
        {"name": "Purchase", "props": {"plan": "pro", "seats": 3}, "revenue": {"amount": "12.50", "currency": "EUR"}},
        Kind.EVENT_KIND_CUSTOM,
        "Purchase",
        {"props": {"plan": "pro", "seats": "3"}, "revenue_micros": 12_500_000, "revenue_currency": "EUR"},
    ),
    ("session", {"type": "start"}, Kind.EVENT_KIND_SESSION_START, "session_start", {}),
    (
        "session",
        {"type": "engagement", "engagedMs": 4200, "scrollMax": 60, "pageUrl": "https://shop.example/k"},
        Kind.EVENT_KIND_ENGAGEMENT,
        "engagement",
        {"engaged_ms": 4200, "scroll_depth": 60},
    ),
    ("session", {"type": "end"}, Kind.EVENT_KIND_SESSION_END, "session_end", {}),
]


@pytest.mark.parametrize(("path", "payload", "kind", "name", "fields"), EACH_KIND, ids=[row[3] for row in EACH_KIND])
async def test_each_kind_reaches_its_row(
    mesh: Mesh, path: str, payload: dict[str, Any], kind: int, name: str, fields: dict[str, Any]
) -> None:
    event_id, session = new_id(), new_id()
    reply = await mesh.track(path, payload | {"eventId": event_id, "sessionId": session})
    assert (reply.status, reply.json()) == (202, {"status": "accepted", "eventId": event_id})
    (event,) = await stored(mesh, event_id)
    assert (event.kind, event.name, event.visit_id) == (kind, name, session)
    read = {field: getattr(event, field) for field in fields}
    assert {key: dict(value) if key == "props" else value for key, value in read.items()} == fields


async def test_a_batch_answers_for_each_event_alone(mesh: Mesh) -> None:
    ids = [new_id() for _ in range(4)]
    events = [
        {"kind": "view", "eventId": ids[0], "pageUrl": "https://shop.example/batch"},
        {"kind": "view", "eventId": ids[1], "pageUrl": "javascript:alert(1)"},
        {"kind": "event", "eventId": ids[2], "name": "Signup"},
        {"kind": "event", "eventId": ids[3]},
    ]
    first = await mesh.track("batch", {"sessionId": new_id(), "events": events})
    assert first.status == 202
    results = first.json()["results"]
    assert [result["status"] for result in results] == ["accepted", "rejected", "accepted", "rejected"]
    assert [result["eventId"] for result in results] == ids
    assert "pageUrl" in results[1]["reason"]
    assert "name" in results[3]["reason"]

    again = await mesh.track("batch", {"sessionId": new_id(), "events": events})
    assert [result["status"] for result in again.json()["results"]] == ["duplicate", "rejected"] * 2
    assert [len(await stored(mesh, event_id)) for event_id in ids] == [1, 0, 1, 0]


async def test_a_beacon_without_preflight_is_accepted(mesh: Mesh) -> None:
    body = json.dumps({"appName": mesh.site, "pageUrl": "https://shop.example/beacon"})
    reply = await mesh.http("POST", "/track/view", body, {"content-type": "text/plain;charset=UTF-8"})
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (202, "*")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({"dnt": "1"}, "dnt"), ({"sec-gpc": "1"}, "gpc"), ({"user-agent": "Googlebot/2.1"}, "bot")],
    ids=["dnt", "gpc", "bot"],
)
async def test_who_wants_no_record_and_who_is_no_person_is_ignored(
    mesh: Mesh, headers: dict[str, str], reason: str
) -> None:
    event_id = new_id()
    payload = {"eventId": event_id, "pageUrl": "https://shop.example/ignored"}
    reply = await mesh.track("view", payload, headers)
    assert reply.status == 202
    assert reply.json()["status"] == "ignored"
    assert reply.json()["reason"] in (reason, "dnt")  # semantics: GPC may be told as dnt
    assert await stored(mesh, event_id) == []


async def test_the_live_socket_shows_a_view(mesh: Mesh) -> None:
    async with mesh.live() as socket:
        first = json.loads(await socket.recv())
        reply = await mesh.view("/seen-live")
        assert reply.status == 202
        pages: dict[str, int] = {}
        snapshot = first
        while "/seen-live" not in pages:
            snapshot = json.loads(await socket.recv())
            pages = {line["value"]: line["count"] for line in snapshot["pages"]}
        assert pages["/seen-live"] == 1
        assert snapshot["visitors_now"] >= first["visitors_now"]
        assert len(snapshot["views_per_minute"]) == 30


BAD = [
    ("/track/view", "{", {}, 400, ""),
    ("/track/view", '"text"', {}, 400, ""),
    ("/track/view", {"appName": "nope-nope", "pageUrl": "https://x.org/"}, {}, 403, "appName"),
    ("/track/view", {"pageUrl": "https://x.org/"}, {}, 400, "appName"),
    ("/track/view", {"appName": "demo", "pageUrl": 42}, {}, 400, "pageUrl"),
    ("/track/view", {"appName": "demo"}, {}, 400, "pageUrl"),
    ("/track/view", {"appName": "demo", "pageUrl": "javascript:alert(1)"}, {}, 400, "pageUrl"),
    ("/track/view", {"appName": "demo", "pageUrl": "https://x.org/" + "a" * 10_000}, {}, 400, "pageUrl"),
    ("/track/view", {"appName": "demo", "pageUrl": "https://x.org/", "sessionId": "12"}, {}, 400, "sessionId"),
    ("/track/view", {"appName": "demo", "pageUrl": "https://x.org/", "eventId": "12"}, {}, 400, "eventId"),
    ("/track/event", {"appName": "demo"}, {}, 400, "name"),
    ("/track/event", {"appName": "demo", "name": "pageview"}, {}, 400, "name"),
    ("/track/view", {"appName": "demo", "pageUrl": "https://x.org/", "pad": "x" * 65_536}, {}, 413, ""),
    ("/track/batch", {"appName": "demo", "events": []}, {}, 400, "events"),
    ("/api/v1/query", {"site": "demo", "metrics": ["visitor"]}, {}, 400, "metrics"),
    ("/api/v1/query", {"site": "demo", "metrics": ["visitors"], "dimensions": ["pagee"]}, {}, 400, "dimensions"),
    ("/api/v1/query", {"site": "nope", "metrics": ["visitors"]}, {}, 404, "site"),
    ("/api/v1/query", {"site": "demo", "metrics": ["bounce_rate"], "dimensions": ["event"]}, {}, 400, ""),
    ("/api/v1/query", {"site": "demo", "metrics": ["visitors"]}, {"authorization": "Bearer wrong"}, 401, ""),
    ("/api/v1/query", {"site": "demo", "metrics": ["visitors"]}, {"authorization": ""}, 401, ""),
]


@pytest.mark.parametrize(("path", "body", "headers", "status", "field"), BAD)
async def test_bad_input_is_refused_and_the_field_named(
    mesh: Mesh, path: str, body: Any, headers: dict[str, str], status: int, field: str
) -> None:
    if path.startswith("/api"):
        headers = {"authorization": f"Bearer {mesh.ready['admin_token']}"} | headers
    reply = await mesh.http("POST", path, body, headers)
    assert reply.status == status, reply.body[:300]
    assert reply.headers["content-type"].startswith("application/problem+json")
    problem = reply.json()
    assert problem["status"] == status
    assert field in json.dumps(problem)


async def test_an_unknown_metric_comes_with_the_nearest_names(mesh: Mesh) -> None:
    reply = await mesh.api("POST", "query", {"site": mesh.site, "metrics": ["visitor"]})
    assert "visitors" in reply.json()["detail"]


async def test_the_wrong_method_is_told_the_right_one(mesh: Mesh) -> None:
    reply = await mesh.http("GET", "/track/view")
    assert (reply.status, "POST" in reply.headers["allow"]) == (405, True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"])
async def test_operators_find_their_pages(mesh: Mesh, path: str) -> None:
    assert (await mesh.http("GET", path)).status == 200
