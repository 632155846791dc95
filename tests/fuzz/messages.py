"""Messages by chance: any that a type allows, and bytes that are hardly a message. All drawn from one `Random`."""

import random
from typing import Any

from analytics.v1 import event_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

MAX_DEPTH = 5
MAX_REPEATED = 3_000

TEXTS = [
    *("", "0", "-1", "a", "NaN", "null", "*", "%", "\\", "'", '"', "../..", "=1+1", "\u202e", "\ufeff", "\U0010ffff"),
    *("\0", "a\0b", "\x7f", "\r\n", "\t", "\ufffd", "e\u0301\u0301", "👩‍👩‍👧‍👦", "ß" * 70, "x" * 2_001, "y" * 70_000),
    *(
        "' OR 1=1 --",
        "{{a}}",
        "${a}",
        "\\ud800",
        '{"a": "\\udc00"}',
        "(a+)+$",
        "(",
        "[",
        "\\",
        "a{1000}{1000}",
        "http://",
    ),
    *(
        "https://shop.example/a?b=c#d",
        "https://[::1",
        "https://a:99999/",
        "javascript:alert(1)",
        "127.0.0.1",
        "::ffff:1.2.3.4",
    ),
    *(
        "7d",
        "day",
        "all",
        "24h",
        "2026-01-31",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "99999-01-01",
        "2026-01-31,2026-01-01",
    ),
    *(
        "visitors",
        "visits",
        "pageviews",
        "events",
        "bounce_rate",
        "scroll_reached:50",
        "conversion_rate",
        "total_revenue",
    ),
    *(
        "page",
        "event",
        "goal",
        "segment",
        "time",
        "time:day",
        "time:minute",
        "prop:plan",
        "prop:",
        "country",
        "experiment:a",
    ),
    *(
        "UTC",
        "Europe/Berlin",
        "Asia/Kathmandu",
        "EUR",
        "DE",
        "12.50",
        "1e999",
        "-0",
        "name",
        "site.name",
        "signup",
        "pageview",
    ),
    *(
        "00000000-0000-0000-0000-000000000000",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "am_session_x",
        "am_share_x",
        "key_0",
    ),
]
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_LIKELY = {
    "metrics": ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "total_revenue"],
    "dimensions": ["page", "country", "time:day", "time:hour", "event", "goal", "source", "prop:plan", "entry_page"],
    "dimension": ["page", "country", "event", "goal", "segment", "source", "prop:plan", "entry_page", "hostname"],
    "breakdown": ["country", "source", "browser"],
    "key": ["visitors", "page", "time:day"],
    "date_range": ["day", "7d", "30d", "all", "2026-01-01", "2026-01-31"],
    "timezone": ["UTC", "Europe/Berlin", "Australia/Lord_Howe"],
}
_CHARACTERS = [*range(0x20), *range(0x20, 0xD800, 61), *range(0xE000, 0x10FFFF, 997)]
_FLOATS = [0.0, -0.0, 1.5, -1.0, 1e308, 5e-324, float("inf"), float("-inf"), float("nan")]


