"""Every RPC and every route, tried by everybody who should not get in: one table of roles for the HTTP API, here, and
one of rules for the RPCs, in `mesh/auth.py`. What is in neither fails.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import websockets
from analytics.v1 import account_pb2

from bench.mesh import Mesh
from mesh.auth import LEAST, RULES, Rule
from tests.system.attempts import Target, requests_at, target_at
from tests.system.test_grpc import OURS, code_of

PASSWORD = "correct horse battery"
LIFE_S = 3.0
UNKNOWN = ("nobody", "guessed", "expired", "revoked")
ROLES = {
    "link": account_pb2.ROLE_GUEST,
    "part": account_pb2.ROLE_GUEST,
    "viewer": account_pb2.ROLE_VIEWER,
    "analyst": account_pb2.ROLE_ANALYST,
    "admin": account_pb2.ROLE_ADMIN,
}
"""Who is known, and the role at the site that is tried."""
PEOPLE = ("viewer", "analyst", "admin", "owner elsewhere")

OWN, OPERATOR = -1, 99
GUEST, VIEWER, ANALYST, ADMIN, OWNER = 1, 2, 3, 4, 5
# Each route that asks for a credential: the least role, and a body that is right. OWN: of a person's own account.
ROUTES: dict[str, tuple[int, Any]] = {
    "POST /api/v1/query": (GUEST, {"metrics": ["visitors"]}),
    "POST /api/v1/page": (GUEST, {}),
    "POST /api/v1/funnel": (GUEST, {"steps": [{"page": "/ours"}, {"page": "/ours"}]}),
    "POST /api/v1/journey": (GUEST, {"start": {"page": "/ours"}}),
    "POST /api/v1/cohort": (VIEWER, {}),
    "POST /api/v1/experiment": (VIEWER, {"experiment": "price", "conversion": {"page": "/ours"}}),
    "GET /api/v1/visits": (VIEWER, None),
    "GET /api/v1/visits/{id}": (VIEWER, None),
    "POST /api/v1/import": (ADMIN, None),
    "GET /api/v1/sites": (GUEST, None),
    "POST /api/v1/sites": (ADMIN, {"id": "made-by-a-stranger"}),
    "PATCH /api/v1/sites/{id}": (ADMIN, {"hashRouting": True}),
    "DELETE /api/v1/sites/{id}": (OWNER, None),
    "GET /api/v1/keys": (ADMIN, None),
    "POST /api/v1/keys": (ADMIN, {"name": "stolen", "scope": "admin"}),
    "DELETE /api/v1/keys/{id}": (ADMIN, None),
    "GET /api/v1/goals": (GUEST, None),
    "POST /api/v1/goals": (ANALYST, {"name": "made-by-a-stranger", "page": "/"}),
    "PATCH /api/v1/goals/{id}": (ANALYST, {"name": "stolen"}),
    "DELETE /api/v1/goals/{id}": (ANALYST, None),
    "GET /api/v1/segments": (VIEWER, None),
    "POST /api/v1/segments": (ANALYST, {"name": "made-by-a-stranger", "filters": [["is", "page", ["/"]]]}),
    "PATCH /api/v1/segments/{id}": (ANALYST, {"name": "stolen"}),
    "DELETE /api/v1/segments/{id}": (ANALYST, None),
    "GET /api/v1/annotations": (VIEWER, None),
    "POST /api/v1/annotations": (ANALYST, {"text": "made-by-a-stranger", "date": "2026-01-31"}),
    "PATCH /api/v1/annotations/{id}": (ANALYST, {"text": "stolen"}),
    "DELETE /api/v1/annotations/{id}": (ANALYST, None),
    "GET /api/v1/shares": (ADMIN, None),
    "POST /api/v1/shares": (ADMIN, {"name": "made-by-a-stranger"}),
    "PATCH /api/v1/shares/{id}": (ADMIN, {"name": "stolen"}),
    "DELETE /api/v1/shares/{id}": (ADMIN, None),
    "GET /api/v1/users": (OWNER, None),
    "PATCH /api/v1/users/{id}": (OWNER, {"role": "viewer"}),
    "DELETE /api/v1/users/{id}": (OWNER, None),
    "POST /api/v1/users/{id}/password-reset": (OWNER, {}),
    "GET /api/v1/invitations": (OWNER, None),
    "POST /api/v1/invitations": (OWNER, {"email": "made-by-a-stranger@x.example", "role": "owner"}),
    "DELETE /api/v1/invitations/{id}": (OWNER, None),
    "POST /api/v1/privacy/exports": (ADMIN, {"userId": "jane"}),
    "GET /api/v1/privacy/exports": (ADMIN, None),
    "GET /api/v1/privacy/exports/{id}": (ADMIN, None),
    "GET /api/v1/privacy/exports/{id}/content": (ADMIN, None),
    "POST /api/v1/privacy/erasures": (ADMIN, {"userId": "jane"}),
    "GET /api/v1/privacy/erasures": (ADMIN, None),
    "GET /api/v1/privacy/erasures/{id}": (ADMIN, None),
    "POST /api/v1/privacy/receipts/verify": (ADMIN, {"receipt": "x"}),
    "GET /api/v1/privacy/retention": (ADMIN, None),
    "GET /api/v1/privacy/retention/preview": (ADMIN, None),
    "GET /api/v1/privacy/statement": (VIEWER, None),
    "GET /api/v1/privacy/audit": (OWNER, None),
    "GET /api/v1/privacy/audit/verify": (OPERATOR, None),
    "GET /api/v1/session": (OWN, None),
    "DELETE /api/v1/session": (OWN, None),
    "GET /api/v1/sessions": (OWN, None),
    "DELETE /api/v1/sessions": (OWN, None),
    "DELETE /api/v1/sessions/{id}": (OWN, None),
    "POST /api/v1/account/password": (OWN, {"oldPassword": "guess", "newPassword": "battery staple"}),
    "POST /api/v1/account/totp": (OWN, {"password": "guess"}),
    "POST /api/v1/account/totp/confirm": (OWN, {"code": "000000"}),
    "POST /api/v1/account/totp/remove": (OWN, {"password": "guess", "code": "000000"}),
    "POST /api/v1/account/recovery-codes": (OWN, {"password": "guess", "code": "000000"}),
}
# These take the site from what they name, or none.
NO_SITE = {
    *("POST /api/v1/sites", "PATCH /api/v1/sites/{id}", "POST /api/v1/privacy/receipts/verify"),
    *(route for route, (least, _) in ROUTES.items() if least == OWN),
    *(route for route in ROUTES if route.startswith("PATCH ")),
    "POST /api/v1/users/{id}/password-reset",
} - {"PATCH /api/v1/users/{id}"}


@pytest.fixture(scope="module")
async def target(mesh: Mesh, eventually: Any) -> Target:
    return await target_at(mesh, mesh.site, eventually)


@pytest.fixture(scope="module")
async def callers(mesh: Mesh, target: Target, other_site: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """Secrets by who holds them."""

    async def key(**fields: Any) -> Any:
        reply = await mesh.api("POST", "keys", {"name": "k", "scope": "admin", **fields})
        assert reply.status == 201, reply.body
        return reply.json()

    async def person(role: str, site: str) -> str:
        email = f"{role}@{site}.example"
        invited = (await mesh.api("POST", "invitations", {"email": email, "role": role, "site": site})).json()
        body = {"secret": invited["link"].partition("#")[2], "password": PASSWORD}
        joined = await mesh.http("POST", "/api/v1/invitations/accept", body)
        assert joined.status == 200, joined.body
        return joined.headers["set-cookie"].partition("=")[2].partition(";")[0]

    async def link(**fields: Any) -> str:
        made = await mesh.api("POST", "shares", {"site": target.site, "name": "Link", **fields})
        assert made.status == 201, made.body
        return made.json()["link"].partition("#")[2]

    until = datetime.now(UTC) + timedelta(seconds=LIFE_S)
    expired = (await key(expiresAt=until.isoformat()))["secret"]
    revoked = await key()
    assert (await mesh.api("DELETE", f"keys/{revoked['id']}")).status == 204
    found = {
        "nobody": "",
        "guessed": "am_key_guess",
        "expired": expired,
        "revoked": revoked["secret"],
        "another site's key": other_site["admin"],
        "owner elsewhere": await person("owner", "shop"),
        "link": await link(),
        "part": await link(segment=target.segment),
        **{role: await person(role, target.site) for role in ("viewer", "analyst", "admin")},
    }
    await asyncio.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds() + 0.1))
    yield found


def expected_of(rpc: str, who: str) -> set[str] | None:
    """The codes of a refusal; None where the caller may pass."""
    rule = RULES[rpc]
    if who in UNKNOWN:
        return {"UNAUTHENTICATED"}
    if rule is Rule.PERSON:
        return None if who in PEOPLE else {"PERMISSION_DENIED"}
    if rule not in LEAST or rule is Rule.OPERATOR:
        return {"PERMISSION_DENIED"}
    if who in ("another site's key", "owner elsewhere"):
        harmless = rpc.endswith(("/ListSites", "/Await"))  # tell of one's own sites, or of none
        return None if harmless else {"NOT_FOUND", "PERMISSION_DENIED"}
    if who == "part" and rpc.endswith("/Watch"):
        return {"PERMISSION_DENIED"}
    return {"PERMISSION_DENIED"} if ROLES[who] < LEAST[rule] else None


@pytest.mark.parametrize("who", [*UNKNOWN, "another site's key", "owner elsewhere", *ROLES])
async def test_every_rpc_refuses_who_has_no_business_there(
    callers: dict[str, str], channels: dict[str, grpc.aio.Channel], target: Target, who: str
) -> None:
    requests = requests_at(target)
    wrong: dict[str, str] = {}
    for rpc in OURS:
        expected = expected_of(rpc, who)
        if expected is None:
            continue
        code = await code_of(channels, rpc, requests[rpc.removeprefix("/analytics.v1.")], callers[who])
        if code not in expected:
            wrong[rpc] = code
    assert wrong == {}


@pytest.mark.parametrize("who", ["link", "part", "viewer"])
async def test_who_may_only_read_can_read(
    callers: dict[str, str], channels: dict[str, grpc.aio.Channel], target: Target, who: str
) -> None:
    requests = requests_at(target)
    reads = [rpc for rpc in OURS if RULES[rpc] in (Rule.SHARED, Rule.READ) and expected_of(rpc, who) is None]
    codes = {
        rpc: code
        for rpc in reads
        if (code := await code_of(channels, rpc, requests[rpc.removeprefix("/analytics.v1.")], callers[who])) != "OK"
    }
    assert len(reads) >= 6 and codes == {}


async def test_every_route_that_asks_for_a_credential_has_a_role_here(mesh: Mesh) -> None:
    paths = (await mesh.http("GET", "/api/openapi.json")).json()["paths"]
    asking = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "security" in operation
    }
    assert asking - {"GET /api/v1/live"} == {*ROUTES}


async def tried(mesh: Mesh, target: Target, route: str, secret: str) -> int:
    """The status of a route's answer."""
    method, _, path = route.partition(" ")
    body = ROUTES[route][1]
    kind = path.removeprefix("/api/v1/").partition("/")[0]
    ids = {
        "sites": target.site,
        "keys": target.key,
        "goals": target.goal,
        "segments": target.segment,
        "annotations": target.note,
        "shares": target.share,
        "users": target.user,
        "invitations": target.invitation,
        "visits": target.visit,
        "privacy": target.task,
    }
    path = path.replace("{id}", ids.get(kind, "ses_x"))
    if "receipt" in (body or {}):
        body = {"receipt": target.receipt}
    if body is not None and route not in NO_SITE:
        body = {"site": target.site, **body}
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    if path == "/api/v1/import":
        headers["content-type"] = "application/x-ndjson"
    return (await mesh.http(method, f"{path}?site={target.site}", body, headers)).status


