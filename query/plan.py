"""From a question to the parts that answer it: which table tells what, and how the parts make a metric.

A *leg* reads one table and yields additive parts by the question's dimensions; the legs are added up, and each metric
is an expression over the sums. Nothing here knows SQL but by the names of parts.

What counts where (semantics: Identity, Metrics):

1. An event counts when it happened in the range.
2. A session counts where it started, whole, so that buckets add up.
3. Without a dimension or filter of single events, sessions are visits: continuations are left out.
4. With one, sessions are those that hold a page view or custom event for which the filters hold; continuations count.
5. A continuation has no entry and no exit page: what counts of it has these dimensions blank.
6. Bounce rate and duration are of visits alone, never of continuations. With a page, bounce rate is of visits that
   entered there.
"""

from dataclasses import dataclass, replace
from enum import Enum

from query.language import Filter, Question, leaves, renamed
from query.vocabulary import Of, is_event


class Source(Enum):
    """Where a leg reads."""

    EVENTS = "events"
    VISITS = "visits"
    # sessions by what single events tell: which pages a visit saw, or which events it holds
    SEEN_PAGES = "seen pages"
    SEEN_EVENTS = "seen events"


# Parts by metric; all are sums over disjoint sets, but for `visitors`, which one leg alone yields.
PARTS: dict[str, tuple[str, ...]] = {
    "visitors": ("visitors",),
    "visits": ("visits",),
    "pageviews": ("pageviews",),
    "events": ("events",),
    "views_per_visit": ("pageviews", "visits"),
    "bounce_rate": ("bounces", "entrances"),
    "visit_duration": ("stay_us", "stays"),
}
_EVENT_PARTS = ("pageviews", "events")
_SESSION_PARTS = ("visitors", "visits", "stay_us", "stays")
_ENTRY_PARTS = ("bounces", "entrances")


@dataclass(frozen=True, slots=True)
class Leg:
    """Parts from one source. `dimensions` are the leg's own names for the question's, in the same order.

    `entered` leaves out visits without a page view, which entered nowhere.
    """

    source: Source
    parts: tuple[str, ...]
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]
    entered: bool = False

    @property
    def by_event(self) -> bool:
        """Whether its rows are split by a dimension of single events."""
        return any(is_event(name) for name in self.dimensions)


def plan(question: Question) -> tuple[Leg, ...]:
    """The legs that together yield every part the question's metrics need."""
    needed = {part for metric in question.metrics for part in PARTS[metric.name]}

    def some(parts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(part for part in parts if part in needed)

    whole = Leg(_session_source(question.dimensions, question.filters), (), question.dimensions, question.filters)
    legs = [replace(whole, source=Source.EVENTS, parts=some(_EVENT_PARTS))]
    if "page" in _event_names(question.dimensions, question.filters):
        legs += [replace(whole, parts=some(_SESSION_PARTS)), replace(_by_entry(whole), parts=some(_ENTRY_PARTS))]
    else:
        legs.append(replace(whole, parts=some((*_SESSION_PARTS, *_ENTRY_PARTS))))
    return tuple(leg for leg in legs if leg.parts)


def asks_sessions(question: Question) -> bool:
    return any(metric.of is not Of.EVENTS for metric in question.metrics)


def _by_entry(leg: Leg) -> Leg:
    """The same leg with the page a visit entered on in place of the pages it saw."""
    dimensions = tuple("entry_page" if name == "page" else name for name in leg.dimensions)
    filters = tuple(renamed(item, "page", "entry_page") for item in leg.filters)
    return replace(
        leg, source=_session_source(dimensions, filters), dimensions=dimensions, filters=filters, entered=True
    )


def _event_names(dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> set[str]:
    return {name for name in (*dimensions, *(leaf.dimension for leaf in leaves(filters))) if is_event(name)}


def _session_source(dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> Source:
    names = _event_names(dimensions, filters)
    if not names:
        return Source.VISITS
    return Source.SEEN_PAGES if names <= {"page", "hostname"} else Source.SEEN_EVENTS
