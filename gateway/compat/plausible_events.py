"""Plausible's events API, `POST /api/event`, for its script, its package on npm, and every community client.

Answers as theirs: 202 `ok`, with `x-plausible-dropped` where an event was not recorded on purpose or no site has the
domain; 400 `{"errors": {field: [reason]}}`; 200 with the visitor's address for `X-Debug-Request: true`.
"""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from analytics.v1 import track_pb2
from starlette.types import ASGIApp

from gateway.compat.exchange import Call, Reply, endpoint
from gateway.compat.intake import Code, Intake, money, name
from gateway.payload import spelled
from gateway.problems import Problem, bad_request
from gateway.surrogates import well_formed
from mesh.errors import unavailable

BODY_BYTES = 1_000_000
MAX_PROPS, MAX_KEY, MAX_VALUE = 30, 100, 2_000
MAX_DOMAINS = 20

_TEXT = b"text/plain; charset=utf-8"
_FIELDS = {
    "name": "event_name",
    "page_url": "url",
    "revenue_amount": "revenue",
    "revenue_currency": "revenue",
    "engaged_ms": "engagement_time",
}


class PlausibleEvents:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def endpoints(self) -> dict[str, ASGIApp]:
        return {"/api/event": endpoint(self._answer, _errors, BODY_BYTES)}

    async def _answer(self, call: Call) -> Reply:
        if call.headers.get(b"x-debug-request") == b"true":
            return Reply(200, self._intake.address(call).encode(), _TEXT)
        body = _decode(call.body)
        template = track_pb2.TrackEvent()
        self._intake.visit(template, call)
        _fill(template, body)
        events: list[track_pb2.TrackEvent] = []
        domains = _domains(body, template.page_url)
        for domain in domains:
            site = await self._intake.site_of_domain(domain)
            if site:
                event = track_pb2.TrackEvent()
                event.CopyFrom(template)
                event.site = site
                events.append(event)
        results = await self._intake.submit(events) if events else []
        return _reply(results, len(domains) - len(events))


def _fill(event: track_pb2.TrackEvent, body: Mapping[str, Any]) -> None:
    """Set an event from Plausible's JSON, each field by its short or its long name. Raises Problem 400."""
    word = _first(body, "n", "name")
    if not isinstance(word, str) or not word:
        raise bad_request("event_name", "can't be blank")
    url = _first(body, "u", "url")
    if not isinstance(url, str) or not url:
        raise bad_request("url", "is required")
    name(event, word)
    event.page_url = url
    referrer = _first(body, "r", "referrer")
    if isinstance(referrer, str):
        event.referrer = referrer[:2_000]
    if _first(body, "i", "interactive") in (False, "false"):
        event.interactive = False
    for key, value in _props(body):
        event.props[key] = value
    _fill_revenue(event, _first(body, "$", "revenue"))
    if word == "engagement":
        _fill_engagement(event, body)


def _fill_engagement(event: track_pb2.TrackEvent, body: Mapping[str, Any]) -> None:
    depth, engaged_ms = _whole(body.get("sd")), _whole(body.get("e"))
    if depth is None and engaged_ms is None:
        raise bad_request("event_name", "engagement event requires a valid integer value for 'sd' or 'e' field")
    if depth is not None and depth <= 100:
        event.scroll_depth = depth
    event.engaged_ms = min(engaged_ms or 0, 86_400_000)


def _fill_revenue(event: track_pb2.TrackEvent, revenue: Any) -> None:
    if not isinstance(revenue, dict):
        return
    content = cast(Mapping[str, Any], revenue)
    amount, currency = content.get("amount"), content.get("currency")
    if amount is None or not isinstance(currency, str):
        return
    event.revenue_amount, event.revenue_currency = money(amount), currency.upper()


def _props(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The first 30 properties with a plain value; an object, or one written as a JSON string.

    Keys and values are cut at what is kept of them, so that no event is lost to a long one.
    """
    found = _first(body, "p", "props", "m", "meta")
    if isinstance(found, str):
        try:
            found = msgspec.json.decode(found)
        except (ValueError, RecursionError):
            return []
    if not isinstance(found, dict):
        return []
    plain = (
        (key[:MAX_KEY], spelled(value)[:MAX_VALUE])
        for key, value in cast(Mapping[str, Any], found).items()
        if isinstance(value, str | int | float) and key.strip() and not (isinstance(value, str) and not value.strip())
    )
    return list(islice(plain, MAX_PROPS))


def _domains(body: Mapping[str, Any], url: str) -> list[str]:
    """Where the event belongs, each domain once. Raises Problem 400 where there is none."""
    given = _first(body, "d", "domain")
    if isinstance(given, str) and given.strip():
        found = [domain.strip().removeprefix("www.") for domain in given.split(",")]
    else:
        try:
            found = [(urlsplit(url).hostname or "").removeprefix("www.")]
        except ValueError:
            found = []
    domains = list(dict.fromkeys(filter(None, found)))
    if not 1 <= len(domains) <= MAX_DOMAINS:
        raise bad_request("domain", "can't be blank" if not domains else f"at most {MAX_DOMAINS} are allowed")
    return domains


def _reply(results: list[track_pb2.TrackResult], unknown: int) -> Reply:
    """Raises Problem 400 for the first event that is wrong, UNAVAILABLE where one is not stored."""
    for result in results:
        if result.code == Code.CODE_INVALID:
            raise bad_request(_spelling(result.field), result.reason)
        if result.code not in (Code.CODE_ACCEPTED, Code.CODE_DUPLICATE, Code.CODE_IGNORED, Code.CODE_FORBIDDEN):
            raise unavailable("the event cannot be stored now; try again", 2.0)
    dropped = unknown + sum(result.code in (Code.CODE_IGNORED, Code.CODE_FORBIDDEN) for result in results)
    return Reply(202, b"ok", _TEXT, ((b"x-plausible-dropped", str(dropped).encode()),) if dropped else ())


def _errors(problem: Problem) -> Reply:
    return Reply(problem.status, msgspec.json.encode({"errors": {problem.field or "request": [problem.detail]}}))


def _decode(body: bytes) -> Mapping[str, Any]:
    try:
        found = well_formed(body, msgspec.json.decode)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad_request("request", "Unable to parse request body as json")
    return cast(Mapping[str, Any], found)


def _spelling(field: str) -> str:
    head = re.split(r"[.\[]", field)[0]
    return _FIELDS.get(head, head)


def _first(body: Mapping[str, Any], *names: str) -> Any:
    return next((body[name] for name in names if body.get(name) is not None), None)


def _whole(value: Any) -> int | None:
    """A number from 0 on, also written as text."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:18])
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        return None
    return int(value)
