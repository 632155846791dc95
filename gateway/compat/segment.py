"""Segment's HTTP API: `/v1/track|page|screen|identify|group|alias|batch|import`, the browser's `/v1/t|p|i|g|a|s|b`.

A backend's write key is an ingest key, which vouches for what the backend says of the visitor. A page's is the site's
id: public, it vouches for nothing, and the visitor is whoever asks. An ingest key that comes from a page is refused.

`messageId` becomes the event's id, so that a retry is the same event. `anonymousId` is not stored; `userId` is the
application's own. Traits are not stored either: identify, group and alias are answered and counted as ignored. Answers
as theirs: 200 `{"success": true}`, 400 for size, JSON or key, 429 with Retry-After.
"""

import base64
import re
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
from gateway.compat.segment_event import SILENT, Refused, event_of, fill_visitor, part
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
_NAMES_FIELD = re.compile(r"[\w.\[\]]+: ")

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
            return await self._take(call, body, [("", {**body, "type": kind})])

        return answer

    async def _batch(self, call: Call) -> Reply:
        body = _decode(call.body)
        messages = body.get("batch")
        if not isinstance(messages, list):
            raise bad_request("batch", "must be an array of messages")
        if len(cast(list[Any], messages)) > BATCH_MESSAGES:
            raise bad_request("batch", f"may hold at most {BATCH_MESSAGES:,} messages")
        named = [(f"batch[{at}]", message) for at, message in enumerate(cast(list[Any], messages))]
        return await self._take(call, body, named, checked=len(call.body) <= MESSAGE_BYTES)

    async def _take(self, call: Call, body: Json, messages: list[tuple[str, Any]], *, checked: bool = True) -> Reply:
        """Each message with its place in the body; unless `checked`, one may be too large."""
        site, vouched = await self._site(call, [_basic(call.headers), body.get("writeKey"), _key_of(messages)])
        now, shared = datetime.now(UTC), part(body, "context")
        events: list[tuple[str, track_pb2.TrackEvent]] = []
        reasons: list[str] = []
        for place, message in messages:
            try:
                kind = _kind(message, checked=checked)
                if kind in SILENT:
                    self._intake.counts["ignored"] += 1
                    continue
                event = event_of(kind, message, shared, body.get("sentAt"), now)
            except Refused as refusal:
                self._intake.counts["rejected"] += 1
                reasons.append(_at(place, str(refusal)))
                continue
            event.site = site
            if vouched:
                fill_visitor(event, {**shared, **part(message, "context")})
            else:
                language = event.language
                self._intake.visit(event, call)
                event.language = language or event.language
            events.append((place, event))
        results = await self._intake.submit([event for _, event in events]) if events else []
        return _reply([(place, result) for (place, _), result in zip(events, results, strict=True)], reasons)

    async def _site(self, call: Call, keys: list[Any]) -> tuple[str, bool]:
        """The site of the first key that is given, and whether the key vouches for what is said of the visitor."""
        key = next((key for key in keys if isinstance(key, str) and key), "")
        site = await self._intake.site_of_key(key)
        if site:
            if b"origin" in call.headers:  # which every browser sends with a POST, and no library of a backend
                raise bad_request(
                    "writeKey", f'an ingest key is for backends; in a page write the site\'s id, "{site}"'
                )
            return site, True
        site = await self._intake.site_of_domain(key)
        if not site:
            raise bad_request("writeKey", "it is neither a site's id nor an ingest key, or one revoked or expired")
        return site, False


def _key_of(messages: list[tuple[str, Any]]) -> Any:
    first = messages[0][1] if messages else None
    return cast(Json, first).get("writeKey") if isinstance(first, dict) else None


def _kind(message: Any, *, checked: bool) -> str:
    """Raises Refused for what is no message, is too large or of no kind of theirs."""
    if not isinstance(message, dict):
        raise Refused("it is no JSON object")
    if not checked and (size := len(msgspec.json.encode(message))) > MESSAGE_BYTES:
        raise Refused(f"it has {size:,} bytes; at most {MESSAGE_BYTES:,} are allowed")
    kind = cast(Json, message).get("type")
    if not isinstance(kind, str) or kind not in _SHORT:
        raise Refused(f'type: "{str(kind)[:40]}" is none of {", ".join(_SHORT)}')
    return kind


def _at(place: str, reason: str) -> str:
    """`batch[2].type: …` where the reason names a field, else `batch[2]: …`; as it is for a message of its own."""
    return f"{place}{'.' if _NAMES_FIELD.match(reason) else ': '}{reason}" if place else reason


def _reply(results: list[tuple[str, track_pb2.TrackResult]], reasons: list[str]) -> Reply:
    """A message that is wrong spoils no other and is done. Raises UNAVAILABLE where one is not stored."""
    told = list(reasons)
    for place, result in results:
        if result.code in (Code.CODE_INVALID, Code.CODE_FORBIDDEN):
            told.append(_at(place, f"{result.field}: {result.reason}" if result.field else result.reason))
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
