"""mesh.guard and mesh.auth: each rule lets in whom it names, nobody else, and an error is rich or silent."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from analytics.v1 import (
    account_pb2,
    directory_pb2,
    query_pb2,
    query_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    site_pb2,
)
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.auth import RULES, Authenticator, Caller, Rule, caller
from mesh.channel import bearer, connect
from mesh.directory import Snapshot
from mesh.errors import MeshError, from_rpc, invalid
from mesh.guard import Guard
from mesh.server import Server

MESH = "the-mesh-token-of-tests"
NOW = 1_000_000
KEYS = {
    "admin": ("", site_pb2.KEY_SCOPE_ADMIN, 0),
    "site admin": ("shop", site_pb2.KEY_SCOPE_ADMIN, 0),
    "reader": ("shop", site_pb2.KEY_SCOPE_READ, 0),
    "ingest": ("shop", site_pb2.KEY_SCOPE_INGEST, 0),
    "expired": ("", site_pb2.KEY_SCOPE_ADMIN, NOW),
    "expiring": ("", site_pb2.KEY_SCOPE_ADMIN, NOW + 1),
}
CREDENTIALS = [
    directory_pb2.Credential(
        id=f"key_{name}",
        secret_sha256=hashlib.sha256(name.encode()).digest(),
        site=site,
        scope=scope,  # pyright: ignore[reportArgumentType]  (an enum's number)
        expires_at_us=expires,
    )
    for name, (site, scope, expires) in KEYS.items()
]
SESSIONS = {
    "link": {"shop": account_pb2.ROLE_GUEST},
    "viewer": {"shop": account_pb2.ROLE_VIEWER},
    "analyst": {"shop": account_pb2.ROLE_ANALYST, "blog": account_pb2.ROLE_VIEWER},
    "site owner": {"shop": account_pb2.ROLE_OWNER},
    "owner": {"": account_pb2.ROLE_OWNER},
    "dismissed": {},
}
CREDENTIALS += [
    directory_pb2.Credential(
        id=f"key_{name}",
        secret_sha256=hashlib.sha256(name.encode()).digest(),
        user="" if name == "link" else name,
        grants=[account_pb2.Grant(site=site, role=role) for site, role in roles.items()],
    )
    for name, roles in SESSIONS.items()
]
AUTHENTICATOR = Authenticator(
    MESH, lambda: Snapshot.of(directory_pb2.Directory(version=1, credentials=CREDENTIALS)), lambda: NOW
)


class Query(query_pb2_grpc.QueryServiceServicer):
    """Does as its request says."""

    async def Query(self, request: query_pb2.QueryRequest, context: Any) -> query_pb2.QueryResponse:
        caller().require_site(request.site)
        if request.timezone == "bad":
            raise invalid("timezone", '"bad" is no IANA name')
        if request.timezone == "bug":
            raise ZeroDivisionError("a secret detail")
        return query_pb2.QueryResponse(next_page_token=caller().id)


class Realtime(realtime_pb2_grpc.RealtimeServiceServicer):
    """One snapshot, then an error."""

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[realtime_pb2.RealtimeServiceWatchResponse]:
        caller().require_site(request.site)
        yield realtime_pb2.RealtimeServiceWatchResponse(position=1)
        raise invalid("site", "enough")


@dataclass(frozen=True, slots=True)
class Doors:
    query: query_pb2_grpc.QueryServiceStub
    realtime: realtime_pb2_grpc.RealtimeServiceStub
    health: Any


@pytest.fixture(scope="module")
async def doors() -> AsyncIterator[Doors]:
    server = Server(["analytics.v1.QueryService", "analytics.v1.RealtimeService"], Guard(AUTHENTICATOR))
    query_pb2_grpc.add_QueryServiceServicer_to_server(Query(), server.grpc)
    realtime_pb2_grpc.add_RealtimeServiceServicer_to_server(Realtime(), server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    async with connect(f"127.0.0.1:{port}") as channel:
        yield Doors(
            query_pb2_grpc.QueryServiceStub(channel),
            realtime_pb2_grpc.RealtimeServiceStub(channel),
            health_pb2_grpc.HealthStub(channel),
        )
    await server.stop(0)


async def refusal(call: Any) -> MeshError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return from_rpc(error.value)


LETS_IN = {
    Rule.MESH: {"mesh"},
    Rule.INGEST: {"mesh", "ingest"},
    Rule.PERSON: {"viewer", "analyst", "site owner", "owner", "dismissed"},
    Rule.SHARED: {"link", "reader", "viewer", "analyst", "site admin", "admin", "site owner", "owner", "expiring"},
    Rule.READ: {"reader", "viewer", "analyst", "site admin", "admin", "site owner", "owner", "expiring"},
    Rule.WRITE: {"analyst", "site admin", "admin", "site owner", "owner", "expiring"},
    Rule.ADMIN: {"site admin", "admin", "site owner", "owner", "expiring"},
    Rule.OWNER: {"admin", "site owner", "owner", "expiring"},
    Rule.OPERATOR: {"mesh", "admin", "owner", "expiring"},
}


@pytest.mark.parametrize("rule", LETS_IN)
@pytest.mark.parametrize("who", ["mesh", *KEYS, *SESSIONS])
def test_a_rule_lets_in_whom_it_names_and_nobody_else(rule: Rule, who: str) -> None:
    authorization = f"Bearer {MESH if who == 'mesh' else who}"
    if who in LETS_IN[rule]:
        assert AUTHENTICATOR.authorize(rule, authorization).id in ("mesh", f"key_{who}")
        return
    with pytest.raises(MeshError) as error:
        AUTHENTICATOR.authorize(rule, authorization)
    expected = grpc.StatusCode.UNAUTHENTICATED if who == "expired" else grpc.StatusCode.PERMISSION_DENIED
    assert error.value.code is expected


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.OPEN])
def test_each_rule_has_its_own_line_above(rule: Rule) -> None:
    assert rule in LETS_IN


@pytest.mark.parametrize(
    ("rule", "site", "code"),
    [
        (Rule.WRITE, "shop", None),
        (Rule.READ, "blog", None),
        (Rule.WRITE, "blog", grpc.StatusCode.PERMISSION_DENIED),
        (Rule.READ, "other", grpc.StatusCode.NOT_FOUND),
        (Rule.WRITE, "other", grpc.StatusCode.NOT_FOUND),
        (Rule.READ, "", grpc.StatusCode.NOT_FOUND),
    ],
)
def test_a_role_holds_at_its_own_site_alone(rule: Rule, site: str, code: grpc.StatusCode | None) -> None:
    who = AUTHENTICATOR.authorize(rule, "Bearer analyst")
    if code is None:
        who.require_site(site)
        return
    with pytest.raises(MeshError) as error:
        who.require_site(site)
    assert error.value.code is code


def test_the_greater_of_two_roles_counts() -> None:
    roles = {"": account_pb2.ROLE_VIEWER, "shop": account_pb2.ROLE_ADMIN}
    who = Caller("ses_1", roles, least=account_pb2.ROLE_ADMIN)
    who.require_site("shop")
    with pytest.raises(MeshError):
        who.require_site("blog")
    with pytest.raises(MeshError):
        who.require_every_site("site.id")
    assert (who.role_at("shop"), who.role_at("blog")) == (account_pb2.ROLE_ADMIN, account_pb2.ROLE_VIEWER)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic admin", "admin", "Bearer nobody", "Bearer é"]
)
def test_whoever_shows_no_known_token_is_unauthenticated(authorization: str) -> None:
    with pytest.raises(MeshError) as error:
        AUTHENTICATOR.authorize(Rule.READ, authorization)
    assert error.value.code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_call_without_credentials_is_refused(doors: Doors) -> None:
    error = await refusal(doors.query.Query(query_pb2.QueryRequest(site="shop"), timeout=10))
    assert error.code is grpc.StatusCode.UNAUTHENTICATED


async def test_health_is_open_and_says_nothing_serves_yet(doors: Doors) -> None:
    response = await doors.health.Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert response.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_the_servicer_sees_its_caller(doors: Doors) -> None:
    response = await doors.query.Query(query_pb2.QueryRequest(site="shop"), metadata=bearer("reader"), timeout=10)
    assert response.next_page_token == "key_reader"


async def test_another_sites_key_finds_no_such_site(doors: Doors) -> None:
    request = query_pb2.QueryRequest(site="blog")
    error = await refusal(doors.query.Query(request, metadata=bearer("reader"), timeout=10))
    assert (error.code, error.field) == (grpc.StatusCode.NOT_FOUND, "site")


async def test_an_error_names_its_field_to_the_caller(doors: Doors) -> None:
    request = query_pb2.QueryRequest(site="shop", timezone="bad")
    error = await refusal(doors.query.Query(request, metadata=bearer("reader"), timeout=10))
    assert error == invalid("timezone", '"bad" is no IANA name')


async def test_an_unforeseen_error_tells_the_caller_nothing(doors: Doors) -> None:
    request = query_pb2.QueryRequest(site="shop", timezone="bug")
    error = await refusal(doors.query.Query(request, metadata=bearer("reader"), timeout=10))
    assert error.code is grpc.StatusCode.INTERNAL
    assert "secret" not in error.message
    assert "Zero" not in error.message


async def test_a_stream_is_guarded_and_its_errors_are_rich(doors: Doors) -> None:
    open_call = doors.realtime.Watch(realtime_pb2.RealtimeServiceWatchRequest(site="shop"), timeout=10)
    assert (await refusal(open_call.read())).code is grpc.StatusCode.UNAUTHENTICATED

    call = doors.realtime.Watch(
        realtime_pb2.RealtimeServiceWatchRequest(site="shop"), metadata=bearer("reader"), timeout=10
    )
    assert (await call.read()).position == 1
    assert await refusal(call.read()) == invalid("site", "enough")


async def test_an_rpc_nobody_implements_is_unimplemented_for_who_may_call_it(doors: Doors) -> None:
    error = await refusal(doors.query.Status(query_pb2.StatusRequest(), metadata=bearer(MESH), timeout=10))
    assert error.code in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL)


async def test_a_method_without_a_rule_keeps_its_server_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = {name: rule for name, rule in RULES.items() if name != "/analytics.v1.QueryService/Sql"}
    monkeypatch.setattr("mesh.server.RULES", fewer)
    server = Server(["analytics.v1.QueryService"], Guard(AUTHENTICATOR))
    with pytest.raises(RuntimeError, match=r"/analytics\.v1\.QueryService/Sql has no rule"):
        await server.start("127.0.0.1", 0, reflect=False)
    await server.grpc.stop(None)
