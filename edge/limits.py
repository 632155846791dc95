"""What an event may hold: one table, as the comments of track.proto state it.

A value over a limit is refused by name, but where the contract says that it is cut or dropped. Control characters
never pass: in text white space becomes a space and the rest goes, in a URL they go.
"""

import re
import socket
from dataclasses import dataclass
from typing import Any, Protocol

from analytics.v1 import event_pb2, track_pb2

from mesh.ids import is_uuid

BATCH_EVENTS = 500
REQUEST_BYTES = 16 * 1024 * 1024  # half of what a message between services may have: stamps make it longer
OWN_FIELDS = 64  # from this number on fields are the edge's and an import's

Event = event_pb2.RawEventEnvelope


class Refusal(Exception):
    """An event is wrong at a field; the message says what came and what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Limit(Protocol):
    """A rule for one field that is set. Changes the event where it may, raises Refusal where it must."""

    def __call__(self, event: Event, name: str, value: Any) -> None: ...


_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)])
_SPACED = _CONTROLS | dict.fromkeys([9, 10, 11, 12, 13, 133], " ")
_WEB = re.compile(r"https?://[^/?#\\\s]", re.IGNORECASE)
_REFERRER = re.compile(r"(?:https?|android-app)://[^/?#\\\s]", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|data|vbscript):", re.IGNORECASE)
_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NIL = "00000000-0000-0000-0000-000000000000"


def shown(value: object) -> str:
    """A value as a message quotes it: its first 64 characters."""
    text = str(value)
    return f'"{text[:64]}…"' if len(text) > 64 else f'"{text}"'


@dataclass(frozen=True, slots=True)
class Text:
    """Up to `most` characters; longer is refused, or cut where `cut`."""

    most: int
    cut: bool = False

    def __call__(self, event: Event, name: str, value: str) -> None:
        if len(value) <= self.most and value.isprintable():
            return
        clean = value.translate(_SPACED)
        if self.cut:
            clean = clean[: self.most]
        if len(clean) > self.most:
            raise Refusal(name, f"{shown(value)} has {len(clean):,} characters; at most {self.most:,} are allowed")
        if clean != value:
            setattr(event, name, clean)


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) URL of up to 2,000 characters."""

    most: int = 2_000

    def __call__(self, event: Event, name: str, value: str) -> None:
        clean = value if value.isprintable() else value.translate(_CONTROLS)
        if len(clean) > self.most or not _WEB.match(clean):
            raise Refusal(name, f"{shown(value)} is not an http(s) URL of at most {self.most:,} characters")
        if clean is not value:
            setattr(event, name, clean)


@dataclass(frozen=True, slots=True)
class Referrer:
    """As Url, or an android-app URL; one of another scheme is dropped."""

    most: int = 2_000

    def __call__(self, event: Event, name: str, value: str) -> None:
        clean = value if value.isprintable() else value.translate(_CONTROLS)
        if not _REFERRER.match(clean):
            event.ClearField(name)  # pyright: ignore[reportArgumentType]  (names come from LIMITS)
        elif len(clean) > self.most:
            raise Refusal(name, f"{shown(value)} is not a URL of at most {self.most:,} characters")
        elif clean is not value:
            setattr(event, name, clean)


@dataclass(frozen=True, slots=True)
class Target:
    """Target of a link: anything of up to 2,000 characters but data and script URLs."""

    most: int = 2_000

    def __call__(self, event: Event, name: str, value: str) -> None:
        clean = (value if value.isprintable() else value.translate(_CONTROLS)).strip()
        if len(clean) > self.most or _SCRIPT.match(clean):
            raise Refusal(
                name, f"{shown(value)} is not a target of at most {self.most:,} characters without javascript: or data:"
            )
        if clean != value:
            setattr(event, name, clean)


@dataclass(frozen=True, slots=True)
class Number:
    """0 up to `most`."""

    most: int
    unit: str

    def __call__(self, event: Event, name: str, value: int) -> None:
        if not 0 <= value <= self.most:
            raise Refusal(name, f"{value} is not between 0 and {self.most:,} {self.unit}")


@dataclass(frozen=True, slots=True)
class Id:
    """A UUID of any version but the nil UUID, which stands for none; kept in lower case."""

    def __call__(self, event: Event, name: str, value: str) -> None:
        if not is_uuid(value) or value == _NIL:
            raise Refusal(name, f"{shown(value)} is not a UUID such as 0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f70")
        if not value.islower():  # false for digits alone too, where it does no harm
            setattr(event, name, value.lower())


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text of one form."""

    form: re.Pattern[str]
    right: str

    def __call__(self, event: Event, name: str, value: str) -> None:
        if not self.form.fullmatch(value):
            raise Refusal(name, f"{shown(value)} is not {self.right}")


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 or IPv6 address."""

    def __call__(self, event: Event, name: str, value: str) -> None:
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in value else socket.AF_INET, value)
        except (OSError, ValueError):
            raise Refusal(name, "the value is not an IPv4 or IPv6 address") from None


@dataclass(frozen=True, slots=True)
class CountryHint:
    """Two letters; anything else that a proxy wrote is dropped, and the address decides."""

    def __call__(self, event: Event, name: str, value: str) -> None:
        if not _COUNTRY.fullmatch(value):
            event.country_hint = upper if _COUNTRY.fullmatch(upper := value.upper()) else ""


