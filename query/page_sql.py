"""A dashboard's page as one statement: each list that fits is a grouping set of the table that tells it.

Rows are (part, key, metrics). Legs are added up by part and key: visits (totals, series, lists by what is of visits),
pages seen, custom events (that a visit holds page views, its own row tells), and events that happened.

Exact where distinct ids are not counted: a visit is one row of `visits FINAL`, and one of `visit_pages FINAL` for each
page and hostname it saw, so that visits are counted by id where there are several hostnames. A visitor in daily mode is
told by the visit, so that sessions of that mode are joined with it.
"""

# ruff: noqa: S608  (identifiers come from this module and the vocabulary, values are bound)

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from query.conditions import Conditions, Parameters
from query.facts import PAGEVIEW, Facts, placed_inside
from query.filters import of_events
from query.language import Question, Scoped
from query.legs import PART, LegText
from query.plan import PARTS
from query.sql import METRIC, Statement
from query.tables import COUNTED, CUSTOM, NO_UUID, VIEW
from query.vocabulary import REACHED, SCROLLS, TIME, blank


class Shape(Enum):
    """What tells a part's sessions."""

    VISITS = "visits"
    PAGES = "pages"
    NAMES = "names of events"


@dataclass(frozen=True, slots=True)
class Part:
    """A question of the page that fits: without a dimension, by time, or by one dimension.

    With `only` it is asked for these groups alone.
    """

    question: Question
    shape: Shape
    only: tuple[str, ...] | None = None

    @property
    def metrics(self) -> frozenset[str]:
        return frozenset(metric.name for metric in self.question.metrics)

    @property
    def dimension(self) -> str:
        return self.question.dimensions[0] if self.question.dimensions else ""

    @property
    def by_time(self) -> bool:
        return self.dimension in TIME


OF_EVENTS = ("pageviews", "events")
OF_SESSIONS = ("visitors", "visits", "bounce_rate", "visit_duration")
OF_PAGES = ("time_on_page", "scroll_depth", *(f"{SCROLLS}{depth}" for depth in REACHED))
METRICS = (*OF_SESSIONS, *OF_EVENTS, "views_per_visit", *OF_PAGES)
_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"
# Of the sessions that lists by page and by event count, rows that tell what they saw; page views tell of a visit's row.
_SEEN = {Shape.PAGES: "page", Shape.NAMES: "name"}
_PLACE = "site_id, visit_started_at, visit_id"
_TELLING = {
    Shape.PAGES: f"(SELECT {_PLACE}, page FROM visit_pages FINAL WHERE pageviews > 0 OR customs > 0) AS e",
    Shape.NAMES: f"(SELECT {_PLACE}, name FROM events WHERE {CUSTOM} AND visit_id != {NO_UUID}) AS e",
}
_STAYED = (
    f"(SELECT {_PLACE}, page, engaged_ms, scroll_depth FROM visit_pages FINAL WHERE pageviews > 0 OR customs > 0) AS e"
)
_OF_VISIT = ("visitor_id", "identity", "continuation", "first_at", "last_at", "pageviews", "interactives")
_COLUMN = {"page": "e.page", "event": "e.name"}


@dataclass(frozen=True, slots=True)
class _Key:
    """What rows are grouped by; where `blank` is set, the empty value is called so, once the rows are grouped."""

    text: str
    blank: str = ""

    def label(self, name: str) -> str:
        value = f"CAST({name}, 'String')"
        return f"if({name} = '', '{self.blank}', {value})" if self.blank else value


def metrics_of(parts: Sequence[Part]) -> tuple[str, ...]:
    """The metrics that rows of a statement have, in their order."""
    return tuple(name for name in METRICS if any(name in part.metrics for part in parts))


def page_statement(scoped: Scoped, parts: Sequence[Part], facts: Facts) -> Statement:
    """Rows of part, key and `metrics_of`: each part's groups in order, one more than its limit; a series in full."""
    builder = _Builder(scoped, parts, facts)
    return Statement(builder.text(), builder.parameters.values)


