"""Segment's HTTP API: what its libraries send, what becomes of it, and its answers."""

import base64
import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, track_pb2

from tests.gateway.doubles import ADMIN, INGEST, Code, Mesh, running

PAGEVIEW, CUSTOM = event_pb2.EVENT_KIND_PAGEVIEW, event_pb2.EVENT_KIND_CUSTOM
URL = "https://demo.example/cart"
BROWSER = {"origin": "https://demo.example", "user-agent": "Mozilla/5.0 Firefox/140.0"}
DONE = {"success": True}


def basic(key: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"}


async def post(http: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    usual = {"content-type": "application/json", "user-agent": "analytics-node-next/latest"}
    return await http.post(f"/v1/{path}", content=content, headers={**usual, **(headers or basic(INGEST))})


CONTEXT = {
    "page": {"url": URL, "title": "Cart", "referrer": "https://news.example/", "path": "/cart"},
    "campaign": {"name": "spring", "source": "news", "medium": "email", "term": "t", "content": "c"},
    "userAgent": "Mozilla/5.0 Chrome/140",
    "ip": "192.0.2.7",
    "locale": "de-AT",
    "screen": {"width": 1440, "height": 900},
}
OF_CONTEXT: dict[str, Any] = {
    "page_url": URL,
    "page_title": "Cart",
    "referrer": "https://news.example/",
    "utm_source": "news",
    "utm_medium": "email",
    "utm_campaign": "spring",
    "utm_term": "t",
    "utm_content": "c",
    "user_agent": "Mozilla/5.0 Chrome/140",
    "ip": "192.0.2.7",
    "language": "de-AT",
    "screen_width": 1440,
}
TABLE: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "an event with all of its context",
        "track",
        {"event": "Signed Up", "userId": "u1", "anonymousId": "a1", "context": CONTEXT, "properties": {"plan": "pro"}},
        {"kind": CUSTOM, "name": "Signed Up", "user_id": "u1", "props": {"plan": "pro"}, **OF_CONTEXT},
    ),
    (
        "revenue",
        "track",
        {"event": "Order Completed", "properties": {"revenue": 39.95, "currency": "eur", "products": [{"sku": "a"}]}},
        {"kind": CUSTOM, "name": "Order Completed", "revenue_amount": "39.950000", "revenue_currency": "EUR"},
    ),
    (
        "revenue in their default currency",
        "t",
        {"event": "Order Completed", "properties": {"revenue": "12.50"}},
        {"kind": CUSTOM, "name": "Order Completed", "revenue_amount": "12.50", "revenue_currency": "USD"},
    ),
    (
        "a page by its properties",
        "page",
        {
            "name": "Cart",
            "properties": {"url": URL, "title": "T", "referrer": "https://a.example/", "path": "/", "x": 1},
        },
        {"kind": PAGEVIEW, "page_url": URL, "page_title": "T", "referrer": "https://a.example/", "props": {"x": "1"}},
    ),
    (
        "a page by its context",
        "p",
        {"name": "Cart", "context": {"page": {"url": URL}}},
        {"kind": PAGEVIEW, "page_url": URL, "page_title": "Cart"},
    ),
    (
        "a screen",
        "screen",
        {"name": "Home", "userId": 7, "properties": {"tab": "a"}},
        {"kind": CUSTOM, "name": "screen", "user_id": "7", "props": {"name": "Home", "tab": "a"}},
    ),
    (
        "when it happened",
        "track",
        {"event": "a", "timestamp": "2026-01-01T00:00:00.000Z", "sentAt": "2026-01-01T00:00:01.500Z"},
        {"kind": CUSTOM, "name": "a", "age_ms": 1_500},
    ),
    (
        "an address that they made unknown",
        "track",
        {"event": "a", "context": {"ip": "0.0.0.0", "locale": "x" * 36}},
        {"kind": CUSTOM, "name": "a"},
    ),
]


