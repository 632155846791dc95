"""Answers as CSV (RFC 4180) with a header line, one flat line a row. A text that a spreadsheet would run as a formula
gets an apostrophe in front."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from analytics.v1 import query_pb2

from gateway.json_values import Json
from gateway.message_json import Descriptor, metric_value, written

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cells = list[Json]


def text(answer: Any) -> str:
    """Any answer that is a list of rows."""
    out = io.StringIO()
    lines = csv.writer(out)
    for line in _TABLES[answer.DESCRIPTOR.name](answer):
        lines.writerow([cell(value) for value in line])
    return out.getvalue()


def cell(value: Json) -> object:
    """A value as csv.writer takes it."""
    match value:
        case str():
            return "'" + value if value.startswith(_FORMULA) else value
        case bool():
            return "true" if value else "false"
        case dict():
            money = cast(Mapping[str, str], value)
            return f"{money['amount']} {money['currency']}"
        case _:
            return value


def _query(answer: query_pb2.QueryResponse) -> Iterator[Cells]:
    """With a comparison each metric has two more columns, and time the bucket that it is compared with."""
    dimensions, metrics = list(answer.resolved.dimensions), list(answer.resolved.metrics)
    times = [index for index, name in enumerate(dimensions) if name.partition(":")[0] == "time"]
    header: Cells = [*dimensions, *metrics]
    compared = answer.resolved.HasField("compare")
    if compared:
        header += [f"compared {dimensions[index]}" for index in times]
        header += [f"{what} {name}" for name in metrics for what in ("compared", "change of")]
    yield header
    for row in answer.rows:
        line: Cells = [*row.dimensions, *map(metric_value, row.metrics)]
        if compared:
            other = row.comparison
            line += [other.dimensions[index] for index in times]
            for value, change in zip(other.metrics, other.change, strict=True):
                line += [metric_value(value), metric_value(change)]
        yield line


def _funnel(answer: query_pb2.FunnelResponse) -> Iterator[Cells]:
    yield ["value", "step", *_names(query_pb2.FunnelStep.DESCRIPTOR)]
    for group in answer.groups:
        for number, step in enumerate(group.steps, 1):
            yield [group.value, number, *_values(step)]


def _cohort(answer: query_pb2.CohortResponse) -> Iterator[Cells]:
    periods = max((len(row.returned) for row in answer.cohorts), default=0)
    yield ["period", "value", "size", "unfinished", *(f"returned {number}" for number in range(periods))]
    for row in answer.cohorts:
        missing: Cells = [None] * (periods - len(row.returned))
        yield [row.period, row.value, row.size, row.unfinished, *row.returned, *missing]


def _journey(answer: query_pb2.JourneyResponse) -> Iterator[Cells]:
    """A line with `to` is a way from one value to another, one without is a value at its step."""
    yield ["value", "step", "from", "to", "visits", "left"]
    for group in answer.groups:
        for node in group.nodes:
            yield [group.value, node.step, node.value, None, node.visits, node.left]
        for link in group.links:
            yield [group.value, link.step, getattr(link, "from"), link.to, link.visits, None]


def _experiment(answer: query_pb2.ExperimentResponse) -> Iterator[Cells]:
    of_group = ("several_variants", "ratio_p", "ratio_mismatch")
    yield ["value", *_names(query_pb2.ExperimentVariant.DESCRIPTOR), *of_group]
    for group in answer.groups:
        shared = cast(Mapping[str, Json], written(group))
        for variant in group.variants:
            yield [group.value, *_values(variant), *(shared[name] for name in of_group)]


def _visits(answer: query_pb2.ListVisitsResponse) -> Iterator[Cells]:
    yield _names(query_pb2.Visit.DESCRIPTOR)
    for visit in answer.visits:
        yield [*_values(visit)]


def _names(kind: Descriptor) -> Cells:
    return [field.name for field in kind.fields]


def _values(message: Any) -> Iterable[Json]:
    return cast(Mapping[str, Json], written(message)).values()


_TABLES: Mapping[str, Callable[[Any], Iterator[Cells]]] = {
    "QueryResponse": _query,
    "FunnelResponse": _funnel,
    "CohortResponse": _cohort,
    "JourneyResponse": _journey,
    "ExperimentResponse": _experiment,
    "ListVisitsResponse": _visits,
}
