"""What is known of a range before a page of it is planned."""

# ruff: noqa: S608  (identifiers come from this module, values are bound)

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from query.conditions import REACH, Conditions, Parameters
from query.language import Scoped
from query.sql import Statement
from query.tables import CUSTOM

PAGEVIEW = "pageview"
MOST_MISPLACED = 10_000
_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"


@dataclass(frozen=True, slots=True)
class Facts:
    """Sessions that count in a range: in memory mode, of them those that continue another, in daily mode; custom events
    that bear the name of page views; pages seen of other hostnames than one.

    `strangers` are visits that are placed in the range and began outside, `late` those that began in it and are placed
    outside. Neither is complete above MOST_MISPLACED.
    """

    memory: int
    continued: int
    daily: int
    disguised: int = 0
    elsewhere: int = 0
    strangers: Sequence[UUID] = field(default_factory=tuple)
    late: Sequence[UUID] = field(default_factory=tuple)

    @property
    def misplaced_are_known(self) -> bool:
        return len(self.strangers) <= MOST_MISPLACED and len(self.late) <= MOST_MISPLACED


def facts_statement(scoped: Scoped, dimensions: Collection[str]) -> Statement:
    """One row: the fields of Facts; what is not needed for lists by these dimensions is 0 or empty."""
    parameters = Parameters()
    on = Conditions(parameters, Scoped(scoped.site, (), scoped.span, scoped.definitions))
    asked = [f"countIf(NOT {_DAILY})", "countIf(v.continuation)", f"countIf({_DAILY})"]
    if {"page", "event"} & {*dimensions}:
        disguised = f"SELECT count() FROM events WHERE {on.placed()} AND {CUSTOM} AND name = '{PAGEVIEW}'"
        one = f"SELECT hostname FROM visit_pages WHERE {on.placed()} LIMIT 1"
        elsewhere = f"SELECT count() FROM visit_pages WHERE {on.placed()} AND hostname NOT IN ({one})"
        asked += [
            f"({disguised})" if "event" in dimensions else "0",
            f"({elsewhere})" if "page" in dimensions else "0",
            *([] if scoped.filters else _misplaced(on)),
        ]
    text = (
        f"SELECT {', '.join(asked)} FROM {on.visits(*asked, on.counted(), 'v.continuation')} AS v WHERE {on.counted()}"
    )
    return Statement(text, parameters.values)


def placed_inside(on: Conditions) -> str:
    return f"visit_started_at >= {on.start} AND visit_started_at < {on.end}"


def _misplaced(on: Conditions) -> list[str]:
    """What is placed further from both ends than a visit reaches is at its place."""
    reach, inside = f"INTERVAL {REACH.days} DAY", placed_inside(on)
    far = f"visit_started_at >= {on.start} + {reach} AND visit_started_at < {on.end} - {reach}"
    began = f"first_at >= {on.start} AND first_at < {on.end}"
    rows = f"FROM visits FINAL WHERE {on.placed()} AND NOT ({far})"
    ids = f"groupArray({MOST_MISPLACED + 1})(visit_id)"
    return [
        f"(SELECT {ids} {rows} AND {inside} AND NOT ({began}))",
        f"(SELECT {ids} {rows} AND NOT ({inside}) AND {began})",
    ]
