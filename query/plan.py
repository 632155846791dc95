"""From a question to the parts that answer it: which table tells what, and how the parts make a metric.

A *leg* reads one table and yields parts by the question's dimensions; the legs are added up, and each metric is an
expression over the sums. A leg with a `base` yields what rates are measured by instead. Nothing here knows SQL but by
the names of parts.

What counts where (semantics: Identity, Metrics):

1. An event counts when it happened in the range, in its own bucket; visits may sum up what lies in one bucket.
2. A session counts where it started, whole, so that buckets add up.
3. Without a dimension or filter of single events, sessions are visits: continuations are left out.
4. With one, sessions are those that hold a page view or custom event for which the filters hold; continuations count.
   Where a goal or an element is asked for, the events that meet it tell of their session as well.
5. A continuation has no entry and no exit page: what counts of it has these dimensions blank.
6. Bounce rate and duration are of visits alone, never of continuations. With a page, bounce rate is of visits that
   entered there, and exits of those that ended there.
7. Time on page and scroll depth are of each visit and page that it saw: of those with engaged time, and of those whose
   scroll is known.
8. Where `goal` is a dimension, an event stands once for each goal it meets, and filters by goal test that goal.
9. Rates of conversion are measured by the visitors of the same question without filters by goals and properties.
"""

from dataclasses import dataclass, replace
from enum import Enum

from query.filters import Filter, Group, is_tied_alone, own_leaves, renamed
from query.language import Question
from query.ranges import steady
from query.vocabulary import MET, PAGE_NAMES, REACHED, SCROLLS, Of, is_event


class Source(Enum):
    """Where a leg reads."""

    EVENTS = "events"
    VISITS = "visits"
    # what visits sum up of their events, where all of them happened in one bucket; and the events of all others
    INSIDE = "visits inside a bucket"
    ACROSS = "events of visits across buckets"
    # sessions by what single events tell: which pages a visit saw, or which events it holds
    SEEN_PAGES = "seen pages"
    SEEN_EVENTS = "seen events"
    # each visit and page that it saw
    PAGES = "pages"


class Base(Enum):
    """What rates are measured by: visitors of the question without some of its parts."""

    # without dimensions
    WHOLE = "whole"
    # without dimensions and filters by goals and properties
    GOALLESS = "goalless"
    # the same by the question's dimensions but the goal
    GROUPS = "groups"


_REVENUE = ("revenue_micros", "revenues", "currencies")
# Parts by metric; all are sums over disjoint sets, but for `visitors`, which one leg alone yields.
PARTS: dict[str, tuple[str, ...]] = {
    "visitors": ("visitors",),
    "visits": ("visits",),
    "pageviews": ("pageviews",),
    "events": ("events",),
    "views_per_visit": ("pageviews", "visits"),
    "bounce_rate": ("bounces", "entrances"),
    "visit_duration": ("stay_us", "stays"),
    "time_on_page": ("engaged_ms", "engaged"),
    "scroll_depth": ("scroll_sum", "scrolled"),
    **{f"{SCROLLS}{depth}": (f"reached_{depth}", "pairs") for depth in REACHED},
    "exits": ("exits",),
    "exit_rate": ("exits", "viewed"),
    "conversions": ("visitors",),
    "conversion_rate": ("visitors",),
    "group_conversion_rate": ("visitors",),
    "percentage": ("visitors",),
    "total_revenue": _REVENUE,
    "average_revenue": _REVENUE,
}
BASES = {
    "percentage": Base.WHOLE,
    "conversion_rate": Base.GOALLESS,
    "group_conversion_rate": Base.GROUPS,
}
_EVENT_PARTS = ("pageviews", "events", *_REVENUE)
_VIEW_PARTS = ("viewed",)
# What a visit sums up of its events.
_SUMS = frozenset({"pageviews", "events", "viewed"})
_SESSION_PARTS = ("visitors", "visits", "stay_us", "stays")
_ENTRY_PARTS = ("bounces", "entrances")
_EXIT_PARTS = ("exits",)
_PAGE_PARTS = (
    *("engaged_ms", "engaged", "scroll_sum", "scrolled", "pairs"),
    *(f"reached_{depth}" for depth in REACHED),
)


