"""Journeys as one ClickHouse statement: each visit's path, cut into steps, and these counted."""

# ruff: noqa: S608  (texts of `Conditions` and of this module, values are bound)

from query.breakdown import of_counted_session, of_session_started, tells_of_session
from query.conditions import Conditions, Parameters
from query.journey_question import JourneyQuestion
from query.sql import Statement
from query.tables import CUSTOM, NO_UUID, VIEW

OTHER, UNSET = "(other)", "(not set)"

_ORDER = "e.occurred_at, e.sequence, toUInt128(e.event_id)"
_NAME = f"if(e.{VIEW}, if(e.page = '', '{UNSET}', toString(e.page)), toString(e.name))"


# A step is folded after its links are gathered under it, first by the names they go from, then by those they go to:
# every visit at a step came there by one link, so that both ways give the same ranks.
_FOLDED = """
WITH paths AS ({paths}),
    links AS (
        SELECT value, step, path[step] AS name, if(step < length(path), path[step + 1], '') AS following,
            count() AS visits, countIf(step = length(path) AND NOT goes_on) AS gone
        FROM paths ARRAY JOIN arrayEnumerate(path) AS step GROUP BY value, step, name, following
    ),
    names AS (
        SELECT value, step, name, sum(visits) AS total, groupArray((following, visits, gone)) AS ways
        FROM links GROUP BY value, step, name
    ),
    ranked AS (
        SELECT value, step, ways, sum(if(step = 1, total, 0)) OVER (PARTITION BY value) AS size,
            row_number() OVER (PARTITION BY value, step ORDER BY total DESC, name) <= {limit} AS kept,
            if(kept, name, '{other}') AS one
        FROM names
    ),
    shown AS (SELECT *, dense_rank() OVER (ORDER BY size DESC, value) AS place FROM ranked),
    gathered AS (
        SELECT value, step, one, way.1 AS following, sum(way.2) AS visits, sum(way.3) AS gone
        FROM shown ARRAY JOIN ways AS way WHERE place <= {limit} GROUP BY value, step, one, following
    ),
    nexts AS (
        SELECT value, step, following, sum(visits) AS total, groupArray((one, visits, gone)) AS ways
        FROM gathered GROUP BY value, step, following
    ),
    folded AS (
        SELECT value, step, ways, row_number() OVER
                (PARTITION BY value, step ORDER BY following = '', total DESC, following) <= {limit} AS kept,
            if(kept OR following = '', following, '{other}') AS other
        FROM nexts
    )
SELECT value, step, way.1 AS one, other, sum(way.2) AS visits, sum(way.3) AS gone
FROM folded ARRAY JOIN ways AS way GROUP BY value, step, one, other
"""


def statement(question: JourneyQuestion) -> Statement:
    """Rows of: group, step from 1 on, name, name of the next step ("" for none shown), visits, and how many left."""
    parameters = Parameters()
    limit = parameters.bind(question.limit, "UInt64")
    paths = _paths(question, parameters)
    return Statement(_FOLDED.format(paths=paths, limit=limit, other=OTHER), parameters.values)


def _paths(question: JourneyQuestion, parameters: Parameters) -> str:
    """One row for each visit: its group, its path up to the last step shown, and whether that goes on."""
    conditions = Conditions(parameters, question.scoped, (question.breakdown,) if question.breakdown else ())
    met = conditions.match(question.place)
    step = f"(e.{VIEW} OR e.{CUSTOM})" if question.of_events else f"e.{VIEW}"
    filters = question.scoped.filters
    if filters or not tells_of_session(question.place):
        chosen = of_counted_session(conditions, filters)
    else:
        chosen = of_session_started(conditions)
    holding = f"SELECT e.visit_id FROM events AS e WHERE {conditions.placed('e.')} AND {met} AND {chosen}"
    sort = "arrayReverseSort" if question.backwards else "arraySort"
    events = (
        f"SELECT e.visit_id AS visit_id, {sort}(groupArray(({_ORDER}, {met}, {step}, {_NAME}))) AS a, "
        "arrayFirstIndex(x -> x.4, a) AS first FROM events AS e "
        f"WHERE {conditions.placed('e.')} AND e.visit_id != {NO_UUID} AND ({step} OR {met}) "
        f"AND e.visit_id IN ({holding}) GROUP BY visit_id"
    )
    names = (
        "arrayMap(x -> x.6, arrayFilter((x, place) -> place = first OR (x.5 AND place > first), a, arrayEnumerate(a)))"
    )
    whole = names if question.of_events else f"arrayCompact({names})"
    last = parameters.bind(question.steps + 1, "UInt64")
    value = f"toString({conditions.label(question.breakdown, 'v')})" if question.breakdown else "''"
    joined = f" INNER JOIN {conditions.visits()} AS v ON u.visit_id = v.visit_id" if question.breakdown else ""
    return (
        f"SELECT {value} AS value, {whole} AS whole, arraySlice(whole, 1, {last}) AS path, "
        f"length(whole) > {last} AS goes_on FROM ({events}) AS u{joined} WHERE first > 0"
    )
