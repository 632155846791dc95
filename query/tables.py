"""The three tables of the columnar copy, their columns derived from the `NormalizedEvent` descriptor.

`events` has one column per field. `visits` and `visit_pages` hold aggregates over `occurred_at` (min, max, argMin,
argMax, sum), so that the order in which events arrive does not matter. Every table carries `position`, by which an
interrupted range of commits is completed, and is cut into weeks by `visit_started_at`: one visit, one partition.
"""

# ruff: noqa: S608  (every part of these texts is a constant of this module)

from dataclasses import dataclass

from analytics.v1 import event_pb2
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

_EVENT = event_pb2.NormalizedEvent.DESCRIPTOR
_FIELDS: tuple[FieldDescriptor, ...] = tuple(_EVENT.fields)  # pyright: ignore[reportAssignmentType]  (upb's are alike)
_UUIDS = frozenset({"event_id", "visit_id", "visitor_id"})
_RARELY_REPEATED = frozenset({"user_hash", "page_title", "href", "element_text"})
_NUMBERS = {
    FieldDescriptor.TYPE_UINT32: ("uint32", "UInt32"),
    FieldDescriptor.TYPE_UINT64: ("uint64", "UInt64"),
    FieldDescriptor.TYPE_INT64: ("int64", "Int64"),
    FieldDescriptor.TYPE_BOOL: ("bool", "Bool"),
}

NO_UUID = "toUUID('00000000-0000-0000-0000-000000000000')"
WEEK = "toMonday(visit_started_at)"
TABLES = ("visits", "visit_pages", "events")

