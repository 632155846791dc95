"""`/api/v1/privacy/audit`: who asked for what, as pages of JSON or whole as a file, and whether the log is intact."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec
from analytics.v1 import audit_pb2
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.answers import json
from gateway.answers_csv import cell
from gateway.credentials import credential
from gateway.message_schemas import TEXT, WHOLE, list_of, shape
from gateway.openapi import CSV, NDJSON, Operation
from gateway.peers import Peers, ask, begun
from gateway.sites import instant, instant_us
from mesh.errors import invalid

_EXPORT_S: Final = 3_600.0
_VERIFY_S: Final = 600.0
_ACTORS: Final = {
    audit_pb2.AuditEntry.ACTOR_NOBODY: "nobody",
    audit_pb2.AuditEntry.ACTOR_PERSON: "person",
    audit_pb2.AuditEntry.ACTOR_KEY: "key",
    audit_pb2.AuditEntry.ACTOR_SHARE: "share",
    audit_pb2.AuditEntry.ACTOR_MESH: "mesh",
}
_Lines: TypeAlias = Callable[[Iterable[audit_pb2.AuditEntry]], bytes]

_COLUMNS: Final = ("number", "at", "actor kind", "actor", "name", "operation", "site", "request", "refused", "from")
_ENTRY = shape(
    ("number", "at", "actor", "operation", "site", "request", "refused", "from"),
    **{
        "number": WHOLE,
        "at": {"type": "string", "format": "date-time"},
        "actor": shape(
            ("kind", "id", "name"),
            kind={"enum": list(_ACTORS.values())},
            id=TEXT,
            name={"type": ["string", "null"]},
        ),
        "operation": TEXT,
        "site": {"type": ["string", "null"]},
        "request": {"type": "object"},
        "refused": {"type": ["string", "null"]},
        "from": {"type": ["string", "null"], "description": "The network, by a keyed hash."},
    },
)


def audit_operations(peers: Peers) -> tuple[Operation, ...]:
    audit = Audit(peers)
    return (
        Operation(
            "GET",
            "/api/v1/privacy/audit",
            "Who asked for what: a page as JSON, or all of it as CSV or NDJSON",
            audit.entries,
            tag="Privacy",
            answer=shape(
                ("entries", "nextPageToken"), entries=list_of(_ENTRY), nextPageToken={"type": ["string", "null"]}
            ),
            rows=True,
            parameters=(
                ("site", "Only of this site. Without it, of all: needs the role owner at every site.", False),
                ("from", "ISO 8601 time of the oldest.", False),
                ("to", "ISO 8601 time before which the newest is.", False),
                ("actor", "Id of a person, key or link.", False),
                ("operation", "E.g. QueryService.Page, or a whole service: QueryService.", False),
                ("limit", "1 to 1,000; default 100.", False),
                ("pageToken", "nextPageToken of the page before.", False),
            ),
            refusals=(400, 401, 403, 404, 503),
        ),
        Operation(
            "GET",
            "/api/v1/privacy/audit/verify",
            "Was any entry changed, left out or put elsewhere?",
            audit.verify,
            tag="Privacy",
            answer=shape(
                ("intact", "entries", "first", "last", "digest", "problem", "checkedAt"),
                intact={"type": "boolean"},
                entries=WHOLE,
                first=WHOLE,
                last=WHOLE,
                digest=TEXT,
                problem={"type": ["string", "null"]},
                checkedAt={"type": "string", "format": "date-time"},
            ),
            parameters=(("checkpoint", "NUMBER:DIGEST that was written down before.", False),),
            refusals=(400, 401, 403, 503),
        ),
    )


class Audit:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def entries(self, request: Request) -> Response:
        """JSON in pages, newest first; by Accept all of it, as CSV or NDJSON."""
        wanted, accept = _wanted(request), request.headers.get("accept", "").lower()
        if NDJSON in accept:
            return await self._file(request, wanted, NDJSON, _json_lines)
        if CSV in accept:
            return await self._file(request, wanted, CSV, _csv_lines)
        found = await ask(self._peers.audit.ListAudit, wanted, self._peers.metadata(credential(request)))
        token = str(found.entries[-1].number) if found.more else None
        return json({"entries": [_told(entry) for entry in found.entries], "nextPageToken": token})

    async def _file(self, request: Request, wanted: audit_pb2.ListAuditRequest, kind: str, lines: _Lines) -> Response:
        message, metadata = audit_pb2.ExportAuditRequest(wanted=wanted), self._peers.metadata(credential(request))
        call = self._peers.audit.ExportAudit(message, timeout=_EXPORT_S, metadata=metadata)
        pieces = _pieces(await begun(call), lines)
        name = "audit.csv" if kind == CSV else "audit.ndjson"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return StreamingResponse(pieces, headers=headers, media_type=kind)

    async def verify(self, request: Request) -> Response:
        message = audit_pb2.VerifyAuditRequest()
        if kept := request.query_params.get("checkpoint", ""):
            number, _, digest = kept.partition(":")
            if not number.isdecimal() or len(number) > 18 or len(digest) != 64 or not _is_hex(digest):
                raise invalid("checkpoint", f'"{kept[:80]}" is not NUMBER:DIGEST with 64 hex digits')
            message.checkpoints.add(number=int(number), digest=bytes.fromhex(digest))
        metadata = self._peers.metadata(credential(request))
        found = await ask(self._peers.audit.VerifyAudit, message, metadata, _VERIFY_S)
        return json(
            {
                "intact": found.intact,
                "entries": found.entries,
                "first": found.first,
                "last": found.last.number,
                "digest": found.last.digest.hex(),
                "problem": found.problem or None,
                "checkedAt": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            }
        )


def _wanted(request: Request) -> audit_pb2.ListAuditRequest:
    asked = request.query_params
    wanted = audit_pb2.ListAuditRequest(
        site=asked.get("site", ""), actor=asked.get("actor", ""), operation=asked.get("operation", "")
    )
    if text := asked.get("from", ""):
        wanted.from_us = max(instant_us("from", text), 0)
    if text := asked.get("to", ""):
        wanted.until_us = max(instant_us("to", text), 1)
    wanted.limit = _whole("limit", asked.get("limit", "100"), 1_000)
    wanted.before = _whole("pageToken", asked["pageToken"], 10**18) if asked.get("pageToken") else 0
    return wanted


def _whole(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and 0 < int(text) <= most):
        raise invalid(name, f'"{text[:40]}" is no whole number from 1 to {most:,}')
    return int(text)


def _is_hex(text: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in text)


def _told(entry: audit_pb2.AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": instant(entry.at_us),
        "actor": {
            "kind": _ACTORS.get(entry.actor_kind, "nobody"),
            "id": entry.actor,
            "name": entry.actor_name or None,
        },
        "operation": entry.operation,
        "site": entry.site or None,
        "request": _request(entry.request),
        "refused": entry.refused or None,
        "from": entry.network or None,
    }


def _request(text: str) -> object:
    try:
        return msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:  # one entry that nothing can read must not hide the others
        return {"text": text}


def _json_lines(entries: Iterable[audit_pb2.AuditEntry]) -> bytes:
    return b"".join(msgspec.json.encode(_told(entry)) + b"\n" for entry in entries)


def _csv_lines(entries: Iterable[audit_pb2.AuditEntry]) -> bytes:
    out = io.StringIO()
    lines = csv.writer(out)
    for entry in entries:
        kind = _ACTORS.get(entry.actor_kind, "nobody")
        told = (kind, entry.actor, entry.actor_name, entry.operation, entry.site)
        row = (entry.number, instant(entry.at_us), *told, entry.request, entry.refused, entry.network)
        lines.writerow([cell(value) for value in row])
    return out.getvalue().encode()


async def _pieces(messages: AsyncIterator[audit_pb2.ExportAuditResponse], lines: _Lines) -> AsyncIterator[bytes]:
    if lines is _csv_lines:
        yield (",".join(_COLUMNS) + "\r\n").encode()
    async for message in messages:
        yield lines(message.entries)
