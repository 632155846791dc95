"""Every gRPC door: open to health and reflection, closed to nobody's and to another site's credential."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from analytics.v1 import query_pb2, track_pb2
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from bench.mesh import AGENT, Mesh
from mesh.auth import LEAST, RULES, Rule
from mesh.channel import bearer
from mesh.ids import new_id
from tests.system.attempts import Target, requests_at, target_at, view

Grpcurl = Callable[..., subprocess.CompletedProcess[str]]
HOME = {
    "edge": ["TrackService", "SpoolService"],
    "writer": [
        "IngestService",
        "FollowService",
        "DirectoryService",
        "SiteService",
        "KeyService",
        "GoalService",
        "SegmentService",
        "AccountService",
        "UserService",
        "InvitationService",
        "ShareService",
        "AnnotationService",
        "ImportService",
        "PrivacyService",
        "AuditService",
    ],
    "query": ["QueryService"],
    "realtime": ["RealtimeService"],
}
OURS = sorted(name for name in RULES if name.startswith("/analytics.v1."))


@pytest.fixture(scope="module")
async def target(mesh: Mesh, eventually: Any) -> Target:
    return await target_at(mesh, mesh.site, eventually)


def home_of(rpc: str) -> str:
    service = rpc.split("/")[1].removeprefix("analytics.v1.")
    return next(name for name, services in HOME.items() if service in services)


async def call(channels: dict[str, grpc.aio.Channel], rpc: str, request: Message, token: str) -> Message:
    """The response, or the first one of a stream. Raises AioRpcError."""
    service, method = rpc[1:].split("/")
    descriptor = descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
    response = message_factory.GetMessageClass(descriptor.output_type)
    channel = channels[home_of(rpc)]
    make = channel.unary_stream if descriptor.server_streaming else channel.unary_unary
    if descriptor.client_streaming:
        make = channel.stream_stream
    stub: Any = make(rpc, request_serializer=type(request).SerializeToString, response_deserializer=response.FromString)
    metadata = bearer(token) if token else ()
    if descriptor.client_streaming:
        ongoing = stub(metadata=metadata, timeout=20)  # nothing is written: a refusal comes before that
    else:
        ongoing = stub(request, metadata=metadata, timeout=20)
    if not descriptor.server_streaming:
        return await ongoing
    first = await ongoing.read()
    ongoing.cancel()
    return first


async def refusal(channels: dict[str, grpc.aio.Channel], rpc: str, request: Message, token: str) -> tuple[str, str]:
    """Code and message; ("OK", "") when it passes."""
    try:
        await call(channels, rpc, request, token)
    except grpc.aio.AioRpcError as error:
        return error.code().name, error.details() or ""
    return "OK", ""


async def code_of(channels: dict[str, grpc.aio.Channel], rpc: str, request: Message, token: str) -> str:
    return (await refusal(channels, rpc, request, token))[0]


@pytest.mark.parametrize("service", HOME)
async def test_grpcurl_lists_the_services_and_finds_them_healthy(mesh: Mesh, grpcurl: Grpcurl, service: str) -> None:
    listed = grpcurl(mesh.ready[service], "list")
    expected = {f"analytics.v1.{name}" for name in HOME[service]}
    infrastructure = {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert set(listed.stdout.split()) == expected | infrastructure, listed.stderr
    for name in ("", *expected):
        health = grpcurl("-d", json.dumps({"service": name}), mesh.ready[service], "grpc.health.v1.Health/Check")
        assert json.loads(health.stdout) == {"status": "SERVING"}, health.stderr


async def test_grpcurl_tracks_an_event_with_the_ingest_key(mesh: Mesh, grpcurl: Grpcurl, eventually: Any) -> None:
    event = {"kind": "EVENT_KIND_PAGEVIEW", "pageUrl": "https://shop.example/grpcurl", "userAgent": AGENT}
    header = f"authorization: Bearer {mesh.ready['ingest_key']}"
    body = json.dumps({"event": event})
    done = grpcurl("-H", header, "-d", body, mesh.ready["edge"], "analytics.v1.TrackService/Track")
    assert json.loads(done.stdout)["result"]["code"] == "CODE_ACCEPTED", done.stderr
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/grpcurl"]]]), [([], [1])])


def test_each_rpc_is_attempted_here() -> None:
    assert sorted(f"/analytics.v1.{name}" for name in requests_at(Target("demo", "", "", "", ""))) == OURS


async def test_the_attempts_on_questions_and_definitions_pass_with_the_sites_own_key(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], eventually: Any
) -> None:
    assert (await mesh.api("POST", "sites", {"id": "mine"})).status == 201
    key = (await mesh.api("POST", "keys", {"name": "own", "site": "mine", "scope": "admin"})).json()["secret"]
    requests = requests_at(await target_at(mesh, "mine", eventually))
    services = tuple(f"/analytics.v1.{name}Service/" for name in ("Goal", "Segment", "Annotation", "Share", "Query"))
    tried = [rpc for rpc in OURS if rpc.startswith(services) and RULES[rpc] not in (Rule.OPERATOR, Rule.MESH)]
    refused = {
        rpc: found
        for rpc in sorted(tried, key=lambda rpc: "/Delete" in rpc)  # what is deleted cannot be changed any more
        if (found := await refusal(channels, rpc, requests[rpc.removeprefix("/analytics.v1.")], key))[0] != "OK"
    }
    assert refused == {}


@pytest.mark.parametrize("rpc", OURS)
@pytest.mark.parametrize("token", ["", "am_key_guess"], ids=["none", "guessed"])
async def test_nobody_passes_without_a_credential(
    target: Target, channels: dict[str, grpc.aio.Channel], rpc: str, token: str
) -> None:
    request = requests_at(target)[rpc.removeprefix("/analytics.v1.")]
    assert await code_of(channels, rpc, request, token) == "UNAUTHENTICATED"


@pytest.mark.parametrize("rpc", OURS)
@pytest.mark.parametrize("scope", ["ingest", "read", "admin"])
async def test_another_sites_key_gets_nothing(
    channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], target: Target, rpc: str, scope: str
) -> None:
    request = requests_at(target)[rpc.removeprefix("/analytics.v1.")]
    allowed = {
        Rule.INGEST: scope == "ingest",
        Rule.SHARED: scope in ("read", "admin"),
        Rule.READ: scope in ("read", "admin"),
        Rule.WRITE: scope == "admin",
        Rule.ADMIN: scope == "admin",
    }.get(RULES[rpc], False)
    if not allowed:
        assert await code_of(channels, rpc, request, other_site[scope]) == "PERMISSION_DENIED"
    elif rpc.endswith("/TrackBatch"):
        response: Any = await call(channels, rpc, request, other_site[scope])
        assert [result.code for result in response.results] == [track_pb2.TrackResult.CODE_FORBIDDEN]
    elif rpc.endswith("/ListSites"):
        response = await call(channels, rpc, request, other_site[scope])
        assert [site.id for site in response.sites] == ["shop"]
    elif rpc.endswith("/Await"):
        assert await code_of(channels, rpc, request, other_site[scope]) == "OK"  # says nothing of any site
    elif rpc.endswith(("/Track", "/CreateSite")):
        assert await code_of(channels, rpc, request, other_site[scope]) == "PERMISSION_DENIED"
    else:
        assert await code_of(channels, rpc, request, other_site[scope]) == "NOT_FOUND"


async def test_ones_own_site_leads_to_nothing_of_another(
    channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], target: Target
) -> None:
    async def answers(goal: str, segment: str, visit: str) -> list[tuple[str, str]]:
        scope = query_pb2.Scope(site="shop")
        named = query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="segment", values=[segment])
        met = query_pb2.EventMatch(goal=goal)
        tried: dict[str, Message] = {
            "Query": query_pb2.QueryRequest(site="shop", metrics=["visitors"], filters=[named]),
            "Page": query_pb2.PageRequest(scope=query_pb2.Scope(site="shop", filters=[named])),
            "Funnel": query_pb2.FunnelRequest(scope=scope, steps=[met, met]),
            "Cohort": query_pb2.CohortRequest(scope=scope, start=met),
            "Journey": query_pb2.JourneyRequest(scope=scope, start=met),
            "Experiment": query_pb2.ExperimentRequest(scope=scope, experiment="price", conversion=met),
            "GetVisit": query_pb2.GetVisitRequest(site="shop", id=visit),
        }
        found = [
            await refusal(channels, f"/analytics.v1.QueryService/{name}", request, other_site["admin"])
            for name, request in tried.items()
        ]
        return [
            (code, said.replace(goal, "GOAL").replace(segment, "SEGMENT").replace(visit, "VISIT"))
            for code, said in found
        ]

    refused = await answers("Ours", target.segment, target.visit)
    assert [code for code, _ in refused] == ["INVALID_ARGUMENT"] * 6 + ["NOT_FOUND"]
    assert refused == await answers("None", "seg_0000000000000000", new_id())


async def test_nothing_of_the_attempts_left_a_trace(mesh: Mesh, target: Target) -> None:
    sites = (await mesh.api("GET", "sites")).json()
    assert "made-by-a-stranger" not in json.dumps(sites)
    keys = (await mesh.api("GET", f"keys?site={mesh.site}")).json()["keys"]
    assert target.key in [key["id"] for key in keys]
    assert "stolen" not in [key["name"] for key in keys]
    for kind, id in (("goals", target.goal), ("segments", target.segment)):
        kept = (await mesh.api("GET", f"{kind}?site={mesh.site}")).json()[kind]
        assert [(one["id"], one["name"]) for one in kept] == [(id, "Ours")]
    (rows,) = await mesh.sql("SELECT count(*) FROM rejected_events")
    assert rows["count"] == 0


@pytest.mark.parametrize("rpc", [name for name in OURS if RULES[name] in LEAST])
async def test_an_ingest_key_neither_reads_nor_administers(
    mesh: Mesh, target: Target, channels: dict[str, grpc.aio.Channel], rpc: str
) -> None:
    request = requests_at(target)[rpc.removeprefix("/analytics.v1.")]
    assert await code_of(channels, rpc, request, mesh.ready["ingest_key"]) == "PERMISSION_DENIED"


async def test_an_administrators_key_does_not_track(mesh: Mesh, channels: dict[str, grpc.aio.Channel]) -> None:
    request = track_pb2.TrackRequest(event=view(mesh.site))
    token = mesh.ready["admin_token"]
    assert await code_of(channels, "/analytics.v1.TrackService/Track", request, token) == "PERMISSION_DENIED"


async def test_the_gateway_gives_another_sites_key_the_answer_for_no_such_site(
    mesh: Mesh, other_site: dict[str, str]
) -> None:
    async def answer(site: str) -> tuple[int, str]:
        body = {"site": site, "metrics": ["visitors"]}
        reply = await mesh.api("POST", "query", body, other_site["read"])
        return reply.status, reply.json()["detail"].replace(site, "SITE")

    assert await answer(mesh.site) == await answer("nowhere")
