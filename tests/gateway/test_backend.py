"""A backend's own calls to `/track/*`: an ingest key speaks for its site and passes visitors on."""

import json
from typing import Any

import httpx
import pytest

from tests.gateway.doubles import DEMO_READ, INGEST, Mesh

VIEW = {"pageUrl": "https://demo.example/hello"}
PERSON = {
    "ip": "203.0.113.9",
    "headers": {"User-Agent": "Mozilla/5.0 Firefox/140.0", "accept-language": "de-AT,de;q=0.9", "sec-gpc": "1"},
}


async def post(http: httpx.AsyncClient, path: str, body: Any, key: str = INGEST) -> httpx.Response:
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}", "user-agent": "node"}
    return await http.post(path, content=json.dumps(body), headers=headers)


async def test_a_backend_passes_each_events_visitor_on(mesh: Mesh, http: httpx.AsyncClient) -> None:
    events = [{"kind": "view", **VIEW, "visitor": PERSON}, {"kind": "event", "name": "nightly_job"}]
    assert (await post(http, "/track/batch", {"events": events})).status_code == 202
    assert (await post(http, "/track/view", {**VIEW, "visitor": PERSON})).status_code == 202

    view, job, single = mesh.edge.events
    for event in (view, single):
        assert (event.ip, event.user_agent, event.language) == ("203.0.113.9", "Mozilla/5.0 Firefox/140.0", "de-AT")
        assert (event.site, event.global_privacy_control, event.do_not_track) == ("demo", True, False)
    assert (job.site, job.ip, job.user_agent, job.language) == ("demo", "", "", "")


async def test_a_visitor_of_a_whole_batch_holds_where_an_event_has_none(mesh: Mesh, http: httpx.AsyncClient) -> None:
    events = [{"kind": "view", **VIEW}, {"kind": "view", **VIEW, "visitor": {"ip": "203.0.113.10"}}]
    assert (await post(http, "/track/batch", {"events": events, "visitor": PERSON})).status_code == 202
    assert [event.ip for event in mesh.edge.events] == ["203.0.113.9", "203.0.113.10"]


async def test_without_a_key_nobody_speaks_for_a_visitor(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {"appName": "demo", **VIEW, "visitor": PERSON}
    assert (await http.post("/track/view", json=body)).status_code == 202
    batch = {"appName": "demo", "events": [{"kind": "view", **VIEW, "visitor": PERSON}]}
    assert (await http.post("/track/batch", json=batch)).status_code == 202
    assert [(event.ip, event.global_privacy_control) for event in mesh.edge.events] == [("127.0.0.1", False)] * 2


@pytest.mark.parametrize("key", ["am_ingest_mistyped", DEMO_READ])
async def test_a_key_that_is_no_ingest_key_is_refused(mesh: Mesh, http: httpx.AsyncClient, key: str) -> None:
    answer = await post(http, "/track/view", VIEW, key)
    assert answer.status_code == 401
    assert "no ingest key" in answer.json()["detail"]
    assert not mesh.edge.events


async def test_a_key_speaks_for_its_own_site_alone(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = await post(http, "/track/view", {"appName": "other", **VIEW})
    assert (answer.status_code, answer.json()["field"]) == (403, "appName")
    assert not mesh.edge.events
