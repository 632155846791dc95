"""What the guard tells the audit log: who asked for what, of which site, from where. Never a result.

An answer leaves only when its entry is on disk: what cannot be recorded is refused. An act is recorded before it is
done, a question while it is being answered, a refusal when it is known.
"""

import asyncio
import hmac
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeAlias

import grpc
from analytics.v1 import account_pb2, audit_pb2, audit_pb2_grpc
from google.protobuf.message import Message

from mesh.auth import NOBODY, Caller, Rule, asked_site, caller
from mesh.buckets import Levels
from mesh.channel import bearer
from mesh.described import Describer
from mesh.errors import MeshError, unavailable
from mesh.origin import HEADER, Origin
from mesh.telemetry import AUDIT_WAIT, log

_APPEND_S = 5.0
_MAX_SITE, _NOT_OF_A_SITE = 64, re.compile(r"[^A-Za-z0-9._-]")
_MOST_REFUSED, _REFUSED_BURST, _REFUSED_EVERY_S = 10_000, 20, 6.0
_QUESTIONS = "/analytics.v1.QueryService/"
_REFUSALS = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED)

UNAUDITED: Final = {
    # what the mesh's services tell one another
    *(Rule.OPEN, Rule.MESH, Rule.INGEST),
    # how far and how well the services are: no data, asked many times a minute
    *("/analytics.v1.QueryService/Await", "/analytics.v1.QueryService/Status", "/analytics.v1.SpoolService/Status"),
    "/analytics.v1.PrivacyService/GetPrivacyTask",
    # what a page needs before it shows any data
    *("/analytics.v1.AccountService/GetAccount", "/analytics.v1.SiteService/ListSites"),
    *("/analytics.v1.GoalService/ListGoals", "/analytics.v1.SegmentService/ListSegments"),
    "/analytics.v1.AnnotationService/ListAnnotations",
}
"""Rules and RPCs without an entry."""

_IN_A_PERSONS_NAME: Final = {
    *(f"/analytics.v1.AccountService/{act}" for act in ("SignIn", "SignOut", "ChangePassword", "AcceptInvitation")),
    *("/analytics.v1.AccountService/ResetPassword", "/analytics.v1.ShareService/OpenShare"),
}
"""RPCs that the gateway makes with the mesh's token for somebody who is about to prove who they are."""

Append: TypeAlias = Callable[[audit_pb2.AuditEntry], Awaitable[None]]
"""Writes an entry; returns when it is on disk. Raises UNAVAILABLE where it cannot be."""

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


def is_audited(name: str, rule: Rule) -> bool:
    return name in _IN_A_PERSONS_NAME or not (name in UNAUDITED or rule in UNAUDITED)


