"""The answer to a query, read off the definitions: slow, short, and without any of the product's code.

Events count when they happened. Sessions count where they started, whole, if they hold a page view or custom event.
Without a dimension or filter of single events a session counts as a visit, unless it continues another; with one, each
session counts that holds an event which tells of it (a page view or custom event; where a goal or an element is asked
for, also the events that meet it) and for which all filters hold. Of goals as a dimension, an event stands once for
each that it meets.

Time on page and scroll depth are means over pairs of a visit and a page that it saw: over those with engaged time, and
over those whose scroll is known. A pair saw the page by an event that tells and for which all filters hold; engaged
time is that of the hosts where it saw it. (compat: time_on_page = engaged time ÷ visits with engagement on that page.)
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import event_pb2, query_pb2

from tests.query.brute import (
    NOT_EVENTS,
    NOTHING,
    Event,
    Filter,
    Known,
    Session,
    at,
    countable,
    dimensions_of,
    expanded,
    holds,
    label,
    meets,
    met,
    rename,
    single,
    value,
)
from tests.query.brute_rows import Key, bucket, empty_buckets, grain_of, in_order


class SeveralCurrenciesError(Exception):
    """Amounts that do not add up."""


@dataclass
class Pair:
    """A visit and a page that it saw."""

    engaged_ms: int = 0
    scroll: int = 0


class Data:
    """A site's events and sessions, and those of them that a range, names of dimensions and filters leave."""

    def __init__(
        self,
        events: list[Event],
        request: query_pb2.QueryRequest,
        span: tuple[datetime, datetime],
        known: Known,
    ) -> None:
        visits: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            visits[event.visit_id].append(event)
        visits.pop("", None)
        self.events, self.known, (self.start, self.end) = events, known, span
        self.zone = ZoneInfo(request.timezone)
        self.sessions = {visit: Session(members) for visit, members in visits.items()}
        self.counted = [each for each in self.sessions.values() if each.counts and self.start <= each.start < self.end]

    def telling(self, session: Session, names: list[str], filters: list[Filter]) -> list[Event]:
        """A session's events that tell what it saw."""
        goals = self.known.goals if "goal" in names else _tested_goals(filters, self.known)
        clicks = "element" in [*names, *dimensions_of(filters)]

        def tells(event: Event) -> bool:
            clicked = clicks and event.kind == event_pb2.EVENT_KIND_CLICK
            return countable(event) or clicked or any(meets(self.known.goals[name], event, session) for name in goals)

        return [event for event in session.events if tells(event)]

    def key(
        self, names: list[str], moment: datetime, event: Event | None, session: Session | None, goal: str | None
    ) -> Key:
        def shown(name: str) -> str:
            if name.startswith("time"):
                first = self.start.astimezone(self.zone).date()
                return bucket(grain_of(name, self.end - self.start), moment, self.zone, first)
            if name == "goal":
                return goal or ""
            return label(name, value(name, event, session))

        return tuple(map(shown, names))

    def rows(
        self, names: list[str], filters: list[Filter], event: Event | None, session: Session | None
    ) -> list[str | None]:
        """The rows that an event stands for: one, or one for each of its goals; none where a filter does not hold."""
        goals = met(event, session, self.known.goals) if "goal" in names else [None]
        return [goal for goal in goals if all(holds(each, event, session, self.known, goal) for each in filters)]

    def of_events(self, names: list[str], filters: list[Filter]) -> bool:
        return any(single(name) for name in [*names, *dimensions_of(filters)])

    def happened(self, names: list[str], filters: list[Filter]) -> dict[Key, list[Event]]:
        found: dict[Key, list[Event]] = defaultdict(list)
        for event in self.events:
            session = self.sessions.get(event.visit_id)
            if self.start <= at(event) < self.end:
                for goal in self.rows(names, filters, event, session):
                    found[self.key(names, at(event), event, session, goal)].append(event)
        return found

    def seen(self, names: list[str], filters: list[Filter]) -> dict[Key, list[Session]]:
        found: dict[Key, dict[int, Session]] = defaultdict(dict)
        by_event = self.of_events(names, filters)
        for session in self.counted:
            if session.continues and not by_event:
                continue
            for event in self.telling(session, names, filters) if by_event else [None]:
                for goal in self.rows(names, filters, event, session):
                    found[self.key(names, session.start, event, session, goal)][id(session)] = session
        return {key: list(members.values()) for key, members in found.items()}

    def pairs(self, names: list[str], filters: list[Filter]) -> dict[Key, list[Pair]]:
        found: dict[Key, dict[tuple[int, str], Pair]] = defaultdict(lambda: defaultdict(Pair))
        by_event = self.of_events(names, filters)
        for session in self.counted:
            if session.continues and not by_event:
                continue
            places: dict[tuple[str, str], list[Event]] = defaultdict(list)
            for event in session.events:
                places[event.hostname, event.page].append(event)
            for (_, page), events in places.items():
                told = [each for each in self.telling(session, names, filters) if each in events]
                if any(map(countable, events)) and any(self.rows([], filters, each, session) for each in told):
                    pair = found[self.key(names, session.start, events[0], session, None)][id(session), page]
                    pair.engaged_ms += sum(each.engaged_ms for each in events)
                    scrolls = [each.scroll_depth for each in events if each.name in ("scroll", "engagement")]
                    pair.scroll = max([pair.scroll, *scrolls])
        return {key: list(members.values()) for key, members in found.items()}


