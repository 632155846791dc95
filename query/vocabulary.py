"""The words of the query language, and nearest valid ones for those who misspell. Identifiers in SQL come from here.

A *visit* dimension is the visit's own and the same for each of its events; an *event* dimension belongs to the single
event. semantics: Dimensions, Metrics.
"""

import difflib
from dataclasses import dataclass
from enum import Enum

from query.tables import VISIT_TEXTS

GRAINS = ("minute", "hour", "day", "week", "month")
TIME = frozenset({"time", *(f"time:{grain}" for grain in GRAINS)})
VISIT = frozenset({*VISIT_TEXTS, "entry_page", "exit_page", "entry_hostname", "exit_hostname"})
EVENT = frozenset({"page", "hostname", "event"})
PROP = "prop:"
MAX_PROP_KEY = 100

_BLANK = {"source": "Direct / None", "referrer": "Direct / None", "channel": "Direct"}
_UNKNOWN_PLACE = frozenset({"country", "region", "city"})
NO_PROP = "(none)"


class Of(Enum):
    """What a metric counts."""

    EVENTS = "events"
    SESSIONS = "sessions"
    # Visits alone: a continued session never counts, nor can a single event tell.
    VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name and what it counts; `integral` where it is a count."""

    name: str
    of: Of
    integral: bool = True


METRICS = {
    metric.name: metric
    for metric in (
        Metric("visitors", Of.SESSIONS),
        Metric("visits", Of.SESSIONS),
        Metric("pageviews", Of.EVENTS),
        Metric("events", Of.EVENTS),
        Metric("views_per_visit", Of.VISITS, integral=False),
        Metric("bounce_rate", Of.VISITS, integral=False),
        Metric("visit_duration", Of.VISITS, integral=False),
    )
}


def is_event(dimension: str) -> bool:
    return dimension in EVENT or dimension.startswith(PROP)


def blank(dimension: str) -> str:
    """How an empty value of a dimension is called. semantics: Blanks."""
    if dimension in _UNKNOWN_PLACE:
        return ""
    return NO_PROP if dimension.startswith(PROP) else _BLANK.get(dimension, "(not set)")


def nearest(word: str, valid: list[str]) -> str:
    """Up to three valid names like a word, as the end of an error message; all of them where none is like it."""
    near = difflib.get_close_matches(word.lower(), valid, n=3, cutoff=0.5) or valid
    return ", ".join(near)
