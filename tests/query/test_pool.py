"""Statements cost no more than they may, and none outlives the caller that waits for it."""

import asyncio
import time

import grpc
import pytest
from analytics.v1 import query_pb2

from mesh.channel import bearer
from mesh.errors import MeshError, from_rpc
from query.clickhouse import Pool
from query.explain import explaining
from tests.query.conftest import LIMITS, Service, Store
from tests.query.writer import ADMIN_KEY, READ_KEY

ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = {x:UInt64}"
RUNNING = "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%system.processes%'"


async def running(pool: Pool) -> int:
    return (await pool.rows(RUNNING, {}))[0][0]


async def test_a_statement_ends_when_its_caller_goes_away(store: Store) -> None:
    task = asyncio.create_task(store.pool.rows(ENDLESS, {"x": 1}))
    async with asyncio.timeout(10):
        while not await running(store.pool):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        while await running(store.pool):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    # and its client is free for others
    assert len(await asyncio.gather(*(store.pool.rows("SELECT sleep(0.01)", {}) for _ in range(4)))) == 4


async def test_a_statement_that_takes_too_long_is_ended_by_name(store: Store) -> None:
    pool = Pool(store.pool._dsn, 1, 0.2)
    began = time.monotonic()
    with pytest.raises(MeshError) as caught:
        await pool.rows(ENDLESS, {"x": 1})
    pool.close()
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 5


async def test_a_statement_that_takes_too_much_memory_is_ended_by_name(store: Store) -> None:
    pool = Pool(store.pool._dsn, 1, 30.0, 50)
    with pytest.raises(MeshError) as caught:
        await pool.rows("SELECT length(groupArray(number)) FROM numbers(100000000)", {})
    pool.close()
    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.message.startswith("the answer would take too much memory")
    assert caught.value.retry_after_s is None


async def test_several_statements_run_at_once(store: Store) -> None:
    began = time.monotonic()
    await asyncio.gather(*(store.pool.rows("SELECT sleep(0.5)", {}) for _ in range(2)))
    assert time.monotonic() - began < 0.95


async def test_more_questions_than_may_wait_are_refused_and_the_others_answered(service: Service) -> None:
    async def ask() -> str:
        try:
            await service.ask(READ_KEY, metrics=["visitors"], dimensions=["page", "time:day"])
        except grpc.aio.AioRpcError as error:
            return from_rpc(error).reason
        return "answered"

    size = LIMITS.waiting + LIMITS.per_key
    outcomes = await asyncio.gather(*(ask() for _ in range(size + 10)))
    assert set(outcomes) == {"answered", "QUERY_QUEUE_FULL"}
    assert outcomes.count("answered") >= size
    assert await ask() == "answered"


async def test_a_caller_that_hangs_up_gives_its_turn_away(service: Service) -> None:
    request = query_pb2.QueryRequest(site="demo", metrics=["visitors"], dimensions=["page"], date_range=["30d"])
    for _ in range(30):
        call = service.stub.Query(request, metadata=bearer(ADMIN_KEY), timeout=20)
        await asyncio.sleep(0.002)
        call.cancel()
    for _ in range(LIMITS.at_once + 1):
        await service.ask()


async def test_an_explained_answer_tells_what_its_statements_read(store: Store) -> None:
    with explaining() as recorder:
        await store.pool.rows("SELECT {x:UInt8} + sum(number) FROM numbers(10)", {"x": 1})
        await store.pool.rows("SELECT count() FROM store WHERE id IN (SELECT id FROM store)", {})
    first, second = recorder.statements
    assert (first.sql, first.parameters) == ("SELECT {x:UInt8} + sum(number) FROM numbers(10)", '{"x": 1}')
    assert first.took_ms > 0
    # what sub-selects read counts too
    assert (second.rows_read, second.bytes_read) == (2, 32)
