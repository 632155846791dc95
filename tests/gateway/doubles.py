"""The gateway on a real port, between real gRPC servers that speak the contract and record what they were told."""

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from analytics.v1 import (
    account_pb2,
    account_pb2_grpc,
    annotation_pb2_grpc,
    definition_pb2_grpc,
    directory_pb2,
    directory_pb2_grpc,
    import_pb2,
    import_pb2_grpc,
    query_pb2,
    query_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    share_pb2,
    share_pb2_grpc,
    site_pb2,
    site_pb2_grpc,
    track_pb2,
    track_pb2_grpc,
)

from gateway.__main__ import Server as HttpServer
from gateway.__main__ import configuration
from gateway.app import Gateway
from gateway.connections import Sweeper
from gateway.peers import Peers
from gateway.settings import GatewaySettings
from mesh.auth import Authenticator, caller, unknown_site
from mesh.channel import DIRECTORY_VERSION
from mesh.clock import now_us
from mesh.directory import Snapshot
from mesh.errors import MeshError, invalid
from mesh.guard import Guard
from mesh.server import Server
from mesh.stream import answer_all
from tests.gateway.account_doubles import People
from tests.gateway.question_doubles import Definitions, Questions

MESH_TOKEN = "mesh-token-of-the-tests"
ADMIN = "am_key_admin-of-every-site"
DEMO_READ = "am_key_reader-of-demo"
OTHER_ADMIN = "am_key_admin-of-another-site"
INGEST = "am_ingest_of-demo"
SESSION = "am_session_of-the-dashboard"

Code = track_pb2.TrackResult.Code


def _credential(secret: str, site: str, scope: int) -> directory_pb2.Credential:
    digest = hashlib.sha256(secret.encode()).digest()
    return directory_pb2.Credential(secret_sha256=digest, id=secret[-8:], site=site, scope=scope)


SIGNED_IN = directory_pb2.Credential(
    secret_sha256=hashlib.sha256(SESSION.encode()).digest(),
    id="ses_1",
    user="0198c0de-0000-7000-8000-000000000001",
    grants=[account_pb2.Grant(role=account_pb2.ROLE_OWNER)],
)


def directory(*, without: str = "") -> Snapshot:
    """Two sites and a credential of each kind."""
    return Snapshot.of(_directory(without))


def _directory(without: str = "") -> directory_pb2.Directory:
    admin, read, ingest = site_pb2.KEY_SCOPE_ADMIN, site_pb2.KEY_SCOPE_READ, site_pb2.KEY_SCOPE_INGEST
    secrets = (
        (ADMIN, "", admin),
        (DEMO_READ, "demo", read),
        (OTHER_ADMIN, "other", admin),
        (INGEST, "demo", ingest),
    )
    return directory_pb2.Directory(
        version=1,
        sites=[
            site_pb2.Site(id="demo", number=1, domains=["demo.example"]),
            site_pb2.Site(id="other", number=2, domains=["other.example", "demo.example"]),
        ],
        credentials=[*(_credential(*entry) for entry in secrets if entry[0] != without), SIGNED_IN],
        shares=[share_pb2.Share(id="shr_1", site="demo", embed_origins=["https://demo.example"])],
    )


class Directory(directory_pb2_grpc.DirectoryServiceServicer):
    """Tells its one version, then beats."""

    async def Watch(
        self, request: directory_pb2.DirectoryServiceWatchRequest, context: Any
    ) -> AsyncIterator[directory_pb2.DirectoryServiceWatchResponse]:
        yield directory_pb2.DirectoryServiceWatchResponse(directory=_directory(), version=1)
        while True:
            await asyncio.sleep(5)
            yield directory_pb2.DirectoryServiceWatchResponse(version=1)


