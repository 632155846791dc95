"""AuditService: appends for the mesh, lists and streams for owners, and says whether the chain is whole."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import grpc
from analytics.v1 import audit_pb2, audit_pb2_grpc

from mesh.auth import caller
from mesh.errors import invalid
from writer.audit.recorder import Recorder
from writer.audit.store import LAST_NUMBER, LAST_US, AuditStore, Wanted

Context = grpc.aio.ServicerContext[Any, Any]

_MAX_APPENDED = 100
_MAX_LIMIT, _LIMIT, _STREAMED = 1_000, 100, 1_000
_MAX_TEXT = 200
_DIGEST_BYTES = 32

Names = Callable[[Sequence[str], str], Awaitable[dict[str, str]]]
"""What actors are called, by id, as the owner of a site may know; others are left out."""


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    def __init__(self, store: AuditStore, recorder: Recorder, names: Names) -> None:
        self._store = store
        self._recorder = recorder
        self._names = names

    async def AppendAudit(
        self, request: audit_pb2.AppendAuditRequest, context: Context
    ) -> audit_pb2.AppendAuditResponse:
        if not 0 < len(request.entries) <= _MAX_APPENDED:
            raise invalid("entries", f"{len(request.entries)} came; 1–{_MAX_APPENDED} are possible")
        for index, entry in enumerate(request.entries):
            if not entry.operation:
                raise invalid(f"entries[{index}].operation", "is required")
            if any("\0" in value for _, value in entry.ListFields() if isinstance(value, str)):
                raise invalid(f"entries[{index}]", "a text holds a NUL character")
        await self._recorder.append(*request.entries)
        return audit_pb2.AppendAuditResponse()

    async def ListAudit(self, request: audit_pb2.ListAuditRequest, context: Context) -> audit_pb2.ListAuditResponse:
        wanted = _wanted(request, "")
        if request.limit > _MAX_LIMIT:
            raise invalid("limit", f"{request.limit} came; ask for at most {_MAX_LIMIT:,}")
        limit = request.limit or _LIMIT
        found = await self._store.found(wanted, limit + 1)
        return audit_pb2.ListAuditResponse(
            entries=await self._named(found[:limit], wanted.site), more=len(found) > limit
        )

    async def ExportAudit(
        self, request: audit_pb2.ExportAuditRequest, context: Context
    ) -> AsyncIterator[audit_pb2.ExportAuditResponse]:
        wanted = _wanted(request.wanted, "wanted.")
        while found := await self._store.found(wanted, _STREAMED):
            yield audit_pb2.ExportAuditResponse(entries=await self._named(found, wanted.site))
            wanted = replace(wanted, before=found[-1].number)

    async def VerifyAudit(
        self, request: audit_pb2.VerifyAuditRequest, context: Context
    ) -> audit_pb2.VerifyAuditResponse:
        for index, checkpoint in enumerate(request.checkpoints):
            if len(checkpoint.digest) != _DIGEST_BYTES or not checkpoint.number:
                raise invalid(
                    f"checkpoints[{index}]", f"a number from 1 and a digest of {_DIGEST_BYTES} bytes are needed"
                )
        kept = {checkpoint.number: checkpoint.digest for checkpoint in request.checkpoints}
        base, head, problem = await self._recorder.verify(kept)
        return audit_pb2.VerifyAuditResponse(
            intact=not problem,
            problem=problem,
            entries=head.number - base.number,
            first=base.number + 1 if head.number > base.number else 0,
            last=audit_pb2.AuditCheckpoint(number=head.number, digest=head.digest),
        )

    async def _named(self, entries: Sequence[audit_pb2.AuditEntry], site: str) -> Sequence[audit_pb2.AuditEntry]:
        names = await self._names(sorted({entry.actor for entry in entries if entry.actor}), site)
        for entry in entries:
            entry.actor_name = names.get(entry.actor, "")
        return entries


def _wanted(request: audit_pb2.ListAuditRequest, at: str) -> Wanted:
    """Raises as `require_site` does, and INVALID_ARGUMENT for what no entry can be."""
    if request.site:
        caller().require_site(request.site)
    else:
        caller().require_every_site(f"{at}site")
    for name in ("actor", "operation"):
        value: str = getattr(request, name)
        if len(value) > _MAX_TEXT or "\0" in value:
            raise invalid(f"{at}{name}", f"{len(value)} characters came; at most {_MAX_TEXT}, and no NUL, are possible")
    for name in ("from_us", "until_us"):
        if not 0 <= getattr(request, name) <= LAST_US:
            raise invalid(f"{at}{name}", "microseconds since the epoch, at most of the year 9999, are possible")
    return Wanted(
        request.site,
        request.from_us,
        request.until_us,
        request.actor,
        request.operation,
        min(request.before, LAST_NUMBER),
    )
