"""Cohorts as one ClickHouse statement: a scan that leaves a row for each user, whose periods are bits of numbers."""

# ruff: noqa: S608  (texts of `Conditions` and of this module, values are bound)

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from query.conditions import Conditions, Parameters
from query.filters import Match
from query.language import Scoped
from query.moment import MOMENT, time_of
from query.sql import Statement
from query.tables import CUSTOM, VIEW, VISIT_TEXTS

_EVER = datetime(1970, 1, 5, tzinfo=UTC)
_BITS = 64


@dataclass(frozen=True, slots=True)
class Cohorts:
    """A request with everything resolved. A match of None is any event. `periods` are labels, in time's order."""

    scoped: Scoped
    start: Match | None
    back: Match | None
    grain: str
    later_too: bool
    first_in_range: bool
    breakdown: str
    limit: int
    periods: tuple[str, ...]
    unfinished: bool


def statement(cohorts: Cohorts) -> Statement:
    """The statement whose rows are (value, cohort, place, users).

    Cohort and place are indexes of periods. Place −1 stands for being in the cohort at all. With `later_too` a user
    has but the last of their places.
    """
    parameters, span = Parameters(), cohorts.scoped.span
    # without a lower bound of time, firsts of before the range would be missed
    seen = cohorts.scoped if cohorts.first_in_range else replace(cohorts.scoped, span=replace(span, start=_EVER))
    conditions = Conditions(parameters, seen, [cohorts.breakdown] if cohorts.breakdown else [])
    users = _Users(cohorts, conditions, parameters).rows()
    counted = f"SELECT value, cohort, arrayJoin(places) AS place, count() AS users FROM ({users}) GROUP BY ALL"
    if not cohorts.breakdown:
        return Statement(counted, parameters.values)
    sized = f"SELECT *, sumIf(users, place = -1) OVER (PARTITION BY value) AS size FROM ({counted})"
    ranked = f"SELECT *, dense_rank() OVER (ORDER BY size DESC, value) AS rank FROM ({sized})"
    limit = parameters.bind(cohorts.limit, "UInt32")
    return Statement(f"SELECT value, cohort, place, users FROM ({ranked}) WHERE rank <= {limit}", parameters.values)