@pytest.mark.parametrize("who", [*UNKNOWN, "another site's key", "owner elsewhere", *ROLES])
async def test_every_route_refuses_who_has_no_business_there(
    mesh: Mesh, callers: dict[str, str], target: Target, who: str
) -> None:
    wrong: dict[str, int] = {}
    for route, (least, _) in ROUTES.items():
        if who in UNKNOWN:
            # signing out what is signed in nowhere is no error
            expected = {204} if route == "DELETE /api/v1/session" and who != "nobody" else {401}
        elif least == OWN:
            session = route.endswith(("/session", "/account/password"))  # of sessions, whoever shows one
            if who in PEOPLE or session:
                continue
            expected = {403}
        elif who in ("another site's key", "owner elsewhere"):
            if route == "GET /api/v1/sites":
                continue
            expected = {403, 404}
        elif ROLES[who] < least:
            expected = {403}
        else:
            continue
        status = await tried(mesh, target, route, callers[who])
        if status not in expected:
            wrong[route] = status
    assert wrong == {}


@pytest.mark.parametrize(
    ("who", "code"),
    [*((who, 4401) for who in UNKNOWN), ("another site's key", 4404), ("owner elsewhere", 4404), ("part", 4403)],
)
async def test_the_live_socket_closes_on_them_too(
    mesh: Mesh, callers: dict[str, str], target: Target, who: str, code: int
) -> None:
    address = mesh.ready["gateway"].replace("http://", "ws://")
    headers = {"authorization": f"Bearer {callers[who]}"} if callers[who] else {}
    async with websockets.connect(f"{address}/api/v1/live?site={target.site}", additional_headers=headers) as socket:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd and closed.value.rcvd.code == code


