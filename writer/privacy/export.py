"""A user's events as a file, written piece by piece.

In it is what an erasure of the user would take away, but for rows of the same visits that name somebody else.
"""

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any, cast

import msgspec
from analytics.v1.event_pb2 import NormalizedEvent
from google.protobuf.descriptor import FieldDescriptor

from mesh.clock import SECOND
from writer.privacy.definitions import EVENT
from writer.privacy.pages import Sheet

_FIELDS: Sequence[FieldDescriptor] = tuple(NormalizedEvent.DESCRIPTOR.fields)  # pyright: ignore[reportAssignmentType]
_COLUMNS = [field for field in _FIELDS if field.name != "position"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_JSON = msgspec.json.Encoder()


async def json_lines(about: Mapping[str, Any], sheets: AsyncIterator[Sheet]) -> AsyncIterator[bytes]:
    """`about` with the definitions, an event a line, and at the end how many there were."""
    yield _line({"type": "export", **about, "definitions": {_name(field): EVENT[_name(field)] for field in _COLUMNS}})
    events = 0
    async for sheet in sheets:
        events += len(sheet)
        yield await asyncio.to_thread(_lines, sheet)  # who waits for a batch to be stored does not wait for this
    yield _line({"type": "end", "events": events})


async def csv_zip(about: Mapping[str, Any], sheets: AsyncIterator[Sheet]) -> AsyncIterator[bytes]:
    """A ZIP archive of about.json, definitions.csv and events.csv."""
    out = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(about, indent=2))
        words = [("field", "meaning"), *((_name(field), EVENT[_name(field)]) for field in _COLUMNS)]
        archive.writestr("definitions.csv", _csv(words))
        with archive.open("events.csv", "w", force_zip64=True) as events:
            events.write(_csv([[_name(field) for field in _COLUMNS]]))
            async for sheet in sheets:
                events.write(await asyncio.to_thread(_csv_lines, sheet))
                if piece := out.taken():
                    yield piece
    yield out.taken()


def record(event: bytes) -> dict[str, Any]:
    """An event's fields that say something, by their names; times as ISO 8601."""
    found: dict[str, Any] = {}
    for field, value in NormalizedEvent.FromString(event).ListFields():
        name, form = _FORMS[field]
        found[name] = form(value) if form else value
    found.pop("position", None)
    return found


def _instant(us: int) -> str:
    return f"{_second(us // SECOND)}.{us % SECOND:06d}Z"


@lru_cache(1_024)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _form(field: FieldDescriptor) -> Callable[[Any], Any] | None:
    """What makes JSON of a field's value; None where the value is that already."""
    if field.name.endswith("_us"):
        return _instant
    if field.name == "props":
        return dict
    if field.enum_type:
        prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field.enum_type.name).upper() + "_"
        return {value.number: value.name.removeprefix(prefix).lower() for value in field.enum_type.values}.get
    return None


def _name(field: Any) -> str:
    return field.name.removesuffix("_us")


_FORMS = {field: (_name(field), _form(field)) for field in _FIELDS}


def _lines(sheet: Sheet) -> bytes:
    return _JSON.encode_lines([{"type": "event", **record(event)} for event in sheet])


def _line(value: Mapping[str, Any]) -> bytes:
    return _JSON.encode(value) + b"\n"


def _cells(values: Mapping[str, Any]) -> list[object]:
    cells: list[object] = []
    for field in _COLUMNS:
        value = values.get(_name(field), "")
        if isinstance(value, dict):
            value = json.dumps(value, ensure_ascii=False)
        # a spreadsheet would run it
        cells.append("'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value)
    return cells


def _csv_lines(sheet: Sheet) -> bytes:
    return _csv(_cells(record(event)) for event in sheet)


def _csv(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


class _Pipe:
    """What zipfile writes and cannot seek in, to be taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