class _Builder:
    def __init__(self, scoped: Scoped, parts: Sequence[Part], facts: Facts) -> None:
        self.parameters = Parameters()
        self._bind = self.parameters.bind
        self._is = Conditions(self.parameters, scoped)
        self._filters = scoped.filters
        self._parts, self._facts = parts, facts
        self._sums = tuple(dict.fromkeys(each for name in metrics_of(parts) for each in PARTS[name]))
        self._legs = [LegText(self._is, part.question, self._bind) for part in parts]

    def text(self) -> str:
        seen = (leg for shape in _SEEN for leg in self._seen(shape))
        legs = [*self._visits(), *seen, *self._stayed(), *self._events()]
        named = {name: f"m{index}" for index, name in enumerate(metrics_of(self._parts))}
        metrics = ", ".join(f"{METRIC.get(name, f'sum({name})')} AS {alias}" for name, alias in named.items())
        something = (
            " + ".join(f"sum({each})" for metric in part.question.metrics for each in PARTS[metric.name])
            for part in self._parts
        )
        first = ("0" if part.by_time else named[part.question.metrics[0].name] for part in self._parts)
        having = [f"{self._by_part(something)} > 0"]
        having += [
            f"(part != {place} OR key IN (SELECT arrayJoin({self._bind(list(part.only), 'Array(String)')})))"
            for place, part in enumerate(self._parts)
            if part.only is not None
        ]
        series = ", ".join(str(place) for place, part in enumerate(self._parts) if part.by_time) or "255"
        most = max((part.question.limit for part in self._parts if not part.by_time), default=0) + 1
        return (
            f"SELECT part, key, {metrics} FROM ({' UNION ALL '.join(legs)}) GROUP BY part, key "
            f"HAVING {' AND '.join(having)} ORDER BY part, {self._by_part(first)} DESC, key "
            f"LIMIT {most} BY part, if(part IN ({series}), key, '')"
        )

    def _by_part(self, values: Iterable[str]) -> str:
        """One number for each part."""
        return f"multiIf({', '.join(f'part = {place}, toFloat64({value})' for place, value in enumerate(values))}, 0.)"

    def _visits(self) -> list[str]:
        """Totals, series and lists by what is of visits; and of lists by event, the row of page views."""
        keys = {
            place: self._key(place, "v", "v.first_at")
            for place, part in enumerate(self._parts)
            if part.shape is Shape.VISITS and part.metrics - {*OF_EVENTS}
        }
        viewed = dict.fromkeys(self._of(Shape.NAMES), _Key(f"'{PAGEVIEW}'"))
        if not keys and not viewed:
            return []
        # with a filter of single events, continuations that hold such an event count
        whole = "1" if any(of_events(item) for item in self._filters) else "NOT v.continuation"
        values = {name: PART[name] for metric in OF_SESSIONS for name in PARTS[metric]} | self._heads(whole)
        if viewed:
            is_viewed = " OR ".join(f"grouping(k{place}) = 0" for place in viewed)
            views = self._heads("v.pageviews > 0")
            values |= {name: f"if({is_viewed}, {views[name]}, {values[name]})" for name in views}
        conditions = [self._is.counted(), self._is.sessions(self._filters)]
        read = [
            f"v.{name} AS {name}"
            for name in _OF_VISIT
            if any(f"v.{name}" in values[each] for each in self._sums if each in values)
        ]
        texts = (key.text for key in (keys | viewed).values() if key)
        source = f"{self._is.visits(*texts, *read, *conditions)} AS v"
        return [self._grouped(keys | viewed, values, read, source, conditions)]

    def _heads(self, condition: str) -> dict[str, str]:
        """Visits and visitors among the sessions for which a condition holds."""
        visits = f"countIf({condition})"
        if not self._facts.daily:
            return {"visits": visits, "visitors": visits}
        daily = f"countIf(NOT {_DAILY} AND {condition}) + uniqExactIf(v.visitor_id, {_DAILY} AND {condition})"
        return {"visits": visits, "visitors": daily}

    def _seen(self, shape: Shape) -> list[str]:
        """Sessions by what single events of them tell, one or the other mode of identity a leg."""
        found: list[str] = []
        for place in self._of(shape):
            if place in self._with_stays and not self._facts.daily:
                continue
            key = _Key(self._is.label(self._parts[place].dimension, "e"))
            read = [f"e.{name} AS {name}" for name in ("visit_id", _SEEN[shape])]
            if self._facts.memory and not (shape is Shape.NAMES and self._in_one_scan):
                # where a page is seen on one hostname alone, it is a row a visit
                once = shape is Shape.PAGES and not self._facts.elsewhere
                counted = "count()" if once else "uniqExact(e.visit_id)"
                values = {"visits": counted, "visitors": counted}
                conditions = self._of_sessions(f"NOT {_DAILY}")
                found.append(self._grouped({place: key}, values, read, _TELLING[shape], conditions))
            if self._facts.daily:
                values = {"visits": "uniqExact(e.visit_id)", "visitors": "uniqExact(e.visitor)"}
                joined = (
                    f"(SELECT {', '.join(read)}, v.visitor_id AS visitor FROM {_TELLING[shape]} "
                    f"INNER JOIN ({self._sessions(_DAILY)}) AS v ON e.visit_id = v.visit_id "
                    f"WHERE {self._is.placed('e.')}) AS e"
                )
                found.append(
                    self._grouped({place: key}, values, ["e.visit_id AS visit_id", "e.visitor AS visitor"], joined, [])
                )
        return found

    def _stayed(self) -> list[str]:
        """How long and how far pages were read: a row for each visit and page, whichever hostname had it. Where no
        visitor is one of several visits, the rows are counted as well: one scan is enough."""
        places = self._with_stays
        if not places:
            return []
        conditions = " AND ".join(self._of_sessions("1"))
        columns, grouped = "e.engaged_ms AS engaged_ms, e.scroll_depth AS scroll_depth", ""
        if self._facts.elsewhere:
            columns = "sum(e.engaged_ms) AS engaged_ms, max(e.scroll_depth) AS scroll_depth"
            grouped = " GROUP BY e.visit_id, e.page"
        source = f"(SELECT e.page AS page, {columns} FROM {_STAYED} WHERE {conditions}{grouped}) AS p"
        keys = {place: _Key("p.page", blank("page")) for place in places}
        values = {name: PART[name] for metric in OF_PAGES for name in PARTS[metric]}
        values |= {} if self._facts.daily else dict.fromkeys(("visits", "visitors"), "count()")
        read = ["p.engaged_ms AS engaged_ms", "p.scroll_depth AS scroll_depth"]
        return [self._grouped(keys, values, read, source, [])]

    def _events(self) -> list[str]:
        """What happened, by everything that is asked for; in one scan with it, whose sessions hold events by name."""
        asked = {*OF_EVENTS, "views_per_visit"}
        named = self._of(Shape.NAMES) if self._in_one_scan else []
        keys = {
            place: self._key(place, "e", "e.occurred_at")
            for place, part in enumerate(self._parts)
            if part.metrics & asked or place in named
        }
        if not keys:
            return []
        values, read = {name: PART[name] for name in OF_EVENTS}, ["e.kind AS kind"]
        conditions = [self._is.placed("e."), self._is.events(self._filters)]
        if not named:
            return [self._grouped(keys, values, read, "events AS e", [*conditions, self._is.happened()])]
        values = {"pageviews": f"countIf(e.happened AND e.{VIEW})", "events": f"countIf(e.happened AND e.{COUNTED})"}
        is_named = " OR ".join(f"grouping(k{place}) = 0" for place in named)
        values |= dict.fromkeys(("visits", "visitors"), f"if({is_named}, uniqExactIf(e.visit_id, e.telling), 0)")
        telling = f"e.{CUSTOM} AND e.visit_id != {NO_UUID} AND {self._placed_right()}"
        read += ["e.visit_id AS visit_id", f"({self._is.happened()}) AS happened", f"({telling}) AS telling"]
        return [self._grouped(keys, values, read, "events AS e", conditions)]

    @property
    def _with_stays(self) -> list[int]:
        return [place for place, part in enumerate(self._parts) if part.metrics & {*OF_PAGES}]

    def _of(self, shape: Shape) -> list[int]:
        return [
            place for place, part in enumerate(self._parts) if part.shape is shape and part.metrics & {*OF_SESSIONS}
        ]

    def _key(self, place: int, of: str, moment: str) -> "_Key | None":
        part = self._parts[place]
        if not part.dimension:
            return None
        if part.by_time:
            return _Key(self._legs[place].bucket(moment))
        if of == "v" and self._facts.daily:
            # a visitor of two visits, one blank and one by the blank's name, is one
            return _Key(self._is.label(part.dimension, of))
        return _Key(_COLUMN.get(part.dimension, f"v.{part.dimension}"), blank(part.dimension))

    def _grouped(
        self,
        keys: "Mapping[int, _Key | None]",
        values: Mapping[str, str],
        read: Sequence[str],
        source: str,
        conditions: Sequence[str],
    ) -> str:
        """Rows of part, key and sums over what is read; a key of None stands for all rows together."""
        sums = ", ".join(f"{values.get(name, 'toUInt64(0)')} AS {name}" for name in self._sums)
        alias, where = source.rpartition(" ")[2], " AND ".join(conditions) or "1"
        split = {place: key for place, key in keys.items() if key}
        whole = next((place for place, key in keys.items() if not key), None)
        if not split:
            return f"SELECT {whole} AS part, '' AS key, {sums} FROM {source} WHERE {where}"
        named = ", ".join(f"{key.text} AS k{place}" for place, key in split.items())
        part = ", ".join(f"grouping(k{place}) = 0, {place}" for place in split)
        key = ", ".join(f"grouping(k{place}) = 0, {key.label(f'k{place}')}" for place, key in split.items())
        sets = [f"(k{place})" for place in split] + ([] if whole is None else ["()"])
        rows = f"(SELECT {', '.join([*read, named])} FROM {source} WHERE {where}) AS {alias}"
        return (
            f"SELECT multiIf({part}, {whole or 0}) AS part, multiIf({key}, '') AS key, {sums} "
            f"FROM {rows} GROUP BY GROUPING SETS ({', '.join(sets)})"
        )

    @property
    def _in_one_scan(self) -> bool:
        """Whether events by name tell of their sessions in the scan that counts them: a second look into the visits
        that filters choose costs more than distinct ids which the other groups of the scan have no use for."""
        return bool(self._filters and self._facts.memory) and self._placed_suffices

    @property
    def _placed_suffices(self) -> bool:
        """Whether a session counts where it is placed, but for a few that are known."""
        return not self._facts.daily and self._facts.misplaced_are_known

    def _of_sessions(self, condition: str) -> list[str]:
        """Conditions over rows that tell of a session: it counts, one over `v` holds for it, and so do the filters.
        The one is of its mode of identity, so that nothing is to be looked up where there is one mode alone."""
        if self._placed_suffices:
            return [self._is.placed("e."), self._placed_right(), self._is.seen(self._filters)]
        return [
            self._is.placed("e."),
            f"e.visit_id IN (SELECT visit_id FROM ({self._sessions(condition)}))",
        ]

    def _placed_right(self) -> str:
        """Over `e`: its session began in the range. Cheaper than a set of all that did."""
        facts, counted = self._facts, placed_inside(self._is, "e.")
        if facts.strangers:
            counted += f" AND e.visit_id NOT IN {self._bind(list(facts.strangers), 'Array(UUID)')}"
        if facts.late:
            counted = f"(({counted}) OR e.visit_id IN {self._bind(list(facts.late), 'Array(UUID)')})"
        return counted

    def _sessions(self, condition: str) -> str:
        """Ids and visitors of the sessions that count."""
        conditions = f"{self._is.counted()} AND {self._is.sessions(self._filters)} AND {condition}"
        return (
            f"SELECT v.visit_id AS visit_id, v.visitor_id AS visitor_id "
            f"FROM {self._is.visits(conditions, 'v.visitor_id')} AS v WHERE {conditions}"
        )