@dataclass(frozen=True, slots=True)
class Properties:
    """Up to `keys` keys of 1 to `key_length` characters, values of up to `value_length`."""

    keys: int = 30
    key_length: int = 100
    value_length: int = 2_000

    def __call__(self, event: Event, name: str, value: Any) -> None:
        if len(value) > self.keys:
            raise Refusal(name, f"{len(value):,} properties came; at most {self.keys} are allowed")
        changed: dict[str, str] = {}
        for key, text in value.items():
            if not (0 < len(key) <= self.key_length and key.isprintable()):
                message = f"the key {shown(key)} is not 1 to {self.key_length} characters without control characters"
                raise Refusal(name, message)
            if len(text) > self.value_length or not text.isprintable():
                clean = text.translate(_SPACED)
                if len(clean) > self.value_length:
                    message = f"{shown(text)} has {len(clean):,} characters; at most {self.value_length:,} are allowed"
                    raise Refusal(f"{name}.{key}", message)
                changed[key] = clean
        for key, clean in changed.items():
            value[key] = clean


LIMITS: dict[str, Limit] = {
    "event_id": Id(),
    "site": Text(64),
    "session_id": Id(),
    "user_id": Text(200),
    "page_url": Url(),
    "page_title": Text(500, cut=True),
    "referrer": Referrer(),
    "first_referrer": Referrer(),
    "first_url": Url(),
    "utm_source": Text(200),
    "utm_medium": Text(200),
    "utm_campaign": Text(200),
    "utm_content": Text(200),
    "utm_term": Text(200),
    "language": Text(35),
    "screen_width": Number(100_000, "CSS pixels"),
    "age_ms": Number(86_400_000, "milliseconds (24 hours)"),
    "element_id": Text(100, cut=True),
    "element_tag": Text(100, cut=True),
    "element_role": Text(100, cut=True),
    "element_text": Text(100, cut=True),
    "href": Target(),
    "scroll_depth": Number(100, "%"),
    "engaged_ms": Number(86_400_000, "milliseconds (24 hours)"),
    "props": Properties(),
    "revenue_amount": Pattern(_AMOUNT, "a decimal such as 12.50 with at most 6 digits after the point"),
    "revenue_currency": Pattern(_CURRENCY, "an ISO 4217 code such as EUR"),
    "ip": Address(),
    "user_agent": Text(1_024, cut=True),
    "ch_ua": Text(500),
    "ch_ua_full_version_list": Text(500),
    "ch_ua_mobile": Text(500),
    "ch_ua_model": Text(500),
    "ch_ua_platform": Text(500),
    "ch_ua_platform_version": Text(500),
    "purpose": Text(100, cut=True),
    "origin": Text(2_000),
    "country_hint": CountryHint(),
}
UNLIMITED = frozenset(
    ["kind", "name", "navigation", "sequence", "interactive", "do_not_track", "global_privacy_control"]
)  # their type is their limit; `check` sees to kind and name

BUILT_IN_NAMES = frozenset(
    ["pageview", "click", "scroll", "engagement", "session_start", "session_end", "experiment_exposure"]
)
NAME_LENGTH = 120
REVENUE_BELOW = 9_000_000_000_000

_BY_NUMBER = {
    track_pb2.TrackEvent.DESCRIPTOR.fields_by_name[name].number: (name, rule) for name, rule in LIMITS.items()
}
_KINDS = frozenset(event_pb2.EventKind.values()) - {event_pb2.EVENT_KIND_UNSPECIFIED}


def check(event: Event) -> None:
    """Hold an event against every limit and clean it in place; fields that are not a client's are cleared.

    Raises Refusal at the first field at fault.
    """
    for field, value in event.ListFields():
        number = field.number
        entry = _BY_NUMBER.get(number)
        if entry is not None:
            entry[1](event, entry[0], value)
        elif number >= OWN_FIELDS:
            event.ClearField(field.name)  # pyright: ignore[reportArgumentType]
    kind = event.kind
    if kind not in _KINDS:
        raise Refusal("kind", f"{kind} is not a kind of event; send one of 1 to {max(_KINDS)}")
    if kind == event_pb2.EVENT_KIND_CUSTOM:
        _check_name(event.name)
    elif event.name:
        event.ClearField("name")
    if kind == event_pb2.EVENT_KIND_PAGEVIEW and not event.page_url:
        raise Refusal("page_url", "it is missing; a page view needs an http(s) URL of at most 2,000 characters")
    if event.revenue_amount or event.revenue_currency:
        _check_revenue(event)


def _check_name(name: str) -> None:
    if not (0 < len(name) <= NAME_LENGTH and name.translate(_CONTROLS) == name):
        raise Refusal("name", f"{shown(name)} is not 1 to {NAME_LENGTH} characters without control characters")
    if name in BUILT_IN_NAMES:
        raise Refusal("name", f"{shown(name)} is the name of a built-in kind; choose another, or send that kind")


def _check_revenue(event: Event) -> None:
    if not event.revenue_currency:
        raise Refusal("revenue_currency", "it is missing; an amount needs an ISO 4217 code such as EUR")
    if not event.revenue_amount:
        raise Refusal("revenue_amount", "it is missing; a currency needs a decimal amount such as 12.50")
    if int(event.revenue_amount.partition(".")[0]) not in range(1 - REVENUE_BELOW, REVENUE_BELOW):
        raise Refusal("revenue_amount", f"{shown(event.revenue_amount)} is not below {REVENUE_BELOW:,}")
