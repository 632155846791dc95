"""A user's events as a file, piece by piece: what waits in memory are a few pages of events, however many there are.

In it is what an erasure of the user would take away, but for rows of the same visits that name somebody else.
"""

import asyncio
import csv
import io
import json
import re
import uuid
import zipfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any, Protocol, cast

import msgspec
from analytics.v1.event_pb2 import NormalizedEvent
from google.protobuf.descriptor import FieldDescriptor

from mesh.clock import DAY, SECOND
from writer.privacy.definitions import EVENT
from writer.privacy.slices import Seen, Slice, slices

_FIELDS: Sequence[FieldDescriptor] = tuple(NormalizedEvent.DESCRIPTOR.fields)  # pyright: ignore[reportAssignmentType]
_COLUMNS = [field for field in _FIELDS if field.name != "position"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

PAGE_ROWS, SHEET_ROWS = 10_000, 2_000
_AT_ONCE = 2
_WIDTH_US = 7 * DAY  # a statement costs more than its rows where these are few
_JSON = msgspec.json.Encoder()

Page = Sequence[bytes]  # of events


class Pages(Protocol):
    """Where a user's rows are read."""

    async def export_page(self, site_number: int, user_hash: bytes, part: Slice, after: tuple[int, bytes]) -> Page:
        """Up to PAGE_ROWS events of a slice that follow (occurred_at, event id), in that order."""
        ...


async def ahead(pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """Pages in sheets of at most SHEET_ROWS, which are written at once; the next page is being read meanwhile."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            for first in range(0, len(page), SHEET_ROWS):
                yield page[first : first + SHEET_ROWS]
    finally:
        coming.cancel()


async def rows_of(store: Pages, site: int, user_hash: bytes, visits: Sequence[Seen]) -> AsyncIterator[Page]:
    """All rows in the order in which they occurred. Slices are read side by side, since each is work of one core."""
    first = 0, b"\0" * 16
    parts = slices(visits, _WIDTH_US)
    reading: deque[tuple[Slice, asyncio.Future[Page]]] = deque()

    def read_on() -> None:
        if part := next(parts, None):
            task = asyncio.ensure_future(store.export_page(site, user_hash, part, first))
            reading.append((part, task))

    try:
        for _ in range(_AT_ONCE):
            read_on()
        while reading:
            part, task = reading[0]
            page = await task
            reading.popleft()
            read_on()
            while page:
                yield page
                if len(page) < PAGE_ROWS:
                    break
                last = NormalizedEvent.FromString(page[-1])
                after = last.occurred_at_us, uuid.UUID(last.event_id).bytes
                page = await store.export_page(site, user_hash, part, after)
    finally:
        for _, task in reading:
            task.cancel()


async def json_lines(about: Mapping[str, Any], pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    """`about` with the definitions, an event a line, and at the end how many there were."""
    yield _line({"type": "export", **about, "definitions": {_name(field): EVENT[_name(field)] for field in _COLUMNS}})
    events = 0
    async for page in pages:
        events += len(page)
        yield await asyncio.to_thread(_lines, page)  # who waits for a batch to be stored does not wait for this
    yield _line({"type": "end", "events": events})


async def csv_zip(about: Mapping[str, Any], pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    """A ZIP archive of about.json, definitions.csv and events.csv."""
    out = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(about, indent=2))
        words = [("field", "meaning"), *((_name(field), EVENT[_name(field)]) for field in _COLUMNS)]
        archive.writestr("definitions.csv", _csv(words))
        with archive.open("events.csv", "w", force_zip64=True) as events:
            events.write(_csv([[_name(field) for field in _COLUMNS]]))
            async for page in pages:
                events.write(await asyncio.to_thread(_csv_lines, page))
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


def _lines(page: Page) -> bytes:
    return _JSON.encode_lines([{"type": "event", **record(event)} for event in page])


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


def _csv_lines(page: Page) -> bytes:
    return _csv(_cells(record(event)) for event in page)


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
