"""The SDK's JSON, decoded into structs and turned into the contract's events. Semantics: track payloads.

Only what the contract cannot express is checked here: JSON types, kinds, the words of `navigation` and `type`. Limits
and the meaning of values are the edge's. `null` means the same as an absent field.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec
from analytics.v1 import event_pb2, track_pb2
from msgspec import Meta, Struct

from gateway.surrogates import well_formed
from mesh.errors import MeshError, invalid

Scalar = str | int | float | bool | None
U32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
I64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

MAX_BATCH = 500
MAX_COMMON_BYTES = 16 * 1024
"""Common fields of a batch are copied into each of its events: this bounds what a small body can grow into."""


class Utm(Struct):
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None


class Revenue(Struct):
    amount: str | int | float
    currency: str


class PassedOn(Struct):
    """A visitor's request as a backend passes it on, headers by their names; obeyed with an ingest key alone."""

    ip: str | None = None
    headers: dict[str, str] = {}


class Payload(Struct, rename="camel"):
    """One event as the SDK sends it, whatever its kind; unknown fields are ignored and never obeyed."""

    app_name: str | None = None
    kind: str | None = None
    type: str | None = None
    name: str | None = None
    event_id: str | None = None
    session_id: str | None = None
    first_referrer: str | None = None
    first_url: str | None = None
    user_id: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    referrer: str | None = None
    utm: Utm | None = None
    language: str | None = None
    screen_width: U32 | None = None
    navigation: str | None = None
    age_ms: I64 | None = None
    sequence: U32 | None = None
    data: dict[str, Scalar] | None = None
    props: dict[str, Scalar] | None = None
    revenue: Revenue | None = None
    interactive: bool | None = None
    engaged_ms: U32 | None = None
    scroll_max: U32 | None = None
    visitor: PassedOn | None = None


class Batch(Payload):
    """Common fields, and events that may each repeat them."""

    events: list[Payload] = []


class RawBatch(Payload):
    """A batch whose events are looked at one by one, since one of them is wrong."""

    events: list[msgspec.Raw] = []


AnyEvent = track_pb2.TrackEvent | event_pb2.RawEventEnvelope

_one = msgspec.json.Decoder(Payload)
_batch = msgspec.json.Decoder(Batch)
_raw_batch = msgspec.json.Decoder(RawBatch)

_NAVIGATION = {
    "navigate": event_pb2.NAVIGATION_NAVIGATE,
    "reload": event_pb2.NAVIGATION_RELOAD,
    "back_forward": event_pb2.NAVIGATION_BACK_FORWARD,
    "idle": event_pb2.NAVIGATION_IDLE,
}
_SESSION = {
    "start": event_pb2.EVENT_KIND_SESSION_START,
    "end": event_pb2.EVENT_KIND_SESSION_END,
    "engagement": event_pb2.EVENT_KIND_ENGAGEMENT,
}
_CLICKS = {"submit", "outbound", "download"}
_ELEMENT = {"elementId": "element_id", "tag": "element_tag", "role": "element_role", "text": "element_text"}
_TEXT_OF_DATA = {**_ELEMENT, "href": "href", "pageUrl": "page_url", "pageTitle": "page_title"}
_AT = re.compile(r" - at `(.*)`$")
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "true or false", "dict": "object"}


def decode(body: bytes) -> Payload:
    """Raises INVALID_ARGUMENT naming the field, for anything that is no JSON object of the right types."""
    try:
        return well_formed(body, _one.decode)
    except (ValueError, RecursionError) as error:
        raise json_error(error) from None


def decode_batch(body: bytes) -> tuple[Payload, list[Payload | MeshError], list[str]]:
    """The common fields; each event, or what is wrong with it; each event's id as sent ("" where it has none).

    Raises INVALID_ARGUMENT where the batch itself is wrong.
    """
    events: list[Payload | MeshError]
    try:
        batch: Batch | RawBatch = well_formed(body, _batch.decode)
        events = [*batch.events]
        ids = [event.event_id or "" for event in batch.events]
    except msgspec.ValidationError:
        try:
            batch = well_formed(body, _raw_batch.decode)
        except (ValueError, RecursionError) as error:
            raise json_error(error) from None
        _require_size(len(batch.events))
        events = [_decode_one(bytes(raw)) for raw in batch.events]
        ids = [_id_of(bytes(raw)) for raw in batch.events]
    except (ValueError, RecursionError) as error:
        raise json_error(error) from None
    _require_size(len(events))
    return batch, events, ids


