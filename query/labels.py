"""What comes back from the store, as rows of labels and values: time buckets named, empty ones filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mesh.errors import invalid
from query.language import Question
from query.ranges import buckets
from query.vocabulary import TIME, Metric, Of


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact amount of money. `currency` is ISO 4217."""

    currency: str
    micros: int

    @property
    def decimal(self) -> str:
        """With two decimals, or as many more as it takes."""
        whole, rest = divmod(abs(self.micros), 1_000_000)
        digits = f"{rest:06}".rstrip("0").ljust(2, "0")
        return f"{'-' if self.micros < 0 else ''}{whole}.{digits}"


Value = int | float | Amount | None


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its labels in the order asked, and its metrics. None is undefined, since it is over nothing."""

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]


def rows_of(question: Question, raw: Sequence[Sequence[Any]]) -> list[Row]:
    """The store's rows, labelled. Raises INVALID_ARGUMENT where amounts of several currencies would be added up."""
    size = len(question.dimensions)
    return [
        Row(
            tuple(
                time_label(value) if name in TIME else str(value)
                for name, value in zip(question.dimensions, row[:size], strict=True)
            ),
            tuple(
                _value(metric, value, f"metrics[{index}]")
                for index, (metric, value) in enumerate(zip(question.metrics, row[size:], strict=True))
            ),
        )
        for row in raw
    ]


def nothing(metric: Metric) -> Value:
    """A metric's value over nothing at all."""
    if metric.nullable:
        return None
    return 0 if metric.integral else 0.0


def filled(question: Question, rows: list[Row]) -> list[Row]:
    """A series with its empty buckets as zeros, in the question's order."""
    empty = tuple(nothing(metric) for metric in question.metrics)
    known = {row.dimensions[0]: row for row in rows}
    series = [known.get(label) or Row((label,), empty) for label in buckets(question.grain, question.span)]
    names = [metric.name for metric in question.metrics]
    for order in reversed(question.order):  # a stable sort by the last key first
        if order.key in names:
            series = _sorted(series, names.index(order.key), order.descending)
        else:
            series.sort(key=lambda row: row.dimensions[0], reverse=order.descending)
    return series


def time_label(value: date | int) -> str:
    """A bucket's label from a date, or from the digits YYYYMMDDhh or YYYYMMDDhhmm."""
    if isinstance(value, date):
        return value.isoformat()
    digits = str(value).ljust(12, "0")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:00"


def _sorted(series: list[Row], index: int, descending: bool) -> list[Row]:
    """By a metric; what is undefined comes last."""

    def size(row: Row) -> float:
        value = row.metrics[index]
        return 0.0 if value is None else value.micros if isinstance(value, Amount) else value

    known = [row for row in series if row.metrics[index] is not None]
    return [*sorted(known, key=size, reverse=descending), *(row for row in series if row.metrics[index] is None)]


def _value(metric: Metric, value: Any, path: str) -> Value:
    if metric.of is Of.REVENUE:
        micros, count, currencies = value
        if len(currencies) > 1:
            named = sorted(currencies)
            raise invalid(
                path,
                f"the events of this range have amounts in {', '.join(named[:10])}, which do not add up: ask for one, "
                f'like ["is","currency",["{named[0]}"]], for a goal with a currency, or by the dimension currency',
            )
        return Amount(currencies[0], micros) if count else None
    if value is None:
        return None
    return int(value) if metric.integral else float(value)
