"""The SDK's calls: `POST /track/view|interaction|event|session` and `/track/batch`. Semantics: HTTP of the gateway.

Raw ASGI, since this is the path that every page view takes. Answers: 202 accepted, duplicate or ignored; 400 names the
field; 401 for a key that is none; 403 unknown site or foreign origin; 413; 429 and 503 with Retry-After. CORS is open,
without credentials.

A backend sends an ingest key (`authorization: Bearer KEY`). Its own request then tells nothing of a visitor: each event
may carry the visitor's address and headers as `visitor`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from analytics.v1 import track_pb2
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import body as http_body
from gateway.batcher import Batcher, Results
from gateway.payload import (
    MAX_COMMON_BYTES,
    PassedOn,
    Payload,
    decode,
    decode_batch,
    fill,
    fill_common,
    spelling,
)
from gateway.problems import JSON, Problem, bad_request, wrong_method
from gateway.rate import Rates
from gateway.visitor import Visitor
from mesh.errors import MeshError, invalid
from mesh.ids import new_id
from mesh.telemetry import log

SINGLE_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024

Code = track_pb2.TrackResult.Code
_ACCEPTED, _DUPLICATE, _IGNORED = Code.CODE_ACCEPTED, Code.CODE_DUPLICATE, Code.CODE_IGNORED
_INVALID, _FORBIDDEN = Code.CODE_INVALID, Code.CODE_FORBIDDEN

_CORS = ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after"))
_PREFLIGHT = [
    *_CORS,
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, content-encoding"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]
_STATUS = {_ACCEPTED: "accepted", _DUPLICATE: "duplicate", _IGNORED: "ignored"}
OUTCOMES = ("accepted", "duplicate", "ignored", "rejected", "unavailable")
_TRY_LATER = "the event cannot be stored now; try again"

Answer = Callable[[Scope, Receive, dict[bytes, bytes]], Any]
SiteOfKey = Callable[[str], Awaitable[str]]
"""The site of an ingest key, "" for any other secret."""


class Track:
    """Turns the SDK's requests into events of the batcher, and their results into answers.

    `counts` holds the number of events by outcome since the start.
    """

    def __init__(
        self, batcher: Batcher, visitor: Visitor, rates: Rates, site_of_key: SiteOfKey, counts: dict[str, int]
    ) -> None:
        self._batcher = batcher
        self._visitor = visitor
        self._rates = rates
        self._site_of_key = site_of_key
        self.counts = counts

    def endpoints(self) -> dict[str, ASGIApp]:
        """An ASGI callable per path."""
        singles = {f"/track/{kind}": self._endpoint(self._single(kind)) for kind in _SINGLES}
        return {**singles, "/track/batch": self._endpoint(self._batch)}

    def _endpoint(self, answer: Answer) -> ASGIApp:
        async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                if scope["method"] != "POST":
                    if scope["method"] == "OPTIONS":
                        await _respond(send, 204, _PREFLIGHT, b"")
                        return
                    raise wrong_method("POST")
                body = await answer(scope, receive, dict(scope["headers"]))
            except Exception as error:
                await self._refuse(send, error)
                return
            await send(
                {
                    "type": "http.response.start",
                    "status": 202,
                    "headers": [
                        (b"content-type", JSON),
                        (b"content-length", str(len(body)).encode()),
                        (b"access-control-allow-origin", b"*"),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": body})

        return endpoint

    def _single(self, kind: str) -> Answer:
        async def answer(scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> bytes:
            http_body.require_json(headers)
            payload = decode(await http_body.read(headers, receive, SINGLE_BYTES))
            backend = await self._backend(headers)
            request = track_pb2.TrackStreamRequest()
            event = request.events.add()
            self._open(event, payload, scope, headers, backend)
            self._rates.check("" if backend else event.ip, event.site, 1)
            fill(event, kind, payload)
            if not event.event_id:
                event.event_id = new_id()
            results = await self._batcher.submit(request.SerializeToString(), 1)
            return self._one(results[0], kind, payload)

        return answer

    def _one(self, result: track_pb2.TrackResult, kind: str, payload: Payload) -> bytes:
        """The body of a 202. Raises Problem for an event that was not recorded."""
        code = result.code
        if code == _ACCEPTED:
            self.counts["accepted"] += 1
            return b'{"status":"accepted","eventId":"%b"}' % result.event_id.encode()
        if code == _INVALID:
            raise bad_request(spelling(result.field, kind, payload), result.reason)
        if code == _FORBIDDEN:
            raise Problem(403, result.reason, result.field and spelling(result.field, kind, payload))
        status = _STATUS.get(code)
        if status is None:
            raise Problem(503, _TRY_LATER, retry_after_s=2.0)
        self.counts[status] += 1
        answer = {"status": status, "eventId": result.event_id}
        return msgspec.json.encode(answer | ({"reason": result.reason} if result.reason else {}))

    async def _batch(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> bytes:
        http_body.require_json(headers)
        common, events, ids = decode_batch(await http_body.read(headers, receive, BATCH_BYTES))
        backend = await self._backend(headers)
        base = track_pb2.TrackEvent()
        self._open(base, common, scope, headers, backend)
        self._rates.check("" if backend else base.ip, base.site, len(events))
        fill_common(base, common)
        base.event_id = ""
        if base.ByteSize() > MAX_COMMON_BYTES:
            raise bad_request("", f"the common fields of a batch may have {MAX_COMMON_BYTES:,} bytes together")
        request = track_pb2.TrackStreamRequest()
        refused: dict[int, MeshError] = {}
        for index, payload in enumerate(events):
            if isinstance(payload, MeshError):
                refused[index] = payload
                continue
            event = request.events.add()
            event.CopyFrom(base)
            if backend and payload.visitor:
                self._pass_on(event, payload.visitor)
            try:
                fill(event, _kind_of(payload), payload)
            except MeshError as error:
                refused[index] = error
                del request.events[-1]
                continue
            if not event.event_id:
                event.event_id = new_id()
        count = len(events) - len(refused)
        results: Results = await self._batcher.submit(request.SerializeToString(), count) if count else ()
        return msgspec.json.encode({"results": self._outcomes(events, ids, refused, results)})

    def _outcomes(
        self, events: list[Payload | MeshError], ids: list[str], refused: dict[int, MeshError], results: Results
    ) -> list[dict[str, str]]:
        outcomes: list[dict[str, str]] = []
        answered = iter(results)
        for index, payload in enumerate(events):
            if index in refused or isinstance(payload, MeshError):
                outcomes.append(_rejected(ids[index], refused[index].field, refused[index].message))
                self.counts["rejected"] += 1
                continue
            result = next(answered)
            status = _STATUS.get(result.code)
            if status is not None:
                outcome = {"eventId": result.event_id, "status": status}
                outcomes.append(outcome | ({"reason": result.reason} if result.reason else {}))
                self.counts[status] += 1
            elif result.code == _INVALID:
                field = spelling(result.field, payload.kind or "", payload)
                outcomes.append(_rejected(result.event_id, field, result.reason))
                self.counts["rejected"] += 1
            elif result.code == _FORBIDDEN:
                # the site and the origin are those of the whole batch
                raise Problem(403, result.reason, result.field and spelling(result.field, "", payload))
            else:
                # the sender keeps the whole batch: events recorded already come back as duplicates by their ids
                raise Problem(503, _TRY_LATER, retry_after_s=2.0)
        return outcomes

    async def _backend(self, headers: dict[bytes, bytes]) -> str:
        """The site for which a backend speaks, by its ingest key; "" for a browser's request. Raises Problem 401."""
        scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer":
            return ""
        site = await self._site_of_key(secret.strip().decode("latin-1"))
        if not site:
            raise Problem(401, "the key is no ingest key of a site; it may be mistyped, revoked or expired")
        return site

    def _open(
        self,
        event: track_pb2.TrackEvent,
        payload: Payload,
        scope: Scope,
        headers: dict[bytes, bytes],
        backend: str,
    ) -> None:
        if backend:
            if payload.app_name and payload.app_name != backend:
                raise Problem(403, f'the key is one of "{backend}" and of no other site', "appName")
            event.site = backend
            if payload.visitor:
                self._pass_on(event, payload.visitor)
            return
        if not payload.app_name:
            raise bad_request("appName", "is required: the site's id")
        event.site = payload.app_name
        client = scope["client"]
        self._visitor.fill(event, client[0] if client else "", headers, scope["headers"])

    def _pass_on(self, event: track_pb2.TrackEvent, visitor: PassedOn) -> None:
        headers = {name.lower().encode(): value.encode("latin-1", "replace") for name, value in visitor.headers.items()}
        self._visitor.fill(event, visitor.ip or "", headers, ())

    async def _refuse(self, send: Send, error: Exception) -> None:
        if isinstance(error, MeshError):
            error = Problem.of(error)
        if not isinstance(error, Problem):
            log.error("track_failed", error=type(error).__name__, exc_info=error)
            error = Problem(500, "internal error; the gateway's log has it")
        self.counts["unavailable" if error.status >= 500 else "rejected"] += 1
        body = error.body()
        await _respond(send, error.status, [*error.response_headers(body), *_CORS], body)


_SINGLES = ("view", "interaction", "event", "session")


def _kind_of(payload: Payload) -> str:
    if not payload.kind:
        raise invalid("kind", "is required")
    return payload.kind


def _rejected(event_id: str, field: str, reason: str) -> dict[str, str]:
    outcome = {"eventId": event_id, "status": "rejected", "reason": f"{field}: {reason}" if field else reason}
    return outcome | ({"field": field} if field else {})


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
