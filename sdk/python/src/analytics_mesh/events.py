"""What may be sent: page views, interactions, an application's own events, exposures. Pure.

Each raises TypeError or ValueError, naming what was given, for a value that no event can carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from json import dumps
from typing import Any, TypedDict, Unpack

from analytics_mesh._contract import event_pb2
from analytics_mesh._contract.track_pb2 import TrackEvent
from analytics_mesh.fields import put
from analytics_mesh.ids import new_id
from analytics_mesh.visitor import Visitor

Scalar = str | int | float | bool | Decimal | None
Props = Mapping[str, Scalar]

_CLICKS = ("submit", "outbound", "download")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `Money("12.50", "EUR")`. A float is refused, since it is not exact.

    Raises TypeError for an amount of another type, ValueError for one that is no number with at most 6 digits after
    the point, or for a currency that is not three capital letters (ISO 4217).
    """

    amount: str | int | Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, str | int | Decimal):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"amount: {self.amount!r} is not exact; give a string such as '12.50', an int or a Decimal")
        try:
            exponent = Decimal(self.amount).as_tuple().exponent
        except ArithmeticError:
            exponent = None
        if not isinstance(exponent, int) or exponent < -6:
            raise ValueError(
                f"amount: {str(self.amount)[:40]!r} is not a decimal with at most 6 digits after the point"
            )
        if not isinstance(self.currency, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"currency: {self.currency!r:.40} is not text such as 'EUR'")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"currency: {self.currency[:40]!r} is not an ISO 4217 code such as 'EUR'")

    @property
    def text(self) -> str:
        """The amount as the contract spells it, without an exponent."""
        return f"{Decimal(self.amount):f}"


class PageContext(TypedDict, total=False):
    """What any event may carry beside its page's address; each is optional."""

    visitor: Visitor
    """The visitor's request, where the event happened in one."""
    user_id: str
    """The application's own pseudonymous id; stored as a keyed hash only."""
    session_id: str
    """UUID of the browser's session, where the page passed it on."""
    page_title: str
    referrer: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_content: str
    utm_term: str
    language: str
    screen_width: int
    """CSS pixels."""
    event_id: str
    """UUID. Give one where the same event may be sent by two processes; default: a new UUIDv7."""


class Context(PageContext, total=False):
    """What any event may carry; each is optional."""

    page_url: str


_CARRIED = frozenset(Context.__annotations__)


def view(page_url: str, props: Props | None = None, **context: Unpack[PageContext]) -> TrackEvent:
    """A page was shown."""
    return _event(event_pb2.EVENT_KIND_PAGEVIEW, props, {**context, "page_url": page_url})


def track(
    name: str,
    props: Props | None = None,
    *,
    revenue: Money | None = None,
    interactive: bool = True,
    **context: Unpack[Context],
) -> TrackEvent:
    """An application's own event of 1 to 120 characters; one that is not `interactive` does not end a bounce."""
    event = _event(event_pb2.EVENT_KIND_CUSTOM, props, context)
    put(event, "name", name)
    if revenue is not None:
        if not isinstance(revenue, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"revenue: a {type(revenue).__name__} is given; Money('12.50', 'EUR') would be right")
        event.revenue_amount, event.revenue_currency = revenue.text, revenue.currency
    if not interactive:
        event.interactive = False
    return event


def interaction(
    type: str,
    *,
    element_id: str = "",
    text: str = "",
    href: str = "",
    depth: int = 0,
    props: Props | None = None,
    **context: Unpack[Context],
) -> TrackEvent:
    """`click`, `submit`, `outbound`, `download` are clicks, `scroll` has a `depth` in %; else a custom event."""
    event = _event(event_pb2.EVENT_KIND_CLICK, props, context)
    put(event, "element_id", element_id)
    put(event, "element_text", text, said="text")
    put(event, "href", href)
    if type == "scroll":
        event.kind = event_pb2.EVENT_KIND_SCROLL
        put(event, "scroll_depth", depth, said="depth")
    elif type in _CLICKS:
        event.props["type"] = type
    elif type != "click":
        event.kind = event_pb2.EVENT_KIND_CUSTOM
        put(event, "name", type, said="type")
    return event


def exposure(experiment: str, variant: str, **context: Unpack[Context]) -> TrackEvent:
    """A variant of an experiment was shown."""
    return _event(event_pb2.EVENT_KIND_EXPOSURE, {"experiment": experiment, "variant": variant}, context)


def _event(kind: event_pb2.EventKind, props: Props | None, context: Context) -> TrackEvent:
    event = TrackEvent(kind=kind)
    for name, value in context.items():
        if name not in _CARRIED:
            near = get_close_matches(name, _CARRIED, 1)
            raise TypeError(f"{name}: no event carries this" + (f"; did you mean {near[0]}?" if near else ""))
        if name != "visitor" and value is not None:
            put(event, name, value)
    visitor = context.get("visitor")
    if visitor is not None:
        if not isinstance(visitor, Visitor):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"visitor: a {type(visitor).__name__} is given; Visitor.of(headers, ip) would be right")
        visitor.fill(event)
    if not isinstance(props, Mapping | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"props: a {type(props).__name__} is given; a mapping of names to values would be right")
    for key, value in (props or {}).items():
        if value is not None:
            put(event.props, key, _spelled(key, value), said=f"props[{key!r:.40}]")
    event.event_id = event.event_id or new_id()
    return event


def _spelled(key: str, value: Any) -> str:
    """As JSON writes it, text without its quotes."""
    if not isinstance(value, str | int | float | Decimal):  # bool is an int
        raise TypeError(f"props[{key!r:.40}]: a {type(value).__name__} is not text, a number, true or false")
    return str(value) if isinstance(value, str | Decimal) else dumps(value)