class Audit:
    """Says what is recorded when, and has it appended. `required` = False: a service whose commands are needed while
    the writer is away goes on without an entry, and its own log says so."""

    def __init__(self, mesh_token: str, append: Append, *, required: bool = True) -> None:
        self._append = append
        self._required = required
        self._origin = Origin(mesh_token)
        self._describer = Describer(hmac.digest(mesh_token.encode(), b"audited names", "sha256"))
        self._refusals = Levels(time.monotonic, _MOST_REFUSED)
        self._recording: set[asyncio.Task[None]] = set()

    def unary(self, name: str, method: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """The method, whose answer waits for its entry."""

        async def answered(request: Any, context: Context) -> Any:
            named = site_of(request)
            if name in _IN_A_PERSONS_NAME or (named and not _stands_at(named)):
                # who it is shows only then; or it will be refused, and that is what is recorded
                response = await method(request, context)
                await self._recorded(name, request, context)
            elif name.startswith(_QUESTIONS):
                entry = self._begun(name, request, context)
                response = await method(request, context)
                with AUDIT_WAIT.time():
                    await entry
            else:
                # before it is done: whatever happens to the caller then, no act is without an entry
                await self._recorded(name, request, context)
                response = await method(request, context)
                if not named and asked_site():  # an id told which site it is of
                    await self._recorded(name, request, context)
            return response

        return answered

    def stream(self, name: str, method: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        """The method, whose first message waits for the one entry."""

        async def answered(request: Any, context: Context) -> AsyncIterator[Any]:
            recorded = False
            async for response in method(request, context):
                if not recorded:
                    await self._recorded(name, request, context)
                    recorded = True
                yield response
            if not recorded:
                await self._recorded(name, request, context)

        return answered

    async def outcome(self, name: str, request: Message, context: Context, error: Exception) -> Exception:
        """What to tell a caller whose call failed: the error, once it is recorded that they were refused.

        A malformed request is no refusal, and who shows no credential at all could fill the log with guesses. Who
        knocks at a site of others leaves no words there, a public link nothing, anybody a few entries a minute.
        """
        who, site = caller(), asked_site() or site_of(request)
        if not (isinstance(error, MeshError) and error.code in _REFUSALS) or who == NOBODY or who.ingest_site:
            return error
        foreign = bool(site) and not who.sees(site)
        if foreign and _is_guest(who):
            return error
        if self._refusals.take(who.id, _REFUSED_BURST, _REFUSED_EVERY_S):
            return error
        try:
            await self._recorded(name, request, context, error.code.name, told=not foreign)
        except MeshError as unwritten:
            return unwritten
        return error

    def _begun(self, name: str, request: Message, context: Context) -> asyncio.Task[None]:
        """An entry that is written meanwhile, whether or not the call goes on."""
        entry = asyncio.create_task(self._recorded(name, request, context))
        self._recording.add(entry)
        entry.add_done_callback(self._recording.discard)
        entry.add_done_callback(lambda task: task.cancelled() or task.exception())
        return entry

    async def _recorded(
        self, name: str, request: Message, context: Context, refused: str = "", *, told: bool = True
    ) -> None:
        """Returns when the entry is on disk. Raises UNAVAILABLE where it cannot be written."""
        kind, actor = actor_of(caller(), name)
        entry = audit_pb2.AuditEntry(
            actor_kind=kind,
            actor=actor,
            operation=name.removeprefix("/analytics.v1.").replace("Service/", "Service.", 1),
            site=_NOT_OF_A_SITE.sub("", asked_site() or site_of(request))[:_MAX_SITE],
            request=self._describer.described(request) if told else "{}",
            refused=refused,
            network=self._network(context),
        )
        try:
            await self._append(entry)
        except MeshError as error:
            if self._required:
                message = "the audit log cannot be written just now, so this is not answered; try again"
                raise MeshError(error.code, message, reason="AUDIT", retry_after_s=1.0) from error
            log.warning("audit_entry_missing", operation=entry.operation, actor=actor)

    def _network(self, context: Context) -> str:
        header = next((value for key, value in context.invocation_metadata() or () if key == HEADER), "")
        return self._origin.network(header if isinstance(header, str) else "", context.peer())


def site_of(request: Message) -> str:
    """The site that a request names, itself or in what it brings along; "" where only an id tells."""
    if request.DESCRIPTOR.name == "DeleteSiteRequest":
        return str(getattr(request, "id"))  # noqa: B009
    for field, value in request.ListFields():
        if isinstance(value, Message):
            value = getattr(value, "id" if field.name == "site" else "site", "")
        elif field.name != "site":
            continue
        if isinstance(value, str) and value:
            return value
    return ""


def _stands_at(site: str) -> bool:
    """Has the caller the role at a site that the RPC asks for?"""
    who = caller()
    return who.mesh or who.role_at(site) >= who.least


def _is_guest(who: Caller) -> bool:
    return max(who.roles.values(), default=0) == account_pb2.ROLE_GUEST


def actor_of(who: Caller, name: str) -> tuple[audit_pb2.AuditEntry.Actor, str]:
    if who.user:
        return audit_pb2.AuditEntry.ACTOR_PERSON, who.user
    if who.mesh:
        nobody = name in _IN_A_PERSONS_NAME
        return (audit_pb2.AuditEntry.ACTOR_NOBODY if nobody else audit_pb2.AuditEntry.ACTOR_MESH), ""
    return (audit_pb2.AuditEntry.ACTOR_SHARE if _is_guest(who) else audit_pb2.AuditEntry.ACTOR_KEY), who.id


def through_writer(channel: grpc.aio.Channel, mesh_token: str) -> Append:
    """Appends by the writer's AuditService."""
    stub, metadata = audit_pb2_grpc.AuditServiceStub(channel), bearer(mesh_token)

    async def append(entry: audit_pb2.AuditEntry) -> None:
        request = audit_pb2.AppendAuditRequest(entries=[entry])
        try:
            await stub.AppendAudit(request, metadata=metadata, timeout=_APPEND_S)
        except grpc.aio.AioRpcError as error:
            raise unavailable(f"the writer does not append: {error.code().name}") from None

    return append
