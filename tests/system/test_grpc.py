"""Every gRPC door: open to health and reflection, closed to nobody's and to another site's credential."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from analytics.v1 import (
    account_pb2,
    directory_pb2,
    event_pb2,
    follow_pb2,
    import_pb2,
    ingest_pb2,
    query_pb2,
    realtime_pb2,
    site_pb2,
    spool_pb2,
    track_pb2,
)
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from bench.mesh import AGENT, Mesh
from mesh.auth import RULES, Rule
from mesh.channel import bearer
from mesh.ids import new_id

Grpcurl = Callable[..., subprocess.CompletedProcess[str]]
HOME = {
    "edge": ["TrackService", "SpoolService"],
    "writer": [
        "IngestService",
        "FollowService",
        "DirectoryService",
        "SiteService",
        "KeyService",
        "AccountService",
        "ImportService",
    ],
    "query": ["QueryService"],
    "realtime": ["RealtimeService"],
}
OURS = sorted(name for name in RULES if name.startswith("/analytics.v1."))


def view(site: str, page: str = "/grpc") -> track_pb2.TrackEvent:
    return track_pb2.TrackEvent(
        event_id=new_id(),
        site=site,
        kind=event_pb2.EVENT_KIND_PAGEVIEW,
        page_url=f"https://shop.example{page}",
        session_id=new_id(),
        user_agent=AGENT,
    )


def requests_at(site: str, key_id: str) -> dict[str, Message]:
    """For each RPC a request that is right but for its credential, aimed at a site and a key."""
    envelope = event_pb2.RawEventEnvelope(event_id=new_id(), kind=event_pb2.EVENT_KIND_PAGEVIEW, occurred_at_us=1)
    return {
        "TrackService/Track": track_pb2.TrackRequest(event=view(site)),
        "TrackService/TrackBatch": track_pb2.TrackBatchRequest(events=[view(site)]),
        "TrackService/TrackStream": track_pb2.TrackStreamRequest(events=[view(site)]),
        "IngestService/Ingest": ingest_pb2.IngestRequest(envelopes=[envelope.SerializeToString()]),
        "IngestService/IngestStream": ingest_pb2.IngestStreamRequest(envelopes=[envelope.SerializeToString()]),
        "FollowService/Follow": follow_pb2.FollowRequest(after_position=0),
        "DirectoryService/Watch": directory_pb2.DirectoryServiceWatchRequest(watcher="thief"),
        "AccountService/SignIn": account_pb2.SignInRequest(email="admin@localhost", password="guess"),
        "AccountService/SignOut": account_pb2.SignOutRequest(session="am_session_x"),
        "AccountService/ChangePassword": account_pb2.ChangePasswordRequest(session="am_session_x"),
        "SiteService/ListSites": site_pb2.ListSitesRequest(),
        "SiteService/CreateSite": site_pb2.CreateSiteRequest(site=site_pb2.Site(id="made-by-a-stranger")),
        "SiteService/UpdateSite": site_pb2.UpdateSiteRequest(site=site_pb2.Site(id=site)),
        "SiteService/DeleteSite": site_pb2.DeleteSiteRequest(id=site),
        "KeyService/ListKeys": site_pb2.ListKeysRequest(site=site),
        "KeyService/CreateKey": site_pb2.CreateKeyRequest(
            key=site_pb2.Key(name="stolen", site=site, scope=site_pb2.KEY_SCOPE_ADMIN)
        ),
        "KeyService/DeleteKey": site_pb2.DeleteKeyRequest(id=key_id),
        "ImportService/Import": import_pb2.ImportRequest(site=site, import_id="theft", events=[envelope]),
        "QueryService/Query": query_pb2.QueryRequest(site=site, metrics=["visitors"]),
        "QueryService/Await": query_pb2.AwaitRequest(position=0),
        "QueryService/Sql": query_pb2.SqlRequest(statement="SELECT count() FROM events"),
        "QueryService/Status": query_pb2.StatusRequest(),
        "RealtimeService/Watch": realtime_pb2.RealtimeServiceWatchRequest(site=site),
        "SpoolService/Status": spool_pb2.SpoolServiceStatusRequest(),
        "SpoolService/Pause": spool_pb2.PauseRequest(),
        "SpoolService/Resume": spool_pb2.ResumeRequest(),
        "SpoolService/Inspect": spool_pb2.InspectRequest(),
    }


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


async def code_of(channels: dict[str, grpc.aio.Channel], rpc: str, request: Message, token: str) -> str:
    try:
        await call(channels, rpc, request, token)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


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
    assert sorted(f"/analytics.v1.{name}" for name in requests_at("demo", "key")) == OURS


@pytest.mark.parametrize("rpc", OURS)
@pytest.mark.parametrize("token", ["", "am_key_guess"], ids=["none", "guessed"])
async def test_nobody_passes_without_a_credential(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], rpc: str, token: str
) -> None:
    request = requests_at(mesh.site, "key_1")[rpc.removeprefix("/analytics.v1.")]
    assert await code_of(channels, rpc, request, token) == "UNAUTHENTICATED"


@pytest.mark.parametrize("rpc", OURS)
@pytest.mark.parametrize("scope", ["ingest", "read", "admin"])
async def test_another_sites_key_gets_nothing(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], rpc: str, scope: str
) -> None:
    foreign_key = await _a_key_of_the_demo_site(mesh)
    request = requests_at(mesh.site, foreign_key)[rpc.removeprefix("/analytics.v1.")]
    allowed = {
        Rule.INGEST: scope == "ingest",
        Rule.READ: scope in ("read", "admin"),
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
    else:
        assert await code_of(channels, rpc, request, other_site[scope]) in ("NOT_FOUND", "PERMISSION_DENIED")


async def test_nothing_of_the_attempts_left_a_trace(mesh: Mesh) -> None:
    sites = (await mesh.api("GET", "sites")).json()
    assert "made-by-a-stranger" not in json.dumps(sites)
    assert "stolen" not in (await mesh.api("GET", f"keys?site={mesh.site}")).body.decode()
    (rows,) = await mesh.sql("SELECT count(*) FROM rejected_events")
    assert rows["count"] == 0


@pytest.mark.parametrize("rpc", [name for name in OURS if RULES[name] in (Rule.READ, Rule.ADMIN)])
async def test_an_ingest_key_neither_reads_nor_administers(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], rpc: str
) -> None:
    request = requests_at(mesh.site, "key_1")[rpc.removeprefix("/analytics.v1.")]
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


async def _a_key_of_the_demo_site(mesh: Mesh) -> str:
    listed = (await mesh.api("GET", f"keys?site={mesh.site}")).json()
    return next(key["id"] for key in listed["keys"])
