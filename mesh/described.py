"""A request as the audit log tells it: JSON without what is secret or names a person behind the events.

Fields marked `debug_redact` in the contract are kept back; those that name somebody stand as a keyed hash, and so do
values of filters that anything may stand in (a page, a property). Of SQL only the language's and the contract's own
words are told. The work is linear in what is told, which is bounded.
"""

import hmac
import json
import math
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from analytics.v1 import event_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

MAX_CHARACTERS: Final = 8_000
_MAX_TEXT, _MAX_ITEMS, _MAX_SQL = 500, 100, 4_000
_FILTER, _SQL = "analytics.v1.Filter", "analytics.v1.SqlRequest.statement"
_FREE = re.compile(r"prop:|.*(?:page|title|element|href|referrer)")
_TOKEN = re.compile(r"[A-Za-z0-9_]+|[^\sA-Za-z0-9_]+")
_LANGUAGE = """
    select from where and or not in is null as by group order limit offset having distinct join left inner on with using
    between like asc desc case when then else end union all final prewhere array show tables count sum avg min max uniq
    uniqexact if countif sumif todate tostartofday tostartofweek tostring events visits visit_pages
"""
_FIELDS = {field.name for field in event_pb2.NormalizedEvent.DESCRIPTOR.fields}
_WORDS: Final = {*_LANGUAGE.split(), *_FIELDS, *(name.removesuffix("_us") for name in _FIELDS)}


class Describer:
    """`key` makes the hashes of names: two entries about one person can be told to be, nobody learns about whom."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def described(self, request: Message) -> str:
        """JSON text; beyond 8,000 characters the beginning alone, as `cut`."""
        text = json.dumps(self._dict(request), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text if len(text) <= MAX_CHARACTERS else json.dumps({"cut": text[:MAX_CHARACTERS]}, ensure_ascii=False)

    def _dict(self, message: Message) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for field, value in message.ListFields():
            if not field.GetOptions().debug_redact:
                told[field.json_name] = self._field(field, value)
            elif _names_somebody(field):
                told[field.json_name] = self._hash(value)
        if message.DESCRIPTOR.full_name == _FILTER and _FREE.match(told.get("dimension", "")):
            told["values"] = [self._hash(value) for value in islice(getattr(message, "values"), _MAX_ITEMS)]  # noqa: B009
        return told

    def _field(self, field: FieldDescriptor, value: Any) -> Any:
        if isinstance(value, Mapping):
            inner: FieldDescriptor = field.message_type.fields_by_name["value"]  # pyright: ignore[reportOptionalMemberAccess]
            return {str(key)[:_MAX_TEXT]: self._value(inner, value[key]) for key in islice(value, _MAX_ITEMS)}
        if field.is_repeated:
            return [self._value(field, item) for item in value[:_MAX_ITEMS]]
        return self._value(field, value)

    def _value(self, field: FieldDescriptor, value: Any) -> Any:
        match value:
            case FieldMask():  # as JSON spells it, but for paths that nothing has, which it could not
                return ",".join(value.paths[:_MAX_ITEMS])[:_MAX_TEXT]
            case Message():
                return self._dict(value)
            case bytes():
                return f"{len(value)} bytes"
            case float() if not math.isfinite(value):
                return str(value)
            case int() if field.enum_type is not None:
                found = field.enum_type.values_by_number.get(value)
                return found.name if found else value
            case str():
                text = _sql(value) if field.full_name == _SQL else value
                return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
            case _:
                return value

    def _hash(self, name: str) -> str:
        return f"hmac:{hmac.digest(self._key, name.encode(), 'sha256')[:8].hex()}"


def _sql(statement: str) -> str:
    """The statement with … for every word that might be somebody's."""
    tokens = _TOKEN.findall(statement[:_MAX_SQL])
    told = [token if token.lower() in _WORDS or not token[0].isalnum() else "…" for token in tokens]
    return " ".join(told)


def _names_somebody(field: FieldDescriptor) -> bool:
    """A hidden field that is an identifier; any other is a secret."""
    is_text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING and not field.is_repeated
    return is_text and (field.name in ("id", "email") or field.name.endswith("_id"))
