"""`POST /api/v1/import`: history as NDJSON, stored exactly once. Semantics: import of history.

Lines are read as they come and handed to the writer 500 at a time; the answer is a balance and comes when the events
are in query's answers. A line that is wrong is counted and named, never fatal.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import msgspec
from analytics.v1 import event_pb2, import_pb2, query_pb2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from gateway import body as http_body
from gateway.answers import json
from gateway.credentials import credential
from gateway.payload import Payload, fill, json_error, spelling
from gateway.peers import Peers
from gateway.problems import Problem, bad_request, too_large
from gateway.sites import instant_us
from mesh.errors import MeshError, invalid
from mesh.ids import is_uuid

MAX_BYTES = 16 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_LINES = 100_000
"""Each refused line is named in the answer: this bounds the answer."""
EVENTS_A_CALL = 500
IMPORT_S = 60.0
AWAIT_S = 120.0

_TYPES = (b"application/x-ndjson", b"application/ndjson", b"application/jsonl")
_FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}
_FINISHED = (
    "country",
    "region",
    "city",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "device",
    "source",
    "channel",
    "user_agent",
    "ip",
)


class Line(Payload, rename="camel"):
    """One event of history: a tracked event's fields, when it happened, and finished values that win."""

    occurred_at: str | None = None
    user_agent: str | None = None
    ip: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device: str | None = None
    source: str | None = None
    channel: str | None = None


@dataclass(slots=True)
class Balance:
    """read = imported + duplicates + ignored + rejected."""

    read: int = 0
    imported: int = 0
    duplicates: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    rejected: list[tuple[int, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        return {
            "read": self.read,
            "imported": self.imported,
            "duplicates": self.duplicates,
            "ignored": sum(self.ignored.values()),
            "ignoredReasons": self.ignored,
            "rejected": [{"line": line, "reason": reason} for line, reason in sorted(self.rejected)],
        }


_line = msgspec.json.Decoder(Line)


class Importer:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def handle(self, request: Request) -> Response:
        secret = credential(request)
        site = request.query_params.get("site", "")
        if not site:
            raise bad_request("site", "is required: the site's id")
        headers = dict(request.scope["headers"])
        http_body.require_json(headers, _TYPES)
        import_id = request.query_params.get("import_id") or "import"
        keep_bots = _flag("keep_bots", request.query_params.get("keep_bots", ""))
        balance = Balance()
        await self._store(site, import_id, [], balance, secret)  # refuses a wrong caller before the body is read
        position = 0
        batch: list[tuple[int, Line, event_pb2.RawEventEnvelope]] = []
        async for number, text in _lines(headers, request.receive):
            balance.read += 1
            try:
                batch.append((number, *parse(text, keep_bots)))
            except MeshError as error:
                balance.rejected.append((number, str(error)))
            if len(batch) == EVENTS_A_CALL:
                position = max(position, await self._store(site, import_id, batch, balance, secret))
                batch = []
        if batch:
            position = max(position, await self._store(site, import_id, batch, balance, secret))
        if position:
            metadata = self._peers.metadata(secret)
            await self._peers.query.Await(query_pb2.AwaitRequest(position=position), timeout=AWAIT_S, metadata=metadata)
        return json(balance.to_json())

    async def _store(
        self,
        site: str,
        import_id: str,
        batch: list[tuple[int, Line, event_pb2.RawEventEnvelope]],
        balance: Balance,
        secret: str,
    ) -> int:
        """Hand events to the writer, count what became of them; returns the position that holds them."""
        wanted = import_pb2.ImportRequest(site=site, import_id=import_id, events=[event for _, _, event in batch])
        response = await self._peers.imports.Import(wanted, timeout=IMPORT_S, metadata=self._peers.metadata(secret))
        for (number, line, _), outcome in zip(batch, response.outcomes, strict=True):
            match outcome.code:
                case import_pb2.ImportOutcome.CODE_IMPORTED:
                    balance.imported += 1
                case import_pb2.ImportOutcome.CODE_DUPLICATE:
                    balance.duplicates += 1
                case import_pb2.ImportOutcome.CODE_IGNORED:
                    balance.ignored[outcome.reason] = balance.ignored.get(outcome.reason, 0) + 1
                case _:
                    balance.rejected.append((number, _spelled(outcome.reason, line)))
        return response.position


def parse(text: bytes, keep_bots: bool) -> tuple[Line, event_pb2.RawEventEnvelope]:
    """One line as an envelope. Raises INVALID_ARGUMENT naming the field."""
    if len(text) > MAX_LINE_BYTES:
        raise invalid("", f"the line has more than {MAX_LINE_BYTES:,} bytes")
    try:
        line = _line.decode(text)
    except (ValueError, RecursionError) as error:
        found = json_error(error)
        raise invalid(found.field, found.message.replace("the body is", "the line is")) from None
    event = event_pb2.RawEventEnvelope()
    if not line.kind:
        raise invalid("kind", "is required")
    fill(event, line.kind, line)
    if not is_uuid(event.event_id):
        raise invalid("eventId", "must be a UUID" if event.event_id else "is required")
    if not line.occurred_at:
        raise invalid("occurredAt", "is required")
    event.occurred_at_us = instant_us("occurredAt", line.occurred_at)
    event.keep_bots = keep_bots
    for name in _FINISHED:
        value = getattr(line, name)
        if value:
            setattr(event, name, value)
    return line, event


def _spelled(reason: str, line: Line) -> str:
    name, colon, rest = reason.partition(": ")
    return f"{spelling(name, line.kind or '', line)}: {rest}" if colon and name.replace("_", "").isalnum() else reason


def _flag(name: str, text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise bad_request(name, f'"{text[:20]}" is neither true nor false') from None


async def _lines(headers: Mapping[bytes, bytes], receive: Receive) -> AsyncIterator[tuple[int, bytes]]:
    """Numbered lines, blank ones left out; of one over the limit only so much comes as tells that it is over.

    Raises Problem 413 beyond the limits of the body.
    """
    number, rest = 0, b""
    async for piece in _plain(headers, receive):
        *whole, rest = (rest + piece).split(b"\n")
        rest = rest[: MAX_LINE_BYTES + 1]
        for text in whole:
            number += 1
            if text.strip() or len(text) > MAX_LINE_BYTES:
                yield number, text
        if number > MAX_LINES:
            raise Problem(413, f"send at most {MAX_LINES:,} lines at once")
    if rest.strip() or len(rest) > MAX_LINE_BYTES:
        yield number + 1, rest


async def _plain(headers: Mapping[bytes, bytes], receive: Receive) -> AsyncIterator[bytes]:
    """The body unpacked, piece by piece."""
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"identity", b"gzip"):
        raise Problem(415, "this content encoding is not understood; send gzip or none")
    gunzip = http_body.Gunzip() if encoding == b"gzip" else None
    sent = unpacked = 0
    async for piece in http_body.chunks(receive):
        sent += len(piece)
        if sent > MAX_BYTES:
            raise too_large(MAX_BYTES)
        if gunzip is None:
            yield piece
            continue
        for plain in gunzip.unpack(piece):
            unpacked += len(plain)
            if unpacked > MAX_BYTES:
                raise too_large(MAX_BYTES)
            yield plain
    if gunzip is not None:
        gunzip.finish()
