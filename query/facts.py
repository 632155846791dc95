"""What is known of a range before a page of it is planned."""

# ruff: noqa: S608  (identifiers come from this module, values are bound)

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from query.conditions import Conditions, Parameters
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
    counted = on.counted()
    asked = [f"countIf({counted} AND {of})" for of in (f"NOT {_DAILY}", "v.continuation", _DAILY)]
    if {"page", "event"} & {*dimensions}:
        disguised = f"SELECT count() FROM events WHERE {on.placed()} AND {CUSTOM} AND name = '{PAGEVIEW}'"
        one = f"SELECT hostname FROM visit_pages WHERE {on.placed()} LIMIT 1"
        elsewhere = f"SELECT count() FROM visit_pages WHERE {on.placed()} AND hostname NOT IN ({one})"
        inside, began = placed_inside(on, "v."), on.began()
        ids = f"groupArrayIf({MOST_MISPLACED + 1})(v.visit_id"
        asked += [
            f"({disguised})" if "event" in dimensions else "0",
            f"({elsewhere})" if "page" in dimensions else "0",
            f"{ids}, {inside} AND NOT ({began}))",
            f"{ids}, NOT ({inside}) AND {began})",
        ]
    return Statement(f"SELECT {', '.join(asked)} FROM visits AS v FINAL WHERE {on.placed('v.')}", parameters.values)


def placed_inside(on: Conditions, prefix: str = "") -> str:
    return f"{prefix}visit_started_at >= {on.start} AND {prefix}visit_started_at < {on.end}"
