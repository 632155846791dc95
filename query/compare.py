"""Comparison with another range: which one it is, which of its groups stands beside which, and what changed.

Pure. A group is beside the same group of the compared range; a time bucket beside the one at the same place from the
start, so that Monday the first stands beside Sunday the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query import ranges
from query.labels import Amount, Row, Value, nothing
from query.ranges import Range
from query.vocabulary import TIME, Metric

_Mode = query_pb2.Comparison
_MODES = (_Mode.MODE_PREVIOUS_PERIOD, _Mode.MODE_YEAR_OVER_YEAR, _Mode.MODE_CUSTOM)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
# Metrics in %: what changed of them is told in points.
_RATES = frozenset(
    {"bounce_rate", "conversion_rate", "group_conversion_rate", "percentage", "exit_rate", "scroll_depth"}
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What stands beside a row: the group of the compared range, its metrics, and for each what changed.

    A change is in whole %, for rates in points; None where the compared value is 0 or nothing.
    """

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]
    change: tuple[int | float | None, ...]


def compared_range(asked: query_pb2.Comparison, span: Range, path: str = "compare") -> Range:
    """The range to compare with. Raises INVALID_ARGUMENT at `path` in the JSON."""
    if asked.mode not in _MODES:
        raise invalid(path, 'give "previous_period", "year_over_year" or {"custom":[from,to]}')
    if asked.mode == _Mode.MODE_CUSTOM:
        return _custom(asked, span, path)
    if asked.date_range:
        raise invalid(path, "dates are for a custom comparison alone; the others follow from date_range")
    days = _whole_days(span)
    if asked.mode == _Mode.MODE_YEAR_OVER_YEAR:
        start = _year_before(span.start)
    else:
        start = _moved(span.start, -days) if days else _local(span.start.astimezone(UTC) - span.length, span)
    if asked.match_day_of_week:
        start = _moved(start, _to_weekday(span.start.date(), start.date()))
    end = _moved(start, days) if days else _local(start.astimezone(UTC) + span.length, span)
    if start < _EARLIEST:
        raise invalid(path, f"the compared range would begin before {_EARLIEST.date()}; take a shorter date_range")
    return Range(start, end, span.zone)


def _custom(asked: query_pb2.Comparison, span: Range, path: str) -> Range:
    if asked.match_day_of_week:
        raise invalid(path, "match_day_of_week is not for a custom comparison, whose dates are given")
    if len(asked.date_range) != 2:
        raise invalid(f"{path}.custom", f"{len(asked.date_range)} values; give two dates or two instants with offset")
    try:
        return ranges.resolve(list(asked.date_range), span.zone, span.end, span.end.date(), None)
    except ValueError as error:
        raise invalid(f"{path}.custom", str(error)) from None


def _whole_days(span: Range) -> int:
    """How many days the range has; 0 where it cuts one."""
    if all(moment == ranges.midnight(moment.date(), span.zone) for moment in (span.start, span.end)):
        return (span.end.date() - span.start.date()).days
    return 0


def _moved(moment: datetime, days: int) -> datetime:
    """The same time of day some days on; where clocks skip it, as much later as they skip."""
    return (moment + timedelta(days=days)).astimezone(UTC).astimezone(moment.tzinfo)


def _local(moment: datetime, span: Range) -> datetime:
    return moment.astimezone(span.zone)


def _year_before(moment: datetime) -> datetime:
    leap = (moment.month, moment.day) == (2, 29)
    earlier = moment.replace(year=moment.year - 1, day=28 if leap else moment.day)
    return earlier.astimezone(UTC).astimezone(moment.tzinfo)


def _to_weekday(wanted: date, start: date) -> int:
    """Days, at most three, to the same day of the week. The range itself is no comparison: then a week before it."""
    forward = (wanted.weekday() - start.weekday()) % 7
    days = forward if forward <= 3 else forward - 7
    return days - 7 if start + timedelta(days=days) == wanted else days


def beside(dimensions: Sequence[str], grain: str, span: Range, compared: Range) -> "Beside":
    """How groups of one range and the other find each other; `grain` is that of the time dimension, "" without one."""
    place = next((index for index, name in enumerate(dimensions) if name in TIME), None)
    if place is None:
        return Beside(None, {})
    asked = ranges.buckets(grain, span)
    # a custom range may be of any length: no more of its buckets than find one beside them
    labels = zip(asked, ranges.buckets(grain, compared, len(asked)), strict=False)
    return Beside(place, dict(labels))


@dataclass(frozen=True, slots=True)
class Beside:
    """`buckets` are labels of the compared range by labels of the range; `place` is where a group holds its label."""

    place: int | None
    buckets: Mapping[str, str]

    def group(self, dimensions: tuple[str, ...]) -> tuple[str, ...] | None:
        """The compared group; None for a bucket that the compared range is too short for."""
        if self.place is None:
            return dimensions
        label = self.buckets.get(dimensions[self.place])
        if label is None:
            return None
        return (*dimensions[: self.place], label, *dimensions[self.place + 1 :])


def joined(
    metrics: Sequence[Metric], rows: Sequence[Row], compared: Sequence[Row], where: Beside
) -> list[Compared | None]:
    """What stands beside each row. A group that the compared range does not hold counts nothing there."""
    known = {row.dimensions: row.metrics for row in compared}
    found: list[Compared | None] = []
    for row in rows:
        group = where.group(row.dimensions)
        if group is None:
            found.append(None)
            continue
        before = known.get(group) or tuple(nothing(metric) for metric in metrics)
        changes = (change(metric, *pair) for metric, *pair in zip(metrics, row.metrics, before, strict=True))
        found.append(Compared(group, before, tuple(changes)))
    return found


def change(metric: Metric, now: Value, before: Value) -> int | float | None:
    """From `before` to `now`: whole %, halves away from zero; points with one decimal for what is a % itself."""
    if isinstance(now, Amount) or isinstance(before, Amount):
        if not (isinstance(now, Amount) and isinstance(before, Amount) and now.currency == before.currency):
            return None
        return _percent(now.micros, before.micros)
    if now is None or not before:
        return None
    if metric.name in _RATES or metric.name.startswith("scroll_reached:"):
        return round(float(now - before), 1)
    return _percent(now, before)


def _percent(now: int | float, before: int | float) -> int | None:
    if not before:
        return None
    exact = 100 * (Decimal(now) - Decimal(before)) / abs(Decimal(before))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