# Set by the event that opens the visit; max prefers any value to an empty one and does not depend on order.
VISIT_TEXTS = (
    *("source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("country", "region", "city", "browser", "browser_version", "os", "os_version", "device", "screen", "language"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `events`. `input` is the name of the field it is read from, if that differs."""

    name: str
    type: str
    input: str = ""

    @property
    def definition(self) -> str:
        if not self.input:
            return f"{self.name} {self.type}"
        # An int64 of microseconds read into DateTime64 would be taken as seconds.
        micros = f"{self.input} Int64 EPHEMERAL"
        return f"{micros}, {self.name} {self.type} DEFAULT fromUnixTimestamp64Micro({self.input}, 'UTC')"


def _enum8(enum: EnumDescriptor) -> str:
    return "Enum8(" + ", ".join(f"'{value.name}' = {value.number}" for value in enum.values) + ")"


def _column(field: FieldDescriptor) -> Column:
    if field.enum_type is not None:
        return Column(field.name, _enum8(field.enum_type))
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return Column(field.name, "Map(LowCardinality(String), String)")
    if field.type != FieldDescriptor.TYPE_STRING:
        if field.name.endswith("_us"):
            return Column(field.name.removesuffix("_us"), "DateTime64(6, 'UTC')", input=field.name)
        return Column(field.name, _NUMBERS[field.type][1])
    if field.name in _UUIDS:
        return Column(field.name, "UUID")
    return Column(field.name, "String" if field.name in _RARELY_REPEATED else "LowCardinality(String)")


COLUMNS = tuple(_column(field) for field in _FIELDS)
INPUTS = tuple(column.input or column.name for column in COLUMNS)
_TYPE = {column.name: column.type for column in COLUMNS}


def schema() -> str:
    """The message as ClickHouse's `format_schema`: no package, enums beside it, so that they become Enum8."""
    enums = {field.enum_type.name: field.enum_type for field in _FIELDS if field.enum_type is not None}
    lines = ['syntax = "proto3";']
    for enum in enums.values():
        values = " ".join(f"{value.name} = {value.number};" for value in enum.values)
        lines.append(f"enum {enum.name} {{ {values} }}")
    fields = " ".join(f"{_proto_type(field)} {field.name} = {field.number};" for field in _FIELDS)
    lines.append(f"message {_EVENT.name} {{ {fields} }}")
    return "\n".join(lines)


def _proto_type(field: FieldDescriptor) -> str:
    if field.enum_type is not None:
        return field.enum_type.name
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return "map<string, string>"
    return "string" if field.type == FieldDescriptor.TYPE_STRING else _NUMBERS[field.type][0]


_KEY = f"site_id UInt32, visit_started_at {_TYPE['visit_started_at']} CODEC(DoubleDelta, ZSTD), visit_id UUID"
_PAGE = "Tuple(page String, hostname String)"
_MOMENT = "Tuple(DateTime64(6, 'UTC'), UInt32, UInt128)"


def _kept(function: str, name: str, of: str) -> str:
    return f"{name} SimpleAggregateFunction({function}, {of})"


_WHOSE = (
    _kept("max", "position", "UInt64"),
    _kept("max", "identity", _TYPE["identity"]),
    _kept("max", "visitor_id", "UUID"),
    _kept("max", "continuation", "Bool"),
)
_COUNTS = (
    _kept("sum", "pageviews", "UInt64"),
    _kept("sum", "customs", "UInt64"),
    _kept("sum", "events", "UInt64"),
    _kept("sum", "engaged_ms", "UInt64"),
)
_VISITS = (
    _KEY,
    *_WHOSE,
    *_COUNTS,
    _kept("max", "user_hash", "String"),
    _kept("min", "first_at", _TYPE["occurred_at"]),
    _kept("max", "last_at", _TYPE["occurred_at"]),
    _kept("sum", "interactives", "UInt64"),
    f"entry AggregateFunction(argMin, {_PAGE}, {_MOMENT})",
    f"exit AggregateFunction(argMax, {_PAGE}, {_MOMENT})",
    *(_kept("max", name, "LowCardinality(String)") for name in VISIT_TEXTS),
)
_VISIT_PAGES = (
    _KEY,
    "hostname LowCardinality(String)",
    "page LowCardinality(String)",
    *_WHOSE,
    *_COUNTS,
    _kept("min", "first_at", _TYPE["occurred_at"]),
    _kept("max", "scroll_depth", "UInt32"),
)
_EVENTS = (
    *(column.definition for column in COLUMNS),
    # lets the proof of a range read the granules of its own commits alone
    "INDEX by_position position TYPE minmax GRANULARITY 1",
)
_STAGING = tuple(column.definition for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is made of. `order` is its sorting key; "" for one in memory. Cut into weeks where it has one."""

    columns: tuple[str, ...]
    engine: str
    order: str = ""


DEFINITIONS = {
    "events": Table(_EVENTS, "MergeTree", "site_id, visit_started_at, visit_id, occurred_at"),
    "visits": Table(_VISITS, "AggregatingMergeTree", "site_id, visit_started_at, visit_id"),
    "visit_pages": Table(_VISIT_PAGES, "AggregatingMergeTree", "site_id, visit_started_at, visit_id, hostname, page"),
    "staging": Table(_STAGING, "Memory"),
    "erasing": Table(("id UUID",), "Memory"),
    # one row, made once: what tells this store from another
    "store": Table(("id UUID",), "MergeTree", "id"),
}

COUNTED = (
    "kind NOT IN ('EVENT_KIND_ENGAGEMENT', 'EVENT_KIND_SCROLL', 'EVENT_KIND_SESSION_START', 'EVENT_KIND_SESSION_END')"
)
VIEW = "kind = 'EVENT_KIND_PAGEVIEW'"
CUSTOM = "kind = 'EVENT_KIND_CUSTOM'"
_AT = "tuple(occurred_at, sequence, toUInt128(event_id))"
_ON = f"tuple(page, hostname)::{_PAGE}"
_LASTING = "kind NOT IN ('EVENT_KIND_ENGAGEMENT', 'EVENT_KIND_SCROLL')"
_SHARED_VALUES = {
    "position": "max(position)",
    "identity": "max(identity)",
    "visitor_id": "max(visitor_id)",
    "continuation": "max(continuation)",
    "pageviews": f"countIf({VIEW})",
    "customs": f"countIf({CUSTOM})",
    "events": f"countIf({COUNTED})",
    "engaged_ms": "sum(engaged_ms)",
    "first_at": "min(occurred_at)",
}
_VISIT_VALUES = {
    **_SHARED_VALUES,
    "user_hash": "max(user_hash)",
    "last_at": f"maxIf(occurred_at, {_LASTING})",
    "interactives": f"countIf({CUSTOM} AND interactive)",
    "entry": f"argMinIfState({_ON}, {_AT}, {VIEW})",
    "exit": f"argMaxIfState({_ON}, {_AT}, {VIEW})",
    **{name: f"max({name})" for name in VISIT_TEXTS},
}
_PAGE_VALUES = {**_SHARED_VALUES, "scroll_depth": f"maxIf(scroll_depth, NOT ({_LASTING}))"}


def _insert_grouped(table: str, key: tuple[str, ...], values: dict[str, str], where: str) -> str:
    # aliases would capture the names of the columns that the aggregates read
    names, keys = ", ".join((*key, *values)), ", ".join(key)
    # a visit-less event belongs to no visit; its visit id is empty
    return (
        f"INSERT INTO {table} ({names}) SELECT {keys}, {', '.join(values.values())} FROM staging "
        f"WHERE visit_id != {NO_UUID} AND ({where}) GROUP BY {keys}"
    )


def insert_from_staging(table: str, where: str) -> str:
    """The statement that carries what `staging` holds, where a condition is true, over to a table."""
    key = ("site_id", "visit_started_at", "visit_id")
    if table == "visits":
        return _insert_grouped(table, key, _VISIT_VALUES, where)
    if table == "visit_pages":
        return _insert_grouped(table, (*key, "hostname", "page"), _PAGE_VALUES, where)
    names = ", ".join(column.name for column in COLUMNS)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM staging WHERE {where}"


PROOF = "count(), groupBitXor(reinterpretAsInt64(reverse(substring(MD5(toString(event_id)), 1, 8))))"
COUNTED_SUM = f"countIf({COUNTED})"
VIEW_SUM = f"countIf({VIEW})"