async def test_nothing_of_all_this_left_a_trace(mesh: Mesh, target: Target) -> None:
    site = f"?site={target.site}"
    for kind in ("sites", f"keys{site}", f"goals{site}", f"segments{site}", f"annotations{site}", f"shares{site}"):
        text = (await mesh.api("GET", kind)).body.decode()
        assert "made-by-a-stranger" not in text and "stolen" not in text
    for kind in ("users", "invitations"):
        assert "made-by-a-stranger" not in (await mesh.api("GET", kind)).body.decode()
    assert (await mesh.query(["visits"], target.site, filters=[["is", "entry_page", ["/ours"]]])) == [([], [1])]


async def test_a_password_is_reset_and_somebody_invited_from_the_command_line(mesh: Mesh) -> None:
    listed = await mesh.run("users", "list")
    assert listed.code == 0 and "owner of every site" in listed.output, listed.output
    invited = await mesh.run("users", "invite", "cli@example.org", "--role", "analyst", "--site", mesh.site)
    assert f"{mesh.ready['gateway']}/join#am_invite_" in invited.output, invited.output
    reset = await mesh.run("users", "reset-password", mesh.ready["admin_email"])
    secret = reset.output.partition("#")[2].split()[0]
    body = {"secret": secret, "newPassword": "set from the command line"}
    assert (await mesh.http("POST", "/api/v1/account/password/reset", body)).status == 204
    signed = {"email": mesh.ready["admin_email"], "password": "set from the command line"}
    assert (await mesh.http("POST", "/api/v1/session", signed)).status == 200


async def test_a_statement_is_for_who_may_read_the_sites_settings(
    mesh: Mesh, callers: dict[str, str], target: Target
) -> None:
    expected = {
        "viewer": 200,
        "admin": 200,
        "link": 403,
        "part": 403,
        "another site's key": 404,
        "owner elsewhere": 404,
    }
    for who, status in expected.items():
        headers = {"authorization": f"Bearer {callers[who]}"}
        reply = await mesh.http("GET", f"/api/v1/privacy/statement?site={target.site}", headers=headers)
        assert (who, reply.status) == (who, status)
    printed = await mesh.run("privacy-statement", "--site", target.site)
    assert printed.code == 0 and f"audience measurement of `{target.site}`" in printed.output, printed.output
    unknown = await mesh.run("privacy-statement", "--site", "none")
    assert unknown.code != 0 and 'there is no site "none"' in unknown.output, unknown.output
