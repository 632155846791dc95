"""A funnel as one ClickHouse statement.

The scan keeps the events that satisfy a step and makes a number of each: its time in microseconds, and below it a bit
for each step that it satisfies. A unit's events become an array of such numbers in order, `k`, which folds walk: they
look back at no more than their state, so that a unit of many events takes no more than its length.
"""

# ruff: noqa: S608  (texts of `Conditions` and of this package, values are bound)

from dataclasses import dataclass, replace
from datetime import timedelta

from query import attempts
from query.attempts import BITS, LATE, time_of
from query.breakdown import of_counted_session, of_session_started, tells_of_session
from query.conditions import Conditions, Parameters
from query.funnel_question import FunnelQuestion, Order, Unit
from query.sql import Statement
from query.tables import CUSTOM, NO_UUID, VIEW

_MICROS = "toUInt64(toUnixTimestamp64Micro(e.occurred_at))"
_QUANTILES = "quantilesExactInclusiveIf(0.5, 0.9)"
# A fold costs by the block: users, few and of many events, would now and then come in hundreds of small ones.
_IN_FEW_BLOCKS = " SETTINGS group_by_two_level_threshold = 0, group_by_two_level_threshold_bytes = 0"


@dataclass(frozen=True, slots=True)
class _Events:
    """Events of all units: FROM and WHERE, what makes a unit, and the group an event tells ("" where the unit does)."""

    source: str
    keys: tuple[str, ...]
    group: str = ""


def statement(question: FunnelQuestion, by_time_alone: bool) -> Statement:
    """Rows of: group, whether time alone could not order the events of some unit, units that reached each step, and for
    each step but the first the median and p90 of the microseconds since the step before.

    `by_time_alone` leaves sequence and id unread, for half the cost; with a unit that time could not order, the answer
    is none.
    """
    parameters, size = Parameters(), len(question.steps)
    reached = [f"countIf(length(way) >= {step})" for step in range(1, size + 1)]
    took = [
        f"{_QUANTILES}({time_of(f'way[{step}]')} - {time_of(f'way[{step - 1}]')}, length(way) >= {step})"
        for step in range(2, size + 1)
    ]
    columns = ["value" if question.breakdown else "''", "max(max(tied)) OVER ()", *reached, *took]
    text = f"SELECT {', '.join(columns)} FROM ({_attempts(question, parameters, by_time_alone)}) WHERE notEmpty(way)"
    if question.breakdown:
        text += f" GROUP BY value ORDER BY {reached[0]} DESC, value LIMIT {parameters.bind(question.limit, 'UInt64')}"
    if question.unit is Unit.USER:
        text += _IN_FEW_BLOCKS
    return Statement(text, parameters.values)


def _attempts(question: FunnelQuestion, parameters: Parameters, by_time_alone: bool) -> str:
    """One row for each unit: `way`, the events of its attempt, `tied`, and with a breakdown its `value`."""
    window = parameters.bind(question.window_s * 1_000_000, "UInt64") if question.window_s else ""
    rows, size = _arrays(question, parameters, by_time_alone), len(question.steps)
    if question.order is Order.STRICT:
        rows = f"SELECT *, {attempts.furthest_strict(size, window)} AS best FROM ({rows})"
        way = "arraySlice(k, best.2 - best.1 + 1, best.1)"
    else:
        order, furthest = attempts.ordered, attempts.furthest_ordered
        if question.order is Order.ANY:
            order, furthest = attempts.any_order, attempts.furthest_any
        within = "k"
        if window:
            # no attempt gets further than the one that ends at best.2, and none as far ends before
            rows = f"SELECT *, {furthest(size, window)} AS best FROM ({rows})"
            within = f"arrayFilter(x -> {time_of('x')} + {window} >= best.2 AND {time_of('x')} <= best.2, k)"
        way = order(size, within)
    if not question.breakdown:
        return f"SELECT {way} AS way, tied FROM ({rows})"
    if question.unit is Unit.VISIT:
        conditions = Conditions(parameters, question.scoped, (question.breakdown,))
        joined = f"({rows}) AS u INNER JOIN {conditions.visits()} AS v ON u.visit_id = v.visit_id"
        return f"SELECT {way} AS way, tied, {conditions.label(question.breakdown, 'v')} AS value FROM {joined}"
    # of several equal events the first, but for strict ones: an attempt begins as early as it can
    first = "best.2 - best.1 + 1" if question.order is Order.STRICT else "indexOf(k, way[1])"
    return f"SELECT {way} AS way, tied, groups[{first}] AS value FROM ({rows})"


