"""Columns that conditions and legs name: of visits, of the pages they saw, and of events by dimension."""

from query.tables import VISIT_TEXTS
from query.vocabulary import MET

VISIT_COLUMNS = (
    *("visit_id", "visitor_id", "user_hash", "identity", "continuation", "first_at", "last_at"),
    *("pageviews", "customs", "events", "interactives", "engaged_ms"),
    *VISIT_TEXTS,
)
PAGE_COLUMNS = ("visit_id", "page", "hostname", "pageviews", "customs", "engaged_ms", "scroll_depth")
# A continuation is no entry and no exit; its events still count. semantics: Memory mode on a site of many pages.
ENDS = {
    f"{end}_{name}": f"if(continuation, '', tupleElement(finalizeAggregation({end}), {place}))"
    for end in ("entry", "exit")
    for place, name in enumerate(("page", "hostname"), 1)
}
# The variant that a visit's first exposure showed.
VARIANTS = """(
    SELECT visit_id, argMin(props['variant'], tuple(occurred_at, sequence, toUInt128(event_id))) AS {name}
    FROM events WHERE {where} AND kind = 'EVENT_KIND_EXPOSURE' AND props['experiment'] = {key} GROUP BY visit_id
)"""
EVENT_COLUMN = {"event": "e.name", "element": "e.element_id", "currency": "e.revenue_currency", MET: "e.met"}
