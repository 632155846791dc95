"""One's own account, people, share links and annotations over HTTP: what is asked of the writer, and what is shown."""

from typing import Any

import httpx
import pytest
from analytics.v1 import account_pb2, annotation_pb2, share_pb2

from tests.gateway.account_doubles import USER
from tests.gateway.doubles import ADMIN, SESSION, Mesh, authorized

OWNER = authorized(ADMIN)
BROWSER = {"cookie": f"analytics_session={SESSION}", "sec-fetch-site": "same-origin"}
OPEN: list[tuple[str, dict[str, Any]]] = [
    ("account/password/reset", {"secret": "am_reset_x", "newPassword": "battery staple"}),
    ("invitations/preview", {"secret": "am_invite_x"}),
    ("invitations/accept", {"secret": "am_invite_x", "password": "battery staple"}),
    ("shares/open", {"secret": "am_share_x"}),
    ("session", {"email": "a@b.example", "password": "correct horse"}),
]


async def test_who_is_signed_in_is_told_their_account_and_a_key_has_none(mesh: Mesh, http: httpx.AsyncClient) -> None:
    account = (await http.get("/api/v1/session", headers=BROWSER)).json()["account"]
    assert account == {
        "id": USER,
        "email": "ada@example.org",
        "roles": [{"site": None, "role": "owner"}],
        "totp": True,
        "session": "ses_1",
        "recoveryCodes": 9,
    }
    assert (await http.get("/api/v1/session", headers=OWNER)).json()["account"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("account/totp/confirm", {"code": "123456"}),
        ("account/totp/remove", {"password": "a", "code": "123456"}),
        ("account/password", {"oldPassword": "correct horse", "newPassword": "battery staple"}),
    ],
)
async def test_a_changed_privilege_renews_the_cookie(http: httpx.AsyncClient, path: str, body: dict[str, str]) -> None:
    response = await http.post(f"/api/v1/{path}", json=body, headers=BROWSER)
    assert response.is_success
    assert response.headers["set-cookie"].startswith("analytics_session=am_session_renewed; HttpOnly")
    assert "am_session" not in response.text


async def test_a_sign_in_says_from_where_and_which_session_it_replaces(mesh: Mesh, http: httpx.AsyncClient) -> None:
    body = {"email": "a@b.example", "password": "correct horse", "code": "123 456"}
    headers = {**BROWSER, "user-agent": "Firefox", "x-forwarded-for": "203.0.113.9"}
    await http.post("/api/v1/session", json=body, headers=headers)
    [asked] = mesh.writer.signed_in
    assert asked == account_pb2.SignInRequest(
        email="a@b.example",
        password="correct horse",
        code="123 456",
        address="127.0.0.1",  # the peer is no trusted proxy
        user_agent="Firefox",
        replaced_session=SESSION,
    )


@pytest.mark.parametrize(("path", "body"), OPEN)
async def test_no_foreign_page_uses_what_is_open_to_everybody(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        response = await http.post(f"/api/v1/{path}", json=body, headers=headers)
        assert (response.status_code, response.json()["reason"]) == (403, "ORIGIN")
        assert "set-cookie" not in response.headers
    assert not (mesh.writer.told or mesh.writer.signed_in)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(("POST", path, body) for path, body in OPEN),
        ("POST", "sites", {"id": "evil"}),
        ("POST", "shares", {"site": "demo", "name": "Leak"}),
        ("PATCH", f"users/{USER}", {"role": "owner"}),
        ("POST", "invitations", {"email": "eve@example.org", "role": "owner"}),
        ("POST", "annotations", {"site": "demo", "text": "x", "date": "2026-01-31"}),
        ("POST", "account/password", {"oldPassword": "a", "newPassword": "b" * 10}),
    ],
)
async def test_a24_a_simple_content_type_changes_nothing(
    mesh: Mesh, http: httpx.AsyncClient, method: str, path: str, body: Any, kind: str
) -> None:
    request = http.build_request(method, f"/api/v1/{path}", json=body, headers=BROWSER)
    request.headers["content-type"] = kind
    assert (await http.send(request)).status_code == 415
    assert not (mesh.writer.told or mesh.writer.signed_in or mesh.writer.sites or mesh.writer.passwords)


async def test_links_carry_their_secret_where_no_server_hears_it(mesh: Mesh, http: httpx.AsyncClient) -> None:
    invited = await http.post("/api/v1/invitations", json={"email": "b@b.example", "role": "viewer"}, headers=OWNER)
    shared = await http.post("/api/v1/shares", json={"site": "demo", "name": "Board"}, headers=OWNER)
    reset = await http.post(f"/api/v1/users/{USER}/password-reset", json={}, headers=OWNER)
    assert [each.status_code for each in (invited, shared, reset)] == [201] * 3
    assert [each.json()["link"] for each in (invited, shared, reset)] == [
        f"{mesh.url}/join#am_invite_x",
        f"{mesh.url}/share/shr_1#am_share_x",
        f"{mesh.url}/reset#am_reset_x",
    ]
    listed = await http.get("/api/v1/shares?site=demo", headers=OWNER)
    assert "am_share" not in listed.text
    assert listed.json()["shares"][0]["embedOrigins"] == ["https://demo.example"]