@dataclass(frozen=True, slots=True)
class Leg:
    """Parts from one source. `dimensions` are the leg's own names for the question's, in the same order.

    `entered` leaves out visits without a page view, which entered nowhere. With a `base` it yields `visitors` alone,
    and its dimensions are those of the question that the base keeps.
    """

    source: Source
    parts: tuple[str, ...]
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]
    entered: bool = False
    base: Base | None = None

    @property
    def by_event(self) -> bool:
        """Whether its rows are split by a dimension of single events."""
        return any(is_event(name) for name in self.dimensions)


def plan(question: Question) -> tuple[Leg, ...]:
    """The legs that together yield every part the question's metrics need."""
    needed = {part for metric in question.metrics for part in PARTS[metric.name]}

    def some(parts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(part for part in parts if part in needed)

    dimensions, filters = _with_goal_of_row(question)
    whole = _sessions(dimensions, filters)
    events = replace(whole, source=Source.EVENTS)
    happened = [replace(events, parts=some(_EVENT_PARTS)), _swapped(events, "exit_page", "page", some(_VIEW_PARTS))]
    legs = [part for leg in happened for part in _summed(leg, question)]
    if "page" in _event_names(dimensions, filters):
        legs += [
            replace(whole, parts=some(_SESSION_PARTS)),
            replace(_swapped(whole, "page", "entry_page", some(_ENTRY_PARTS)), entered=True),
            _swapped(whole, "page", "exit_page", some(_EXIT_PARTS)),
        ]
    else:
        legs.append(replace(whole, parts=some((*_SESSION_PARTS, *_ENTRY_PARTS, *_EXIT_PARTS))))
    legs.append(replace(whole, source=Source.PAGES, parts=some(_PAGE_PARTS)))
    bases = dict.fromkeys(BASES[metric.name] for metric in question.metrics if metric.name in BASES)
    return (*(leg for leg in legs if leg.parts), *(_base(question, base) for base in bases))


def _summed(leg: Leg, question: Question) -> tuple[Leg, ...]:
    """Events by what is of visits, from the sums of the visits where these are of one bucket."""
    single = _event_names(leg.dimensions, leg.filters) or not _SUMS.issuperset(leg.parts)
    if single or not steady(question.grain, question.span):
        return (leg,)
    return replace(leg, source=Source.INSIDE), replace(leg, source=Source.ACROSS)


def kept_dimensions(question: Question) -> tuple[str, ...]:
    """The dimensions that group the base of group conversion rates: the goal is of the row, not of the group."""
    return tuple(name for name in question.dimensions if name != "goal")


def asks_sessions(question: Question) -> bool:
    return any(metric.of not in (Of.EVENTS, Of.REVENUE) for metric in question.metrics)


def _sessions(dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> Leg:
    return Leg(_session_source(dimensions, filters), (), dimensions, filters)


def _with_goal_of_row(question: Question) -> tuple[tuple[str, ...], tuple[Filter, ...]]:
    if "goal" not in question.dimensions:
        return question.dimensions, question.filters
    dimensions = tuple(MET if name == "goal" else name for name in question.dimensions)
    return dimensions, tuple(renamed(item, "goal", MET) for item in question.filters)


def _base(question: Question, base: Base) -> Leg:
    filters = question.filters if base is Base.WHOLE else goalless(question.filters)
    dimensions = kept_dimensions(question) if base is Base.GROUPS else ()
    return replace(_sessions(dimensions, filters), parts=("visitors",), base=base)


def goalless(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Filters without those by goals and properties. `language` refuses what mixes them with others in or, not."""
    found: list[Filter] = []
    for item in filters:
        if isinstance(item, Group) and item.word == "and" and not item.kept:
            found += goalless(item.children)
        elif not is_tied_alone(item):
            found.append(item)
    return tuple(found)


def _swapped(leg: Leg, old: str, new: str, parts: tuple[str, ...]) -> Leg:
    """The same leg with one dimension in place of another: the page a visit entered on for the pages it saw."""
    dimensions = tuple(new if name == old else name for name in leg.dimensions)
    filters = tuple(renamed(item, old, new) for item in leg.filters)
    source = leg.source if leg.source is Source.EVENTS else _session_source(dimensions, filters)
    return replace(leg, source=source, parts=parts, dimensions=dimensions, filters=filters)


def _event_names(dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> set[str]:
    return {name for name in (*dimensions, *(leaf.dimension for leaf in own_leaves(filters))) if is_event(name)}


def _session_source(dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> Source:
    names = _event_names(dimensions, filters)
    if not names:
        return Source.VISITS
    return Source.SEEN_PAGES if names <= PAGE_NAMES else Source.SEEN_EVENTS
