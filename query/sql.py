"""Plans as ClickHouse statements. Every value is a bound parameter; identifiers come from this module alone."""

# ruff: noqa: S608  (identifiers come from this module and the vocabulary, values are bound)

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from query.language import Condition, Filter, Question, leaves
from query.plan import PARTS, Leg, Source
from query.ranges import Range
from query.tables import COUNTED, CUSTOM, NO_UUID, VIEW, VISIT_TEXTS
from query.vocabulary import PROP, TIME, VISIT, blank, is_event

# Every event of a visit lies within 72 hours of the visit's `visit_started_at`.
_REACH = timedelta(days=3)


@dataclass(slots=True)
class Parameters:
    """Values bound to a statement."""

    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: object, kind: str) -> str:
        """The placeholder of a value; the same value is bound once."""
        for name, known in self.values.items():
            if known is value:
                return f"{{{name}:{kind}}}"
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"


@dataclass(frozen=True, slots=True)
class Statement:
    """Text and parameters. `dimensions` come first in a row, then metrics."""

    text: str
    parameters: dict[str, Any]


_ENDS = {
    f"{end}_{name}": f"tupleElement(finalizeAggregation({end}), {place})"
    for end in ("entry", "exit")
    for place, name in enumerate(("page", "hostname"), 1)
}
# A continuation is no entry and no exit; its events still count. semantics: Memory mode on a site of many pages.
_VISITS = f"""(
    SELECT visit_id, visitor_id, identity, continuation, first_at, last_at, pageviews, customs, interactives,
        {", ".join(f"if(continuation, '', {value}) AS {name}" for name, value in _ENDS.items())},
        {", ".join(VISIT_TEXTS)}
    FROM visits FINAL WHERE {{where}}
)"""
_SEEN = {
    Source.SEEN_PAGES: (
        "(SELECT visit_id, hostname, page FROM visit_pages FINAL WHERE {where} AND pageviews + customs > 0)"
    ),
    Source.SEEN_EVENTS: (
        "(SELECT visit_id, hostname, page, name, props FROM events "
        f"WHERE {{where}} AND visit_id != {NO_UUID} AND ({VIEW} OR {CUSTOM}))"
    ),
}
_OF_VISIT = "NOT v.continuation"
_STAY = "toUInt64(greatest(0, toUnixTimestamp64Micro(v.last_at) - toUnixTimestamp64Micro(v.first_at)))"
_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"
# Columns are named with their table: a part's own name would stand for the part.
_PART = {
    "pageviews": f"countIf(e.{VIEW})",
    "events": f"countIf(e.{COUNTED})",
    "visits": "count()",
    # in memory mode a visitor is a visit
    "visitors": f"countIf(NOT {_DAILY}) + uniqExactIf(v.visitor_id, {_DAILY})",
    "stays": f"countIf({_OF_VISIT})",
    "stay_us": f"sumIf({_STAY}, {_OF_VISIT})",
    "entrances": f"countIf({_OF_VISIT})",
    "bounces": f"countIf({_OF_VISIT} AND v.pageviews <= 1 AND v.interactives = 0)",
}
_METRIC = {
    "views_per_visit": "if(sum(visits) = 0, 0., sum(pageviews) / sum(visits))",
    "bounce_rate": "if(sum(entrances) = 0, 0., 100 * sum(bounces) / sum(entrances))",
    "visit_duration": "if(sum(stays) = 0, 0., sum(stay_us) / sum(stays) / 1000000)",
}


def statement(question: Question, legs: tuple[Leg, ...]) -> Statement:
    """Rows of dimensions and metrics in the question's order; one row more than the limit tells that there are more."""
    builder = _Builder(question)
    answer = builder.answer(legs)
    order = ", ".join(f"{_key(question, item.key)} {'DESC' if item.descending else 'ASC'}" for item in question.order)
    text = f"{answer} ORDER BY {order}" if order and question.dimensions else answer
    if question.dimensions and not (question.by_time_alone and question.fill):
        text += f" LIMIT {builder.bind(question.limit + 1, 'UInt64')} OFFSET {builder.bind(question.offset, 'UInt64')}"
    return Statement(text, builder.parameters.values)


def count_statement(question: Question, legs: tuple[Leg, ...]) -> Statement:
    """How many rows there are in all."""
    builder = _Builder(question)
    return Statement(f"SELECT count() FROM ({builder.answer(legs)})", builder.parameters.values)


