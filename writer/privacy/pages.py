"""A user's rows as an export reads them: what waits in memory are three pages, however many rows there are."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from analytics.v1.event_pb2 import NormalizedEvent

from mesh.clock import DAY
from writer.privacy.slices import Seen, Slice, slices

PAGE_ROWS, PAGE_BYTES = 10_000, 8_000_000
SHEET_BYTES = 500_000  # in JSON several times as much, and a message of gRPC is to hold it
AT_ONCE = 2  # statements, each work of one core
_WIDTH_US = 7 * DAY  # a statement costs more than its rows where these are few
_START = 0, bytes(16)

Sheet = Sequence[bytes]  # of events


@dataclass(frozen=True, slots=True)
class Page:
    """Events of a slice in their order; `more` where others follow them in it."""

    events: Sequence[bytes]
    more: bool


class Pages(Protocol):
    """Where a user's rows are read."""

    async def export_page(self, site_number: int, user_hash: bytes, part: Slice, after: tuple[int, bytes]) -> Page:
        """The events of a slice that follow (occurred_at, event id): PAGE_ROWS at most, the last of which is the first
        to reach PAGE_BYTES."""
        ...


async def rows_of(store: Pages, site: int, user_hash: bytes, visits: Sequence[Seen]) -> AsyncGenerator[Sheet]:
    """All events in the order in which they occurred, in sheets of about SHEET_BYTES. Slices are read side by side, and
    the next ones while one is written. Raises what the store raises."""

    def read(part: Slice, after: tuple[int, bytes] = _START) -> tuple[Slice, asyncio.Task[Page]]:
        return part, asyncio.create_task(store.export_page(site, user_hash, part, after))

    parts = slices(visits, _WIDTH_US)
    reading = deque(read(part) for part in islice(parts, AT_ONCE))
    try:
        while reading:
            part, task = reading[0]
            page = await task
            if page.more:
                reading[0] = read(*_rest(part, page))
            else:
                reading.popleft()
                reading.extend(read(part) for part in islice(parts, 1))
            for sheet in _sheets(page.events):
                yield sheet
    finally:
        tasks = [task for _, task in reading]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _rest(part: Slice, page: Page) -> tuple[Slice, tuple[int, bytes]]:
    """What of a slice follows a page, and the row that it follows."""
    last = NormalizedEvent.FromString(page.events[-1])
    return replace(part, start_us=last.occurred_at_us), (last.occurred_at_us, uuid.UUID(last.event_id).bytes)


def _sheets(events: Sequence[bytes]) -> Iterator[Sheet]:
    sheet: list[bytes] = []
    size = 0
    for event in events:
        sheet.append(event)
        size += len(event)
        if size >= SHEET_BYTES:
            yield sheet
            sheet, size = [], 0
    if sheet:
        yield sheet