async def test_people_and_their_roles_are_plain_json(mesh: Mesh, http: httpx.AsyncClient) -> None:
    [bob] = (await http.get("/api/v1/users", headers=OWNER)).json()["users"]
    assert (bob["email"], bob["roles"], bob["lastUsedAt"]) == (
        "bob@example.org",
        [{"site": "demo", "role": "viewer"}],
        None,
    )
    for body in ({"site": "demo", "role": "analyst"}, {"role": "owner"}, {"site": "demo", "role": None}):
        assert (await http.patch(f"/api/v1/users/{USER}", json=body, headers=OWNER)).status_code == 204
    assert mesh.writer.told == [
        account_pb2.SetRoleRequest(id=USER, site="demo", role=account_pb2.ROLE_ANALYST),
        account_pb2.SetRoleRequest(id=USER, role=account_pb2.ROLE_OWNER),
        account_pb2.SetRoleRequest(id=USER, site="demo"),
    ]
    for body in ({"role": "guest"}, {"role": "root"}, {}):
        refused = await http.patch(f"/api/v1/users/{USER}", json=body, headers=OWNER)
        assert (refused.status_code, refused.json()["field"]) == (400, "role")


async def test_a_share_is_changed_field_by_field(mesh: Mesh, http: httpx.AsyncClient) -> None:
    patch = {"embedOrigins": [], "expiresAt": "2030-01-01"}
    assert (await http.patch("/api/v1/shares/shr_1", json=patch, headers=OWNER)).status_code == 200
    [told] = mesh.writer.told
    assert isinstance(told, share_pb2.UpdateShareRequest)
    assert (list(told.update_mask.paths), told.share.expires_at_us) == (
        ["embed_origins", "expires_at_us"],
        1_893_456_000_000_000,
    )


async def test_an_opened_share_says_what_it_shows(http: httpx.AsyncClient) -> None:
    opened = await http.post("/api/v1/shares/open", json={"secret": "am_share_x", "password": "battery staple"})
    assert opened.json() == {
        "token": "am_share_opened",
        "expiresAt": None,
        "site": "demo",
        "name": "Board",
        "live": True,
    }


async def test_a23_only_a_shares_own_page_stands_in_frames_of_its_origins(http: httpx.AsyncClient) -> None:
    framed = await http.get("/share/shr_1")
    assert framed.headers["content-security-policy"].endswith("frame-ancestors https://demo.example")
    assert "x-frame-options" not in framed.headers
    for path in ("/", "/share/shr_2", "/share/shr_1/more", "/share", "/api/docs", "/api/v1/shares?site=demo"):
        other = await http.get(path)
        assert other.headers["content-security-policy"].endswith("frame-ancestors 'none'")
        assert other.headers["x-frame-options"] == "DENY"


async def test_a_note_has_a_day_or_a_time(mesh: Mesh, http: httpx.AsyncClient) -> None:
    path = "/api/v1/annotations"
    [note] = (await http.get(f"{path}?site=demo", headers=OWNER)).json()["annotations"]
    assert (note["date"], note["at"], note["author"]) == ("2026-01-31", None, "Ada")
    await http.patch(f"{path}/note_1", json={"at": "2026-01-31T12:00:00Z"}, headers=OWNER)
    [told] = mesh.writer.told
    assert isinstance(told, annotation_pb2.UpdateAnnotationRequest)
    assert list(told.update_mask.paths) == ["date", "at_us"]
    assert (told.annotation.date, told.annotation.at_us) == ("", 1_769_860_800_000_000)
    wrong = await http.post(path, json={"site": "demo", "text": "x", "at": "soon"}, headers=OWNER)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "at")
    assert (await http.patch(f"{path}/note_1", json={}, headers=OWNER)).status_code == 400


async def test_ones_own_sessions_are_listed_and_ended(mesh: Mesh, http: httpx.AsyncClient) -> None:
    [session] = (await http.get("/api/v1/sessions", headers=BROWSER)).json()["sessions"]
    assert (session["label"], session["current"]) == ("Firefox on Linux", True)
    await http.delete("/api/v1/sessions/ses_1", headers=BROWSER)
    await http.delete("/api/v1/sessions", headers=BROWSER)
    assert mesh.writer.told == [account_pb2.RevokeSessionRequest(id="ses_1"), account_pb2.RevokeSessionRequest()]
