"""Answers about the past are remembered, and never stale."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from analytics.v1 import query_pb2

from mesh.channel import bearer
from query.cache import Cache
from query.clickhouse import Pool
from query.ranges import Range
from tests.query.conftest import NOW, Service, Store
from tests.query.sample import event, new_visit
from tests.query.writer import ADMIN_KEY

MARCH = datetime(2026, 3, 12, 9, tzinfo=UTC)
PAST = ["2026-03-01", "2026-03-31"]


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the store is asked meanwhile, but for the mark of the events."""
    asked: list[str] = []
    real = Pool.rows

    async def rows(self: Pool, statement: str, parameters: dict[str, Any]) -> Any:
        if not statement.startswith("SELECT count(), max(position)"):
            asked.append(statement)
        return await real(self, statement, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(Pool, "rows", rows)
        yield asked


async def page(service: Service, dates: list[str]) -> list[Any]:
    scope = query_pb2.Scope(site="demo", date_range=dates)
    request = query_pb2.PageRequest(scope=scope, metrics=["visits"], lists=[query_pb2.PageList(dimension="page")])
    found = await service.stub.Page(request, metadata=bearer(ADMIN_KEY), timeout=20)
    return [found.totals.metrics[0].integer, [(*row.dimensions, row.metrics[0].integer) for row in found.lists[0].rows]]


async def test_the_past_is_asked_once_until_something_of_it_changes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, late = new_visit(), new_visit()
    await service.writer.commit([event("pageview", MARCH, first, page="/first")])
    await service.caught_up()
    assert await page(service, PAST) == [1, [("/first", 1)]]
    with statements(monkeypatch) as asked:
        assert await page(service, PAST) == [1, [("/first", 1)]]
        assert asked == []

        # an event of another time changes nothing
        await service.writer.commit([event("pageview", NOW + timedelta(days=7), new_visit(), page="/later")])
        await service.caught_up()
        assert await page(service, PAST) == [1, [("/first", 1)]]
        assert asked == []

        await service.writer.commit([event("pageview", MARCH, late, page="/late")])
        await service.caught_up()
        assert await page(service, PAST) == [2, [("/first", 1), ("/late", 1)]]
        assert len(asked) == 2

    service.writer.truth.erase(visit_ids=[late])
    await service.writer.announce()
    await service.caught_up()
    assert await page(service, PAST) == [1, [("/first", 1)]]


async def test_what_is_not_over_is_asked_each_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await page(service, ["2026-03-20", "2026-04-01"])
    with statements(monkeypatch) as asked:
        await page(service, ["2026-03-20", "2026-04-01"])
    assert len(asked) == 2


async def test_an_answer_that_a_commit_overtook_is_not_kept(store: Store) -> None:
    state = [(1, 0)]
    cache = Cache(store.pool, lambda: state[0], 10)
    span = Range(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), UTC)  # type: ignore[arg-type]
    source = await cache.of(1, [span], NOW)
    state[0] = (2, 0)
    text = "SELECT generateUUIDv4()"
    assert await source.rows(text, {}) != await source.rows(text, {})
    source = await cache.of(1, [span], NOW)
    assert await source.rows(text, {}) == await source.rows(text, {})
    state[0] = None
    assert await cache.of(1, [span], NOW) is store.pool


async def test_the_least_recently_used_leave_first(store: Store) -> None:
    cache = Cache(store.pool, lambda: (1, 0), 1)
    span = Range(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), UTC)  # type: ignore[arg-type]
    source = await cache.of(1, [span], NOW)
    # five of them are too many
    text, sizes = "SELECT number, generateUUIDv4() FROM numbers({n:UInt64})", range(500, 506)
    first = [await source.rows(text, {"n": size}) for size in sizes[:4]]
    assert await source.rows(text, {"n": 500}) == first[0]
    await asyncio.gather(*(source.rows(text, {"n": size}) for size in sizes[4:]))
    assert await source.rows(text, {"n": 500}) == first[0]
    assert await source.rows(text, {"n": 501}) != first[1]
    # too large to be kept at all
    assert await source.rows(text, {"n": 2_000}) != await source.rows(text, {"n": 2_000})
