"""Signing in: the cookie's marks, and that no foreign page can use it."""

from pathlib import Path

import httpx
import pytest

from tests.gateway.doubles import ADMIN, SESSION, Mesh, authorized, directory, running

RIGHT = {"email": "a@b.example", "password": "correct horse"}


def cookie(**headers: str) -> dict[str, str]:
    return {"cookie": f"analytics_session={SESSION}", **{name.replace("_", "-"): v for name, v in headers.items()}}


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/session", json=RIGHT)
    assert response.status_code == 200
    assert response.json()["expiresAt"].endswith("Z")
    assert SESSION not in response.text
    marks = {mark.strip().lower() for mark in response.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= marks
    assert "secure" not in marks
    assert any(mark.startswith("max-age=1209") for mark in marks)


async def test_the_cookie_is_secure_where_a_trusted_proxy_speaks_tls(dist: Path) -> None:
    async with (
        running(dist, trusted_proxies="127.0.0.1") as mesh,
        httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http,
    ):
        response = await http.post("/api/v1/session", json=RIGHT, headers={"x-forwarded-proto": "https"})
        assert "secure" in response.headers["set-cookie"].lower()


async def test_a_wrong_password_is_401_and_a_missing_field_is_named(http: httpx.AsyncClient) -> None:
    wrong = await http.post("/api/v1/session", json={**RIGHT, "password": "guess"})
    missing = await http.post("/api/v1/session", json={"email": "a@b.example"})
    extra = await http.post("/api/v1/session", json={**RIGHT, "role": "owner"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert (missing.status_code, missing.json()["field"]) == (400, "password")
    assert (extra.status_code, extra.json()["field"]) == (400, "role")


async def test_who_is_signed_in_sees_their_sites(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.writer.sites.append(directory().sites["demo"])
    response = await http.get("/api/v1/session", headers=cookie())
    assert [site["id"] for site in response.json()["sites"]] == ["demo"]
    assert (await http.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {},
    ],
)
async def test_a_foreign_page_changes_nothing_with_the_cookie(
    mesh: Mesh, http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for method, path, body in (
        ("POST", "/api/v1/sites", {"id": "evil"}),
        ("DELETE", "/api/v1/session", None),
        ("POST", "/api/v1/account/password", {"oldPassword": "a", "newPassword": "b" * 10}),
        ("POST", "/api/v1/query", {"site": "demo", "metrics": ["visitors"]}),
    ):
        response = await http.request(method, path, json=body, headers=cookie(**headers))
        assert (response.status_code, response.json()["reason"]) == (403, "ORIGIN")
    assert not mesh.writer.sites
    assert not mesh.writer.signed_out
    assert not mesh.writer.passwords


async def test_a_foreign_page_cannot_sign_somebody_in(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/session", json=RIGHT, headers={"origin": "https://evil.example"})
    assert (response.status_code, "set-cookie" in response.headers) == (403, False)


async def test_the_own_page_changes_the_password_and_signs_out(mesh: Mesh, http: httpx.AsyncClient) -> None:
    own = cookie(origin=mesh.url)
    body = {"oldPassword": "correct horse", "newPassword": "battery staple"}
    assert (await http.post("/api/v1/account/password", json=body, headers=own)).status_code == 204
    assert mesh.writer.passwords == [("correct horse", "battery staple")]
    gone = await http.delete("/api/v1/session", headers=cookie(sec_fetch_site="same-origin"))
    assert gone.status_code == 204
    assert mesh.writer.signed_out == [SESSION]
    assert "max-age=0" in gone.headers["set-cookie"].lower()


async def test_a_bearer_token_wins_over_the_cookie(mesh: Mesh, http: httpx.AsyncClient) -> None:
    headers = {**cookie(origin="https://evil.example"), **authorized(ADMIN)}
    assert (await http.post("/api/v1/sites", json={"id": "good"}, headers=headers)).status_code == 201
