"""`/api/v1/query`, authorisation of every route, problems, security headers, probes."""

import re
from typing import Any

import grpc
import httpx
import pytest
from analytics.v1 import query_pb2

from mesh.errors import MeshError
from tests.gateway.doubles import ADMIN, DEMO_READ, INGEST, OTHER_ADMIN, SESSION, Mesh, authorized, directory

QUESTION = {"site": "demo", "metrics": ["visitors"]}
FILTERS = [["is", "country", ["DE"]]]

GUARDED = [
    ("POST", "/api/v1/query", QUESTION),
    ("POST", "/api/v1/import?site=demo", None),
    ("GET", "/api/v1/sites", None),
    ("POST", "/api/v1/sites", {"id": "new"}),
    ("PATCH", "/api/v1/sites/demo", {"timezone": "UTC"}),
    ("DELETE", "/api/v1/sites/demo", None),
    ("GET", "/api/v1/keys?site=demo", None),
    ("POST", "/api/v1/keys", {"name": "k", "scope": "read", "site": "demo"}),
    ("DELETE", "/api/v1/keys/key_1", None),
    *(("POST", f"/api/v1/{word}", {"site": "demo"}) for word in ("page", "funnel", "cohort", "journey", "experiment")),
    ("GET", "/api/v1/visits?site=demo", None),
    ("GET", "/api/v1/visits/visit_1?site=demo", None),
    ("GET", "/api/v1/goals?site=demo", None),
    ("POST", "/api/v1/goals", {"site": "demo", "name": "Signup", "event": "signup"}),
    ("PATCH", "/api/v1/goals/goal_1", {"name": "Signed up"}),
    ("DELETE", "/api/v1/goals/goal_1", None),
    ("GET", "/api/v1/segments?site=demo", None),
    ("POST", "/api/v1/segments", {"site": "demo", "name": "Near", "filters": FILTERS}),
    ("PATCH", "/api/v1/segments/segment_1", {"name": "Far"}),
    ("DELETE", "/api/v1/segments/segment_1", None),
    ("GET", "/api/v1/session", None),
    ("DELETE", "/api/v1/session", None),
    ("POST", "/api/v1/account/password", {"oldPassword": "a", "newPassword": "b" * 10}),
    ("GET", "/api/v1/sessions", None),
    ("DELETE", "/api/v1/sessions", None),
    ("DELETE", "/api/v1/sessions/ses_1", None),
    ("POST", "/api/v1/account/totp", {"password": "a"}),
    ("POST", "/api/v1/account/totp/confirm", {"code": "123456"}),
    ("POST", "/api/v1/account/totp/remove", {"password": "a", "code": "123456"}),
    ("POST", "/api/v1/account/recovery-codes", {"password": "a", "code": "123456"}),
    ("GET", "/api/v1/users?site=demo", None),
    ("PATCH", "/api/v1/users/user_1", {"site": "demo", "role": "viewer"}),
    ("DELETE", "/api/v1/users/user_1", None),
    ("POST", "/api/v1/users/user_1/password-reset", {}),
    ("GET", "/api/v1/invitations?site=demo", None),
    ("POST", "/api/v1/invitations", {"email": "bob@example.org", "site": "demo", "role": "viewer"}),
    ("DELETE", "/api/v1/invitations/inv_1", None),
    ("GET", "/api/v1/shares?site=demo", None),
    ("POST", "/api/v1/shares", {"site": "demo", "name": "Board"}),
    ("PATCH", "/api/v1/shares/shr_1", {"name": "Board"}),
    ("DELETE", "/api/v1/shares/shr_1", None),
    ("GET", "/api/v1/annotations?site=demo", None),
    ("POST", "/api/v1/annotations", {"site": "demo", "text": "Release", "date": "2026-01-31"}),
    ("PATCH", "/api/v1/annotations/note_1", {"text": "Release 2"}),
    ("DELETE", "/api/v1/annotations/note_1", None),
]
OWN_OR_OWNERS = ("/api/v1/session", "/api/v1/account/", "/api/v1/users", "/api/v1/invitations")
"""What a key gets 403 for, of whichever site it is: it is of a person's own account, or for owners."""


