"""Goals and segments as plain JSON resources."""

from typing import Any

import httpx
import pytest
from analytics.v1 import definition_pb2, query_pb2

from tests.gateway.doubles import ADMIN, DEMO_READ, OTHER_ADMIN, Mesh, authorized

WITH_KEY = authorized(ADMIN)
FILTERS = [["is", "prop:plan", ["pro"]], ["or", [["contains", "prop:a", ["b"]], ["not", ["is", "prop:c", ["d"]]]]]]


async def test_a_goal_is_made_listed_changed_and_removed(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {"site": "demo", "name": "Bought", "event": "sale", "filters": FILTERS, "currency": "EUR"}
    made = await http.post("/api/v1/goals", json=body, headers=WITH_KEY)
    assert made.status_code == 201
    assert made.json() == {
        **body,
        "id": "goal_1",
        "page": None,
        "scrollThreshold": None,
        "createdAt": "2026-01-01T12:00:00Z",
    }
    [goal] = mesh.writer.goals
    assert goal.filters[1].operator == query_pb2.Filter.OPERATOR_OR

    listed = await http.get("/api/v1/goals?site=demo", headers=authorized(DEMO_READ))
    assert listed.json() == {"goals": [made.json()]}
    assert (await http.get("/api/v1/goals?site=other", headers=WITH_KEY)).json() == {"goals": []}

    patch = {"event": None, "filters": None, "currency": None, "page": "/thanks", "scrollThreshold": 75}
    changed = (await http.patch("/api/v1/goals/goal_1", json=patch, headers=WITH_KEY)).json()
    assert changed == {**made.json(), **patch, "filters": []}
    assert sorted(mesh.writer.definition_masks[0]) == ["currency", "event", "filters", "page", "scroll_threshold"]

    assert (await http.delete("/api/v1/goals/goal_1", headers=WITH_KEY)).status_code == 204
    assert (await http.delete("/api/v1/goals/goal_1", headers=WITH_KEY)).status_code == 404
    assert not mesh.writer.goals


async def test_a_segment_is_made_listed_changed_and_removed(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {"site": "demo", "name": "Pro", "filters": [["has_done", FILTERS[0]], *FILTERS]}
    made = await http.post("/api/v1/segments", json=body, headers=WITH_KEY)
    assert made.status_code == 201
    assert made.json() == {**body, "id": "segment_1", "createdAt": "2026-01-01T12:00:00Z"}
    changed = await http.patch("/api/v1/segments/segment_1", json={"filters": FILTERS[:1]}, headers=WITH_KEY)
    assert changed.json() == {**made.json(), "filters": FILTERS[:1]}
    assert mesh.writer.definition_masks == [["filters"]]
    listed = await http.get("/api/v1/segments?site=demo", headers=authorized(DEMO_READ))
    assert listed.json() == {"segments": [changed.json()]}
    assert (await http.delete("/api/v1/segments/segment_1", headers=WITH_KEY)).status_code == 204
    assert not mesh.writer.segments


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("goals", {"name": "n", "event": "e"}, "site"),
        ("goals", {"site": "demo", "event": "e"}, "name"),
        ("goals", {"site": "demo", "name": 5, "event": "e"}, "name"),
        ("goals", {"site": "demo", "name": "n", "event": "e", "id": "goal_9"}, "id"),
        ("goals", {"site": "demo", "name": "n", "page": "/", "scrollThreshold": 0}, "scrollThreshold"),
        ("goals", {"site": "demo", "name": "n", "page": "/", "scrollThreshold": -1}, "scrollThreshold"),
        ("goals", {"site": "demo", "name": "n", "page": "/", "scrollThreshold": 2**40}, "scrollThreshold"),
        ("goals", {"site": "demo", "name": "n", "page": "/", "scrollThreshold": "50"}, "scrollThreshold"),
        ("goals", {"site": "demo", "name": "n", "event": "e", "filters": [["is", "prop:a"]]}, "filters[0]"),
        ("goals", {"site": "demo", "name": "n", "event": "e", "filters": "prop:a"}, "filters"),
        ("goals", {"site": "demo", "name": "n", "event": "refused"}, "filters[0][1]"),
        ("segments", {"site": "demo", "name": "n"}, "filters"),
        ("segments", {"site": "demo", "name": "n", "filters": [["nope", "a", ["b"]]]}, "filters[0][0]"),
    ],
)
async def test_a_wrong_definition_is_400_and_names_the_field(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: dict[str, Any], field: str
) -> None:
    response = await http.post(f"/api/v1/{path}", json=body, headers=WITH_KEY)
    assert (response.status_code, response.json()["field"]) == (400, field)
    assert not (mesh.writer.goals or mesh.writer.segments)


@pytest.mark.parametrize("path", ["goals", "segments"])
async def test_a_list_names_its_site_and_a_change_something(http: httpx.AsyncClient, path: str) -> None:
    listing = await http.get(f"/api/v1/{path}", headers=WITH_KEY)
    assert (listing.status_code, listing.json()["field"]) == (400, "site")
    assert (await http.patch(f"/api/v1/{path}/any_1", json={}, headers=WITH_KEY)).status_code == 400
    assert (await http.patch(f"/api/v1/{path}/any_1", json={"site": "other"}, headers=WITH_KEY)).status_code == 400


async def test_a_name_that_is_taken_is_409_at_the_name(http: httpx.AsyncClient) -> None:
    body = {"site": "demo", "name": "Twice", "page": "/"}
    await http.post("/api/v1/goals", json=body, headers=WITH_KEY)
    taken = await http.post("/api/v1/goals", json=body, headers=WITH_KEY)
    assert (taken.status_code, taken.json()["field"]) == (409, "name")


async def test_another_sites_key_neither_sees_nor_changes_what_there_is(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.writer.goals.append(definition_pb2.Goal(id="goal_1", site="demo", name="Own", page="/"))
    stranger = authorized(OTHER_ADMIN)
    assert (await http.get("/api/v1/goals?site=demo", headers=stranger)).status_code == 404
    assert (await http.patch("/api/v1/goals/goal_1", json={"name": "n"}, headers=stranger)).status_code == 404
    assert (await http.delete("/api/v1/goals/goal_1", headers=stranger)).status_code == 404
    assert [goal.name for goal in mesh.writer.goals] == ["Own"]


async def test_a_goal_made_here_holds_for_every_later_question(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.writer.version = 2_000_000
    await http.post("/api/v1/goals", json={"site": "demo", "name": "New", "page": "/"}, headers=WITH_KEY)
    await http.post("/api/v1/query", json={"site": "demo", "metrics": ["visitors"]}, headers=WITH_KEY)
    assert mesh.query.versions == ["2000001"]
