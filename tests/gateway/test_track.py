"""`/track/*`: what the SDK may send, what becomes of it, and every refusal."""

import asyncio
import gzip
import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, track_pb2

from tests.gateway.doubles import Code, Mesh, running, until

VIEW = {"appName": "demo", "pageUrl": "https://example.org/hello"}
AGENT = {"user-agent": "Mozilla/5.0 Firefox/140.0"}


async def post(http: httpx.AsyncClient, path: str, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post(path, content=content, headers={"content-type": "application/json", **AGENT, **named})


async def test_a_view_is_handed_to_the_edge_whole_and_answered_with_its_id(mesh: Mesh, http: httpx.AsyncClient) -> None:
    event_id, session = str(uuid.uuid4()), str(uuid.uuid4())
    body = {
        **VIEW,
        "eventId": event_id,
        "sessionId": session,
        "pageTitle": "Hi",
        "referrer": "https://news.example/",
        "firstReferrer": "https://first.example/",
        "firstUrl": "https://example.org/?utm_source=x",
        "userId": "u1",
        "utm": {"source": "s", "medium": "m", "campaign": "c", "term": "t", "content": "k"},
        "language": "de-AT",
        "screenWidth": 1440,
        "navigation": "back_forward",
        "ageMs": 1200,
        "sequence": 7,
        "props": {"plan": "pro", "seats": 3, "ratio": 0.5, "beta": True, "none": None},
    }
    response = await post(http, "/track/view", body, sec_ch_ua='"Chrome"', sec_ch_ua_platform='"Linux"')

    assert (response.status_code, response.json()) == (202, {"status": "accepted", "eventId": event_id})
    assert response.headers["access-control-allow-origin"] == "*"
    [event] = mesh.edge.events
    assert event == track_pb2.TrackEvent(
        event_id=event_id,
        site="demo",
        kind=event_pb2.EVENT_KIND_PAGEVIEW,
        session_id=session,
        user_id="u1",
        page_url="https://example.org/hello",
        page_title="Hi",
        referrer="https://news.example/",
        first_referrer="https://first.example/",
        first_url="https://example.org/?utm_source=x",
        utm_source="s",
        utm_medium="m",
        utm_campaign="c",
        utm_content="k",
        utm_term="t",
        language="de-AT",
        screen_width=1440,
        navigation=event_pb2.NAVIGATION_BACK_FORWARD,
        age_ms=1200,
        sequence=7,
        props={"plan": "pro", "seats": "3", "ratio": "0.5", "beta": "true"},
        ip="127.0.0.1",
        user_agent=AGENT["user-agent"],
        ch_ua='"Chrome"',
        ch_ua_platform='"Linux"',
    )
    assert set(mesh.edge.tokens) == {"Bearer mesh-token-of-the-tests"}


async def test_an_event_without_an_id_gets_one_so_that_a_retry_is_safe(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = (await post(http, "/track/view", VIEW)).json()
    assert mesh.edge.events[0].event_id == answer["eventId"]
    assert uuid.UUID(answer["eventId"]).version == 7


async def test_a_beacon_sent_as_text_is_read_as_json(mesh: Mesh, http: httpx.AsyncClient) -> None:
    for kind in ("text/plain;charset=UTF-8", "text/plain", ""):
        assert (await post(http, "/track/view", VIEW, content_type=kind)).status_code == 202
    assert len(mesh.edge.events) == 3


async def test_the_visitors_headers_travel_with_the_event(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await post(
        http,
        "/track/view",
        VIEW,
        dnt="1",
        sec_gpc="1",
        origin="https://example.org",
        sec_purpose="prefetch",
        accept_language="de-AT,de;q=0.9",
    )
    [event] = mesh.edge.events
    assert event.do_not_track
    assert event.global_privacy_control
    assert (event.origin, event.purpose, event.language) == ("https://example.org", "prefetch", "de-AT")


async def test_clicks_scrolls_and_named_interactions_become_their_kinds(mesh: Mesh, http: httpx.AsyncClient) -> None:
    url = "https://example.org/a"
    data = {"elementId": "buy", "text": "Buy", "href": "/cart", "pageUrl": url, "extra": 1}
    for word in ("click", "download", "video_play"):
        body = {"appName": "demo", "type": word, "data": data}
        assert (await post(http, "/track/interaction", body)).status_code == 202
    scroll = {"appName": "demo", "type": "scroll", "data": {"depth": 75, "pageUrl": url}}
    assert (await post(http, "/track/interaction", scroll)).status_code == 202
    click, download, custom, scrolled = mesh.edge.events
    assert (click.kind, click.element_id, click.element_text, click.href, click.page_url, dict(click.props)) == (
        event_pb2.EVENT_KIND_CLICK,
        "buy",
        "Buy",
        "/cart",
        url,
        {"extra": "1"},
    )
    assert (download.kind, dict(download.props)) == (event_pb2.EVENT_KIND_CLICK, {"extra": "1", "type": "download"})
    assert (custom.kind, custom.name, custom.element_id) == (event_pb2.EVENT_KIND_CUSTOM, "video_play", "buy")
    assert dict(custom.props) == {"text": "Buy", "href": "/cart", "extra": "1"}
    assert (scrolled.kind, scrolled.scroll_depth) == (event_pb2.EVENT_KIND_SCROLL, 75)


async def test_custom_events_carry_revenue_exactly_and_exposures_their_kind(
    mesh: Mesh, http: httpx.AsyncClient
) -> None:
    sale = {"appName": "demo", "name": "Sale", "revenue": {"amount": "12.50", "currency": "EUR"}, "interactive": False}
    await post(http, "/track/event", sale)
    await post(http, "/track/event", {"appName": "demo", "name": "experiment_exposure", "props": {"variant": "b"}})
    sold, exposed = mesh.edge.events
    assert (sold.kind, sold.name, sold.revenue_amount, sold.revenue_currency) == (
        event_pb2.EVENT_KIND_CUSTOM,
        "Sale",
        "12.50",
        "EUR",
    )
    assert sold.HasField("interactive")
    assert not sold.interactive
    assert exposed.kind == event_pb2.EVENT_KIND_EXPOSURE


async def test_sessions_start_end_and_engage(mesh: Mesh, http: httpx.AsyncClient) -> None:
    for word in ("start", "end", "engagement"):
        await post(http, "/track/session", {"appName": "demo", "type": word, "engagedMs": 900, "scrollMax": 40})
    assert [event.kind for event in mesh.edge.events] == [
        event_pb2.EVENT_KIND_SESSION_START,
        event_pb2.EVENT_KIND_SESSION_END,
        event_pb2.EVENT_KIND_ENGAGEMENT,
    ]
    assert (mesh.edge.events[2].engaged_ms, mesh.edge.events[2].scroll_depth) == (900, 40)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("view", "{", None),
        ("view", "", None),
        ("view", "[]", None),
        ("view", b'{"appName":"demo","pageUrl":"\xff"}', None),
        ("view", '{"appName":"demo","pageUrl":"https://x.org","props":{"a":NaN}}', None),
        ("view", '{"appName":"demo","pageUrl":"https://x.org","x":' + "[" * 50_000 + "}", None),
        ("view", {"appName": "demo", "pageUrl": 42}, "pageUrl"),
        ("view", {"appName": "demo"}, "pageUrl"),
        ("view", {"pageUrl": "https://x.org"}, "appName"),
        ("view", {**VIEW, "screenWidth": "wide"}, "screenWidth"),
        ("view", {**VIEW, "screenWidth": -1}, "screenWidth"),
        ("view", {**VIEW, "ageMs": 10**40}, "ageMs"),
        ("view", {**VIEW, "utm": {"source": 5}}, "utm.source"),
        ("view", {**VIEW, "props": {"a": [1]}}, "props"),
        ("view", {**VIEW, "props": {"": 1}}, "props"),
        ("view", '{"appName":"demo","pageUrl":"https://x.org","props":{"a":' + "9" * 20_000 + "}}", "props"),
        ("view", '{"appName":"demo","pageUrl":"https://x.org","props":{"a":1e999}}', "props"),
        ("view", {**VIEW, "navigation": "teleport"}, "navigation"),
        ("event", {"appName": "demo"}, "name"),
        ("event", {"appName": "demo", "name": "Sale", "revenue": {"amount": "1"}}, "revenue.currency"),
        ("interaction", {"appName": "demo", "data": {}}, "type"),
        ("interaction", {"appName": "demo", "type": "click"}, "data"),
        ("interaction", {"appName": "demo", "type": "scroll", "data": {"depth": "deep"}}, "data.depth"),
        ("interaction", {"appName": "demo", "type": "scroll", "data": {"depth": 101}}, "data.depth"),
        ("session", {"appName": "demo", "type": "pause"}, "type"),
        ("batch", {"appName": "demo"}, "events"),
        ("batch", {"appName": "demo", "events": []}, "events"),
        ("batch", {"appName": "demo", "events": [{"kind": "view"}] * 501}, "events"),
        ("batch", {"appName": "demo", "events": {}}, "events"),
        ("batch", {"events": [{"kind": "view"}]}, "appName"),
        ("batch", {"appName": "demo", "pageUrl": "x" * 20_000, "events": [{"kind": "view"}]}, None),
    ],
)
async def test_a_bad_body_is_400_and_names_the_field(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: Any, field: str | None
) -> None:
    response = await post(http, f"/track/{path}", body)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    problem = response.json()
    assert problem.get("field") == field
    assert problem["status"] == 400
    assert problem["detail"]
    assert not mesh.edge.events


@pytest.mark.parametrize(
    ("path", "body", "at_edge", "field"),
    [
        ("view", {**VIEW, "pageUrl": "javascript:alert(1)"}, "page_url", "pageUrl"),
        ("view", {**VIEW, "utm": {"source": "x" * 300}}, "utm_source", "utm.source"),
        ("event", {"appName": "demo", "name": "click"}, "name", "name"),
        (
            "event",
            {"appName": "demo", "name": "S", "revenue": {"amount": "x", "currency": "EUR"}},
            "revenue_amount",
            "revenue.amount",
        ),
        ("interaction", {"appName": "demo", "type": "click", "data": {"pageUrl": "x:"}}, "page_url", "data.pageUrl"),
        ("interaction", {"appName": "demo", "type": "click", "data": {"href": "x"}}, "href", "data.href"),
        ("interaction", {"appName": "demo", "type": "x" * 121, "data": {}}, "name", "type"),
        ("session", {"appName": "demo", "type": "engagement", "scrollMax": 101}, "scroll_depth", "scrollMax"),
    ],
)
async def test_what_the_edge_finds_wrong_is_named_as_the_json_spells_it(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: Any, at_edge: str, field: str
) -> None:
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_INVALID, field=at_edge, reason="is wrong")
    response = await post(http, f"/track/{path}", body)
    assert response.status_code == 400
    assert response.json()["field"] == field
    assert response.json()["detail"] == f"{field}: is wrong"