async def ask(http: httpx.AsyncClient, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
    if "/import" in path:
        return await http.request(
            method, path, content=b"", headers={"content-type": "application/x-ndjson", **headers}
        )
    return await http.request(method, path, json=body, headers=headers)


async def test_a_question_is_passed_on_and_answered(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = mesh.query.answer
    row = answer.rows.add(dimensions=["2026-01-01", "DE"])
    row.metrics.add(integer=12)
    row.metrics.add(number=33.5)
    row.metrics.add()
    row.metrics.add().money.MergeFrom(query_pb2.Money(currency="EUR", amount="12.50"))
    answer.total_rows, answer.next_page_token, answer.freshness_s = 7, "token", 0.25
    answer.warnings.append("a warning")
    body = {
        **QUESTION,
        "metrics": ["visitors", "bounce_rate", "time_on_page", "total_revenue"],
        "dimensions": ["time:day", "country"],
        "date_range": ["2026-01-01", "2026-01-31"],
        "include": {"total_rows": True},
    }
    response = await http.post("/api/v1/query", json=body, headers=authorized(DEMO_READ))
    assert response.status_code == 200
    found = response.json()
    assert found["results"] == [
        {"dimensions": ["2026-01-01", "DE"], "metrics": [12, 33.5, None, {"currency": "EUR", "amount": "12.50"}]}
    ]
    assert found["meta"] == {
        "total_rows": 7,
        "next_page_token": "token",
        "freshness_s": 0.25,
        "took_ms": 0.0,
        "as_of_position": 0,
        "warnings": ["a warning"],
    }
    assert found["query"]["date_range"] == ["2026-01-01", "2026-01-31"]
    assert "access-control-allow-origin" not in response.headers


async def test_csv_cells_that_a_spreadsheet_would_run_are_neutralised(mesh: Mesh, http: httpx.AsyncClient) -> None:
    for page in ("=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain", 'a,"b"'):
        row = mesh.query.answer.rows.add(dimensions=[page])
        row.metrics.add(number=-1.5)
        row.metrics.add()
    body = {"site": "demo", "metrics": ["bounce_rate", "exit_rate"], "dimensions": ["page"]}
    headers = {**authorized(DEMO_READ), "accept": "text/csv"}
    response = await http.post("/api/v1/query", json=body, headers=headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="demo.csv"'
    assert response.text.split("\r\n")[:-1] == [
        "page,bounce_rate,exit_rate",
        "'=1+1,-1.5,",
        "'+1,-1.5,",
        "'-1,-1.5,",
        "'@x,-1.5,",
        "'\tx,-1.5,",
        '"\'\rx",-1.5,',
        "plain,-1.5,",
        '"a,""b""",-1.5,',
    ]


@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
async def test_every_route_is_401_without_a_key_and_with_a_wrong_one(
    http: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    nobody = await ask(http, method, path, body)
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"] == "Bearer"
    if path in ("/api/v1/session", "/api/v1/account/password") and method != "GET":
        return  # the writer decides by the session; its double takes any
    wrong = await ask(http, method, path, body, **authorized("am_key_wrong"))
    assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("secret", [b"am_key_\xc3\xa9", b"am_key_\x80", b"am\tkey"])
@pytest.mark.parametrize(("name", "before"), [("authorization", b"Bearer "), ("cookie", b"analytics_session=")])
@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
async def test_a_credential_that_none_can_be_is_401_before_any_call(
    mesh: Mesh, http: httpx.AsyncClient, method: str, path: str, body: Any, name: str, before: bytes, secret: bytes
) -> None:
    headers: dict[str, Any] = {name: before + secret, "sec-fetch-site": "same-origin"}
    assert (await ask(http, method, path, body, **headers)).status_code == 401
    assert not (mesh.writer.versions or mesh.writer.signed_out or mesh.writer.passwords)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [entry for entry in GUARDED if entry[1] not in ("/api/v1/sites", "/api/v1/session", "/api/v1/account/password")],
)
async def test_another_sites_key_sees_nothing_of_this_one(
    mesh: Mesh, http: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    response = await ask(http, method, path, body, **authorized(OTHER_ADMIN))
    of_owners = path.startswith(OWN_OR_OWNERS) or (method, path) == ("DELETE", "/api/v1/sites/demo")
    assert response.status_code == (403 if of_owners else 404)
    assert not mesh.writer.told
    assert not mesh.writer.imported[1:]
    assert not (mesh.query.asked or mesh.query.questions)
    assert not (mesh.writer.goals or mesh.writer.segments)


async def test_another_sites_key_lists_its_own_site_alone(mesh: Mesh, http: httpx.AsyncClient) -> None:
    for name in ("demo", "other"):
        mesh.writer.sites.append(directory().sites[name])
    response = await http.get("/api/v1/sites", headers=authorized(OTHER_ADMIN))
    assert [site["id"] for site in response.json()["sites"]] == ["other"]
    assert (await http.post("/api/v1/sites", json={"id": "n"}, headers=authorized(OTHER_ADMIN))).status_code == 403


async def test_an_ingest_key_may_not_read_and_a_reader_may_not_administer(http: httpx.AsyncClient) -> None:
    assert (await http.post("/api/v1/query", json=QUESTION, headers=authorized(INGEST))).status_code == 403
    denied = await http.post("/api/v1/sites", json={"id": "new"}, headers=authorized(DEMO_READ))
    assert denied.status_code == 403


async def test_a_refusal_of_query_keeps_its_field_and_its_sentence(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.refusal = MeshError(
        grpc.StatusCode.INVALID_ARGUMENT, '"visitorz" is unknown; did you mean visitors?', field="metrics[0]"
    )
    response = await http.post("/api/v1/query", json=QUESTION, headers=authorized(ADMIN))
    assert response.status_code == 400
    assert response.json()["field"] == "metrics[0]"
    assert "did you mean visitors" in response.json()["detail"]


async def test_an_internal_error_of_a_service_tells_nothing(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.refusal = MeshError(grpc.StatusCode.INTERNAL, "secret table names")
    response = await http.post("/api/v1/query", json=QUESTION, headers=authorized(ADMIN))
    assert response.status_code == 500
    assert "secret" not in response.text


async def test_a_question_that_is_too_large_is_not_to_be_asked_again(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.refusal = MeshError(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much memory; ask for less")
    response = await http.post("/api/v1/query", json=QUESTION, headers=authorized(ADMIN))
    assert (response.status_code, response.json()["detail"]) == (429, "too much memory; ask for less")
    assert "retry-after" not in response.headers


async def test_a_service_that_is_away_is_503_with_a_time_to_come_back(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await mesh.stop("query")
    response = await http.post("/api/v1/query", json=QUESTION, headers=authorized(ADMIN))
    ready = await http.get("/readyz")
    await mesh.start("query")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert "127.0.0.1" not in response.text
    assert (ready.status_code, ready.json()["services"]["query"]) == (503, "unreachable")
    assert ready.json()["services"]["edge"] == "serving"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"site":"demo","limit":1e999}', "application/json", 400),
        (b'{"site":"demo","limit":' + b"9" * 5_000 + b"}", "application/json", 400),
        (b'{"site":"demo","metrics":["visitors"]}', "text/plain", 415),
        (b'{"site":"demo","metrics":["visitors"]}', "application/x-www-form-urlencoded", 415),
        (b" " * (256 * 1024 + 1), "application/json", 413),
    ],
)
async def test_a_body_that_is_no_question_is_refused(
    http: httpx.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    headers = {**authorized(ADMIN), "content-type": kind}
    response = await http.post("/api/v1/query", content=content, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


async def test_a_change_made_here_is_asked_of_every_later_callee(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.writer.version = 1_000
    assert (await http.post("/api/v1/sites", json={"id": "fresh"}, headers=authorized(ADMIN))).status_code == 201
    await http.post("/api/v1/query", json=QUESTION, headers=authorized(ADMIN))
    await http.get("/api/v1/sites", headers=authorized(ADMIN))
    assert mesh.query.versions[-1] == "1001"
    assert mesh.writer.versions[-1] == "1001"


async def test_an_unknown_path_is_404_and_another_method_405(http: httpx.AsyncClient) -> None:
    unknown = await http.get("/api/v1/nothing")
    wrong = await http.put("/api/v1/query", headers=authorized(ADMIN))
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert wrong.headers["allow"] == "POST"
    for method, path, allowed in (
        ("GET", "/api/v1/query", "POST"),
        ("GET", "/api/v1/shares/open", "POST"),
        ("OPTIONS", "/api/v1/shares/open", "POST"),
        ("DELETE", "/api/v1/sites", "GET, HEAD, POST"),
        ("GET", "/api/v1/sites/demo", "DELETE, PATCH"),
    ):
        wrong = await http.request(method, path)
        assert (wrong.status_code, wrong.headers["allow"]) == (405, allowed)
    for path in ("/track/nothing", "/track/view/", "/api/v1/nothing"):
        for method in ("GET", "POST", "PUT"):
            assert (await http.request(method, path)).status_code == 404
    assert (await http.post("/nothing")).status_code == 405


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/sites", "/nothing.js", "/api/openapi.json"])
async def test_every_answer_carries_the_security_headers(http: httpx.AsyncClient, path: str) -> None:
    headers = (await http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


async def test_the_probes_answer_without_a_key(mesh: Mesh, http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    metrics = await http.get("/metrics")
    assert 'analytics_gateway_events_total{outcome="accepted"}' in metrics.text
    assert "analytics_gateway_queued_events 0.0" in metrics.text


async def test_the_openapi_document_names_every_route_and_a_rule_for_each(http: httpx.AsyncClient) -> None:
    document = (await http.get("/api/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    for method, path, _ in GUARDED:
        bare = re.sub(r"/(demo|\w+_1)(?=/|$)", "/{id}", path.partition("?")[0])
        assert document["paths"][bare][method.lower()]["security"]
    assert "security" not in document["paths"]["/track/view"]["post"]
    for file in ("analytics.js", "analytics.full.js", "analytics.mjs", "integrity.json"):
        served = await http.get(f"/js/{file}")
        [kind] = document["paths"][f"/js/{file}"]["get"]["responses"]["200"]["content"]
        assert served.headers["content-type"].partition(";")[0] == kind
    pixel = document["paths"]["/pixel.gif"]["get"]["responses"]
    assert [(status, *answer["content"]) for status, answer in pixel.items()] == [
        (status, "image/gif") for status in ("200", "400", "403", "503")
    ]
    assert document["components"]["schemas"]["Payload"]["properties"]["pageUrl"]


async def test_a_person_can_read_what_the_document_says(http: httpx.AsyncClient) -> None:
    page = await http.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in (await http.get("/api/openapi.json")).json()["paths"]:
        assert path in page.text


async def test_a_session_works_as_a_bearer_token_too(mesh: Mesh, http: httpx.AsyncClient) -> None:
    assert (await http.post("/api/v1/query", json=QUESTION, headers=authorized(SESSION))).status_code == 200
