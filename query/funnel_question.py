"""What a funnel asks: steps, order, unit and window, every default resolved."""

from dataclasses import dataclass
from enum import Enum

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query.breakdown import bounded, breakdown_of
from query.filters import Match, leaves
from query.grammar import MAX_FILTERS
from query.language import Scoped, match_of

MIN_STEPS, MAX_STEPS = 2, 10
MAX_GROUPS, DEFAULT_GROUPS = 100, 10
DAY_S = 24 * 60 * 60
MAX_WINDOW_S, USER_WINDOW_S = 366 * DAY_S, 14 * DAY_S


class Order(Enum):
    """How strictly steps follow each other."""

    ORDERED = query_pb2.FunnelRequest.ORDER_ORDERED
    STRICT = query_pb2.FunnelRequest.ORDER_STRICT
    ANY = query_pb2.FunnelRequest.ORDER_ANY


class Unit(Enum):
    """Who goes through it."""

    VISIT = query_pb2.FunnelRequest.UNIT_VISIT
    VISITOR_DAY = query_pb2.FunnelRequest.UNIT_VISITOR_DAY
    USER = query_pb2.FunnelRequest.UNIT_USER


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """A request with everything resolved. `window_s` is 0 for as long as the unit lasts."""

    scoped: Scoped
    steps: tuple[Match, ...]
    order: Order
    unit: Unit
    window_s: int
    breakdown: str
    limit: int


def funnel_question(request: query_pb2.FunnelRequest, scoped: Scoped) -> FunnelQuestion:
    """Raises INVALID_ARGUMENT at the place in the JSON that is wrong."""
    if not MIN_STEPS <= len(request.steps) <= MAX_STEPS:
        raise invalid("steps", f"{len(request.steps)} of them; give {MIN_STEPS}–{MAX_STEPS}")
    if request.window_s > MAX_WINDOW_S:
        raise invalid("window_s", f"{request.window_s:,} is more than {MAX_WINDOW_S:,} s, which are 366 days")
    try:
        order = Order(request.order or query_pb2.FunnelRequest.ORDER_ORDERED)
    except ValueError:
        raise invalid("order", f"{request.order} is none; give ordered, strict or any") from None
    try:
        unit = Unit(request.unit or query_pb2.FunnelRequest.UNIT_VISIT)
    except ValueError:
        raise invalid("unit", f"{request.unit} is none; give visit, visitor_day or user") from None
    steps = tuple(match_of(step, f"steps[{index}]", scoped.definitions) for index, step in enumerate(request.steps))
    if sum(1 for step in steps for _ in leaves(step.filters)) > MAX_FILTERS:
        raise invalid("steps", f"more than {MAX_FILTERS} conditions in all steps together")
    return FunnelQuestion(
        scoped=scoped,
        steps=steps,
        order=order,
        unit=unit,
        window_s=request.window_s or (USER_WINDOW_S if unit is Unit.USER else 0),
        breakdown=breakdown_of(request.breakdown),
        limit=bounded("limit", request.limit, DEFAULT_GROUPS, MAX_GROUPS),
    )
