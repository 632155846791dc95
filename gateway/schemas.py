"""JSON schemas of answers, and of the bodies whose grammar no struct expresses."""

import msgspec

from gateway.importer import Line
from gateway.message_schemas import (
    COMPARISON,
    DATE_RANGE,
    EXPLAINED,
    FILTER,
    ORDER,
    ROW,
    TEXT,
    WHOLE,
    Schema,
    list_of,
    shape,
)

TRACKED = shape(
    ("status", "eventId"),
    status={"enum": ["accepted", "duplicate", "ignored"]},
    eventId={"type": "string", "format": "uuid"},
    reason=TEXT,
)
TRACKED_BATCH = shape(
    ("results",),
    results=list_of(
        shape(
            ("status", "eventId"),
            eventId=TEXT,
            status={"enum": ["accepted", "duplicate", "ignored", "rejected"]},
            reason=TEXT,
            field=TEXT,
        )
    ),
)

QUERY = shape(
    ("site", "metrics"),
    site=TEXT,
    metrics=list_of(TEXT),
    dimensions=list_of(TEXT),
    filters=list_of(FILTER),
    date_range=DATE_RANGE,
    timezone=TEXT,
    date={"type": "string", "format": "date"},
    order_by=list_of(ORDER),
    limit={"type": "integer", "minimum": 1, "maximum": 10_000},
    offset=WHOLE,
    page_token=TEXT,
    include=shape(empty_buckets={"type": "boolean"}, total_rows={"type": "boolean"}, time_labels={"type": "boolean"}),
    compare=COMPARISON,
    explain={"type": "boolean"},
)
ANSWER = shape(
    ("results", "meta", "query"),
    results=list_of(ROW),
    meta=shape(
        ("freshness_s", "took_ms", "warnings"),
        total_rows=WHOLE,
        next_page_token=TEXT,
        time_labels=list_of(TEXT),
        compared_range=list_of(TEXT),
        explanation=list_of(EXPLAINED),
        freshness_s={"type": "number"},
        took_ms={"type": "number"},
        as_of_position=WHOLE,
        warnings=list_of(TEXT),
    ),
    query=QUERY,
)

_COUNT = shape(("value", "count"), value=TEXT, count=WHOLE)
LIVE = shape(
    ("fresh",),
    fresh={"type": "boolean"},
    as_of_us=WHOLE,
    position=WHOLE,
    visitors_now=WHOLE,
    views_per_minute=list_of(WHOLE),
    minute_us=WHOLE,
    pages=list_of(_COUNT),
    sources=list_of(_COUNT),
    countries=list_of(_COUNT),
    events=list_of({"type": "object"}),
)

LINE: Schema = {
    "type": "string",
    "description": "One JSON object a line; its fields: "
    + ", ".join(f.encode_name for f in msgspec.structs.fields(Line)),
}
BALANCE = shape(
    ("read", "imported", "duplicates", "ignored", "rejected"),
    read=WHOLE,
    imported=WHOLE,
    duplicates=WHOLE,
    ignored=WHOLE,
    ignoredReasons={"type": "object", "additionalProperties": WHOLE},
    rejected=list_of(shape(("line", "reason"), line=WHOLE, reason=TEXT)),
)

SITE = shape(
    ("id", "timezone", "identity", "domains", "retention"),
    id=TEXT,
    timezone=TEXT,
    identity={"enum": ["memory", "daily"]},
    domains=list_of(TEXT),
    retention={"oneOf": [WHOLE, {"const": "forever"}]},
    ignorePrivacySignals={"type": "boolean"},
    queryParameters=list_of(TEXT),
    hashRouting={"type": "boolean"},
    excludedIps=list_of(TEXT),
    excludedPaths=list_of(TEXT),
    excludedHostnames=list_of(TEXT),
    excludedCountries=list_of(TEXT),
    pathRules=list_of(TEXT),
    createdAt={"type": "string", "format": "date-time"},
)
SITES = shape(("sites",), sites=list_of(SITE))
KEY = shape(
    ("id", "name", "site", "scope"),
    id=TEXT,
    name=TEXT,
    site={"type": ["string", "null"]},
    scope={"enum": ["ingest", "read", "admin"]},
    expiresAt={"type": ["string", "null"]},
    createdAt={"type": "string", "format": "date-time"},
)
KEYS = shape(("keys",), keys=list_of(KEY))
GOAL = shape(
    ("id", "site", "name", "page", "event", "filters", "scrollThreshold", "currency"),
    id=TEXT,
    site=TEXT,
    name=TEXT,
    page={"type": ["string", "null"]},
    event={"type": ["string", "null"]},
    filters=list_of(FILTER),
    scrollThreshold={"type": ["integer", "null"], "minimum": 1, "maximum": 100},
    currency={"type": ["string", "null"]},
    createdAt={"type": "string", "format": "date-time"},
)
GOALS = shape(("goals",), goals=list_of(GOAL))
SEGMENT = shape(
    ("id", "site", "name", "filters"),
    id=TEXT,
    site=TEXT,
    name=TEXT,
    filters=list_of(FILTER),
    createdAt={"type": "string", "format": "date-time"},
)
SEGMENTS = shape(("segments",), segments=list_of(SEGMENT))
NEW_KEY: Schema = {**KEY, "properties": {**KEY["properties"], "secret": TEXT}}
