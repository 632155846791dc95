"""Single visits, newest first, and what happened in one of them.

The list holds what `visits` counts: sessions that started in the range, whole; continuations only where a filter is of
single events. Texts are those that answers show, a blank by its name, so that each can stand in a filter. Of a person
there is nothing but place and device: no address, no user id, no hash of either, no visitor.
"""

# ruff: noqa: S608  (texts of `Conditions` and of this module, values are bound)

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import query_pb2

from mesh.errors import invalid, not_found
from query.answer import refused_patterns
from query.breakdown import bounded
from query.cache import Source
from query.conditions import Conditions, Parameters
from query.cursor import Cursor, token_of
from query.definitions import NONE
from query.filters import of_events
from query.labels import Amount
from query.language import Scoped
from query.ranges import Range
from query.sql import Statement

MAX_VISITS, DEFAULT_VISITS, MAX_EVENTS = 1_000, 50, 10_000

# Fields of `Visit` and the dimensions they show.
_TEXTS = {
    "hostname": "entry_hostname",
    **{
        name: name
        for name in (
            *("entry_page", "exit_page", "source", "channel", "referrer", "utm_campaign"),
            *("country", "region", "city", "browser", "os", "device", "screen", "language"),
        )
    },
}
_NUMBERS = {
    "id": "toString(v.visit_id)",
    "started_at_us": "toUnixTimestamp64Micro(v.first_at)",
    "duration_s": "greatest(0, toUnixTimestamp64Micro(v.last_at) - toUnixTimestamp64Micro(v.first_at)) / 1000000",
    "pageviews": "v.pageviews",
    "events": "v.events",
    "identified": "v.user_hash != ''",
    "continuation": "v.continuation",
    "identity": "toInt8(v.identity)",
}
_EVENT = {
    "id": "toString(event_id)",
    "occurred_at_us": "toUnixTimestamp64Micro(occurred_at)",
    "kind": "toInt8(kind)",
    **{
        name: name
        for name in (
            *("name", "hostname", "page", "page_title", "element_id", "element_text", "href"),
            *("scroll_depth", "engaged_ms", "props"),
        )
    },
}
# visits() is cut by time; this cuts nothing
_EVER = Range(datetime(1970, 1, 5, tzinfo=UTC), datetime(2250, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


async def list_visits(
    pool: Source, request: query_pb2.ListVisitsRequest, scoped: Scoped, cursor: Cursor
) -> query_pb2.ListVisitsResponse:
    """A page of visits, without meta. `cursor` is what `cursor_of` found, and the scope is as of its `now`.

    Raises INVALID_ARGUMENT for a limit out of bounds or a pattern that is no RE2.
    """
    limit = bounded("limit", request.limit, DEFAULT_VISITS, MAX_VISITS)
    asked = list_statement(scoped, cursor, limit + 1)
    async with refused_patterns(pool, scoped.filters):
        rows = await pool.rows(asked.text, asked.parameters)
    visits = [_visit(row) for row in rows[:limit]]
    token = ""
    if len(rows) > limit:
        token = token_of(request, Cursor(cursor.now, visits[-1].started_at_us, visits[-1].id))
    return query_pb2.ListVisitsResponse(visits=visits, next_page_token=token)


async def get_visit(pool: Source, request: query_pb2.GetVisitRequest, site: int) -> query_pb2.GetVisitResponse:
    """A visit and its events, without meta. `site` is the site's number.

    Raises NOT_FOUND where the site has no such visit, INVALID_ARGUMENT for what is no UUID.
    """
    try:
        visit_id = str(uuid.UUID(request.id))
    except ValueError:
        raise invalid("id", f'"{request.id[:40]}" is no UUID') from None
    asked = visit_statement(site, visit_id)
    found = await pool.rows(asked.text, asked.parameters)
    if not found:
        raise not_found(f"this site has no visit {visit_id}", "id")
    visit = _visit(found[0])
    rows = await pool.rows(
        _TIMELINE, {"site": site, "visit": visit_id, "start": visit.started_at_us, "limit": MAX_EVENTS + 1}
    )
    return query_pb2.GetVisitResponse(
        visit=visit, events=[_event(row) for row in rows[:MAX_EVENTS]], more=len(rows) > MAX_EVENTS
    )


def list_statement(scoped: Scoped, cursor: Cursor, limit: int) -> Statement:
    """Rows of visits, newest first."""
    parameters = Parameters()
    conditions = Conditions(parameters, scoped)
    chosen = [conditions.counted(), conditions.sessions(scoped.filters)]
    if not any(of_events(item) for item in scoped.filters):
        chosen.append("NOT v.continuation")
    place = "(toUnixTimestamp64Micro(v.first_at), toUInt128(v.visit_id))"
    if cursor.after_us is not None:
        after = f"({parameters.bind(cursor.after_us, 'Int64')}, toUInt128({parameters.bind(cursor.after_id, 'UUID')}))"
        chosen.append(f"{place} < {after}")
    order = f"ORDER BY {place} DESC LIMIT {parameters.bind(limit, 'UInt64')}"
    # the page is found by few columns, and the others read of its visits alone
    page = f"SELECT v.visit_id FROM {conditions.visits()} AS v WHERE {' AND '.join(chosen)} {order}"
    return Statement(f"{_select(conditions)} WHERE v.visit_id IN ({page}) {order}", parameters.values)


def visit_statement(site: int, visit_id: str) -> Statement:
    """One row, or none."""
    parameters = Parameters()
    conditions = Conditions(parameters, Scoped(site, (), _EVER, NONE))
    return Statement(f"{_select(conditions)} WHERE v.visit_id = {parameters.bind(visit_id, 'UUID')}", parameters.values)


def _select(conditions: Conditions) -> str:
    texts = [conditions.label(dimension, "v") for dimension in _TEXTS.values()]
    return f"SELECT {', '.join([*_NUMBERS.values(), *texts])} FROM {conditions.visits()} AS v"


# Every event of a visit lies within 72 hours of where the visit is placed.
_START = "fromUnixTimestamp64Micro({start:Int64}, 'UTC')"
_TIMELINE = f"""
    SELECT {", ".join(_EVENT.values())}, revenue_currency, revenue_micros FROM events
    WHERE site_id = {{site:UInt32}} AND visit_id = {{visit:UUID}}
        AND visit_started_at BETWEEN {_START} - toIntervalHour(72) AND {_START} + toIntervalHour(72)
    ORDER BY occurred_at, sequence, toUInt128(event_id) LIMIT {{limit:UInt64}}
"""


def _visit(row: Sequence[Any]) -> query_pb2.Visit:
    return query_pb2.Visit(**dict(zip((*_NUMBERS, *_TEXTS), row, strict=True)))


def _event(row: Sequence[Any]) -> query_pb2.VisitEvent:
    *values, currency, micros = row
    money = query_pb2.Money(currency=currency, amount=Amount(currency, micros).decimal) if currency else None
    return query_pb2.VisitEvent(**dict(zip(_EVENT, values, strict=True)), revenue=money)