def _require_size(events: int) -> None:
    if not 1 <= events <= MAX_BATCH:
        raise invalid("events", f"holds {events} events; send 1 to {MAX_BATCH}")


def _decode_one(raw: bytes) -> Payload | MeshError:
    try:
        return decode(raw)
    except MeshError as error:
        return error


def _id_of(raw: bytes) -> str:
    try:
        found = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return ""
    event_id = found.get("eventId") if isinstance(found, dict) else None
    return event_id if isinstance(event_id, str) else ""


def json_error(error: Exception) -> MeshError:
    """What msgspec found, as INVALID_ARGUMENT that names the field in the JSON's spelling."""
    if isinstance(error, RecursionError):
        return invalid("", "the JSON is nested too deeply")
    if not isinstance(error, msgspec.ValidationError):
        return invalid("", f"the body is not JSON: {error}")
    message = str(error)
    found = _AT.search(message)
    path = found[1].removeprefix("$").removeprefix(".") if found else ""
    text = _AT.sub("", message)
    missing = re.match(r"Object missing required field `(.*)`", text)
    if missing:
        return invalid(f"{path}.{missing[1]}".lstrip("."), "is required")
    unknown = re.match(r"Object contains unknown field `(.*)`", text)
    if unknown:
        return invalid(f"{path}.{unknown[1]}".lstrip(".")[:200], "is unknown")
    text = text.replace(" | null", "").replace("`", "")
    text = re.sub(r"\b(str|int|float|bool|dict)\b", lambda match: _TYPES[match[1]], text)
    return invalid(path.replace("[...]", ""), text[:1].lower() + text[1:])


def fill_common(event: AnyEvent, payload: Payload) -> None:
    """Set what any kind may carry. Raises INVALID_ARGUMENT for an unknown word of `navigation`."""
    if payload.event_id:
        event.event_id = payload.event_id
    if payload.session_id:
        event.session_id = payload.session_id
    if payload.page_url:
        event.page_url = payload.page_url
    if payload.page_title:
        event.page_title = payload.page_title
    if payload.referrer:
        event.referrer = payload.referrer
    if payload.first_referrer:
        event.first_referrer = payload.first_referrer
    if payload.first_url:
        event.first_url = payload.first_url
    if payload.user_id:
        event.user_id = payload.user_id
    if payload.language:
        event.language = payload.language
    if payload.screen_width:
        event.screen_width = payload.screen_width
    if payload.age_ms:
        event.age_ms = payload.age_ms
    if payload.sequence:
        event.sequence = payload.sequence
    if payload.utm is not None:
        _fill_utm(event, payload.utm)
    if payload.navigation:
        try:
            event.navigation = _NAVIGATION[payload.navigation]
        except KeyError:
            raise invalid("navigation", _words(payload.navigation, _NAVIGATION)) from None


def fill(event: AnyEvent, kind: str, payload: Payload) -> None:
    """Set an event of a kind (`view`, `interaction`, `event`, `engagement`, `session`) from its JSON.

    Raises INVALID_ARGUMENT naming the field.
    """
    fill_common(event, payload)
    if payload.props:
        fill_props(event, "props", payload.props)
    match kind:
        case "view":
            event.kind = event_pb2.EVENT_KIND_PAGEVIEW
            if not event.page_url:
                raise invalid("pageUrl", "is required")
        case "event":
            _fill_custom(event, payload)
        case "interaction":
            _fill_interaction(event, payload)
        case "engagement":
            _fill_engagement(event, payload, event_pb2.EVENT_KIND_ENGAGEMENT)
        case "session":
            _require(payload.type, "type")
            if payload.type not in _SESSION:
                raise invalid("type", _words(payload.type or "", _SESSION))
            _fill_engagement(event, payload, _SESSION[payload.type])
        case _:
            raise invalid("kind", _words(kind, ("view", "interaction", "event", "engagement", "session")))