class Messages:
    """`known` are words that lead somewhere: ids of what there is."""

    def __init__(self, chance: random.Random, known: list[str]) -> None:
        self._chance = chance
        self._known = known

    def any_bytes(self, kind: Descriptor, right: Message | None) -> bytes:
        """A message, a right one but for a field or two, a spoilt one, or noise."""
        form = self._chance.random()
        if form < 0.15:
            return self._chance.randbytes(self._chance.choice([0, 1, 2, 7, 60, 2_000]))
        message = self.changed(right) if right and form < 0.65 else self.message(kind)
        content = message.SerializeToString()
        return self._spoilt(content) if form > 0.85 else content

    def changed(self, right: Message) -> Message:
        """A copy with other values in one to three fields, at whatever depth."""
        made = type(right)()
        made.CopyFrom(right)
        for _ in range(self._chance.randrange(1, 4)):
            self._change(made)
        return made

    def _change(self, made: Message) -> None:
        if not made.DESCRIPTOR.fields:
            return
        field = self._chance.choice(made.DESCRIPTOR.fields)
        inner = None if field.message_type is None or _is_map(field) else getattr(made, field.name)
        if isinstance(inner, Message) and self._chance.random() < 0.8:
            self._change(inner)
        elif inner and not isinstance(inner, Message):
            self._change(self._chance.choice(inner))
        else:
            made.ClearField(field.name)
            self._fill(made, field, 1)

    def message(self, kind: Descriptor, depth: int = 0) -> Message:
        made = message_factory.GetMessageClass(kind)()
        for field in kind.fields:
            named = field.name in ("site", "scope", "event", "events")
            if self._chance.random() < (0.95 if named else 0.5 if depth < 2 else 0.3):
                self._fill(made, field, depth)
        return made

    def _fill(self, made: Message, field: FieldDescriptor, depth: int) -> None:
        inner: Descriptor | None = field.message_type
        if inner is not None and depth >= MAX_DEPTH:
            return
        if inner is not None and _is_map(field):
            key, value = inner.fields_by_name["key"], inner.fields_by_name["value"]
            for _ in range(self._length(small=value.message_type is not None)):
                self._put(getattr(made, field.name), self._plain(key, depth), value, depth)
        elif field.is_repeated:
            values = [self._plain(field, depth) for _ in range(self._length(small=inner is not None))]
            getattr(made, field.name).extend(values)
        elif inner is not None:
            getattr(made, field.name).CopyFrom(self.message(inner, depth + 1))
        else:
            setattr(made, field.name, self._plain(field, depth))

    def _put(self, target: Any, key: Any, value: FieldDescriptor, depth: int) -> None:
        if value.message_type is None:
            target[key] = self._plain(value, depth)
        else:
            target[key].CopyFrom(self.message(value.message_type, depth + 1))

    def _length(self, *, small: bool) -> int:
        if not small and self._chance.random() < 0.02:
            return MAX_REPEATED
        return self._chance.choice([0, 1, 1, 2, 2, 3, 5])

    def _plain(self, field: FieldDescriptor, depth: int) -> Any:
        chance = self._chance
        if field.message_type is not None:
            return self.message(field.message_type, depth + 1)
        if field.enum_type is not None:
            return chance.choice([*field.enum_type.values_by_number, *field.enum_type.values_by_number, 99, -1])
        kind = field.cpp_type
        if kind in _INTEGERS:
            low, high = _INTEGERS[kind]
            if field.name == "site_number":  # none that there is: a tombstone would empty it for good
                return chance.choice([0, 7_777, 2**31 - 1, high])
            return chance.choice([0, 1, 2, 10, 100, low, high, high - 1, min(high, 1_780_000_000_000_000)])
        if kind == FieldDescriptor.CPPTYPE_BOOL:
            return chance.random() < 0.5
        if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
            return chance.choice(_FLOATS)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return self._blob()
        return self._text(field.name)

    def _text(self, name: str) -> str:
        if self._chance.random() < 0.7 and name in _LIKELY:
            return self._chance.choice(_LIKELY[name])
        if self._chance.random() < (0.8 if name in ("site", "id") else 0.2):
            return self._chance.choice(self._known)
        if self._chance.random() < 0.1:
            return "".join(chr(self._chance.choice(_CHARACTERS)) for _ in range(20))
        return self._chance.choice(TEXTS)

    def _blob(self) -> bytes:
        """Bytes that a service reads as another message, as text, or not at all."""
        if self._chance.random() < 0.5:
            return self.message(event_pb2.RawEventEnvelope.DESCRIPTOR, MAX_DEPTH - 1).SerializeToString()
        return self._chance.randbytes(self._chance.choice([0, 1, 16, 32, 1_000]))

    def _spoilt(self, message: bytes) -> bytes:
        chance, spoilt = self._chance, bytearray(message)
        match chance.randrange(4):
            case 0:
                del spoilt[chance.randrange(len(spoilt) + 1) :]
            case 1:
                for _ in range(chance.randrange(1, 8)):
                    if spoilt:
                        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            case 2:
                spoilt[chance.randrange(len(spoilt) + 1) : 0] = chance.randbytes(chance.randrange(1, 20))
            case _:
                spoilt += message
        return bytes(spoilt)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
