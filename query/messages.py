"""Answers as the contract's messages."""

from collections.abc import Sequence

from analytics.v1 import query_pb2

from query.asking import instants
from query.compare import Compared
from query.explain import Explained
from query.labels import Amount, Row, Value
from query.page import Asked, Found, PageAnswer


def value_of(value: Value) -> query_pb2.MetricValue:
    if value is None:
        return query_pb2.MetricValue()
    if isinstance(value, Amount):
        return query_pb2.MetricValue(money=query_pb2.Money(currency=value.currency, amount=value.decimal))
    return query_pb2.MetricValue(integer=value) if isinstance(value, int) else query_pb2.MetricValue(number=value)


def row_of(row: Row, compared: Compared | None = None) -> query_pb2.Row:
    return query_pb2.Row(
        dimensions=row.dimensions,
        metrics=map(value_of, row.metrics),
        comparison=compared and _compared(compared),
    )


def explained(statements: Sequence[Explained]) -> list[query_pb2.ExplainedStatement]:
    return [
        query_pb2.ExplainedStatement(
            sql=each.sql,
            parameters=each.parameters,
            rows_read=each.rows_read,
            bytes_read=each.bytes_read,
            took_ms=each.took_ms,
        )
        for each in statements
    ]


def page_of(asked: Asked, found: PageAnswer, *, unfinished: bool, meta: query_pb2.Meta) -> query_pb2.PageResponse:
    """`unfinished`: the range is not over yet."""
    (totals,) = _rows(found.totals)
    return query_pb2.PageResponse(
        totals=_widened(totals, asked),
        series=_rows(found.series),
        series_metrics=[metric.name for metric in asked.series.metrics],
        lists=[
            query_pb2.PageListRows(
                dimension=question.dimensions[0],
                metrics=[metric.name for metric in question.metrics],
                rows=_rows(rows),
                more=rows.more,
            )
            for question, rows in zip(asked.lists, found.lists, strict=True)
        ],
        interval=asked.series.grain,
        last_bucket_partial=unfinished,
        compared_range=instants(asked.compared) if asked.compared else (),
        meta=meta,
    )


def _rows(found: Found) -> list[query_pb2.Row]:
    return [row_of(*pair) for pair in zip(found.rows, found.compared, strict=True)]


def _compared(compared: Compared) -> query_pb2.RowComparison:
    return query_pb2.RowComparison(
        dimensions=compared.dimensions,
        metrics=map(value_of, compared.metrics),
        change=map(value_of, compared.change),
    )


def _widened(totals: query_pb2.Row, asked: Asked) -> query_pb2.Row:
    """The totals with a place for each metric: those that the filters do not allow have no value."""
    told = [metric.name for metric in asked.totals.metrics]
    if told == [*asked.metrics]:
        return totals

    def wide(values: Sequence[query_pb2.MetricValue]) -> list[query_pb2.MetricValue]:
        known = dict(zip(told, values, strict=True))
        return [known.get(name, query_pb2.MetricValue()) for name in asked.metrics]

    row = query_pb2.Row(metrics=wide(totals.metrics))
    if totals.HasField("comparison"):
        beside = totals.comparison
        row.comparison.CopyFrom(query_pb2.RowComparison(metrics=wide(beside.metrics), change=wide(beside.change)))
    return row
