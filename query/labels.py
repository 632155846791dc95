"""What comes back from the store, as rows of labels and values: time buckets named, empty ones filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from query.language import Question
from query.ranges import buckets
from query.vocabulary import TIME

Value = int | float


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its labels in the order asked, and its metrics."""

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]


def rows_of(question: Question, raw: Sequence[Sequence[Any]]) -> list[Row]:
    """The store's rows, labelled."""
    size = len(question.dimensions)
    return [
        Row(
            tuple(
                _time(value) if name in TIME else str(value)
                for name, value in zip(question.dimensions, row[:size], strict=True)
            ),
            tuple(
                int(value) if metric.integral else float(value)
                for metric, value in zip(question.metrics, row[size:], strict=True)
            ),
        )
        for row in raw
    ]


def filled(question: Question, rows: list[Row]) -> list[Row]:
    """A series with its empty buckets as zeros, in the question's order."""
    nothing: tuple[Value, ...] = tuple(0 if metric.integral else 0.0 for metric in question.metrics)
    known = {row.dimensions[0]: row for row in rows}
    series = [known.get(label) or Row((label,), nothing) for label in buckets(question.grain, question.span)]
    names = [metric.name for metric in question.metrics]
    for order in reversed(question.order):  # a stable sort by the last key first
        if order.key in names:
            index = names.index(order.key)
            series.sort(key=lambda row: row.metrics[index], reverse=order.descending)
        else:
            series.sort(key=lambda row: row.dimensions[0], reverse=order.descending)
    return series


def _time(value: date | int) -> str:
    """A bucket's label from a date, or from the digits YYYYMMDDhh or YYYYMMDDhhmm."""
    if isinstance(value, date):
        return value.isoformat()
    digits = str(value).ljust(12, "0")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:00"