def answer(
    events: list[Event], request: query_pb2.QueryRequest, start: datetime, end: datetime, known: Known = NOTHING
) -> list[Any]:
    """All rows (dimensions, metrics) in order, for the range from `start` up to but without `end`.

    An amount is a tuple of currency and micros. Raises SeveralCurrenciesError.
    """
    names, filters = list(request.dimensions), expanded(request.filters, known)
    data = Data(events, request, (start, end), known)

    def swapped(old: str, new: str) -> tuple[list[str], list[Filter]]:
        return [new if name == old else name for name in names], [rename(item, old, new) for item in filters]

    happened, seen = data.happened(names, filters), data.seen(names, filters)
    entered = ended = seen
    if "page" in [*names, *dimensions_of(filters)]:
        entered = {
            key: [each for each in members if each.views]
            for key, members in data.seen(*swapped("page", "entry_page")).items()
        }
        ended = data.seen(*swapped("page", "exit_page"))
    viewed = data.happened(*swapped("exit_page", "page"))
    rows_pairs = any(name.startswith(("time_on", "scroll")) for name in request.metrics)
    pairs = data.pairs(names, filters) if rows_pairs else {}
    kept = [name for name in names if name != "goal"]
    whole = data.seen([], filters)
    goalless = data.seen([], without_goals(filters))
    groups = data.seen(kept, without_goals(filters))
    paid = {key: [each for each in found if each.revenue_currency] for key, found in happened.items()}
    apart = {"currency", "goal"} & {*names}

    def visitors(members: list[Session]) -> int:
        return len({session.visitor for session in members})

    def rate(part: float, of: float, nothing: float | None = 0.0, factor: float = 100.0) -> float | None:
        return factor * part / of if of else nothing

    def metric(name: str, key: Key) -> tuple[Any, bool]:
        """The value, and whether it is of anything at all."""
        here, there = seen.get(key, []), happened.get(key, [])
        views = sum(event.name == "pageview" for event in there)
        stays = [session for session in here if not session.continues]
        entries = [session for session in entered.get(key, []) if not session.continues]
        exits = len([session for session in ended.get(key, []) if session.views and not session.continues])
        on_page = sum(event.name == "pageview" for event in viewed.get(key, []))
        at_pages = pairs.get(key, [])
        match name:
            case "visitors" | "conversions":
                return visitors(here), bool(here)
            case "visits":
                return len(here), bool(here)
            case "pageviews":
                return views, views > 0
            case "events":
                count = sum(event.name not in NOT_EVENTS for event in there)
                return count, count > 0
            case "views_per_visit":
                return rate(views, len(here), factor=1.0), bool(here) or views > 0
            case "bounce_rate":
                return rate(sum(session.bounced for session in entries), len(entries)), bool(entries)
            case "visit_duration":
                return rate(sum(session.seconds for session in stays), len(stays), factor=1.0), bool(stays)
            case "exits":
                return exits, exits > 0
            case "exit_rate":
                return rate(exits, on_page, None), exits + on_page > 0
            case "time_on_page":
                told = [pair for pair in at_pages if pair.engaged_ms]
                return rate(sum(pair.engaged_ms for pair in told), len(told), None, 0.001), bool(told)
            case "scroll_depth":
                told = [pair for pair in at_pages if pair.scroll]
                return rate(sum(pair.scroll for pair in told), len(told), None, 1.0), bool(told)
            case "percentage":
                return rate(visitors(here), visitors(whole.get((), []))), bool(here)
            case "conversion_rate":
                return rate(visitors(here), visitors(goalless.get((), []))), bool(here)
            case "group_conversion_rate":
                group = tuple(part for part, dimension in zip(key, names, strict=True) if dimension != "goal")
                return rate(visitors(here), visitors(groups.get(group, []))), bool(here)
            case "total_revenue" | "average_revenue":
                return revenue(name, paid.get(key, [])), bool(paid.get(key))
            case _:
                depth = int(name.removeprefix("scroll_reached:"))
                return rate(sum(pair.scroll >= depth for pair in at_pages), len(at_pages)), bool(at_pages)

    def revenue(name: str, found: list[Event]) -> tuple[str, int] | None:
        if not found:
            return None
        micros = sum(event.revenue_micros for event in found)
        if name == "average_revenue":
            micros = round(Fraction(micros, len(found)))  # a half to the even one
        return found[0].revenue_currency, micros

    if any(name.endswith("revenue") for name in request.metrics):
        for together in paid.values() if apart else [[each for found in paid.values() for each in found]]:
            if len({each.revenue_currency for each in together}) > 1:
                raise SeveralCurrenciesError
    keys = {*happened, *seen, *entered, *ended, *viewed, *pairs} if names else {()}
    rows = []
    for key in keys:
        values = [metric(name, key) for name in request.metrics]
        if not names or any(something for _, something in values):
            rows.append((key, tuple(number for number, _ in values)))
    if len(names) == 1 and names[0].startswith("time"):
        rows += empty_buckets(
            names[0],
            start,
            end,
            data.zone,
            {key for key, _ in rows},
            lambda key: tuple(metric(name, key)[0] for name in request.metrics),
        )
    return in_order(rows, request)


def without_goals(filters: list[Filter]) -> list[Filter]:
    """Filters without those by goals and properties, also inside of `and`."""
    found = []
    for item in filters:
        if item.operator == Filter.OPERATOR_AND:
            found += without_goals(list(item.children))
        elif not (names := dimensions_of([item])) or not all(name == "goal" or name[:5] == "prop:" for name in names):
            found.append(item)
    return found


def _tested_goals(filters: list[Filter], known: Known) -> set[str]:
    """Goals that filters name, outside of has_done."""
    found: set[str] = set()
    for item in filters:
        if item.operator in (Filter.OPERATOR_HAS_DONE, Filter.OPERATOR_HAS_NOT_DONE):
            continue
        if item.dimension == "goal":
            found |= {name for name in known.goals if holds_name(item, name)}
        found |= _tested_goals(list(item.children), known)
    return found


def holds_name(item: Filter, name: str) -> bool:
    """Whether a filter by goal means this one, negated or not."""
    fold: Callable[[str], str] = str.lower if item.case_insensitive else str
    contains = item.operator in (Filter.OPERATOR_CONTAINS, Filter.OPERATOR_CONTAINS_NOT)
    return any(fold(wanted) in fold(name) if contains else fold(wanted) == fold(name) for wanted in item.values)
