"""JSON schemas of the contract's messages, in the form that message_json gives them."""

from collections.abc import Callable, Mapping
from typing import Any

from analytics.v1 import query_pb2
from google.protobuf.descriptor import FieldDescriptor

from gateway.message_json import Descriptor, Field, fields_of, is_map, words_of

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}


def shape(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object."""
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})


def list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


FILTER: Schema = {"type": "array", "description": '["is", "country", ["DE"]], ["and", [...]], ["not", [...]], …'}
DATE_RANGE: Schema = {"oneOf": [TEXT, {**list_of(TEXT), "minItems": 2, "maxItems": 2}]}
ORDER: Schema = {**list_of(TEXT), "minItems": 2, "maxItems": 2}
COMPARISON: Schema = {
    "oneOf": [
        {"enum": ["previous_period", "year_over_year"]},
        shape(
            ("mode",),
            mode={"enum": ["previous_period", "year_over_year"]},
            match_day_of_week={"type": "boolean"},
        ),
        shape(("custom",), custom={**list_of(TEXT), "minItems": 2, "maxItems": 2}),
    ]
}
METRIC: Schema = {
    "oneOf": [{"type": "number"}, shape(("currency", "amount"), currency=TEXT, amount=TEXT), {"type": "null"}]
}
ROW = shape(
    ("dimensions", "metrics"),
    dimensions=list_of(TEXT),
    metrics=list_of(METRIC),
    comparison=shape(
        ("dimensions", "metrics", "change"),
        dimensions=list_of(TEXT),
        metrics=list_of(METRIC),
        change=list_of(METRIC),
    ),
)
EXPLAINED = shape(
    sql=TEXT,
    parameters={"type": "object"},
    rows_read=WHOLE,
    bytes_read=WHOLE,
    took_ms={"type": "number"},
)

_OWN_FORM: Mapping[str, Schema] = {
    "Filter": FILTER,
    "Comparison": COMPARISON,
    "OrderBy": ORDER,
    "Row": ROW,
    "MetricValue": METRIC,
    "ExplainedStatement": EXPLAINED,
}
_PLAIN: Mapping[int, Schema] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_INT64: WHOLE,
    FieldDescriptor.TYPE_UINT64: WHOLE,
    FieldDescriptor.TYPE_UINT32: {**WHOLE, "minimum": 0},
    FieldDescriptor.TYPE_STRING: TEXT,
}

_ALWAYS_SET = (query_pb2.Meta.DESCRIPTOR, query_pb2.Scope.DESCRIPTOR)


def request_schema(kind: Descriptor) -> Schema:
    """The body of a question, its scope flat."""
    return shape(("site",), **{name: _field(field, _part) for name, (_, field) in fields_of(kind).items()})


def answer_schema(kind: Descriptor) -> Schema:
    """An answer: every field is there, null where it is not set."""
    names = tuple(field.name for field in kind.fields)
    return shape(names, **{field.name: _answered(field) for field in kind.fields})


def _part(kind: Descriptor) -> Schema:
    """What a request is made of."""
    return shape(**{field.name: _field(field, _part) for field in kind.fields})


def _answered(field: Field) -> Schema:
    if field.has_presence and field.message_type not in _ALWAYS_SET:
        return {"oneOf": [_field(field, answer_schema), {"type": "null"}]}
    return _field(field, answer_schema)


def _field(field: Field, part: Callable[[Descriptor], Schema]) -> Schema:
    """`part` gives the schema of a message that has no form of its own."""
    if is_map(field):
        return {"type": "object", "additionalProperties": _field(field.message_type.fields_by_name["value"], part)}
    if field.name == "date_range":
        return DATE_RANGE
    one = _one(field, part)
    return list_of(one) if field.is_repeated else one


def _one(field: Field, part: Callable[[Descriptor], Schema]) -> Schema:
    if field.enum_type:
        return {"enum": list(words_of(field.enum_type).values())}
    if not field.message_type:
        return _PLAIN[field.type]
    return _OWN_FORM.get(field.message_type.name) or part(field.message_type)
