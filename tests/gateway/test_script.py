"""The SDK's files and the pixel, over HTTP."""

import gzip
import hashlib
from base64 import b64encode

import httpx
import pytest
from analytics.v1 import event_pb2, track_pb2

from gateway.pixel import GIF
from gateway.script import FOLDER
from tests.gateway.doubles import Code, Mesh

FILES = ["analytics.js", "analytics.full.js", "analytics.mjs"]


@pytest.mark.parametrize("name", FILES)
async def test_a_script_is_kept_for_ever_by_its_hash_and_may_be_loaded_from_any_page(
    http: httpx.AsyncClient, name: str
) -> None:
    listed = (await http.get("/js/integrity.json")).json()[name]
    content = (FOLDER / name).read_bytes()
    assert listed["integrity"] == f"sha384-{b64encode(hashlib.sha384(content).digest()).decode()}"
    lasting = await http.get(listed["url"])
    assert (lasting.status_code, lasting.content) == (200, content)
    assert lasting.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert lasting.headers["content-type"].startswith("text/javascript")
    assert lasting.headers["access-control-allow-origin"] == "*"
    assert lasting.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_a_script_without_its_hash_is_asked_for_again_and_answered_by_its_tag(http: httpx.AsyncClient) -> None:
    first = await http.get("/js/analytics.js")
    assert "immutable" not in first.headers["cache-control"]
    again = await http.get("/js/analytics.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    old = await http.get("/js/analytics.js?v=0123456789abcdef")
    assert (old.status_code, "immutable" in old.headers["cache-control"]) == (200, False)


async def test_a_script_is_packed_as_the_browser_understands(mesh: Mesh) -> None:
    async def packed(accepted: str) -> tuple[str, int]:
        async with httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
            request = http.build_request("GET", "/js/analytics.js", headers={"accept-encoding": accepted})
            response = await http.send(request, stream=True)
            body = b"".join([part async for part in response.aiter_raw()])
            return response.headers.get("content-encoding", ""), len(body)

    plain = (FOLDER / "analytics.js").read_bytes()
    assert await packed("gzip, deflate, br, zstd") == ("br", len((FOLDER / "analytics.js.br").read_bytes()))
    assert await packed("gzip") == ("gzip", len(gzip.compress(plain, 9, mtime=0)))
    assert await packed("br;q=0, identity") == ("", len(plain))


async def test_a_script_is_only_read(http: httpx.AsyncClient) -> None:
    head = await http.head("/js/analytics.js")
    assert (head.status_code, head.content) == (200, b"")
    wrong = await http.post("/js/analytics.js")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


async def test_a_pixel_is_a_page_view(mesh: Mesh, http: httpx.AsyncClient) -> None:
    query = {
        "site": "demo",
        "url": "https://site.example/a?b=c",
        "title": "Ä page",
        "referrer": "https://news.example/",
    }
    response = await http.get("/pixel.gif", params=query, headers={"user-agent": "Firefox", "dnt": "1"})
    assert (response.status_code, response.content, response.headers["content-type"]) == (200, GIF, "image/gif")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    [event] = mesh.edge.events
    assert (event.kind, event.site, event.page_url) == (event_pb2.EVENT_KIND_PAGEVIEW, "demo", query["url"])
    assert (event.page_title, event.referrer, event.session_id) == ("Ä page", "https://news.example/", "")
    assert event.do_not_track and event.user_agent == "Firefox" and event.event_id


async def test_a_pixel_without_a_url_is_of_the_page_that_shows_it(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await http.get("/pixel.gif?site=demo", headers={"referer": "https://site.example/shown"})
    assert mesh.edge.events[0].page_url == "https://site.example/shown"


@pytest.mark.parametrize(
    ("query", "code", "status", "reason"),
    [
        ("", None, 400, "site: is required: the site's id"),
        ("site=demo", Code.CODE_INVALID, 400, "url: it is missing"),
        ("site=nobody&url=https://a.example/", None, 403, "site: there is no site"),
        ("site=demo&url=https://a.example/", Code.CODE_UNAVAILABLE, 503, ""),
        ("&".join(f"k{i}=1" for i in range(30)), None, 400, "fields"),
        ("site=demo&url=https://a.example/", Code.CODE_IGNORED, 200, "dnt"),
    ],
)
async def test_a_pixel_is_a_picture_whatever_became_of_its_view(
    mesh: Mesh, http: httpx.AsyncClient, query: str, code: track_pb2.TrackResult.Code | None, status: int, reason: str
) -> None:
    if code is not None:
        field = "page_url" if code == Code.CODE_INVALID else ""
        why = {Code.CODE_INVALID: "it is missing", Code.CODE_IGNORED: "dnt"}.get(code, "")
        mesh.edge.decide = lambda event: track_pb2.TrackResult(code=code, field=field, reason=why)
    response = await http.get(f"/pixel.gif?{query}")
    assert (response.status_code, response.content) == (status, GIF)
    assert reason in response.headers.get("x-analytics-reason", "")


async def test_a_browser_may_read_when_to_come_back(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.edge.decide = lambda event: track_pb2.TrackResult(code=Code.CODE_UNAVAILABLE)
    response = await http.post("/track/view", json={"appName": "demo", "pageUrl": "https://a.example/"})
    assert response.status_code == 503 and response.headers["retry-after"]
    assert response.headers["access-control-expose-headers"] == "retry-after"
