"""Plausible's events API: what its clients send, what becomes of it, and its answers."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, track_pb2

from tests.gateway.doubles import Code, Mesh, running

AGENT = "Mozilla/5.0 Firefox/140.0"
URL = "https://demo.example/pricing?utm_source=news"
PAGEVIEW, CUSTOM = event_pb2.EVENT_KIND_PAGEVIEW, event_pb2.EVENT_KIND_CUSTOM
VIEW = {"n": "pageview", "u": URL, "d": "demo.example"}


async def post(http: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post(
        "/api/event", content=content, headers={"content-type": "text/plain", "user-agent": AGENT, **named}
    )


def event(**fields: Any) -> track_pb2.TrackEvent:
    """What reaches the edge, beside its id."""
    usual: dict[str, Any] = {"site": "demo", "kind": PAGEVIEW, "page_url": URL, "ip": "127.0.0.1", "user_agent": AGENT}
    return track_pb2.TrackEvent(**(usual | fields))


THIRTY_ONE = {f"key{number}": "x" for number in range(31)}
TABLE: list[tuple[str, dict[str, Any], track_pb2.TrackEvent]] = [
    ("a view", VIEW, event()),
    ("long names", {"name": "pageview", "url": URL, "domain": "www.demo.example"}, event()),
    ("a site by its id", {**VIEW, "d": "demo"}, event()),
    ("a site by the page's host", {"n": "pageview", "u": URL}, event()),
    (
        "a site by a host below",
        {"n": "pageview", "u": "https://a.demo.example/"},
        event(page_url="https://a.demo.example/"),
    ),
    ("a referrer", {**VIEW, "r": "https://news.example/"}, event(referrer="https://news.example/")),
    ("no referrer", {**VIEW, "r": None}, event()),
    ("an event", {**VIEW, "n": "Signup"}, event(kind=CUSTOM, name="Signup")),
    ("not interactive", {**VIEW, "n": "Seen", "i": False}, event(kind=CUSTOM, name="Seen", interactive=False)),
    (
        "properties of every type",
        {
            **VIEW,
            "p": {"text": "a", "whole": 3, "part": 0.5, "yes": True, "none": None, "list": [1], "map": {}, "e": ""},
        },
        event(props={"text": "a", "whole": "3", "part": "0.5", "yes": "true"}),
    ),
    (
        "long properties, cut, and blank ones, left out",
        {**VIEW, "p": {"k" * 101: "v" * 2_001, "blank": "  ", " ": "x"}},
        event(props={"k" * 100: "v" * 2_000}),
    ),
    ("properties as JSON text", {**VIEW, "m": '{"a":"b"}'}, event(props={"a": "b"})),
    ("properties that are no JSON", {**VIEW, "props": "{"}, event()),
    ("thirty properties of 31", {**VIEW, "p": THIRTY_ONE}, event(props=dict(list(THIRTY_ONE.items())[:30]))),
    (
        "revenue",
        {**VIEW, "n": "Purchase", "$": {"currency": "EUR", "amount": 1322.22}},
        event(kind=CUSTOM, name="Purchase", revenue_amount="1322.220000", revenue_currency="EUR"),
    ),
    (
        "revenue as text",
        {**VIEW, "n": "Purchase", "revenue": {"currency": "usd", "amount": "12.50"}},
        event(kind=CUSTOM, name="Purchase", revenue_amount="12.50", revenue_currency="USD"),
    ),
    (
        "engagement",
        {**VIEW, "n": "engagement", "sd": 75, "e": 4200, "v": 36},
        event(kind=event_pb2.EVENT_KIND_ENGAGEMENT, scroll_depth=75, engaged_ms=4200),
    ),
    (
        "engagement with an unknown depth",
        {**VIEW, "n": "engagement", "sd": 255, "e": "100"},
        event(kind=event_pb2.EVENT_KIND_ENGAGEMENT, engaged_ms=100),
    ),
    ("a name that is a kind here", {**VIEW, "n": "click"}, event(kind=event_pb2.EVENT_KIND_CLICK)),
]


@pytest.mark.parametrize(("body", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
async def test_each_field_becomes_ours(
    mesh: Mesh, http: httpx.AsyncClient, body: dict[str, Any], expected: track_pb2.TrackEvent
) -> None:
    answer = await post(http, body)
    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-plausible-dropped" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "*"
    [sent] = mesh.edge.events
    assert sent.event_id
    sent.event_id = ""
    assert sent == expected


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ("{", {"request": ["Unable to parse request body as json"]}),
        ("[]", {"request": ["Unable to parse request body as json"]}),
        ({"u": URL}, {"event_name": ["can't be blank"]}),
        ({"n": 7, "u": URL}, {"event_name": ["can't be blank"]}),
        ({"n": "pageview"}, {"url": ["is required"]}),
        ({"n": "pageview", "u": "data:text/html,x"}, {"domain": ["can't be blank"]}),
        (
            {**VIEW, "n": "engagement"},
            {"event_name": ["engagement event requires a valid integer value for 'sd' or 'e' field"]},
        ),
    ],
)
async def test_what_is_wrong_is_named_in_their_shape(
    mesh: Mesh, http: httpx.AsyncClient, body: Any, errors: dict[str, list[str]]
) -> None:
    answer = await post(http, body)
    assert (answer.status_code, answer.json()) == (400, {"errors": errors})
    assert mesh.edge.events == []


@pytest.mark.parametrize(
    ("field", "named"),
    [("page_url", "url"), ("name", "event_name"), ("props.plan", "props"), ("revenue_currency", "revenue")],
)
async def test_what_the_edge_finds_wrong_is_named_as_they_name_it(
    mesh: Mesh, http: httpx.AsyncClient, field: str, named: str
) -> None:
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_INVALID, field=field, reason="it is bad")
    answer = await post(http, VIEW)
    assert (answer.status_code, answer.json()) == (400, {"errors": {named: ["it is bad"]}})


async def test_what_is_not_recorded_on_purpose_is_accepted_and_said_to_be_dropped(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    unknown = await post(http, {**VIEW, "d": "nowhere.example"})
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_IGNORED, reason="bot")
    ignored = await post(http, VIEW, dnt="1")
    for answer in (unknown, ignored):
        assert (answer.status_code, answer.text, answer.headers["x-plausible-dropped"]) == (202, "ok", "1")
    [sent] = mesh.edge.events
    assert sent.do_not_track


async def test_a_list_of_domains_is_an_event_for_each_site(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = await post(http, {**VIEW, "d": "demo.example, www.other.example,nowhere.example"})
    assert answer.headers["x-plausible-dropped"] == "1"
    assert [sent.site for sent in mesh.edge.events] == ["demo", "other"]
    assert len({sent.event_id for sent in mesh.edge.events}) == 2


async def test_a_debug_request_tells_the_address_seen_and_records_nothing(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = await post(http, VIEW, x_debug_request="true")
    assert (answer.status_code, answer.text) == (200, "127.0.0.1")
    assert mesh.edge.events == []


async def test_only_post_and_at_most_a_megabyte_of_json_is_taken(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/event")).status_code == 405
    preflight = await http.options("/api/event")
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (204, "POST")
    large = await post(http, {**VIEW, "p": {"a": "x" * 1_000_000}})
    assert (large.status_code, list(large.json())) == (413, ["errors"])


async def test_while_the_edge_is_away_the_answer_is_to_come_back(dist: Path) -> None:
    async with running(dist, patience_s=0.1) as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
        await mesh.stop("edge")
        answer = await post(http, VIEW)
        assert (answer.status_code, list(answer.json())) == (503, ["errors"])
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "hostile",
    [{"d": "a." * 200_000}, {"$": {"currency": "EUR", "amount": "1e100000000"}}],
    ids=["a host of many labels", "an exponent of many digits"],
)
async def test_what_would_keep_the_gateway_busy_is_answered_like_anything_else(
    http: httpx.AsyncClient, hostile: dict[str, Any]
) -> None:
    answer = await http.post("/api/event", json={**VIEW, "n": "x", **hostile}, timeout=5)
    assert answer.status_code in (202, 400)