@dataclass
class Edge(track_pb2_grpc.TrackServiceServicer):
    """Accepts what it gets, unless told otherwise for an event."""

    batches: list[list[track_pb2.TrackEvent]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    decide: Callable[[track_pb2.TrackEvent], track_pb2.TrackResult | None] = lambda event: None
    gate: asyncio.Event | None = None
    under_way: int = 0
    most_under_way: int = 0

    @property
    def events(self) -> list[track_pb2.TrackEvent]:
        return [event for batch in self.batches for event in batch]

    async def TrackStream(self, request_iterator: Any, context: Any) -> None:
        await answer_all(context, lambda request: self._batch(request, context), asyncio.Event())

    async def _batch(self, request: track_pb2.TrackStreamRequest, context: Any) -> track_pb2.TrackStreamResponse:
        self.batches.append(list(request.events))
        self.tokens.extend(str(value) for key, value in context.invocation_metadata() if key == "authorization")
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.gate:
                await self.gate.wait()
        finally:
            self.under_way -= 1
        return track_pb2.TrackStreamResponse(results=[self._result(event) for event in request.events])

    def _result(self, event: track_pb2.TrackEvent) -> track_pb2.TrackResult:
        found = self.decide(event)
        if found is None:
            known = event.site in ("demo", "other")
            found = track_pb2.TrackResult(code=Code.CODE_ACCEPTED if known else Code.CODE_FORBIDDEN)
            if not known:
                found.field, found.reason = "site", f'there is no site "{event.site}"'
        found.event_id = event.event_id
        return found


@dataclass
class Writer(
    site_pb2_grpc.SiteServiceServicer,
    site_pb2_grpc.KeyServiceServicer,
    People,
    import_pb2_grpc.ImportServiceServicer,
    Definitions,
):
    """Keeps what it is told in lists."""

    sites: list[site_pb2.Site] = field(default_factory=list)
    keys: list[site_pb2.Key] = field(default_factory=list)
    masks: list[list[str]] = field(default_factory=list)
    imported: list[import_pb2.ImportRequest] = field(default_factory=list)
    known_ids: set[str] = field(default_factory=set)
    signed_in: list[account_pb2.SignInRequest] = field(default_factory=list)
    signed_out: list[str] = field(default_factory=list)
    passwords: list[tuple[str, str]] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    version: int = 1

    def _heard(self, context: Any) -> None:
        self.versions.extend(value for key, value in context.invocation_metadata() if key == DIRECTORY_VERSION)

    async def ListSites(self, request: site_pb2.ListSitesRequest, context: Any) -> site_pb2.ListSitesResponse:
        self._heard(context)
        return site_pb2.ListSitesResponse(sites=[site for site in self.sites if caller().sees(site.id)])

    async def CreateSite(self, request: site_pb2.CreateSiteRequest, context: Any) -> site_pb2.CreateSiteResponse:
        caller().require_every_site("site.id")
        if not request.site.id.islower():
            raise invalid("site.id", f'"{request.site.id}" is no slug')
        if any(site.id == request.site.id for site in self.sites):
            raise MeshError(grpc.StatusCode.ALREADY_EXISTS, "this id is taken", field="site.id")
        self.sites.append(request.site)
        self.version += 1
        return site_pb2.CreateSiteResponse(site=request.site, directory_version=self.version)

    async def UpdateSite(self, request: site_pb2.UpdateSiteRequest, context: Any) -> site_pb2.UpdateSiteResponse:
        caller().require_site(request.site.id)
        found = next((site for site in self.sites if site.id == request.site.id), None)
        if found is None:
            raise unknown_site(request.site.id)
        self.masks.append(list(request.update_mask.paths))
        request.update_mask.MergeMessage(request.site, found, replace_repeated_field=True)
        self.version += 1
        return site_pb2.UpdateSiteResponse(site=found, directory_version=self.version)

    async def DeleteSite(self, request: site_pb2.DeleteSiteRequest, context: Any) -> site_pb2.DeleteSiteResponse:
        caller().require_site(request.id)
        self.sites = [site for site in self.sites if site.id != request.id]
        return site_pb2.DeleteSiteResponse(directory_version=self.version)

    async def ListKeys(self, request: site_pb2.ListKeysRequest, context: Any) -> site_pb2.ListKeysResponse:
        if request.site:
            caller().require_site(request.site)
        return site_pb2.ListKeysResponse(keys=self.keys)

    async def CreateKey(self, request: site_pb2.CreateKeyRequest, context: Any) -> site_pb2.CreateKeyResponse:
        caller().require_site(request.key.site)
        if 0 < request.key.expires_at_us < now_us():
            raise invalid("key.expires_at_us", "lies in the past")
        key = site_pb2.Key()
        key.CopyFrom(request.key)
        key.id = "key_1"
        self.keys.append(key)
        self.version += 1
        return site_pb2.CreateKeyResponse(key=key, secret="am_key_fresh", directory_version=self.version)

    async def DeleteKey(self, request: site_pb2.DeleteKeyRequest, context: Any) -> site_pb2.DeleteKeyResponse:
        if not caller().sees(""):
            raise MeshError(grpc.StatusCode.NOT_FOUND, "there is no such key", field="id")
        self.keys = [key for key in self.keys if key.id != request.id]
        return site_pb2.DeleteKeyResponse(directory_version=self.version)

    async def SignIn(self, request: account_pb2.SignInRequest, context: Any) -> account_pb2.SignInResponse:
        self.signed_in.append(request)
        if request.password != "correct horse":
            raise MeshError(grpc.StatusCode.UNAUTHENTICATED, "e-mail or password is wrong")
        expires = now_us() + 14 * 86_400_000_000
        return account_pb2.SignInResponse(session=SESSION, expires_at_us=expires, directory_version=self.version)

    async def SignOut(self, request: account_pb2.SignOutRequest, context: Any) -> account_pb2.SignOutResponse:
        self.signed_out.append(request.session)
        return account_pb2.SignOutResponse(directory_version=self.version)

    async def ChangePassword(
        self, request: account_pb2.ChangePasswordRequest, context: Any
    ) -> account_pb2.ChangePasswordResponse:
        self.passwords.append((request.old_password, request.new_password))
        return account_pb2.ChangePasswordResponse(
            directory_version=self.version, session="am_session_renewed", expires_at_us=now_us() + 60_000_000
        )

    async def Import(self, request: import_pb2.ImportRequest, context: Any) -> import_pb2.ImportResponse:
        caller().require_site(request.site)
        self.imported.append(request)
        response = import_pb2.ImportResponse(position=40 + len(self.imported))
        for event in request.events:
            outcome = response.outcomes.add(code=import_pb2.ImportOutcome.CODE_IMPORTED)
            if event.event_id in self.known_ids:
                outcome.code = import_pb2.ImportOutcome.CODE_DUPLICATE
            elif "bot" in event.user_agent and not event.keep_bots:
                outcome.code, outcome.reason = import_pb2.ImportOutcome.CODE_IGNORED, "bot"
            elif event.page_url.startswith("javascript:"):
                outcome.code = import_pb2.ImportOutcome.CODE_REJECTED
                outcome.reason = "page_url: is not an http(s) URL"
            self.known_ids.add(event.event_id)
        return response


@dataclass
class Query(Questions):
    """Answers what it was given to answer."""

    asked: list[query_pb2.QueryRequest] = field(default_factory=list)
    awaited: list[int] = field(default_factory=list)
    answer: query_pb2.QueryResponse = field(default_factory=query_pb2.QueryResponse)
    versions: list[str] = field(default_factory=list)

    async def Query(self, request: query_pb2.QueryRequest, context: Any) -> query_pb2.QueryResponse:
        caller().require_site(request.site)
        if request.site not in ("demo", "other"):
            raise unknown_site(request.site)
        self.versions.extend(value for key, value in context.invocation_metadata() if key == DIRECTORY_VERSION)
        self.asked.append(request)
        if self.refusal:
            raise self.refusal
        response = query_pb2.QueryResponse()
        response.CopyFrom(self.answer)
        response.resolved.CopyFrom(request)
        return response

    async def Await(self, request: query_pb2.AwaitRequest, context: Any) -> query_pb2.AwaitResponse:
        self.awaited.append(request.position)
        return query_pb2.AwaitResponse(position=request.position)


@dataclass
class Realtime(realtime_pb2_grpc.RealtimeServiceServicer):
    """Sends a snapshot at once and whenever `visitors` was changed by `say`."""

    visitors: int = 1
    watches: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    padding: int = 0

    async def say(self, visitors: int) -> None:
        async with self.changed:
            self.visitors = visitors
            self.changed.notify_all()

    async def Watch(
        self, request: realtime_pb2.RealtimeServiceWatchRequest, context: Any
    ) -> AsyncIterator[realtime_pb2.RealtimeServiceWatchResponse]:
        caller().require_site(request.site)
        if request.site not in ("demo", "other"):
            raise unknown_site(request.site)
        self.watches += 1
        said = -1
        while True:
            async with self.changed:
                while self.visitors == said:
                    await self.changed.wait()
                said = self.visitors
            response = realtime_pb2.RealtimeServiceWatchResponse(
                visitors_now=said, fresh=True, views_per_minute=[0] * 30
            )
            response.pages.add(value="/" + "x" * self.padding, count=1)
            yield response


@dataclass
class Mesh:
    """A gateway and the doubles around it."""

    edge: Edge
    writer: Writer
    query: Query
    realtime: Realtime
    gateway: Gateway
    url: str
    ports: dict[str, int]
    servers: dict[str, Server]
    settings: GatewaySettings
    snapshot: Snapshot = field(default_factory=directory)

    async def stop(self, name: str) -> None:
        await self.servers.pop(name).stop(0)

    async def start(self, name: str) -> None:
        self.servers[name] = await self._serve(name)

    async def _serve(self, name: str) -> Server:
        services = {
            "edge": ["TrackService"],
            "writer": [
                "DirectoryService",
                "SiteService",
                "KeyService",
                "AccountService",
                "UserService",
                "InvitationService",
                "ShareService",
                "AnnotationService",
                "ImportService",
                "GoalService",
                "SegmentService",
            ],
            "query": ["QueryService"],
            "realtime": ["RealtimeService"],
        }[name]
        guard = Guard(Authenticator(MESH_TOKEN, lambda: self.snapshot, now_us))
        server = Server([f"analytics.v1.{service}" for service in services], guard)
        match name:
            case "edge":
                track_pb2_grpc.add_TrackServiceServicer_to_server(self.edge, server.grpc)
            case "writer":
                directory_pb2_grpc.add_DirectoryServiceServicer_to_server(Directory(), server.grpc)
                site_pb2_grpc.add_SiteServiceServicer_to_server(self.writer, server.grpc)
                site_pb2_grpc.add_KeyServiceServicer_to_server(self.writer, server.grpc)
                definition_pb2_grpc.add_GoalServiceServicer_to_server(self.writer, server.grpc)
                definition_pb2_grpc.add_SegmentServiceServicer_to_server(self.writer, server.grpc)
                account_pb2_grpc.add_AccountServiceServicer_to_server(self.writer, server.grpc)
                account_pb2_grpc.add_UserServiceServicer_to_server(self.writer, server.grpc)
                account_pb2_grpc.add_InvitationServiceServicer_to_server(self.writer, server.grpc)
                share_pb2_grpc.add_ShareServiceServicer_to_server(self.writer, server.grpc)
                annotation_pb2_grpc.add_AnnotationServiceServicer_to_server(self.writer, server.grpc)
                import_pb2_grpc.add_ImportServiceServicer_to_server(self.writer, server.grpc)
            case "query":
                query_pb2_grpc.add_QueryServiceServicer_to_server(self.query, server.grpc)
            case _:
                realtime_pb2_grpc.add_RealtimeServiceServicer_to_server(self.realtime, server.grpc)
        await server.start("127.0.0.1", self.ports[name], reflect=False)
        await server.set_serving(True)
        return server


async def until(condition: Callable[[], bool]) -> None:
    """Return once a condition holds; the test's own time-out ends what never does."""
    while not condition():  # noqa: ASYNC110  (the conditions are other objects' plain attributes)
        await asyncio.sleep(0.01)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.asynccontextmanager
async def running(
    dist: Path, *, patience_s: float = 5.0, header_patience_s: float = 20.0, **settings: Any
) -> AsyncGenerator[Mesh]:
    """A mesh with a gateway of given settings; everything ends with the block."""
    ports = {name: _free_port() for name in ("edge", "writer", "query", "realtime")}
    addresses = {f"{name}_address": f"127.0.0.1:{port}" for name, port in ports.items()}
    configured = GatewaySettings(mesh_token=MESH_TOKEN, edge_patience_s=patience_s, **addresses, **settings)  # pyright: ignore[reportArgumentType]
    peers = Peers(configured)
    gateway = Gateway(configured, peers, dist)
    listener = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(configuration(gateway, configured))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    mesh = Mesh(Edge(), Writer(), Query(), Realtime(), gateway, url, ports, {}, configured)
    for name in ports:
        await mesh.start(name)
    await peers.directory.start(5)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    sweeping = asyncio.create_task(Sweeper(server, header_patience_s).run())
    await until(lambda: server.started)
    try:
        yield mesh
    finally:
        sweeping.cancel()
        await gateway.live.stop()
        server.should_exit = True
        await serving
        await asyncio.gather(sweeping, return_exceptions=True)
        await gateway.batcher.drain()
        await peers.close()
        for name in list(mesh.servers):
            await mesh.stop(name)


def authorized(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}
