"""Messages of the contract as JSON: members are named as the contract's fields, enum values in lower case.

A request's `scope` stands flat beside its other fields. An answer's field that is not set is null. Filters,
comparisons, orders and numbers have forms of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

import msgspec
from analytics.v1 import query_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway import filters_json
from gateway.json_values import (
    Json,
    below,
    flag,
    items,
    members,
    number,
    of_length,
    only,
    text,
    texts,
    whole,
    word,
    wrong,
)
from mesh.errors import invalid

Descriptor: TypeAlias = Any  # of a message; its stubs have two that do not know each other
Field: TypeAlias = Any  # FieldDescriptor, likewise

_Mode = query_pb2.Comparison.Mode
_MODES = {"previous_period": _Mode.MODE_PREVIOUS_PERIOD, "year_over_year": _Mode.MODE_YEAR_OVER_YEAR}
_MODE_WORDS = {number: word for word, number in _MODES.items()}
_FROM_ONE = ("limit", "steps")
"""Numbers for which the contract's 0 means the default: a written 0 means something that cannot be had."""


def read(message: Message, path: str, value: Json) -> None:
    """Fill a request from its JSON; null is as good as left out. Raises INVALID_ARGUMENT at the place at fault."""
    given, known = members(path, value), fields_of(message.DESCRIPTOR)
    only(path, given, known)
    for key, item in given.items():
        if item is not None:
            in_scope, field = known[key]
            _set(cast(Any, message).scope if in_scope else message, field, below(path, key), item)


def fields_of(kind: Descriptor) -> dict[str, tuple[bool, Field]]:
    """By name in JSON: whether the field is the scope's, and the field."""
    found: dict[str, tuple[bool, Field]] = {}
    for field in kind.fields:
        if field.message_type is query_pb2.Scope.DESCRIPTOR:
            found |= {inner.name: (True, inner) for inner in query_pb2.Scope.DESCRIPTOR.fields}
        else:
            found[field.name] = (False, field)
    return found


def words_of(enum: Any) -> dict[int, str]:
    """The words of an enum's values without their common prefix; 0, the unspecified, has none."""
    prefix = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in enum.name)[1:] + "_"
    return {value.number: value.name.removeprefix(prefix).lower() for value in enum.values if value.number}


def is_map(field: Field) -> bool:
    return bool(field.message_type) and field.message_type.GetOptions().map_entry


def _set(message: Message, field: Field, path: str, value: Json) -> None:
    if field.name == "date_range":
        getattr(message, field.name).extend(_date_range(path, value))
    elif is_map(field):
        target, each = getattr(message, field.name), members(path, value)
        for key, item in each.items():
            target[key] = number(below(path, key), item)
    elif field.is_repeated and field.message_type:
        target, one = getattr(message, field.name), _message_reader(field)
        for index, item in enumerate(items(path, value)):
            target.append(one(f"{path}[{index}]", item))
    elif field.is_repeated:
        getattr(message, field.name).extend(texts(path, value))
    elif field.message_type:
        getattr(message, field.name).CopyFrom(_message_reader(field)(path, value))
    else:
        setattr(message, field.name, _scalar(field, path, value))


def _message_reader(field: Field) -> Callable[[str, Json], Message]:
    special = _READERS.get(field.message_type.name)
    if special:
        return special

    def plain(path: str, value: Json) -> Message:
        made = GetMessageClass(field.message_type)()
        read(made, path, value)
        return made

    return plain


def _scalar(field: Field, path: str, value: Json) -> object:
    if field.enum_type:
        words = words_of(field.enum_type)
        found = word(path, value, words.values())
        return next(number for number, name in words.items() if name == found)
    match field.type:
        case FieldDescriptor.TYPE_BOOL:
            return flag(path, value)
        case FieldDescriptor.TYPE_UINT32:
            found = whole(path, value)
            if not found and field.name in _FROM_ONE:
                raise invalid(path, "must be at least 1; leave it out for the default")
            return found
        case _:
            return text(path, value)