@pytest.mark.parametrize(("path", "message", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
async def test_each_field_becomes_ours(
    mesh: Mesh, http: httpx.AsyncClient, path: str, message: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = await post(http, path, {"messageId": "node-next-1-x", **message})
    assert (answer.status_code, answer.json()) == (200, DONE)
    [sent] = mesh.edge.events
    assert uuid.UUID(sent.event_id).version == 5
    sent.event_id = ""
    assert sent == track_pb2.TrackEvent(site="demo", **expected)


async def test_the_same_message_has_the_same_id_and_a_uuid_is_kept(mesh: Mesh, http: httpx.AsyncClient) -> None:
    own = str(uuid.uuid4())
    for message_id in ("ajs-next-1", "ajs-next-1", own):
        await post(http, "track", {"event": "a", "messageId": message_id})
    first, second, third = (event.event_id for event in mesh.edge.events)
    assert (first == second, third) == (True, own)


async def test_a_browsers_own_request_tells_of_the_visitor_whatever_the_body_says(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    message = {"event": "a", "writeKey": "demo", "context": {"ip": "192.0.2.7", "userAgent": "forged"}}
    answer = await post(http, "t", message, {"content-type": "text/plain", "sec-gpc": "1", **BROWSER})
    assert (answer.json(), answer.headers["access-control-allow-origin"]) == (DONE, "*")
    [sent] = mesh.edge.events
    assert (sent.ip, sent.user_agent, sent.origin) == ("127.0.0.1", BROWSER["user-agent"], BROWSER["origin"])
    assert sent.global_privacy_control


async def test_a_public_write_key_vouches_for_nothing_even_where_no_browser_asks(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    message = {"event": "a", "context": {"ip": "192.0.2.7", "userAgent": "forged"}}
    for key in ("demo", "demo.example"):
        await post(http, "track", message, basic(key))
    assert [(sent.site, sent.ip, sent.user_agent) for sent in mesh.edge.events] == [
        ("demo", "127.0.0.1", "analytics-node-next/latest")
    ] * 2


async def test_an_ingest_key_in_a_page_is_refused_and_told_what_belongs_there(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    answer = await post(http, "t", {"event": "a", "writeKey": INGEST}, {"content-type": "text/plain", **BROWSER})
    assert (answer.status_code, mesh.edge.events) == (400, [])
    assert 'the site\'s id, "demo"' in answer.json()["message"]


async def test_a_backends_request_tells_nothing_of_the_visitor(mesh: Mesh, http: httpx.AsyncClient) -> None:
    node = {"sec-fetch-mode": "cors", "dnt": "1", "accept-language": "*", **basic(INGEST)}
    await post(http, "track", {"event": "a", "messageId": "m"}, node)
    [sent] = mesh.edge.events
    sent.event_id = ""
    assert sent == track_pb2.TrackEvent(site="demo", kind=CUSTOM, name="a")


async def test_a_batch_shares_its_context_and_one_bad_message_spoils_no_other(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    batch = [
        {"type": "track", "event": "a"},
        {"type": "identify", "userId": "u1", "traits": {"email": "a@b.example"}},
        {"type": "page", "name": "no address", "context": {"page": {}}},
        {"type": "track"},
        {"type": "dance"},
        {"type": "track", "event": "old", "timestamp": "2020-01-01T00:00:00Z"},
        "no object",
        {"type": "track", "event": "large", "properties": {"text": "x" * 33_000}},
        {"type": ["track"], "event": "a"},
        {"type": "track", "event": "b", "context": {"locale": "en"}},
    ]
    answer = await post(http, "batch", {"batch": batch, "context": CONTEXT, "sentAt": "2026-01-01T00:00:00Z"})
    body = answer.json()
    assert (answer.status_code, body["success"], body["rejected"]) == (200, True, 7)
    assert [reason.partition(":")[0] for reason in body["reasons"]] == [
        "batch[2].properties.url",
        "batch[3].event",
        "batch[4].type",
        "batch[5].timestamp",
        "batch[6]",
        "batch[7]",
        "batch[8].type",
    ]
    assert [(sent.name, sent.language, sent.page_url) for sent in mesh.edge.events] == [
        ("a", "de-AT", URL),
        ("b", "en", URL),
    ]
    assert "a@b.example" not in str(mesh.edge.batches)


async def test_what_the_edge_finds_wrong_in_a_batch_is_named_by_its_place(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.edge.decide = lambda event: (
        track_pb2.TrackResult(code=Code.CODE_INVALID, field="page_url", reason="it is bad")
        if event.name == "b"
        else None
    )
    batch = [{"type": "identify", "userId": "u"}, {"type": "track", "event": "a"}, {"type": "track", "event": "b"}]
    body = (await post(http, "batch", {"batch": batch})).json()
    assert (body["rejected"], body["reasons"]) == (1, ["batch[2].page_url: it is bad"])


async def test_as_many_as_they_allow_in_a_batch_are_all_sent(mesh: Mesh, http: httpx.AsyncClient) -> None:
    batch = [{"type": "track", "event": "a"}] * 2_500
    assert (await post(http, "b", {"batch": batch})).json() == DONE
    assert len(mesh.edge.events) == 2_500
    assert (await post(http, "b", {"batch": [*batch, batch[0]]})).status_code == 400


@pytest.mark.parametrize("path", ["identify", "i", "group", "g", "alias", "a"])
async def test_traits_are_answered_and_never_stored(mesh: Mesh, http: httpx.AsyncClient, path: str) -> None:
    answer = await post(http, path, {"userId": "u1", "traits": {"email": "a@b.example"}})
    assert (answer.status_code, answer.json(), mesh.edge.events) == (200, DONE, [])


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("track", "{", basic(INGEST)),
        ("track", "[]", basic(INGEST)),
        ("batch", {"batch": {}}, basic(INGEST)),
        ("track", {"event": "a", "properties": {"a": "x" * 33_000}}, basic(INGEST)),
        ("batch", {"batch": [{"type": "track", "event": "x" * 520_000}]}, basic(INGEST)),
        ("track", {"event": "a"}, basic("unknown")),
        ("track", {"event": "a"}, basic(ADMIN)),
        ("track", {"event": "a"}, {"authorization": "Basic %%%"}),
        ("track", {"event": "a", "writeKey": 7}, {"authorization": "Bearer x"}),
    ],
)
async def test_a_wrong_size_json_or_key_is_400_in_their_shape(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str]
) -> None:
    answer = await post(http, path, body, headers)
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert answer.json()["message"]
    assert mesh.edge.events == []


async def test_what_cannot_be_stored_now_is_429_so_that_it_is_sent_again(dist: Path) -> None:
    async with running(dist, patience_s=0.1) as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
        mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_UNAVAILABLE)
        spooled = await post(http, "track", {"event": "a"})
        await mesh.stop("edge")
        away = await post(http, "track", {"event": "a"})
        for answer in (spooled, away):
            assert (answer.status_code, answer.json()["success"]) == (429, False)
            assert int(answer.headers["retry-after"]) >= 1


async def test_the_browsers_library_is_told_to_send_here(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/v1/projects/{INGEST}/settings")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    destination = answer.json()["integrations"]["Segment.io"]
    host = mesh.url.removeprefix("http://")
    assert (destination["apiKey"], destination["apiHost"], destination["protocol"]) == (INGEST, f"{host}/v1", "http")
