"""Funnels: how many units got from step to step, and how long it took them.

1. A *unit* is a visit, a visitor's day, or a user. Visits are whole and count where they started, continuations
   included, as in every number of single events. A visitor's day is all visits of the visitor that started on that day
   of the time zone. A user's events are those that name the user, with or without a visit; the first step lies in the
   range, later ones may lie after it.
2. Filters choose visits; an event without a visit is chosen by itself.
3. A unit's events are ordered by time, then the client's sequence, then id. One event satisfies one step only.
4. An *attempt* is a chain of events for the steps: `ordered` in the order of the steps; `strict` likewise, with no page
   view, no custom event and no event that satisfies a step between; `any` in whatever order, where step n is reached
   by n different steps. Its last event is within the window of its first.
5. What a unit reached is what its furthest attempt reached. Its times are those of the furthest attempt that begins
   first and goes on as early as it can. The visit that this attempt begins in decides the group.
6. Quantiles are interpolated: of n sorted values the one at (n − 1) × q, between two of them in proportion.
"""

from collections.abc import Sequence
from typing import Any

from analytics.v1 import query_pb2

from query import funnel_sql
from query.answer import refused_patterns
from query.cache import Source
from query.funnel_question import funnel_question
from query.language import Scoped
from query.sql import Statement


async def funnel(pool: Source, request: query_pb2.FunnelRequest, scoped: Scoped) -> list[query_pb2.FunnelGroup]:
    """Groups by most that entered, then by value; without a breakdown one. Raises INVALID_ARGUMENT as its question."""
    question = funnel_question(request, scoped)
    tested = [item for step in question.steps for item in step.filters]
    async with refused_patterns(pool, [*scoped.filters, *tested]):
        rows = await _ask(pool, funnel_sql.statement(question, by_time_alone=True))
        if any(row[1] for row in rows):
            # events of one instant satisfy different steps: only their sequence and ids tell which came first
            rows = await _ask(pool, funnel_sql.statement(question, by_time_alone=False))
    return [_group(row, len(question.steps)) for row in rows]


async def _ask(pool: Source, statement: Statement) -> Sequence[Sequence[Any]]:
    return await pool.rows(statement.text, statement.parameters)


def _group(row: Sequence[Any], size: int) -> query_pb2.FunnelGroup:
    value, _, *numbers = row
    entered, took = numbers[:size], numbers[size:]
    steps = []
    for index, here in enumerate(entered):
        converted = entered[index + 1] if index + 1 < size else here
        step = query_pb2.FunnelStep(
            entered=here,
            converted=converted,
            dropped=here - converted,
            rate=100 * here / entered[0] if here else 0.0,
            step_rate=100 * here / entered[max(index - 1, 0)] if here else 0.0,
        )
        if index and here:
            step.median_s, step.p90_s = (micros / 1_000_000 for micros in took[index - 1])
        steps.append(step)
    return query_pb2.FunnelGroup(value=value, steps=steps)