def _arrays(question: FunnelQuestion, parameters: Parameters, by_time_alone: bool) -> str:
    """One row for each unit that can reach the first step: its events in order, `k`."""
    scoped, by_user = question.scoped, question.unit is Unit.USER
    span = scoped.span
    if by_user:
        span = replace(span, end=span.end + timedelta(seconds=question.window_s))
    within_unit = question.breakdown and question.unit is not Unit.VISIT
    conditions = Conditions(parameters, replace(scoped, span=span), (question.breakdown,) if within_unit else ())
    steps = [conditions.match(step) for step in question.steps]
    kept = [*steps, f"e.{VIEW}", f"e.{CUSTOM}"] if question.order is Order.STRICT else steps
    where = f"{conditions.placed('e.')} AND ({' OR '.join(kept)})"
    match question.unit:
        case Unit.VISIT:
            events = _of_visits(question, conditions, where)
        case Unit.VISITOR_DAY:
            events = _of_visitor_days(question, conditions, where)
        case Unit.USER:
            events = _of_users(question, conditions, where)
    begins = f"e.occurred_at < {Conditions(parameters, scoped).end}" if by_user else ""
    number = _number(steps, begins, question.order is Order.ANY)
    if by_time_alone and not events.group:
        columns = (
            f"arraySort(groupArray({number})) AS k",
            "arrayExists((x, y) -> x != y AND "
            f"{time_of('x')} = {time_of('y')}, arrayPopFront(k), arrayPopBack(k)) AS tied",
        )
    else:
        place = f"{_MICROS}, e.sequence, toUInt128(e.event_id)"
        columns = (
            f"arraySort(groupArray(({place}, {number}, {events.group or 0}))) AS a",
            "a.4 AS k",
            "a.5 AS groups",
            "0 AS tied",
        )
    text = f"SELECT {', '.join([*events.keys, *columns])} FROM {events.source} GROUP BY {', '.join(events.keys)}"
    return text if question.order is Order.ANY else f"{text} HAVING arrayExists(x -> bitTest(x, 0), k)"


def _number(steps: list[str], begins: str, any_order: bool) -> str:
    """An event's time, and its bits. An attempt begins only with events for which `begins` holds."""
    bits = list(steps)
    late = ""
    if begins and any_order:
        late = f" + {1 << LATE} * toUInt64(NOT {begins})"
    elif begins:
        bits[0] = f"({bits[0]} AND {begins})"
    satisfied = " + ".join(f"{1 << index} * toUInt64({condition})" for index, condition in enumerate(bits))
    return f"{_MICROS} * {1 << BITS} + {satisfied}{late}"


def _of_visits(question: FunnelQuestion, conditions: Conditions, where: str) -> _Events:
    filters = question.scoped.filters
    if filters or not all(tells_of_session(step) for step in question.steps):
        chosen = of_counted_session(conditions, filters)
    else:
        # whoever reaches a step holds a page view or custom event
        chosen = f"e.visit_id != {NO_UUID} AND {of_session_started(conditions)}"
    return _Events(f"events AS e WHERE {where} AND {chosen}", ("visit_id",))


def _of_visitor_days(question: FunnelQuestion, conditions: Conditions, where: str) -> _Events:
    chosen = f"{conditions.counted()} AND {conditions.sessions(question.scoped.filters)}"
    joined = f"INNER JOIN {conditions.visits()} AS v ON e.visit_id = v.visit_id"
    # in memory mode a visitor is a visit
    visitor = "if(v.identity = 'IDENTITY_MODE_DAILY', v.visitor_id, v.visit_id)"
    return _Events(
        f"events AS e {joined} WHERE {where} AND {chosen}",
        (visitor, f"toDate({conditions.local('v.first_at')})"),
        conditions.label(question.breakdown, "v") if question.breakdown else "",
    )


def _of_users(question: FunnelQuestion, conditions: Conditions, where: str) -> _Events:
    filters = question.scoped.filters
    where = f"{where} AND e.user_hash != '' AND {conditions.happened()}"
    if filters:
        seen = f"SELECT v.visit_id FROM {conditions.visits()} AS v WHERE {conditions.sessions(filters)}"
        alone = conditions.events(filters)
        where = f"{where} AND if(e.visit_id = {NO_UUID}, {alone}, e.visit_id IN ({seen}))"
    source = "events AS e"
    if question.breakdown:
        source += f" ANY LEFT JOIN {conditions.visits()} AS v ON e.visit_id = v.visit_id"
    group = conditions.label(question.breakdown, "e") if question.breakdown else ""
    return _Events(f"{source} WHERE {where}", ("e.user_hash",), group)