@dataclass(slots=True)
class _Users:
    """Sub-selects of one statement."""

    cohorts: Cohorts
    conditions: Conditions
    parameters: Parameters

    def rows(self) -> str:
        """A user a row: value, cohort, places."""
        same = self.cohorts.start == self.cohorts.back
        found = self._by_user() if same else self._by_user_and_place()
        begun = self.cohorts.scoped.span.start
        chosen = f"since >= fromUnixTimestamp64Micro({self.parameters.bind(_micros(begun), 'Int64')}, 'UTC')"
        if self.cohorts.scoped.filters:
            chosen += " AND kept"
        # in the cohort's own period a return lies after the start, or at it
        places = "arrayFilter(x -> x > cohort OR x < 0 OR (x = cohort AND own), gathered)"
        users = (
            f"SELECT *, {self._place('since')} AS cohort, {self._unpacked()} AS gathered, "
            f"{'gathered' if same else places} AS places FROM ({found}) WHERE {chosen}"
        )
        if not self.cohorts.breakdown:
            return f"SELECT '' AS value, cohort, places FROM ({users})"
        # the visit of an identified event has a user
        visits = f"(SELECT * FROM {self.conditions.visits()} WHERE user_hash != '')"
        return (
            f"SELECT {self.conditions.label(self.cohorts.breakdown, 'e')} AS value, e.cohort AS cohort, "
            f"e.places AS places FROM ({users}) AS e LEFT JOIN {visits} AS v ON v.visit_id = e.visit_id"
        )

    def _by_user(self) -> str:
        """Where what starts is what counts as a return, every such event is at or after the first of them."""
        first = "".join(f", argMin({name}, moment) AS {name}" for name in self._told())
        return f"SELECT user, min(at) AS since{first}, {self._packed('1')} FROM ({self._events()}) GROUP BY user"

    def _by_user_and_place(self) -> str:
        first = "".join(f", argMinIf({name}, moment, starts) AS {name}" for name in self._told())
        by_place = (
            f"SELECT user, place, countIf(starts) AS openings, minIf(moment, starts) AS opening{first}, "
            "countIf(backs) AS returns, returns > 0 AND maxIf(moment, backs) >= opening AS after "
            f"FROM ({self._events()}) GROUP BY user, place"
        )
        first = "".join(f", argMinIf({name}, opening, openings > 0) AS {name}" for name in self._told())
        return (
            f"SELECT user, {time_of('minIf(opening, openings > 0)')} AS since{first}, "
            f"argMinIf(after, opening, openings > 0) AS own, {self._packed('returns > 0 AND place >= 0')} "
            f"FROM ({by_place}) GROUP BY user HAVING sum(openings) > 0"
        )

    def _told(self) -> list[str]:
        """What is asked of the event that starts the cohort: whether filters hold, and where a breakdown finds its
        value."""
        names = ["kept"] if self.cohorts.scoped.filters else []
        if self.cohorts.breakdown:
            names.append("visit_id")
        return [*names, self.cohorts.breakdown] if self.cohorts.breakdown in VISIT_TEXTS else names

    def _events(self) -> str:
        """An event of an identified user a row."""
        starts, backs = (self._meant(match) for match in (self.cohorts.start, self.cohorts.back))
        meant = starts if self.cohorts.start == self.cohorts.back else f"({starts} OR {backs})"
        own = f", e.{self.cohorts.breakdown}" if self.cohorts.breakdown in VISIT_TEXTS else ""
        # of the whole history a bound of weeks leaves nothing out and costs the reading of a column
        site = f"e.site_id = {self.parameters.bind(self.cohorts.scoped.site, 'UInt32')}"
        placed = self.conditions.placed("e.") if self.cohorts.first_in_range else site
        return (
            f"SELECT e.user_hash AS user, e.occurred_at AS at, {MOMENT} AS moment, "
            f"{self._place('e.occurred_at')} AS place, "
            f"{starts} AS starts, {backs} AS backs, {self.conditions.events(self.cohorts.scoped.filters)} AS kept, "
            f"e.visit_id AS visit_id{own} FROM events AS e WHERE {placed} "
            f"AND {self.conditions.happened()} AND e.user_hash != '' AND {meant}"
        )

    def _meant(self, match: Match | None) -> str:
        return self.conditions.match(match) if match else f"(e.{VIEW} OR e.{CUSTOM})"

    def _place(self, moment: str) -> str:
        """The index of the period an instant falls into; of no meaning before the range."""
        first, grain = self.cohorts.scoped.span.start.date(), self.cohorts.grain
        local = Conditions(self.parameters, self.cohorts.scoped).local(moment)
        if grain == "month":
            base = self.parameters.bind(first.year * 12 + first.month, "Int32")
            return f"toInt32(toYear({local}) * 12 + toMonth({local}) - {base})"
        if grain == "week":
            first -= timedelta(days=first.weekday())
        base = self.parameters.bind((first - date(1970, 1, 1)).days, "Int32")
        days = f"toInt32(toDate({local})) - {base}"
        return f"toInt32(intDiv({days}, 7))" if grain == "week" else f"toInt32({days})"

    def _words(self) -> range:
        """The first period of each number that holds periods as bits."""
        return range(0, len(self.cohorts.periods), _BITS)

    def _packed(self, where: str) -> str:
        """Periods of a user's rows where a condition is true: the last, or all as bits, which cost a fraction of an
        array. Where all rows count, whoever has one of before the range is in no cohort: it may set any bit.
        """
        if self.cohorts.later_too:
            return f"maxIf(place, {where}) AS last, countIf({where}) > 0 AS any"
        bit, several = f"bitShiftLeft(toUInt64(1), bitAnd(place, {_BITS - 1}))", len(self._words()) > 1
        within = " AND place BETWEEN {low} AND {low} + " + str(_BITS - 1) if several else ""
        return ", ".join(f"groupBitOrIf({bit}, {where}{within.format(low=low)}) AS bits{low}" for low in self._words())

    def _unpacked(self) -> str:
        if self.cohorts.later_too:
            return "if(any, [-1, last], [toInt32(-1)])"
        parts = (f"arrayMap(x -> toInt32(x) + {low}, bitPositionsToArray(bits{low}))" for low in self._words())
        return f"arrayConcat([toInt32(-1)], {', '.join(parts)})"


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
