"""Segment's HTTP API: `/v1/track|page|screen|identify|group|alias|batch|import`, the browser's `/v1/t|p|i|g|a|s|b`.

The write key is an ingest key. `messageId` becomes the event's id, so that a retry is the same event. `anonymousId` is
not stored; `userId` is the application's own. Traits are not stored either: identify, group and alias are answered and
counted as ignored. Answers as theirs: 200 `{"success": true}`, 400 for size, JSON or key, 429 with Retry-After.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from analytics.v1 import track_pb2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.client_ip import forwarded_scheme
from gateway.compat.exchange import Call, Reply, endpoint
from gateway.compat.intake import Code, Intake
from gateway.compat.segment_event import LOUD, SILENT, Refused, event_of, fill_visitor
from gateway.problems import Problem, bad_request
from gateway.surrogates import well_formed
from mesh.errors import unavailable

MESSAGE_BYTES = 32 * 1024
BATCH_BYTES = 500 * 1024
BATCH_MESSAGES = 2_500

_SHORT = {"track": "t", "page": "p", "identify": "i", "group": "g", "alias": "a", "screen": "s"}
_BATCHES = ("batch", "b", "import")
_DONE = Reply(200, b'{"success":true}')
_TOLD = 10

Json = Mapping[str, Any]


class Segment:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def endpoints(self) -> dict[str, ASGIApp]:
        singles = {
            f"/v1/{path}": endpoint(self._single(kind), _error, MESSAGE_BYTES)
            for kind, short in _SHORT.items()
            for path in (kind, short)
        }
        return singles | {f"/v1/{path}": endpoint(self._batch, _error, BATCH_BYTES) for path in _BATCHES}

    def routes(self) -> list[Route]:
        return [Route("/v1/projects/{key}/settings", _settings, methods=["GET"])]

    def _single(self, kind: str) -> Callable[[Call], Awaitable[Reply]]:
        async def answer(call: Call) -> Reply:
            body = _decode(call.body)
            return await self._take(call, body, [{**body, "type": kind}])

        return answer

    async def _batch(self, call: Call) -> Reply:
        body = _decode(call.body)
        messages = body.get("batch")
        if not isinstance(messages, list):
            raise bad_request("batch", "must be an array of messages")
        if len(cast(list[Any], messages)) > BATCH_MESSAGES:
            raise bad_request("batch", f"may hold at most {BATCH_MESSAGES:,} messages")
        return await self._take(call, body, [entry for entry in cast(list[Any], messages) if isinstance(entry, dict)])

    async def _take(self, call: Call, body: Json, messages: list[Json]) -> Reply:
        keys = [_basic(call.headers), body.get("writeKey"), *(message.get("writeKey") for message in messages[:1])]
        key = next((key for key in keys if isinstance(key, str) and key), "")
        site = await self._intake.site_of_key(key)
        if not site:
            raise bad_request("writeKey", "it is no ingest key of a site; it may be mistyped, revoked or expired")
        context, now = body.get("context"), datetime.now(UTC)
        shared = cast(Json, context) if isinstance(context, dict) else {}
        events: list[track_pb2.TrackEvent] = []
        reasons: list[str] = []
        for message in messages:
            kind = str(message.get("type"))
            if kind in SILENT:
                self._intake.counts["ignored"] += 1
                continue
            try:
                if kind not in LOUD:
                    raise Refused(f'type: "{kind[:40]}" is none of {", ".join(_SHORT)}')
                event = event_of(kind, message, shared, body.get("sentAt"), now)
            except Refused as refusal:
                self._intake.counts["rejected"] += 1
                reasons.append(str(refusal))
                continue
            event.site = site
            self._fill_visitor(event, call, message, shared)
            events.append(event)
        results = await self._intake.submit(events) if events else []
        return _reply(results, reasons)

    def _fill_visitor(self, event: track_pb2.TrackEvent, call: Call, message: Json, shared: Json) -> None:
        if b"origin" in call.headers:  # which every browser sends with a POST, and no library of a backend
            language = event.language
            self._intake.visit(event, call)
            event.language = language or event.language
            return
        own = message.get("context")
        fill_visitor(event, {**shared, **(cast(Json, own) if isinstance(own, dict) else {})})


def _reply(results: list[track_pb2.TrackResult], reasons: list[str]) -> Reply:
    """A message that is wrong spoils no other and is done. Raises UNAVAILABLE where one is not stored."""
    told = list(reasons)
    for result in results:
        if result.code in (Code.CODE_INVALID, Code.CODE_FORBIDDEN):
            told.append(f"{result.field}: {result.reason}" if result.field else result.reason)
        elif result.code not in (Code.CODE_ACCEPTED, Code.CODE_DUPLICATE, Code.CODE_IGNORED):
            raise unavailable("the messages cannot be stored now; try again", 2.0)
    if not told:
        return _DONE
    return Reply(200, msgspec.json.encode({"success": True, "rejected": len(told), "reasons": told[:_TOLD]}))


def _error(problem: Problem) -> Reply:
    """Their clients try again after 429 as Retry-After says, and take any other 4xx for final."""
    status = {503: 429, 413: 400, 415: 400}.get(problem.status, problem.status)
    message = f"{problem.field}: {problem.detail}" if problem.field else problem.detail
    return Reply(status, msgspec.json.encode({"success": False, "message": message}))


def _decode(body: bytes) -> Json:
    try:
        found = well_formed(body, msgspec.json.decode)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad_request("", "the body is no JSON object")
    return cast(Json, found)


def _basic(headers: Mapping[bytes, bytes]) -> str:
    """The user of Basic authorisation: the write key."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(token.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


async def _settings(request: Request) -> Response:
    """What the browser's library asks for first: one destination, this gateway, and no metrics of its own."""
    key = request.path_params["key"]
    destination = {
        "apiKey": key,
        "apiHost": f"{request.url.netloc}/v1",
        # the library's requests must go where the page's own went, also where a proxy ends TLS
        "protocol": forwarded_scheme(dict(request.scope["headers"])) or request.url.scheme,
        "addBundledMetadata": True,
        "unbundledIntegrations": [],
        "type": "server",
    }
    content = {
        "integrations": {"Segment.io": destination},
        "plan": {
            "track": {"__default": {"enabled": True, "integrations": {}}},
            "identify": {"__default": {"enabled": True}},
            "group": {"__default": {"enabled": True}},
        },
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
    headers = {"access-control-allow-origin": "*", "cache-control": "no-store"}
    return Response(msgspec.json.encode(content), 200, headers, "application/json")