async def test_an_unknown_site_is_403(mesh: Mesh, http: httpx.AsyncClient) -> None:
    one = await post(http, "/track/view", {**VIEW, "appName": "nope"})
    many = await post(http, "/track/batch", {"appName": "nope", "events": [{"kind": "view", **VIEW}]})
    assert (one.status_code, one.json()["field"]) == (403, "appName")
    assert many.status_code == 403


async def test_ignored_and_duplicate_events_are_202_and_say_so(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_IGNORED, reason="dnt")
    ignored = await post(http, "/track/view", VIEW)
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_DUPLICATE)
    duplicate = await post(http, "/track/view", VIEW)
    assert (ignored.status_code, ignored.json()["status"], ignored.json()["reason"]) == (202, "ignored", "dnt")
    assert (duplicate.status_code, duplicate.json()["status"]) == (202, "duplicate")


async def test_what_cannot_be_stored_now_is_503_with_a_time_to_come_back(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_UNAVAILABLE, reason="spool full")
    for path, body in (("view", VIEW), ("batch", {"appName": "demo", "events": [{"kind": "view", **VIEW}]})):
        response = await post(http, f"/track/{path}", body)
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) >= 1


async def test_gzip_of_several_members_is_one_body(mesh: Mesh, http: httpx.AsyncClient) -> None:
    text = json.dumps(VIEW).encode()
    packed = gzip.compress(text[:20]) + gzip.compress(text[20:])
    assert (await post(http, "/track/view", packed, content_encoding="gzip")).status_code == 202
    assert mesh.edge.events[0].page_url == VIEW["pageUrl"]
    for wrong in (packed + b"garbage", packed[:-3]):
        assert (await post(http, "/track/view", wrong, content_encoding="gzip")).status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
