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
EVENT = frozenset({"page", "hostname", "page_title", "event", "goal", "element", "currency"})
# The goal that a row is of, where `goal` is a dimension; nobody asks for it by this name.
MET = "goal met"
# Dimensions that rows of visit_pages have.
PAGE_NAMES = frozenset({"page", "hostname"})
PROP, EXPERIMENT = "prop:", "experiment:"
MAX_KEY, MAX_NAME = 100, 120

_BLANK = {"source": "Direct / None", "referrer": "Direct / None", "channel": "Direct"}
_UNKNOWN_PLACE = frozenset({"country", "region", "city"})
NO_PROP = "(none)"
_OPTIONAL = (PROP, EXPERIMENT, "currency")


class Of(Enum):
    """What a metric counts."""

    EVENTS = "events"
    SESSIONS = "sessions"
    # Visits alone: a continued session never counts, nor can a single event tell.
    VISITS = "visits"
    # Each visit and page that it saw.
    PAGES = "pages"
    # Visitors who met a goal.
    GOALS = "goals"
    # Amounts of money, exact.
    REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name and what it counts; `integral` where it is a count, `nullable` where it can be undefined."""

    name: str
    of: Of
    integral: bool = True
    nullable: bool = False


SCROLLS, REACHED = "scroll_reached:", (25, 50, 75, 90, 100)
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
        Metric("time_on_page", Of.PAGES, integral=False, nullable=True),
        Metric("scroll_depth", Of.PAGES, integral=False, nullable=True),
        *(Metric(f"{SCROLLS}{depth}", Of.PAGES, integral=False) for depth in REACHED),
        Metric("exits", Of.VISITS),
        Metric("exit_rate", Of.VISITS, integral=False, nullable=True),
        Metric("conversions", Of.GOALS),
        Metric("conversion_rate", Of.GOALS, integral=False),
        Metric("group_conversion_rate", Of.GOALS, integral=False),
        Metric("percentage", Of.SESSIONS, integral=False),
        Metric("total_revenue", Of.REVENUE, integral=False, nullable=True),
        Metric("average_revenue", Of.REVENUE, integral=False, nullable=True),
    )
}


def is_tied(dimension: str) -> bool:
    """Whether rates of conversion are measured without filters by this dimension."""
    return dimension in ("goal", MET) or dimension.startswith(PROP)


def is_event(dimension: str) -> bool:
    return dimension in EVENT or dimension == MET or dimension.startswith(PROP)


def is_visit(dimension: str) -> bool:
    return dimension in VISIT or dimension.startswith(EXPERIMENT)


def blank(dimension: str) -> str:
    """How an empty value of a dimension is called. semantics: Blanks."""
    if dimension in _UNKNOWN_PLACE:
        return ""
    return NO_PROP if dimension.startswith(_OPTIONAL) else _BLANK.get(dimension, "(not set)")


def nearest(word: str, valid: list[str]) -> str:
    """Up to three valid names like a word, as the end of an error message; all of them where none is like it."""
    near = difflib.get_close_matches(word.lower(), valid, n=3, cutoff=0.5) or valid
    return ", ".join(near)