def fill_props(event: AnyEvent, field: str, props: dict[str, Scalar]) -> None:
    """Properties are text: numbers, true and false are spelled as in JSON."""
    target = event.props
    for key, value in props.items():
        if value is None:
            continue
        target[_text_key(field, key)] = value if isinstance(value, str) else spelled(value)


def spelled(value: Scalar) -> str:
    """A value as JSON writes it, text without its quotes."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def spelling(field: str, kind: str, payload: Payload) -> str:
    """How the JSON spells a field of the contract that the edge found wrong."""
    head, rest = re.fullmatch(r"(\w*)(.*)", field, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess]
    if kind == "interaction":
        of_data = next((name for name, target in _TEXT_OF_DATA.items() if target == head and name != "pageUrl"), "")
        if of_data and of_data in (payload.data or {}):
            return f"data.{of_data}"
        if head == "page_url" and not payload.page_url and "pageUrl" in (payload.data or {}):
            return "data.pageUrl"
        head = {"scroll_depth": "data.depth", "name": "type"}.get(head, head)
    name = _SPELLED.get(head) or re.sub(r"_([a-z])", lambda match: match[1].upper(), head)
    return name + rest


_SPELLED = {
    "site": "appName",
    "scroll_depth": "scrollMax",
    "revenue_amount": "revenue.amount",
    "revenue_currency": "revenue.currency",
    "occurred_at_us": "occurredAt",
    **{f"utm_{name}": f"utm.{name}" for name in Utm.__struct_fields__},
}


def _fill_utm(event: AnyEvent, utm: Utm) -> None:
    event.utm_source = utm.source or ""
    event.utm_medium = utm.medium or ""
    event.utm_campaign = utm.campaign or ""
    event.utm_term = utm.term or ""
    event.utm_content = utm.content or ""


def _fill_custom(event: AnyEvent, payload: Payload) -> None:
    event.name = _require(payload.name, "name")
    event.kind = event_pb2.EVENT_KIND_EXPOSURE if payload.name == "experiment_exposure" else event_pb2.EVENT_KIND_CUSTOM
    if payload.interactive is not None:
        event.interactive = payload.interactive
    if payload.revenue is not None:
        event.revenue_amount = spelled(payload.revenue.amount)
        event.revenue_currency = payload.revenue.currency


def _fill_engagement(event: AnyEvent, payload: Payload, kind: event_pb2.EventKind) -> None:
    event.kind = kind
    event.engaged_ms = payload.engaged_ms or 0
    event.scroll_depth = payload.scroll_max or 0


def _fill_interaction(event: AnyEvent, payload: Payload) -> None:
    word = _require(payload.type, "type")
    if payload.data is None:
        raise invalid("data", "is required")
    rest = dict(payload.data)
    if word == "click" or word in _CLICKS:
        event.kind = event_pb2.EVENT_KIND_CLICK
        if word != "click":
            event.props["type"] = word
        _take_text(event, rest, _TEXT_OF_DATA)
    elif word == "scroll":
        event.kind = event_pb2.EVENT_KIND_SCROLL
        _take_text(event, rest, _TEXT_OF_DATA)
        event.scroll_depth = _percent("data.depth", rest.pop("depth", None))
    else:
        event.kind = event_pb2.EVENT_KIND_CUSTOM
        event.name = word
        _take_text(event, rest, {"elementId": "element_id", "pageUrl": "page_url"})
    fill_props(event, "data", rest)


def _take_text(event: AnyEvent, data: dict[str, Scalar], fields: dict[str, str]) -> None:
    for name, target in fields.items():
        value = data.pop(name, None)
        if value is not None:
            setattr(event, target, spelled(value))


def _percent(field: str, value: Scalar) -> int:
    if value is None:
        raise invalid(field, "is required")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise invalid(field, f"{spelled(value)[:40]} is not a number from 0 to 100")
    return int(value)


def _require(value: str | None, field: str) -> str:
    if not value:
        raise invalid(field, "is required")
    return value


def _text_key(field: str, key: str) -> str:
    if not key:
        raise invalid(field, "has an empty key; keys have 1 to 100 characters")
    return key


def _words(sent: str, allowed: Iterable[str]) -> str:
    return f'"{sent[:40]}" is none of {", ".join(allowed)}'
