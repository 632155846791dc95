"""What is known of a range before a page of it is planned."""

# ruff: noqa: S608  (identifiers come from this module, values are bound)

from collections.abc import Collection
from dataclasses import dataclass

from query.conditions import Conditions, Parameters
from query.language import Scoped
from query.sql import Statement
from query.tables import CUSTOM

PAGEVIEW = "pageview"
_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"


@dataclass(frozen=True, slots=True)
class Facts:
    """Sessions that count in a range: in memory mode, of them those that continue another, in daily mode; custom events
    that bear the name of page views; pages seen of other hostnames than one."""

    memory: int
    continued: int
    daily: int
    disguised: int
    elsewhere: int


def facts_statement(scoped: Scoped, dimensions: Collection[str]) -> Statement:
    """One row: the fields of Facts; what is not needed for lists by these dimensions is 0."""
    parameters = Parameters()
    on = Conditions(parameters, Scoped(scoped.site, (), scoped.span, scoped.definitions))
    disguised = f"SELECT count() FROM events WHERE {on.placed()} AND {CUSTOM} AND name = '{PAGEVIEW}'"
    one = f"SELECT hostname FROM visit_pages WHERE {on.placed()} LIMIT 1"
    others = f"SELECT count() FROM visit_pages WHERE {on.placed()} AND hostname NOT IN ({one})"
    if "event" not in dimensions:
        disguised = "SELECT 0"
    if "page" not in dimensions:
        others = "SELECT 0"
    text = (
        f"SELECT countIf(NOT {_DAILY}), countIf(v.continuation), countIf({_DAILY}), ({disguised}), ({others}) "
        f"FROM {on.visits(_DAILY, on.counted(), 'v.continuation')} AS v WHERE {on.counted()}"
    )
    return Statement(text, parameters.values)
