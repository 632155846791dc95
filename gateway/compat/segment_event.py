"""A message of Segment's spec as an event of ours. Pure: the clock is passed in."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import islice
from typing import Any, cast

from analytics.v1 import event_pb2, track_pb2

from gateway.compat.intake import money, name
from gateway.payload import spelled
from mesh.ids import is_uuid

SILENT = frozenset(["identify", "group", "alias"])
"""Of these nothing is stored: there are no profiles of people here."""
MAX_PROPS = 30

_MAX_AGE = timedelta(hours=24)
_MESSAGE_IDS = uuid.UUID("5c0d9b6e-55d1-5b8e-9c1e-6a0c6d1f7d11")
_PAGE_PROPERTIES = frozenset(["url", "path", "referrer", "title", "search", "name", "category"])
_CAMPAIGN = {
    "source": "utm_source",
    "medium": "utm_medium",
    "name": "utm_campaign",
    "content": "utm_content",
    "term": "utm_term",
}

Json = Mapping[str, Any]


class Refused(Exception):
    """A message that cannot become an event; the text says why."""


def event_of(kind: str, message: Json, context: Json, sent_at: Any, now: datetime) -> track_pb2.TrackEvent:
    """The event of a `track`, `page` or `screen` message, without site and visitor. Raises Refused.

    `context` holds for the message where it has none of its own; `sent_at` is when the client sent it by its own clock.
    """
    event = track_pb2.TrackEvent(event_id=_event_id(_text(message, "messageId")), user_id=_text(message, "userId"))
    own = {**context, **part(message, "context")}
    properties = part(message, "properties")
    event.age_ms = _age_ms(message, sent_at, now)
    _fill_context(event, own)
    match kind:
        case "track":
            _fill_track(event, message, properties)
        case "page":
            _fill_page(event, message, properties)
        case _:
            event.kind, event.name = event_pb2.EVENT_KIND_CUSTOM, "screen"
            _fill_props(event, {"name": message.get("name"), **properties})
    return event


def fill_visitor(event: track_pb2.TrackEvent, context: Json) -> None:
    """The visitor as a backend's library passes it on; the request itself is the backend's own and says nothing."""
    event.user_agent = _text(context, "userAgent")[:1_024]
    try:
        address = ip_address(_text(context, "ip"))
    except ValueError:
        return
    if not address.is_unspecified:
        event.ip = str(address)


def _fill_track(event: track_pb2.TrackEvent, message: Json, properties: Json) -> None:
    word = _text(message, "event")
    if not word:
        raise Refused("event: it is missing")
    name(event, word)
    amount, rest = properties.get("revenue"), dict(properties)
    if amount is not None and amount != "" and not isinstance(amount, bool):
        event.revenue_amount = money(rest.pop("revenue"))
        event.revenue_currency = _text(rest, "currency").upper() or "USD"  # the default of Segment's spec
        rest.pop("currency", None)
    _fill_props(event, rest)


def _fill_page(event: track_pb2.TrackEvent, message: Json, properties: Json) -> None:
    event.kind = event_pb2.EVENT_KIND_PAGEVIEW
    event.page_url = _text(properties, "url") or event.page_url
    event.page_title = _text(properties, "title") or event.page_title or _text(message, "name")
    event.referrer = _text(properties, "referrer") or event.referrer
    if not event.page_url:
        raise Refused("properties.url: it is missing; a page view needs an http(s) URL")
    _fill_props(event, {key: value for key, value in properties.items() if key not in _PAGE_PROPERTIES})


def _fill_context(event: track_pb2.TrackEvent, context: Json) -> None:
    page, screen = part(context, "page"), part(context, "screen")
    event.page_url = _text(page, "url")
    event.page_title = _text(page, "title")
    event.referrer = _text(page, "referrer")[:2_000]
    language = _text(context, "locale")
    event.language = language if len(language) <= 35 else ""
    width = screen.get("width")
    if isinstance(width, int | float) and not isinstance(width, bool) and 0 <= width <= 100_000:
        event.screen_width = int(width)
    campaign = part(context, "campaign")
    for key, target in _CAMPAIGN.items():
        setattr(event, target, _text(campaign, key)[:200])


def _fill_props(event: track_pb2.TrackEvent, properties: Json) -> None:
    """The first 30 properties with a plain value."""
    plain = (
        (key, spelled(value)[:2_000])
        for key, value in properties.items()
        if isinstance(value, str | int | float) and 0 < len(key) <= 100 and value != ""
    )
    for key, value in islice(plain, MAX_PROPS):
        event.props[key] = value


def _age_ms(message: Json, sent_at: Any, now: datetime) -> int:
    """How old the message was when it was sent, by the client's clock alone. Raises Refused beyond 24 hours."""
    happened = _time(message.get("timestamp") or message.get("originalTimestamp"))
    if happened is None:
        return 0
    age = (_time(message.get("sentAt") or sent_at) or now) - happened
    if age > _MAX_AGE:
        raise Refused("timestamp: it lies more than 24 hours back; bring history with an import")
    return max(0, int(age.total_seconds() * 1_000))


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _event_id(message_id: str) -> str:
    """The same for the same message id, for ever; "" where there is none."""
    if not message_id or is_uuid(message_id):
        return message_id
    return str(uuid.uuid5(_MESSAGE_IDS, message_id))


def part(of: Json, key: str) -> Json:
    """An object within a message; empty for anything else."""
    found = of.get(key)
    return cast(Json, found) if isinstance(found, dict) else {}


def _text(of: Json, key: str) -> str:
    """A text, or a number as text; "" for anything else."""
    found = of.get(key)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return spelled(found)
    return found if isinstance(found, str) else ""