async def test_another_method_is_405(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/track/view")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_a_preflight_allows_any_origin_without_credentials(http: httpx.AsyncClient) -> None:
    response = await http.options("/track/view", headers={"origin": "https://a.example"})
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert "content-type" in response.headers["access-control-allow-headers"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html"])
async def test_another_content_type_is_415(http: httpx.AsyncClient, kind: str) -> None:
    assert (await post(http, "/track/view", VIEW, content_type=kind)).status_code == 415


async def test_the_limit_is_64_kib_for_one_event_and_1_mib_for_a_batch(mesh: Mesh, http: httpx.AsyncClient) -> None:
    def padded(body: dict[str, Any], size: int) -> str:
        empty = json.dumps({**body, "pad": ""})
        return json.dumps({**body, "pad": "x" * (size - len(empty))})

    batch = {"appName": "demo", "events": [{"kind": "view", **VIEW}]}
    for path, body, limit in (("view", VIEW, 64 * 1024), ("batch", batch, 1024 * 1024)):
        assert (await post(http, f"/track/{path}", padded(body, limit))).status_code == 202
        assert (await post(http, f"/track/{path}", padded(body, limit + 1))).status_code == 413


async def test_a_body_without_a_length_is_cut_off_at_the_limit(http: httpx.AsyncClient) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 4096

    response = await http.post("/track/view", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413


async def test_gzip_is_read_and_a_bomb_is_413(mesh: Mesh, http: httpx.AsyncClient) -> None:
    packed = gzip.compress(json.dumps(VIEW).encode())
    assert (await post(http, "/track/view", packed, content_encoding="gzip")).status_code == 202
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 64 * 1024
    assert (await post(http, "/track/view", bomb, content_encoding="gzip")).status_code == 413
    assert (await post(http, "/track/view", packed[:-9], content_encoding="gzip")).status_code == 400
    assert (await post(http, "/track/view", b"no gzip", content_encoding="gzip")).status_code == 400
    assert (await post(http, "/track/view", packed, content_encoding="br")).status_code == 415


async def test_extra_fields_are_never_obeyed(mesh: Mesh, http: httpx.AsyncClient) -> None:
    forged = {**VIEW, "site_id": 2, "ip": "1.2.3.4", "received_at_us": 1, "receivedAtUs": 1, "country": "US"}
    assert (await post(http, "/track/view", forged)).status_code == 202
    assert mesh.edge.events[0].ip == "127.0.0.1"


async def test_one_bad_event_in_a_batch_spoils_no_other(mesh: Mesh, http: httpx.AsyncClient) -> None:
    ids = [str(uuid.uuid4()) for _ in range(7)]
    mesh.edge.decide = lambda event: (
        track_pb2.TrackResult(code=Code.CODE_INVALID, field="page_url", reason="is no URL")
        if event.page_url == "bad:"
        else None
    )
    events = [
        {"kind": "view", "eventId": ids[0], "pageUrl": "https://x.org/0"},
        {"kind": "view", "eventId": ids[1], "pageUrl": 42},
        {"kind": "view", "eventId": ids[2]},
        {"kind": "nonsense", "eventId": ids[3]},
        {"kind": "view", "eventId": ids[4], "pageUrl": "bad:"},
        ["no", "object"],
        {"kind": "event", "eventId": ids[6], "name": "Sale"},
    ]
    response = await post(http, "/track/batch", {"appName": "demo", "sessionId": "s", "userId": "u", "events": events})
    assert response.status_code == 202
    results = response.json()["results"]
    assert [(result["eventId"], result["status"], result.get("field")) for result in results] == [
        (ids[0], "accepted", None),
        (ids[1], "rejected", "pageUrl"),
        (ids[2], "rejected", "pageUrl"),
        (ids[3], "rejected", "kind"),
        (ids[4], "rejected", "pageUrl"),
        ("", "rejected", None),
        (ids[6], "accepted", None),
    ]
    assert all(result["reason"] for result in results if result["status"] == "rejected")
    assert {(event.session_id, event.user_id, event.site) for event in mesh.edge.events} == {("s", "u", "demo")}


async def test_an_event_of_a_batch_overrides_the_common_fields(mesh: Mesh, http: httpx.AsyncClient) -> None:
    common = {"appName": "demo", "pageUrl": "https://x.org/common", "eventId": str(uuid.uuid4())}
    await post(http, "/track/batch", {**common, "events": [{"kind": "view"}, {"kind": "view", **VIEW}]})
    first, second = mesh.edge.events
    assert (first.page_url, second.page_url) == ("https://x.org/common", VIEW["pageUrl"])
    assert len({first.event_id, second.event_id, common["eventId"]}) == 3


async def test_concurrent_views_share_calls_and_at_most_two_are_under_way(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.edge.gate = asyncio.Event()
    tasks = [asyncio.create_task(post(http, "/track/view", VIEW)) for _ in range(60)]
    await until(lambda: mesh.gateway.batcher.queued + len(mesh.edge.events) == 60)
    mesh.edge.gate.set()
    answers = await asyncio.gather(*tasks)
    assert {answer.status_code for answer in answers} == {202}
    assert sorted(answer.json()["eventId"] for answer in answers) == sorted(e.event_id for e in mesh.edge.events)
    assert mesh.edge.most_under_way <= 2
    assert len(mesh.edge.batches) < 20


async def test_an_edge_that_comes_back_in_time_is_not_noticed(dist: Path) -> None:
    async with running(dist) as mesh, httpx.AsyncClient(base_url=mesh.url, timeout=20, trust_env=False) as http:
        await mesh.stop("edge")
        waiting = asyncio.create_task(post(http, "/track/view", VIEW))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await mesh.start("edge")
        assert (await waiting).status_code == 202
        assert len(mesh.edge.events) == 1


async def test_an_edge_that_stays_away_is_503_and_a_full_queue_at_once(dist: Path) -> None:
    settings = {"patience_s": 0.5, "max_queued_events": 500}
    async with running(dist, **settings) as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
        await mesh.stop("edge")
        batch = {"appName": "demo", "events": [{"kind": "view", **VIEW}] * 400}
        answers = await asyncio.gather(*(post(http, "/track/batch", batch) for _ in range(6)))
        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.headers["retry-after"] for answer in answers)
        details = {answer.json()["detail"] for answer in answers}
        assert "too many events are waiting; try again" in details
