"""Sites and keys as plain JSON resources."""

from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, site_pb2

from tests.gateway.doubles import ADMIN, Mesh, authorized

WITH_KEY = authorized(ADMIN)


async def test_a_site_is_made_listed_changed_and_removed(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {
        "id": "shop",
        "timezone": "Europe/Berlin",
        "identity": "daily",
        "domains": ["shop.example"],
        "retention": "forever",
        "queryParameters": ["q"],
        "hashRouting": True,
    }
    made = await http.post("/api/v1/sites", json=body, headers=WITH_KEY)
    assert made.status_code == 201
    assert {key: made.json()[key] for key in body} == body
    [site] = mesh.writer.sites
    assert (site.identity, site.retention_months) == (event_pb2.IDENTITY_MODE_DAILY, 0)

    changed = await http.patch("/api/v1/sites/shop", json={"retention": 6, "domains": []}, headers=WITH_KEY)
    assert (changed.json()["retention"], changed.json()["domains"]) == (6, [])
    assert changed.json()["timezone"] == "Europe/Berlin"
    assert mesh.writer.masks == [["retention_months", "domains"]]

    assert (await http.delete("/api/v1/sites/shop", headers=WITH_KEY)).status_code == 204
    assert (await http.get("/api/v1/sites", headers=WITH_KEY)).json() == {"sites": []}


async def test_own_traffic_and_path_rules_are_managed_list_by_list(mesh: Mesh, http: httpx.AsyncClient) -> None:
    lists = {
        "excludedIps": ["192.0.2.0/24"],
        "excludedPaths": ["/admin/*"],
        "excludedHostnames": ["staging.example"],
        "excludedCountries": ["DE"],
        "pathRules": ["/user/*"],
    }
    made = await http.post("/api/v1/sites", json={"id": "own", **lists}, headers=WITH_KEY)
    assert {key: made.json()[key] for key in lists} == lists
    patch = {"excludedIps": [], "pathRules": ["/a/*", "/b/*"]}
    changed = await http.patch("/api/v1/sites/own", json=patch, headers=WITH_KEY)
    assert {key: changed.json()[key] for key in lists} == lists | patch
    assert mesh.writer.masks[-1] == ["excluded_ips", "path_rules"]
    wrong = await http.patch("/api/v1/sites/own", json={"excludedIps": ["192.0.2.1", 7]}, headers=WITH_KEY)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "excludedIps[1]")


async def test_a_site_keeps_25_months_in_memory_mode_unless_told(mesh: Mesh, http: httpx.AsyncClient) -> None:
    made = (await http.post("/api/v1/sites", json={"id": "app"}, headers=WITH_KEY)).json()
    assert (made["retention"], made["identity"], made["timezone"]) == (25, "memory", "UTC")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "id"),
        ({"id": "BAD"}, 400, "id"),
        ({"id": 5}, 400, "id"),
        ({"id": "a", "identity": "cookie"}, 400, "identity"),
        ({"id": "a", "retention": 0}, 400, "retention"),
        ({"id": "a", "retention": 121}, 400, "retention"),
        ({"id": "a", "retention": "ever"}, 400, "retention"),
        ({"id": "a", "domains": "x"}, 400, "domains"),
        ({"id": "a", "number": 7}, 400, "number"),
    ],
)
async def test_a_wrong_site_is_400_and_names_the_field(
    mesh: Mesh, http: httpx.AsyncClient, body: dict[str, Any], status: int, field: str
) -> None:
    response = await http.post("/api/v1/sites", json=body, headers=WITH_KEY)
    assert (response.status_code, response.json()["field"]) == (status, field)


async def test_a_taken_id_is_409_an_unknown_one_404_an_empty_change_400(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await http.post("/api/v1/sites", json={"id": "twice"}, headers=WITH_KEY)
    taken = await http.post("/api/v1/sites", json={"id": "twice"}, headers=WITH_KEY)
    unknown = await http.patch("/api/v1/sites/none", json={"timezone": "UTC"}, headers=WITH_KEY)
    empty = await http.patch("/api/v1/sites/twice", json={}, headers=WITH_KEY)
    assert (taken.status_code, unknown.status_code, empty.status_code) == (409, 404, 400)


async def test_a_keys_secret_is_shown_once(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {"name": "reports", "scope": "read", "site": "demo", "expiresAt": "2030-01-01T00:00:00Z"}
    made = await http.post("/api/v1/keys", json=body, headers=WITH_KEY)
    assert (made.status_code, made.json()["secret"]) == (201, "am_key_fresh")
    [key] = mesh.writer.keys
    assert (key.scope, key.expires_at_us) == (site_pb2.KEY_SCOPE_READ, 1_893_456_000_000_000)
    [listed] = (await http.get("/api/v1/keys?site=demo", headers=WITH_KEY)).json()["keys"]
    assert "secret" not in listed
    assert (listed["expiresAt"], listed["site"], listed["scope"]) == ("2030-01-01T00:00:00Z", "demo", "read")
    assert (await http.delete(f"/api/v1/keys/{listed['id']}", headers=WITH_KEY)).status_code == 204
    assert not mesh.writer.keys


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "read"}, "name"),
        ({"name": "k", "scope": "root"}, "scope"),
        ({"name": "k", "scope": "read", "expiresAt": "soon"}, "expiresAt"),
        ({"name": "k", "scope": "read", "site": "demo", "expiresAt": "2001-01-01"}, "expiresAt"),
    ],
)
async def test_a_wrong_key_is_400_and_names_the_field(
    http: httpx.AsyncClient, body: dict[str, str], field: str
) -> None:
    response = await http.post("/api/v1/keys", json=body, headers=WITH_KEY)
    assert (response.status_code, response.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "body", "right"),
    [
        ("sites", {"id": "a", "identity": "foo"}, "memory or daily"),
        ("sites", {"id": "a", "retention": "foo"}, "1 to 120, in months, or forever"),
        ("sites", {"id": "a", "retention": 0}, "1 to 120, in months, or forever"),
        ("keys", {"name": "k", "scope": "foo"}, "ingest or read or admin"),
        ("keys", {"name": "k", "scope": "read", "expiresAt": "2001-01-01"}, "ISO 8601"),
        ("keys", {"name": "k", "scope": "read", "expiresAt": "1970-01-01T00:00:00Z"}, "ISO 8601"),
    ],
)
async def test_a_refusal_says_what_would_be_right(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: dict[str, Any], right: str
) -> None:
    response = await http.post(f"/api/v1/{path}", json=body, headers=WITH_KEY)
    assert response.status_code == 400
    assert right in response.json()["detail"]
    assert "microseconds" not in response.json()["detail"]
    assert not (mesh.writer.sites or mesh.writer.keys)
