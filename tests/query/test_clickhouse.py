"""A statement that fails or is ended leaves nothing behind for the next one on its client."""

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from mesh.errors import MeshError
from query.clickhouse import Pool

# rows come out in many small blocks, the last of them not at all
FAILS_HALFWAY = (
    "SELECT toString(number), throwIf(number = {last:UInt64}) FROM numbers(100000) SETTINGS max_block_size = 1000"
)
SLOW = "SELECT toString(number) FROM numbers(100000) WHERE sleepEachRow(0.0001) = 0 SETTINGS max_block_size = 1000"


@pytest.fixture
def pool(home: Path) -> Iterator[Pool]:
    made = Pool(f"chdb://{home / 'clickhouse'}", 1, 30.0, 500)
    yield made
    made.close()


async def test_an_answer_after_a_statement_that_failed_halfway_holds_its_own_rows_alone(pool: Pool) -> None:
    for last in (5_000, 50_000, 99_000):
        with pytest.raises(DatabaseError):
            await pool.rows(FAILS_HALFWAY, {"last": last})
        assert await pool.rows("SELECT number FROM numbers(3)", {}) == [(0,), (1,), (2,)]


async def test_an_answer_after_a_statement_whose_caller_went_away_holds_its_own_rows_alone(pool: Pool) -> None:
    for wait_s in (0.05, 0.2, 0.4):
        asked = asyncio.create_task(pool.rows(SLOW, {}))
        await asyncio.sleep(wait_s)
        asked.cancel()
        assert await pool.rows("SELECT number FROM numbers(3)", {}) == [(0,), (1,), (2,)]
        assert asked.cancelled()


async def test_a_statement_too_deep_for_the_engine_is_the_callers_fault(pool: Pool) -> None:
    with pytest.raises(MeshError, match="too large"):
        await pool.rows(f"SELECT {'(' * 2_000}1{')' * 2_000}", {})


async def test_the_engine_has_a_place_for_each_of_many_parts_that_a_mutation_writes_anew(pool: Pool) -> None:
    statement = "SELECT toUInt64(value) FROM system.server_settings WHERE name IN {names:Array(String)}"
    names = ["background_pool_size", "background_merges_mutations_concurrency_ratio"]
    rows = await pool.rows(statement, {"names": names})
    assert math.prod(value for (value,) in rows) == 16
