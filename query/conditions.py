"""What filters, events by name and ranges are in ClickHouse's words. Values are bound; identifiers come from here.

An event is a row of `events AS e`, a visit a row of `visits()` under the alias `v`. What is said of a visit holds for
each of its events; an event without a visit tells the opening event's values itself.
"""

# ruff: noqa: S608  (identifiers come from this module and the vocabulary, values are bound)

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from query.columns import ENDS, EVENT_COLUMN, PAGE_COLUMNS, VARIANTS, VISIT_COLUMNS
from query.filters import Condition, Done, Filter, Group, Match, of_events, own_leaves
from query.grammar import goal_match
from query.language import Scoped
from query.ranges import Offset, offsets
from query.tables import CUSTOM, NO_UUID, VIEW, VISIT_TEXTS
from query.vocabulary import EXPERIMENT, MET, PAGE_NAMES, PROP, blank, is_event

# Every event of a visit lies within 72 hours of the visit's `visit_started_at`.
REACH = timedelta(days=3)
# Names of events that are neither page views nor custom.
_SILENT = frozenset({"click", "scroll", "engagement", "session_start", "session_end", "experiment_exposure"})


@dataclass(slots=True)
class Parameters:
    """Values bound to a statement."""

    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: object, kind: str) -> str:
        """The placeholder of a value; the same value is bound once."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"{{{name}:{kind}}}"
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"


class Conditions:
    """Conditions of one statement about a scope. `dimensions` are those that its text names beside the filters."""

    def __init__(self, parameters: Parameters, scoped: Scoped, dimensions: Iterable[str] = ()) -> None:
        self.bind = parameters.bind
        self._scoped = scoped
        span = scoped.span
        self.start, self.end = self._instant(span.start), self._instant(span.end)
        self._low, self._high = self._instant(span.start - REACH), self._instant(span.end + REACH)
        names = {*dimensions, *(leaf.dimension for leaf in own_leaves(scoped.filters))}
        keys = sorted(name for name in names if name.startswith(EXPERIMENT))
        self._variants = {name: f"variant{index}" for index, name in enumerate(keys)}

    def placed(self, prefix: str = "") -> str:
        """Rows of the site that can hold an event of the range; cuts to a few partitions."""
        site = self.bind(self._scoped.site, "UInt32")
        return f"{prefix}site_id = {site} AND {prefix}visit_started_at BETWEEN {self._low} AND {self._high}"

    def happened(self) -> str:
        """Over `e`: the event happened in the range."""
        return f"e.occurred_at >= {self.start} AND e.occurred_at < {self.end}"

    def local(self, moment: str) -> str:
        """A moment of the range as the zone's clock shows it, in the guise of UTC. Clocks go by this process's rules of
        zones alone: the engine's may be of another year, and take changes to the quarter of an hour."""
        first, *others = offsets(self._scoped.span)
        ahead = self.bind(_seconds(first), "Int32")
        if others:
            later = [
                f"{moment} >= {self._instant(each.since)}, {self.bind(_seconds(each), 'Int32')}"
                for each in reversed(others)
            ]
            ahead = f"multiIf({', '.join(later)}, {ahead})"
        return f"addSeconds({moment}, {ahead})"

    def visits(self, *texts: str) -> str:
        """The visits, whole, as a sub-select to be named `v`. Visit dimensions are columns of it by their names; with
        texts it has those that the texts name, and the analysis of the statement is spared the others."""
        named = {*re.findall(r"\bv\.(\w+)", " ".join(texts)), "visit_id"} if texts else {*VISIT_COLUMNS, *ENDS}
        columns = [*(name for name in VISIT_COLUMNS if name in named)]
        columns += [f"{value} AS {name}" for name, value in ENDS.items() if name in named]
        found = f"(SELECT {', '.join(columns)} FROM visits FINAL WHERE {self.placed()})"
        for name, column in self._variants.items():
            if column in named or not texts:
                key = self.bind(name.removeprefix(EXPERIMENT), "String")
                variants = VARIANTS.format(name=column, where=self.placed(), key=key)
                found = f"(SELECT * FROM {found} AS b ANY LEFT JOIN {variants} AS x USING (visit_id))"
        return found

    def counted(self) -> str:
        """Over `v`: the session counts, since it started in the range and holds a page view or custom event. Without a
        filter or dimension of single events, `NOT v.continuation` must hold besides."""
        return f"{self.began()} AND v.pageviews + v.customs > 0"

    def began(self) -> str:
        """Over `v`: the session started in the range."""
        return f"v.first_at >= {self.start} AND v.first_at < {self.end}"

    def sessions(self, filters: Sequence[Filter]) -> str:
        """Over `v`: all filters hold; those of single events for one same event that tells of its session."""
        seen = [item for item in filters if of_events(item)]
        found = [self._holds(item, "v") for item in filters if not of_events(item)]
        if seen:
            names = {leaf.dimension for leaf in own_leaves(seen) if is_event(leaf.dimension)}
            held = self.seen(seen)
            source = self.seen_pages(held) if names <= PAGE_NAMES else self.telling(names, seen, held)
            found.append(f"v.visit_id IN (SELECT e.visit_id FROM {source} AS e WHERE {held})")
        return " AND ".join(found) or "1"

    def events(self, filters: Sequence[Filter]) -> str:
        """Over `e`: all filters hold for the event. Needs no join."""
        return self._of_event(filters, "e")

    def seen(self, filters: Sequence[Filter]) -> str:
        """Over `e`, a row of `seen_pages` or `telling`: all filters hold for it. Needs no join."""
        return self._of_event(filters, "seen")

    def seen_pages(self, *texts: str) -> str:
        """Pages that visits saw, as a sub-select to be named `e`: those of their page views and custom events. With
        texts it has the columns that they name."""
        named = _named(texts).split(", ")
        columns = ", ".join(name for name in named if name in PAGE_COLUMNS) if texts else "*"
        return f"(SELECT {columns} FROM visit_pages FINAL WHERE {self.placed()} AND pageviews + customs > 0)"

    def telling(self, dimensions: Iterable[str], filters: Sequence[Filter], *texts: str) -> str:
        """Events that tell what their session saw, as a sub-select to be named `e`: its page views and custom events,
        and where a goal or an element is asked for, those that meet it. With texts it has the columns they name."""
        found = [f"e.{VIEW}", f"e.{CUSTOM}"]
        tested = tuple(own_leaves(filters))
        names = {*dimensions, *(leaf.dimension for leaf in tested)}
        if "element" in names:
            found.append("e.kind = 'EVENT_KIND_CLICK'")
        goals = (name for leaf in tested if leaf.dimension == "goal" for name in leaf.values)
        met = [
            goal_match(self._scoped.definitions.goals[name])
            for name in (self._scoped.definitions.goals if MET in names else goals)
        ]
        found += dict.fromkeys(self.match(match) for match in met if match.name in _SILENT)
        told = f"{self.placed('e.')} AND e.visit_id != {NO_UUID} AND ({' OR '.join(found)})"
        return self.rows(told, *texts)

    def rows(self, condition: str, *texts: str) -> str:
        """Events for which a condition over `e` holds, as a sub-select to be named `e`, with the columns texts name.
        Where goals are a dimension, an event is a row for each goal that it meets, named by `e.met`."""
        columns = _named(texts)
        if "met" in columns.split(", "):
            met = [
                "''",
                *(f"if({self.goal(name)}, {self.bind(name, 'String')}, '')" for name in self._scoped.definitions.goals),
            ]
            rows = f"arrayJoin(arrayFilter(x -> x != '', [{', '.join(met)}])) AS met"
            columns = ", ".join(rows if name == "met" else f"e.{name} AS {name}" for name in columns.split(", "))
        return f"(SELECT {columns} FROM events AS e WHERE {condition})"

    def match(self, match: Match) -> str:
        """Over `e`: it is one of the events that are meant."""
        found: list[str] = []
        if match.name:
            found.append(f"e.name = {self.bind(match.name, 'String')}")
        elif match.page:
            found.append(f"e.{VIEW}")
        if match.page:
            found.append(self._page("e.page", match.page))
        if match.scroll:
            reached = (
                f"SELECT visit_id, page FROM visit_pages FINAL WHERE {self.placed()} "
                f"AND scroll_depth >= {self.bind(match.scroll, 'UInt32')} AND {self._page('page', match.page)}"
            )
            found.append(f"(e.visit_id, e.page) IN ({reached})")
        if match.currency:
            found.append(f"e.revenue_currency = {self.bind(match.currency, 'String')}")
        if match.filters:
            found.append(self.events(match.filters))
        return f"({' AND '.join(found)})"

    def goal(self, name: str) -> str:
        """Over `e`: it meets the goal."""
        return self.match(goal_match(self._scoped.definitions.goals[name]))

    def label(self, name: str, of: str) -> str:
        """A dimension's value as answers show it, a blank by its name. `of` is "v" for a visit; "e" for an event, whose
        visit, where it has one, is joined as `v`."""
        if name.startswith(PROP):
            key = self.bind(name.removeprefix(PROP), "String")
            return f"if(mapContains(e.props, {key}), e.props[{key}], '{blank(name)}')"
        value = self._value(name, of)
        if of == "e" and not is_event(name):
            value = f"if(e.visit_id = {NO_UUID}, {self._value(name, '')}, {value})"
        return f"if({value} = '', '{blank(name)}', {value})" if blank(name) else f"toString({value})"

    def _value(self, name: str, of: str) -> str:
        """A dimension of an event, of its visit, or (`of` nothing) of an event that has no visit."""
        if is_event(name):
            return EVENT_COLUMN.get(name, f"e.{name}")
        if not of:
            return f"e.{name}" if name in VISIT_TEXTS else "''"
        return f"v.{self._variants.get(name, name)}"

    def _of_event(self, filters: Sequence[Filter], of: str) -> str:
        # one look into the visits for all filters that are of them
        own = [item for item in filters if not of_events(item) and not isinstance(item, Done)]
        found = [self._of_visit(own, of)] if own else []
        return " AND ".join([*found, *(self._holds(item, of) for item in filters if item not in own)]) or "1"

    def _of_visit(self, filters: Sequence[Filter], of: str) -> str:
        """Over `e`: filters of whole visits hold for its visit."""
        held = self.sessions(filters)
        visits = f"SELECT v.visit_id FROM {self.visits(held)} AS v WHERE {held}"
        if of == "seen":
            return f"e.visit_id IN ({visits})"
        alone = " AND ".join(self._holds(item, "") for item in filters)
        return f"if(e.visit_id = {NO_UUID}, {alone}, e.visit_id IN ({visits}))"

    def _holds(self, item: Filter, of: str) -> str:
        """Over `v`, or over `e`: an event (`e`), one that has a visit (`seen`), or one that has none (nothing)."""
        if isinstance(item, Done):
            return self._done(item, of)
        if of in ("e", "seen") and not of_events(item):
            return self._of_visit((item,), of)
        if isinstance(item, Condition):
            return self._test(item, of)
        return _joined(item, [self._holds(child, of) for child in item.children])

    def _done(self, item: Done, of: str) -> str:
        if not of:
            # without a visit there is nothing that it did
            return "1" if item.negated else "0"
        done = (
            f"SELECT e.visit_id FROM events AS e "
            f"WHERE {self.placed('e.')} AND e.visit_id != {NO_UUID} AND {self.events((item.inner,))}"
        )
        return f"{'v' if of == 'v' else 'e'}.visit_id {'NOT IN' if item.negated else 'IN'} ({done})"

    def _test(self, test: Condition, of: str) -> str:
        name = test.dimension
        if name == "goal":
            found = " OR ".join(self.goal(value) for value in test.values) or "0"
        elif name.startswith(PROP):
            key = self.bind(name.removeprefix(PROP), "String")
            found = self._compared(test, f"if(mapContains(e.props, {key}), e.props[{key}], '{blank(name)}')")
            if test.word != "is":
                # only a property that is there can contain or match
                found = f"mapContains(e.props, {key}) AND ({found})"
        elif test.word == "is" and not test.fold_case:
            # a blank's name stands for the empty value, and the empty value for no name but its own
            stored = {value for value in test.values if value} | ({""} if blank(name) in test.values else set[str]())
            found = f"{self._value(name, of)} IN {self.bind(sorted(stored), 'Array(String)')}" if stored else "0"
        else:
            value = self._value(name, of)
            found = self._compared(test, f"if({value} = '', '{blank(name)}', {value})")
        return f"(NOT ({found}))" if test.negated else f"({found})"

    def _compared(self, test: Condition, value: str) -> str:
        fold: Callable[[str], str] = (lambda text: f"lowerUTF8({text})") if test.fold_case else (lambda text: text)
        if test.word == "matches":
            flag = "(?i)" if test.fold_case else ""
            return " OR ".join(f"match({value}, {self.bind(flag + text, 'String')})" for text in test.values)
        values = self.bind(list(test.values), "Array(String)")
        one = f"{fold(value)} = {fold('x')}" if test.word == "is" else f"position({fold(value)}, {fold('x')}) > 0"
        return f"arrayExists(x -> {one}, {values})"

    def _page(self, column: str, pattern: str) -> str:
        if "*" not in pattern:
            return f"{column} = {self.bind(pattern, 'String')}"
        plain = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{column} LIKE {self.bind(plain.replace('*', '%'), 'String')}"

    def _instant(self, moment: datetime) -> str:
        return f"fromUnixTimestamp64Micro({self.bind(micros(moment), 'Int64')}, 'UTC')"


def _seconds(offset: Offset) -> int:
    return round(offset.ahead.total_seconds())


def _named(texts: Sequence[str]) -> str:
    """The columns of `e` that texts name; all where there are no texts."""
    return ", ".join(sorted({*re.findall(r"\be\.(\w+)", " ".join(texts)), "visit_id"})) if texts else "*"


def _joined(group: Group, children: list[str]) -> str:
    if group.word == "not":
        return f"(NOT {children[0]})"
    return f"({f' {group.word.upper()} '.join(children)})"


def micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
