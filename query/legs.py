"""A plan's legs as ClickHouse selects: rows of the leg's dimensions `d0`, `d1`, … and of parts by their names."""

# ruff: noqa: S608  (identifiers come from this module and the vocabulary, values are bound)

from collections.abc import Callable, Sequence

from query.conditions import Conditions
from query.filters import Filter, of_events, own_leaves
from query.language import Question
from query.plan import Leg, Source
from query.tables import COUNTED, NO_UUID, VIEW
from query.vocabulary import MET, PAGE_NAMES, REACHED, TIME, is_event, is_visit

_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"
_OF_VISIT = "NOT v.continuation"
_STAY = "toUInt64(greatest(0, toUnixTimestamp64Micro(v.last_at) - toUnixTimestamp64Micro(v.first_at)))"
_PAID = "e.revenue_currency != ''"
# Columns are named with their table: a part's own name would stand for the part.
PART = {
    "pageviews": f"countIf(e.{VIEW})",
    "events": f"countIf(e.{COUNTED})",
    "viewed": f"countIf(e.{VIEW})",
    "revenue_micros": f"sumIf(toInt128(e.revenue_micros), {_PAID})",
    "revenues": f"countIf({_PAID})",
    "currencies": f"groupUniqArrayIf(toString(e.revenue_currency), {_PAID})",
    "visits": "count()",
    # in memory mode a visitor is a visit
    "visitors": f"countIf(NOT {_DAILY}) + uniqExactIf(v.visitor_id, {_DAILY})",
    "stays": f"countIf({_OF_VISIT})",
    "stay_us": f"sumIf({_STAY}, {_OF_VISIT})",
    "entrances": f"countIf({_OF_VISIT})",
    "bounces": f"countIf({_OF_VISIT} AND v.pageviews <= 1 AND v.interactives = 0)",
    "exits": f"countIf({_OF_VISIT} AND v.pageviews > 0)",
    "pairs": "count()",
    "engaged_ms": "sum(p.engaged_ms)",
    "engaged": "countIf(p.engaged_ms > 0)",
    "scroll_sum": "sum(toUInt64(p.scroll_depth))",
    "scrolled": "countIf(p.scroll_depth > 0)",
    **{f"reached_{depth}": f"countIf(p.scroll_depth >= {depth})" for depth in REACHED},
}
_SUM = {"pageviews": "sum(v.pageviews)", "events": "sum(v.events)", "viewed": "sum(v.pageviews)"}
_NOTHING = {"revenue_micros": "toInt128(0)", "currencies": "emptyArrayString()"}
# Of a session, where a leg keeps one row for each group that it belongs to.
_WHOSE = ("visitor_id", "identity", "continuation", "first_at", "last_at", "pageviews", "interactives")