def sessions_statement(question: Question) -> Statement:
    """Of all sessions in the range: those in memory mode, those of them that continue another, those in daily mode."""
    builder = _Builder(question)
    counts = f"countIf(NOT {_DAILY}), countIf(v.continuation), countIf({_DAILY})"
    text = f"SELECT {counts} FROM {builder.visits()} AS v WHERE {builder.session_counts()}"
    return Statement(text, builder.parameters.values)


FIRST_EVENT = "SELECT count(), min(occurred_at) FROM events WHERE site_id = {site:UInt32}"


def _key(question: Question, name: str) -> str:
    if name in question.dimensions:
        return f"d{question.dimensions.index(name)}"
    return f"m{[metric.name for metric in question.metrics].index(name)}"


class _Builder:
    """Texts that share one set of parameters."""

    def __init__(self, question: Question) -> None:
        self.parameters = Parameters()
        self._question = question
        self._span: Range = question.span
        self._low = self._instant(question.span.start - _REACH)
        self._high = self._instant(question.span.end + _REACH)
        self._from = self._instant(question.span.start)
        self._to = self._instant(question.span.end)

    def bind(self, value: object, kind: str) -> str:
        return self.parameters.bind(value, kind)

    def answer(self, legs: tuple[Leg, ...]) -> str:
        question = self._question
        parts = sorted({part for leg in legs for part in leg.parts})
        union = " UNION ALL ".join(self._leg(leg, parts) for leg in legs)
        keys = [f"d{index}" for index in range(len(question.dimensions))]
        metrics = [
            f"{_METRIC.get(metric.name, f'sum({metric.name})')} AS m{index}"
            for index, metric in enumerate(question.metrics)
        ]
        text = f"SELECT {', '.join([*keys, *metrics])} FROM ({union})"
        if keys:
            # a group that no metric knows anything of is no row
            something = " + ".join(f"sum({part})" for metric in question.metrics for part in PARTS[metric.name])
            text += f" GROUP BY {', '.join(keys)} HAVING {something} > 0"
        return text

    def visits(self) -> str:
        return _VISITS.format(where=self._placed())

    def session_counts(self) -> str:
        """A session counts where it started, if it holds a page view or custom event."""
        return f"v.first_at >= {self._from} AND v.first_at < {self._to} AND v.pageviews + v.customs > 0"

    def _leg(self, leg: Leg, parts: list[str]) -> str:
        values = ", ".join(f"{_PART[part] if part in leg.parts else 'toUInt64(0)'} AS {part}" for part in parts)
        if leg.source is Source.EVENTS:
            keys, rows = self._keys(leg, _event_column, "e.occurred_at"), self._event_rows(leg)
        elif leg.by_event:
            # one row for each session and group, however often the session saw it
            inner = self._keys(leg, _seen_column, "v.first_at")
            names = [f"d{index}" for index in range(len(inner))]
            whose = ("visitor_id", "identity", "continuation", "first_at", "last_at", "pageviews", "interactives")
            kept = ", ".join(f"any(v.{name}) AS {name}" for name in whose)
            rows = (
                f"(SELECT {', '.join(inner)}, {kept} FROM {self._seen(leg)} AS e "
                f"INNER JOIN {self.visits()} AS v ON e.visit_id = v.visit_id "
                f"WHERE {self._all([self.session_counts()], leg.filters, _seen_column)} "
                f"GROUP BY {', '.join([*names, 'v.visit_id'])}) AS v"
            )
            keys = names
        else:
            keys, rows = self._keys(leg, _visit_column, "v.first_at"), self._visit_rows(leg)
        grouped = f" GROUP BY {', '.join(f'd{index}' for index in range(len(keys)))}" if keys else ""
        return f"SELECT {', '.join([*keys, values])} FROM {rows}{grouped}"

    def _event_rows(self, leg: Leg) -> str:
        names = {*leg.dimensions, *(leaf.dimension for leaf in leaves(leg.filters))}
        joined = f" ANY LEFT JOIN {self.visits()} AS v ON e.visit_id = v.visit_id" if names & VISIT else ""
        happened = f"e.occurred_at >= {self._from} AND e.occurred_at < {self._to}"
        return f"events AS e{joined} WHERE {self._all([self._placed('e.'), happened], leg.filters, _event_column)}"

    def _visit_rows(self, leg: Leg) -> str:
        own = [item for item in leg.filters if not _tests_events(item)]
        seen = [item for item in leg.filters if _tests_events(item)]
        conditions = [self.session_counts()]
        if not seen:
            conditions.append("NOT v.continuation")
        else:
            names = {leaf.dimension for leaf in leaves(seen)}
            joined = f" INNER JOIN {self.visits()} AS v ON e.visit_id = v.visit_id" if names & VISIT else ""
            conditions.append(
                f"v.visit_id IN (SELECT e.visit_id FROM {self._seen(leg)} AS e{joined} "
                f"WHERE {self._all([], tuple(seen), _seen_column)})"
            )
        if leg.entered:
            conditions.append("v.pageviews > 0")
        return f"{self.visits()} AS v WHERE {self._all(conditions, tuple(own), _visit_column)}"

    def _seen(self, leg: Leg) -> str:
        return _SEEN[leg.source].format(where=self._placed())

    def _placed(self, prefix: str = "") -> str:
        site = self.bind(self._question.site, "UInt32")
        return f"{prefix}site_id = {site} AND {prefix}visit_started_at BETWEEN {self._low} AND {self._high}"

    def _instant(self, moment: datetime) -> str:
        return f"fromUnixTimestamp64Micro({self.bind(_micros(moment), 'Int64')}, 'UTC')"

    def _keys(self, leg: Leg, column: "Column", moment: str) -> list[str]:
        return [
            f"{self._time(moment) if name in TIME else self._labelled(name, column)} AS d{index}"
            for index, name in enumerate(leg.dimensions)
        ]

    def _time(self, moment: str) -> str:
        """The bucket as a date, or as the digits of its local time: YYYYMMDDhh, YYYYMMDDhhmm."""
        zone = self.bind(self._span.zone.key, "String")
        day = f"toDate({moment}, {zone})"
        match self._question.grain:
            case "minute":
                number = f"toYYYYMMDD({moment}, {zone}) * 10000 + toHour({moment}, {zone}) * 100"
                return f"toUInt64({number} + toMinute({moment}, {zone}))"
            case "hour":
                return f"toUInt64(toYYYYMMDD({moment}, {zone}) * 100 + toHour({moment}, {zone}))"
            case "week":
                first = self.bind(self._span.start.date().isoformat(), "Date")
                return f"greatest(toMonday({day}), {first})"
            case "month":
                return f"toStartOfMonth({day})"
            case _:
                return day

    def _labelled(self, name: str, column: "Column") -> str:
        """The dimension's value as answers show it: a blank by its name."""
        if name.startswith(PROP):
            key = self.bind(name.removeprefix(PROP), "String")
            return f"if(mapContains(e.props, {key}), e.props[{key}], '{blank(name)}')"
        value = column(name)
        return f"if({value} = '', '{blank(name)}', {value})" if blank(name) else f"toString({value})"

    def _all(self, conditions: list[str], filters: tuple[Filter, ...], column: "Column") -> str:
        return " AND ".join([*conditions, *(self._condition(item, column) for item in filters)]) or "1"

    def _condition(self, item: Filter, column: "Column") -> str:
        if isinstance(item, Condition):
            return self._test(item, column)
        children = [self._condition(child, column) for child in item.children]
        if item.word == "not":
            return f"(NOT {children[0]})"
        return f"({f' {item.word.upper()} '.join(children)})"

    def _test(self, test: Condition, column: "Column") -> str:
        value = self._labelled(test.dimension, column)
        fold: Callable[[str], str] = (lambda text: f"lowerUTF8({text})") if test.fold_case else (lambda text: text)
        if test.word == "matches":
            flag = "(?i)" if test.fold_case else ""
            found = " OR ".join(f"match({value}, {self.bind(flag + text, 'String')})" for text in test.values)
        else:
            values = self.bind(list(test.values), "Array(String)")
            one = f"{fold(value)} = {fold('x')}" if test.word == "is" else f"position({fold(value)}, {fold('x')}) > 0"
            found = f"arrayExists(x -> {one}, {values})"
        if test.dimension.startswith(PROP) and test.word != "is":
            # only a property that is there can contain or match
            found = f"mapContains(e.props, {self.bind(test.dimension.removeprefix(PROP), 'String')}) AND ({found})"
        return f"(NOT ({found}))" if test.negated else f"({found})"


Column = Callable[[str], str]
_NAME = {"event": "name"}


def _event_column(name: str) -> str:
    """A dimension of an event: its own, or its visit's, which is set once for all of the visit's events."""
    if is_event(name):
        return f"e.{_NAME.get(name, name)}"
    own = f"e.{name}" if name in VISIT_TEXTS else "''"
    return f"if(e.visit_id = {NO_UUID}, {own}, v.{name})"


def _seen_column(name: str) -> str:
    return f"e.{_NAME.get(name, name)}" if is_event(name) else f"v.{name}"


def _visit_column(name: str) -> str:
    return f"v.{name}"


def _tests_events(item: Filter) -> bool:
    return any(is_event(leaf.dimension) for leaf in leaves((item,)))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
