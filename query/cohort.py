"""Cohorts: identified users by the period of their first event, and in which periods they were back.

1. An event is a page view or custom event, as for visitors, or one that a match means. Anonymous events are nobody's.
2. A user is in the cohort of the period of the first event that starts one: of all, or of those in the range.
3. Filters and the breakdown ask the event that starts it, and its visit; they choose users, never returns. So a row of
   a breakdown equals the answer filtered by its value.
4. A return is an event at or after that first one, itself included, up to the range's end. Period 0 is the first's own.
5. Periods are days, weeks from Monday or months of the time zone; a week or month that the range or the present cuts is
   counted as far as it goes, and marked when it is the last.

semantics: Cohort.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query import ranges
from query.answer import refused_patterns
from query.breakdown import bounded, breakdown_of
from query.clickhouse import Pool
from query.cohort_sql import Cohorts, statement
from query.filters import Match
from query.language import Scoped, match_of
from query.ranges import Range

DEFAULT_GROUPS, MAX_GROUPS = 10, 100
MAX_NUMBERS = 500_000

_Period, _Count = query_pb2.CohortRequest.Period, query_pb2.CohortRequest.Count
_GRAINS = {
    _Period.PERIOD_UNSPECIFIED: "week",
    _Period.PERIOD_DAY: "day",
    _Period.PERIOD_WEEK: "week",
    _Period.PERIOD_MONTH: "month",
}


async def cohort(
    pool: Pool, request: query_pb2.CohortRequest, scoped: Scoped, now: datetime
) -> list[query_pb2.CohortRow]:
    """The cohorts of a range, by breakdown and time, empty ones included; none of periods that have not begun.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    cohorts = parse(request, scoped, now)
    if not cohorts.periods:
        return []
    asked = statement(cohorts)
    meant = [item for match in (cohorts.start, cohorts.back) if match for item in match.filters]
    async with refused_patterns(pool, [*scoped.filters, *meant]):
        return _rows(cohorts, await pool.rows(asked.text, asked.parameters))


def parse(request: query_pb2.CohortRequest, scoped: Scoped, now: datetime) -> Cohorts:
    """What a request asks. Raises INVALID_ARGUMENT at the place in the JSON that is wrong."""
    if request.period not in _GRAINS:
        raise invalid("period", f"{request.period} is none; give day, week or month")
    if request.count not in _Count.values():
        raise invalid("count", f"{request.count} is none; give on or on_or_after")
    breakdown = breakdown_of(request.breakdown)
    groups = bounded("limit", request.limit, DEFAULT_GROUPS, MAX_GROUPS)
    grain, limit = _GRAINS[request.period], groups if breakdown else 1
    past = replace(scoped.span, end=min(scoped.span.end, now.astimezone(scoped.span.zone), key=datetime.timestamp))
    periods = tuple(ranges.buckets(grain, past)) if past.length > timedelta(0) else ()
    if len(periods) * (len(periods) + 1) // 2 * limit > MAX_NUMBERS:
        raise invalid(
            "period",
            f"{len(periods)} {grain}s and {limit} groups make more than {MAX_NUMBERS:,} numbers; "
            "take a longer period, a shorter date_range or a smaller limit",
        )
    return Cohorts(
        scoped=replace(scoped, span=past) if periods else scoped,
        start=_match(request, "start", scoped),
        back=_match(request, "back", scoped),
        grain=grain,
        later_too=request.count == _Count.COUNT_ON_OR_AFTER,
        first_in_range=request.first_in_range,
        breakdown=breakdown,
        limit=limit,
        periods=periods,
        unfinished=_is_cut(grain, past),
    )


def _match(request: query_pb2.CohortRequest, field: str, scoped: Scoped) -> Match | None:
    return match_of(getattr(request, field), field, scoped.definitions) if request.HasField(field) else None


def _is_cut(grain: str, span: Range) -> bool:
    """Whether the last period goes on after the span."""
    last = (span.end.astimezone(UTC) - timedelta(microseconds=1)).astimezone(span.zone).date()
    return span.end < ranges.midnight(_following(grain, last), span.zone)


def _following(grain: str, day: date) -> date:
    """The first day of the period after a day's."""
    if grain == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 - day.weekday() if grain == "week" else 1)


def _rows(asked: Cohorts, found: Sequence[Sequence[Any]]) -> list[query_pb2.CohortRow]:
    counts: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for value, begun, place, users in found:
        counts[value][begun, place] += users
    if not asked.breakdown:
        counts.setdefault("", {})
    sizes = {value: sum(users for (_, place), users in of.items() if place < 0) for value, of in counts.items()}
    return [
        query_pb2.CohortRow(
            period=label,
            value=value,
            size=of.get((begun, -1), 0),
            returned=_returned(asked, of, begun),
            unfinished=asked.unfinished,
        )
        for value, of in sorted(counts.items(), key=lambda item: (-sizes[item[0]], item[0].encode()))
        for begun, label in enumerate(asked.periods)
    ]


def _returned(asked: Cohorts, counts: dict[tuple[int, int], int], begun: int) -> list[int]:
    by_place = [counts.get((begun, place), 0) for place in range(begun, len(asked.periods))]
    return list(accumulate(reversed(by_place)))[::-1] if asked.later_too else by_place