class LegText:
    """The selects of one statement's legs."""

    def __init__(self, conditions: Conditions, question: Question, bind: Callable[[object, str], str]) -> None:
        self._is = conditions
        self._question = question
        self._bind = bind

    def text(self, leg: Leg, parts: Sequence[str]) -> str:
        """Rows of a leg; parts that it does not yield are there as nothing."""
        values = ", ".join(f"{PART[part] if part in leg.parts else _nothing(part)} AS {part}" for part in parts)
        names = [f"d{index}" for index in range(len(leg.dimensions))]
        keys = names
        if leg.source is Source.INSIDE:
            keys = self._keys(leg, "v", "v.first_at")
            values = ", ".join(f"{_SUM[part] if part in leg.parts else _nothing(part)} AS {part}" for part in parts)
            rows = self._inside(leg, *keys, values)
        elif leg.source is Source.ACROSS:
            keys = self._keys(leg, "e", "e.occurred_at")
            rows = self._across(leg, *keys)
        elif leg.source is Source.EVENTS:
            keys = self._keys(leg, "e", "e.occurred_at")
            rows = self._events(leg, *keys, values)
        elif leg.source is Source.PAGES:
            rows = self._pages(leg, names)
        elif leg.by_event:
            rows = self._seen(leg, names, values)
        else:
            keys = self._keys(leg, "v", "v.first_at")
            rows = self._visits(leg, *keys, values)
        grouped = f" GROUP BY {', '.join(names)}" if names else ""
        return f"SELECT {', '.join([*keys, values])} FROM {rows}{grouped}"

    def _events(self, leg: Leg, *named: str) -> str:
        within = f"{self._is.placed('e.')} AND {self._is.happened()}"
        held = self._is.events(leg.filters)
        joined = ""
        if any(is_visit(name) for name in leg.dimensions):
            joined = f" ANY LEFT JOIN {self._is.visits(*named)} AS v ON e.visit_id = v.visit_id"
        if MET in leg.dimensions:
            return f"{self._is.rows(within, *named, held)} AS e{joined} WHERE {held}"
        return f"events AS e{joined} WHERE {within} AND {held}"

    def _inside(self, leg: Leg, *named: str) -> str:
        held = f"{self._one_bucket(leg)} AND {self._is.sessions(leg.filters)}"
        return f"{self._is.visits(*named, held)} AS v WHERE {held}"

    def _across(self, leg: Leg, *named: str) -> str:
        """Few: the events of visits over the edge of the range or of a bucket, and those without a visit."""
        touches = f"v.first_at < {self._is.end} AND v.last_at >= {self._is.start}"
        chosen = f"{touches} AND NOT ({self._one_bucket(leg)})"
        visits = self._is.visits(*named, chosen)
        joined = ""
        if any(is_visit(name) for name in leg.dimensions):
            across = f"(SELECT * FROM {visits} AS v WHERE {chosen})"
            joined = f" ANY LEFT JOIN {across} AS v ON e.visit_id = v.visit_id"
        held = f"(e.visit_id = {NO_UUID} OR e.visit_id IN (SELECT v.visit_id FROM {visits} AS v WHERE {chosen}))"
        conditions = [self._is.placed("e."), self._is.happened(), held, self._is.events(leg.filters)]
        return f"events AS e{joined} WHERE {' AND '.join(conditions)}"

    def _one_bucket(self, leg: Leg) -> str:
        """Over `v`: all of its events that count happened in the range, and in the same bucket."""
        found = f"v.first_at >= {self._is.start} AND v.last_at < {self._is.end}"
        if any(name in TIME for name in leg.dimensions):
            found += f" AND {self.bucket('v.first_at')} = {self.bucket('v.last_at')}"
        return found

    def _visits(self, leg: Leg, *named: str) -> str:
        conditions = [self._is.counted(), self._is.sessions(leg.filters)]
        if leg.source is Source.VISITS:
            conditions.append(_OF_VISIT)
        if leg.entered:
            conditions.append("v.pageviews > 0")
        return f"{self._is.visits(*named, *conditions)} AS v WHERE {' AND '.join(conditions)}"

    def _seen(self, leg: Leg, names: list[str], values: str) -> str:
        """One row for each session and group, however often the session saw it."""
        own = [item for item in leg.filters if not of_events(item)]
        seen = [item for item in leg.filters if of_events(item)]
        conditions = [self._is.counted(), self._is.sessions(own), self._is.seen(seen)]
        if leg.entered:
            conditions.append("v.pageviews > 0")
        keys = self._keys(leg, "seen", "v.first_at")
        kept = [f"any(v.{name}) AS {name}" for name in _WHOSE if f"v.{name}" in values]
        named = [*keys, *kept, *conditions]
        source = self._is.seen_pages(*named) if leg.source is Source.SEEN_PAGES else self._told(leg, seen, *named)
        return (
            f"(SELECT {', '.join([*keys, *kept, 'v.visit_id'])} FROM {source} AS e "
            f"INNER JOIN {self._is.visits(*named)} AS v ON e.visit_id = v.visit_id "
            f"WHERE {' AND '.join(conditions)} GROUP BY {', '.join([*names, 'v.visit_id'])}) AS v"
        )

    def _pages(self, leg: Leg, names: list[str]) -> str:
        """One row for each visit, page and group."""
        own = [item for item in leg.filters if not of_events(item)]
        seen = [item for item in leg.filters if of_events(item)]
        asked = _event_names(leg)
        conditions = [self._is.counted(), self._is.sessions(own)]
        if not asked:
            conditions.append(_OF_VISIT)
        elif asked <= PAGE_NAMES:
            conditions.append(self._is.seen(seen))
        else:
            held = self._is.seen(seen)
            places = "e.visit_id, e.hostname, e.page"
            told = f"SELECT {places} FROM {self._told(leg, seen, places, held)} AS e WHERE {held}"
            conditions.append(f"({places}) IN ({told})")
        keys = self._keys(leg, "seen", "v.first_at")
        values = ["sum(e.engaged_ms) AS engaged_ms", "max(e.scroll_depth) AS scroll_depth"]
        named = [*keys, *values, *conditions, "e.page"]
        return (
            f"(SELECT {', '.join([*keys, *values])} FROM {self._is.seen_pages(*named)} AS e "
            f"INNER JOIN {self._is.visits(*named)} AS v ON e.visit_id = v.visit_id "
            f"WHERE {' AND '.join(conditions)} GROUP BY {', '.join([*names, 'v.visit_id', 'e.page'])}) AS p"
        )

    def _told(self, leg: Leg, seen: Sequence[Filter], *named: str) -> str:
        return self._is.telling(leg.dimensions, seen, *named)

    def _keys(self, leg: Leg, of: str, moment: str) -> list[str]:
        return [
            f"{self.bucket(moment) if name in TIME else self._is.label(name, of)} AS d{index}"
            for index, name in enumerate(leg.dimensions)
        ]

    def bucket(self, moment: str) -> str:
        """The bucket as a date, or as the digits of its local time: YYYYMMDDhh, YYYYMMDDhhmm."""
        local = self._is.local(moment)
        match self._question.grain:
            case "minute":
                return f"intDiv(toYYYYMMDDhhmmss({local}), 100)"
            case "hour":
                return f"intDiv(toYYYYMMDDhhmmss({local}), 10000)"
            case "week":
                first = self._bind(self._question.span.start.date().isoformat(), "Date")
                return f"greatest(toMonday({local}), {first})"
            case "month":
                return f"toStartOfMonth({local})"
            case _:
                return f"toDate({local})"


def _nothing(part: str) -> str:
    return _NOTHING.get(part, "toUInt64(0)")


def _event_names(leg: Leg) -> set[str]:
    """The dimensions of single events that a leg groups or filters by."""
    tested = {leaf.dimension for leaf in own_leaves(leg.filters)}
    return {name for name in tested | {*leg.dimensions} if is_event(name)}
