"""Journeys: where visits went after a start, or came from before an end.

1. Visits are whole and count where they started, continuations included, as in every number of single events. Filters
   choose visits.
2. Step 0 is the first event of a visit that is a start, or the last that is an end. A page view is shown by its page,
   any other event by its name. The steps after it (before it, with an end) are page views, or page views and custom
   events, by time, the client's sequence, then id.
3. Of pages the same one several times in a row is one step.
4. Each step of a group shows the values of most visits; the others are one, `(other)`. As many groups are shown as
   values of a step.
5. A visit has left where nothing follows, at the last step that is shown too: of each value at an earlier step, those
   that left and those that its links carry on are all; of each value at a later step, those that its links bring are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from analytics.v1 import query_pb2

from query import journey_sql
from query.answer import refused_patterns
from query.cache import Source
from query.journey_question import journey_question
from query.language import Scoped


async def journey(pool: Source, request: query_pb2.JourneyRequest, scoped: Scoped) -> list[query_pb2.JourneyGroup]:
    """Groups by most visits, then by value; without a breakdown one. Raises INVALID_ARGUMENT as its question."""
    question = journey_question(request, scoped)
    found = journey_sql.statement(question)
    rows: dict[str, list[Sequence[Any]]] = defaultdict(list)
    if not question.breakdown:
        rows[""] = []
    async with refused_patterns(pool, [*scoped.filters, *question.place.filters]):
        for value, *rest in await pool.rows(found.text, found.parameters):
            rows[value].append(rest)
    groups = [_group(value, members) for value, members in rows.items()]
    return sorted(groups, key=lambda group: (-group.visits, group.value.encode()))


def _group(value: str, rows: Iterable[Sequence[Any]]) -> query_pb2.JourneyGroup:
    """From rows of: step from 1 on, name, name of the next step ("" for none shown), visits, and how many left."""
    nodes: Counter[tuple[int, str]] = Counter()
    left: Counter[tuple[int, str]] = Counter()
    links: dict[tuple[int, str, str], int] = {}
    for place, name, following, visits, gone in rows:
        step = place - 1
        nodes[step, name] += visits
        left[step, name] += gone
        if following:
            links[step, name, following] = visits
    return query_pb2.JourneyGroup(
        value=value,
        visits=sum(visits for (step, _), visits in nodes.items() if step == 0),
        nodes=[
            query_pb2.JourneyNode(step=step, value=name, visits=visits, left=left[step, name])
            for (step, name), visits in sorted(nodes.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        ],
        links=[
            query_pb2.JourneyLink(step=step, to=following, visits=visits, **{"from": name})
            for (step, name, following), visits in sorted(
                links.items(), key=lambda item: (item[0][0], -item[1], *item[0][1:])
            )
        ],
    )
