"""JSON schemas of answers, and of the bodies whose grammar no struct expresses."""

from typing import Any

import msgspec

from gateway.importer import Line

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TRACKED = _object(
    ("status", "eventId"),
    status={"enum": ["accepted", "duplicate", "ignored"]},
    eventId={"type": "string", "format": "uuid"},
    reason=_TEXT,
)
TRACKED_BATCH = _object(
    ("results",),
    results=_list(
        _object(
            ("status", "eventId"),
            eventId=_TEXT,
            status={"enum": ["accepted", "duplicate", "ignored", "rejected"]},
            reason=_TEXT,
            field=_TEXT,
        )
    ),
)

_FILTER: Schema = {"type": "array", "description": '["is", "country", ["DE"]], ["and", [...]], ["not", [...]], …'}
QUERY = _object(
    ("site", "metrics"),
    site=_TEXT,
    metrics=_list(_TEXT),
    dimensions=_list(_TEXT),
    filters=_list(_FILTER),
    date_range={"oneOf": [_TEXT, {**_list(_TEXT), "minItems": 2, "maxItems": 2}]},
    timezone=_TEXT,
    date={"type": "string", "format": "date"},
    order_by=_list({**_list(_TEXT), "minItems": 2, "maxItems": 2}),
    limit={"type": "integer", "minimum": 1, "maximum": 10_000},
    offset=_NUMBER,
    page_token=_TEXT,
    include=_object(empty_buckets={"type": "boolean"}, total_rows={"type": "boolean"}),
)
_MONEY = _object(("currency", "amount"), currency=_TEXT, amount=_TEXT)
ANSWER = _object(
    ("results", "meta", "query"),
    results=_list(
        _object(
            ("dimensions", "metrics"),
            dimensions=_list(_TEXT),
            metrics=_list({"oneOf": [{"type": "number"}, _MONEY, {"type": "null"}]}),
        )
    ),
    meta=_object(
        ("freshness_s", "took_ms", "warnings"),
        total_rows=_NUMBER,
        next_page_token=_TEXT,
        freshness_s={"type": "number"},
        took_ms={"type": "number"},
        as_of_position=_NUMBER,
        warnings=_list(_TEXT),
    ),
    query=QUERY,
)

_COUNT = _object(("value", "count"), value=_TEXT, count=_NUMBER)
LIVE = _object(
    ("fresh",),
    fresh={"type": "boolean"},
    as_of_us=_NUMBER,
    position=_NUMBER,
    visitors_now=_NUMBER,
    views_per_minute=_list(_NUMBER),
    minute_us=_NUMBER,
    pages=_list(_COUNT),
    sources=_list(_COUNT),
    countries=_list(_COUNT),
    events=_list({"type": "object"}),
)

LINE: Schema = {
    "type": "string",
    "description": "One JSON object a line; its fields: "
    + ", ".join(f.encode_name for f in msgspec.structs.fields(Line)),
}
BALANCE = _object(
    ("read", "imported", "duplicates", "ignored", "rejected"),
    read=_NUMBER,
    imported=_NUMBER,
    duplicates=_NUMBER,
    ignored=_NUMBER,
    ignoredReasons={"type": "object", "additionalProperties": _NUMBER},
    rejected=_list(_object(("line", "reason"), line=_NUMBER, reason=_TEXT)),
)

SITE = _object(
    ("id", "timezone", "identity", "domains", "retention"),
    id=_TEXT,
    timezone=_TEXT,
    identity={"enum": ["memory", "daily"]},
    domains=_list(_TEXT),
    retention={"oneOf": [_NUMBER, {"const": "forever"}]},
    ignorePrivacySignals={"type": "boolean"},
    queryParameters=_list(_TEXT),
    hashRouting={"type": "boolean"},
    excludedIps=_list(_TEXT),
    excludedPaths=_list(_TEXT),
    excludedHostnames=_list(_TEXT),
    excludedCountries=_list(_TEXT),
    pathRules=_list(_TEXT),
    createdAt={"type": "string", "format": "date-time"},
)
SITES = _object(("sites",), sites=_list(SITE))
KEY = _object(
    ("id", "name", "site", "scope"),
    id=_TEXT,
    name=_TEXT,
    site={"type": ["string", "null"]},
    scope={"enum": ["ingest", "read", "admin"]},
    expiresAt={"type": ["string", "null"]},
    createdAt={"type": "string", "format": "date-time"},
)
KEYS = _object(("keys",), keys=_list(KEY))
NEW_KEY: Schema = {**KEY, "properties": {**KEY["properties"], "secret": _TEXT}}