def _date_range(path: str, value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or len(cast(list[Json], value)) != 2:
        raise invalid(path, 'must be a word such as "7d" or two dates')
    return texts(path, cast(list[Json], value))


def _comparison(path: str, value: Json) -> query_pb2.Comparison:
    if isinstance(value, str):
        return query_pb2.Comparison(mode=_MODES[word(path, value, _MODES)])
    if not isinstance(value, dict):
        raise wrong(
            path, f'{" or ".join(_MODES)}, {{"custom": [from, to]}} or {{"mode": …, "match_day_of_week": true}}'
        )
    given = members(path, value)
    if "custom" in given:
        only(path, given, ("custom",))
        span = _date_range(below(path, "custom"), given["custom"])
        if len(span) != 2:
            raise wrong(below(path, "custom"), "two dates or instants")
        return query_pb2.Comparison(mode=_Mode.MODE_CUSTOM, date_range=span)
    only(path, given, ("mode", "match_day_of_week", "custom"))
    return query_pb2.Comparison(
        mode=_MODES[word(below(path, "mode"), given.get("mode"), _MODES)],
        match_day_of_week=flag(below(path, "match_day_of_week"), given.get("match_day_of_week", False)),
    )


def _order(path: str, value: Json) -> query_pb2.OrderBy:
    parts = items(path, value)
    of_length(path, parts, 2)
    direction = text(f"{path}[1]", parts[1])
    if direction not in ("asc", "desc"):
        raise invalid(f"{path}[1]", f'"{direction[:40]}" is neither asc nor desc')
    return query_pb2.OrderBy(key=text(f"{path}[0]", parts[0]), descending=direction == "desc")


_READERS: Mapping[str, Callable[[str, Json], Message]] = {
    "Filter": filters_json.read,
    "Comparison": _comparison,
    "OrderBy": _order,
}


def written(message: Message) -> Json:
    """A message as its JSON: an object, or the form of its own that it has."""
    special = _WRITERS.get(message.DESCRIPTOR.name)
    if special:
        return special(message)
    return {field.name: _value(message, field) for field in message.DESCRIPTOR.fields}


def _value(message: Message, field: Field) -> Json:
    if field.has_presence and not message.HasField(field.name):
        return None
    value: Any = getattr(message, field.name)
    if is_map(field):
        return dict(value)
    if field.message_type:
        return [written(item) for item in value] if field.is_repeated else written(value)
    if field.enum_type:
        return words_of(field.enum_type).get(value)
    return list(value) if field.is_repeated else value


def _row(row: query_pb2.Row) -> Json:
    found: dict[str, Json] = {
        "dimensions": list(row.dimensions),
        "metrics": [metric_value(metric) for metric in row.metrics],
    }
    if row.HasField("comparison"):
        found["comparison"] = {
            "dimensions": list(row.comparison.dimensions),
            "metrics": [metric_value(metric) for metric in row.comparison.metrics],
            "change": [metric_value(metric) for metric in row.comparison.change],
        }
    return found


def metric_value(metric: query_pb2.MetricValue) -> Json:
    """A number, `{currency, amount}`, or null."""
    match metric.WhichOneof("value"):
        case "integer":
            return metric.integer
        case "number":
            return metric.number
        case "money":
            return {"currency": metric.money.currency, "amount": metric.money.amount}
        case _:
            return None


def _comparison_json(comparison: query_pb2.Comparison) -> Json:
    if comparison.mode == _Mode.MODE_CUSTOM:
        return {"custom": list(comparison.date_range)}
    mode = _MODE_WORDS.get(comparison.mode, "")
    return {"mode": mode, "match_day_of_week": True} if comparison.match_day_of_week else mode


def _order_json(order: query_pb2.OrderBy) -> Json:
    return [order.key, "desc" if order.descending else "asc"]


def _explained(statement: query_pb2.ExplainedStatement) -> Json:
    return {
        "sql": statement.sql,
        "parameters": msgspec.json.decode(statement.parameters or b"{}"),
        "rows_read": statement.rows_read,
        "bytes_read": statement.bytes_read,
        "took_ms": statement.took_ms,
    }


_WRITERS: Mapping[str, Callable[[Any], Json]] = {
    "Filter": filters_json.written,
    "Comparison": _comparison_json,
    "OrderBy": _order_json,
    "Row": _row,
    "MetricValue": metric_value,
    "ExplainedStatement": _explained,
}
