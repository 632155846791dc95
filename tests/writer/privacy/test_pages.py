"""An export's rows: all of them, in order, with two statements at a time and little in memory."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from analytics.v1.event_pb2 import NormalizedEvent

from mesh.errors import MeshError, unavailable
from tests.writer.conftest import DAY, MEMORY_SITE, NOON, view
from tests.writer.privacy.conftest import Bench, session
from writer.privacy import pages
from writer.privacy.pages import Page, rows_of
from writer.privacy.slices import NO_VISIT, Seen

USER = b"u" * 16
SPREAD = [Seen(bytes([number] * 16), NOON + number * 9 * DAY, NOON + number * 9 * DAY) for number in range(1, 6)]


@pytest.mark.parametrize("limit", [{"PAGE_ROWS": 100}, {"PAGE_ROWS": 101}, {"PAGE_BYTES": 20_000}, {"SHEET_BYTES": 1}])
async def test_no_row_is_lost_or_told_twice_where_pages_and_slices_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]
) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(pages, name, value)
    pipeline = await bench.pipeline()
    user, sent = f"busy {limit}", set[str]()
    for day in (0, 9, 18):
        at = NOON + day * DAY
        one, bench.rig.now = session(at), at
        visit = [
            view(session_id=one, user_id=user if number % 2 else "", received_at_us=at, age_ms=number // 3)
            for number in range(200)
        ]
        loose = [view(user_id=user, received_at_us=at, kind="EVENT_KIND_CUSTOM", name="bought") for _ in range(2)]
        await bench.ingest(pipeline, *visit, *loose, view(session_id=session(at), received_at_us=at))
        sent |= {event.event_id for event in (*visit, *loose)}
    await bench.keyring.ensure((), (MEMORY_SITE,))
    hashed = bench.keyring.user_hash(MEMORY_SITE, user)
    assert hashed
    visits, loose_events = await bench.store.export_visits(MEMORY_SITE, hashed)
    assert (sum(visit.visit_id != NO_VISIT for visit in visits), loose_events) == (3, 6)
    sheets = [sheet async for sheet in rows_of(bench.store, MEMORY_SITE, hashed, visits)]
    most = min(pages.PAGE_BYTES, pages.SHEET_BYTES)
    assert all(len(sheet) <= pages.PAGE_ROWS and sum(map(len, sheet[:-1])) < most for sheet in sheets)
    events = [NormalizedEvent.FromString(event) for sheet in sheets for event in sheet]
    order = [(event.occurred_at_us, event.event_id) for event in events]
    assert order == sorted(order) and len(order) == len(sent)
    assert {event.event_id for event in events} == sent


class Double:
    """Pages of one event each, of which some fail; counts how many are read at once."""

    def __init__(self, failing: Sequence[int] = ()) -> None:
        self.failing, self.reads, self.running, self.most = failing, 0, 0, 0

    async def export_page(self, site_number: int, user_hash: bytes, part: Any, after: tuple[int, bytes]) -> Page:
        number, self.reads = self.reads, self.reads + 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0.001 if self.failing else 0.01)
            if number in self.failing:
                raise unavailable("away")
            event = NormalizedEvent(
                event_id=f"00000000-0000-0000-0000-{number:012}", occurred_at_us=part.start_us + number
            )
            return Page([event.SerializeToString()], more=number % 3 == 0)
        finally:
            self.running -= 1


async def test_two_statements_run_at_a_time() -> None:
    store = Double()
    assert len([sheet async for sheet in rows_of(store, 1, USER, SPREAD)]) == store.reads > 10
    assert (store.most, store.running) == (2, 0)


async def test_what_was_read_ahead_ends_with_whoever_wanted_it() -> None:
    store = Double()
    rows = rows_of(store, 1, USER, SPREAD)
    await anext(rows)
    await asyncio.sleep(0)
    assert store.reads == 3 and store.running
    await rows.aclose()
    assert store.running == 0 and store.reads == 3


async def test_a_store_that_fails_is_told_once() -> None:
    unheard: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))
    store = Double(failing=(0, 1))
    with pytest.raises(MeshError, match="away"):
        _ = [sheet async for sheet in rows_of(store, 1, USER, SPREAD)]
    assert store.running == 0
    await asyncio.sleep(0)
    assert unheard == []
