"""What the guard tells the audit log: who asked for what, of which site, from where. Never a result.

An answer leaves only when its entry is on disk: what cannot be recorded is refused. What a question asks is recorded
while it is being answered; anything else when it is done, since then its site and its outcome are known.
"""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import grpc
from analytics.v1 import account_pb2, audit_pb2, audit_pb2_grpc, site_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from mesh.auth import NOBODY, Caller, Rule, asked_site, caller
from mesh.channel import bearer
from mesh.errors import MeshError, unavailable
from mesh.origin import HEADER, Origin
from mesh.telemetry import AUDIT_WAIT, log

_APPEND_S = 5.0
_MAX_SITE, _MAX_TEXT, _MAX_ITEMS, _MAX_REQUEST = 64, 500, 100, 8_000
_QUESTIONS = "/analytics.v1.QueryService/"
_SQL, _LITERAL = "analytics.v1.SqlRequest.statement", re.compile(r"'(?:[^'\\]|\\.|'')*'")
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
    """Describes calls and has them appended. `required` = False: a service whose commands are needed while the writer
    is away goes on without an entry, and its own log says so."""

    def __init__(self, mesh_token: str, append: Append, *, required: bool = True) -> None:
        self._append = append
        self._required = required
        self._origin = Origin(mesh_token)
        self._naming = hmac.digest(mesh_token.encode(), b"audited names", "sha256")

    def unary(self, name: str, method: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """The method, whose answer waits for its entry."""

        async def answered(request: Any, context: Context) -> Any:
            if not _is_question(name, request):
                response = await method(request, context)
                with AUDIT_WAIT.time():
                    await self.record(name, request, context)
                return response
            entry = asyncio.create_task(self.record(name, request, context))
            entry.add_done_callback(lambda task: task.cancelled() or task.exception())  # where the method fails first
            response = await method(request, context)
            with AUDIT_WAIT.time():
                await entry
            return response

        return answered

    def stream(self, name: str, method: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        """The method, whose first message waits for the one entry."""

        async def answered(request: Any, context: Context) -> AsyncIterator[Any]:
            recorded = False
            async for response in method(request, context):
                if not recorded:
                    await self.record(name, request, context)
                    recorded = True
                yield response
            if not recorded:
                await self.record(name, request, context)

        return answered

    async def outcome(self, name: str, request: Message, context: Context, error: Exception) -> Exception:
        """What to tell a caller whose call failed: the error, once it is recorded that they were refused.

        A malformed request is no refusal, and who shows no credential at all could fill the log with guesses.
        """
        known = caller() != NOBODY and not caller().ingest_site
        if not (isinstance(error, MeshError) and error.code in _REFUSALS and known):
            return error
        try:
            await self.record(name, request, context, error.code.name)
        except MeshError as unwritten:
            return unwritten
        return error

    async def record(self, name: str, request: Message, context: Context, refused: str = "") -> None:
        """Returns when the entry is on disk. Raises UNAVAILABLE where it cannot be written."""
        kind, actor = actor_of(caller(), name)
        entry = audit_pb2.AuditEntry(
            actor_kind=kind,
            actor=actor,
            operation=name.removeprefix("/analytics.v1.").replace("Service/", "Service.", 1),
            site=(asked_site() or _site_of(request)).replace("\0", "")[:_MAX_SITE],
            request=self.described(request),
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

    def described(self, request: Message) -> str:
        """A request as JSON without what its fields' `debug_redact` keeps back, at most 8,000 characters."""
        text = json.dumps(self._dict(request), ensure_ascii=False, separators=(",", ":"))
        return text if len(text) <= _MAX_REQUEST else json.dumps({"cut": text[:_MAX_REQUEST]}, ensure_ascii=False)

    def _dict(self, message: Message) -> dict[str, Any]:
        described = {
            field.json_name: self._field(field, value) for field, value in message.ListFields() if not _hides(field)
        }
        named = {
            field.json_name: f"hmac:{hmac.digest(self._naming, value.encode(), 'sha256')[:8].hex()}"
            for field, value in message.ListFields()
            if _hides(field) and _names_somebody(field)
        }
        return described | named

    def _field(self, field: FieldDescriptor, value: Any) -> Any:
        if isinstance(value, Mapping):
            inner: FieldDescriptor = field.message_type.fields_by_name["value"]  # pyright: ignore[reportOptionalMemberAccess]
            return {str(key): self._value(inner, value[key]) for key in list(value)[:_MAX_ITEMS]}
        if field.is_repeated:
            return [self._value(field, item) for item in value[:_MAX_ITEMS]]
        return self._value(field, value)

    def _value(self, field: FieldDescriptor, value: Any) -> Any:
        if isinstance(value, Message):
            # as JSON spells it, but for paths that nothing has, which it could not
            return ",".join(value.paths[:_MAX_ITEMS]) if isinstance(value, FieldMask) else self._dict(value)
        if field.enum_type is not None and isinstance(value, int):
            found = field.enum_type.values_by_number.get(value)
            return found.name if found else value
        if isinstance(value, bytes):
            return f"{len(value)} bytes"
        if not isinstance(value, str):
            return value
        text = _LITERAL.sub("'…'", value) if field.full_name == _SQL else value  # a literal may name somebody
        return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"

    def _network(self, context: Context) -> str:
        header = next((value for key, value in context.invocation_metadata() or () if key == HEADER), "")
        return self._origin.network(header if isinstance(header, str) else "", context.peer())


def _site_of(request: Message) -> str:
    """The site that a request names by its id or, to make one, brings along; "" for none."""
    site: str | site_pb2.Site = getattr(request, "site", "")
    return site if isinstance(site, str) else site.id


def _is_question(name: str, request: Message) -> bool:
    """Can it be recorded while it is answered? It changes nothing, names its site, and will not be refused."""
    who, site = caller(), getattr(request, "site", "")
    return name.startswith(_QUESTIONS) and bool(site) and (who.mesh or who.role_at(site) >= who.least)


def _site_in(request: Message) -> str:
    """The site that a request names, or that it is about to make."""
    site = getattr(request, "site", "")
    return site if isinstance(site, str) else getattr(site, "id", "")


def actor_of(who: Caller, name: str) -> tuple[audit_pb2.AuditEntry.Actor, str]:
    if who.user:
        return audit_pb2.AuditEntry.ACTOR_PERSON, who.user
    if who.mesh:
        nobody = name in _IN_A_PERSONS_NAME
        return (audit_pb2.AuditEntry.ACTOR_NOBODY if nobody else audit_pb2.AuditEntry.ACTOR_MESH), ""
    guest = max(who.roles.values(), default=0) == account_pb2.ROLE_GUEST
    return (audit_pb2.AuditEntry.ACTOR_SHARE if guest else audit_pb2.AuditEntry.ACTOR_KEY), who.id


def _hides(field: FieldDescriptor) -> bool:
    return field.GetOptions().debug_redact


def _names_somebody(field: FieldDescriptor) -> bool:
    """A hidden field that is an identifier; any other is a secret."""
    is_text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING and not field.is_repeated
    return is_text and (field.name in ("id", "email") or field.name.endswith("_id"))


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
