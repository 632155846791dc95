"""What waits goes together, few at a time, and nobody gets another's verdicts."""

import asyncio
from collections.abc import Sequence

import pytest

from mesh.errors import MeshError
from writer.ingest.gate import MAX_BYTES, MAX_WAITING, Gate
from writer.ingest.normalize import Draft
from writer.ingest.store import DUPLICATE, STORED, Written


def event(name: str, size: int = 10) -> Draft:
    return Draft(1, name.encode(), 0, 0, name, None, None, None, b"x" * size, b"", None)


class Database:
    """Holds each batch until told; says DUPLICATE to names that start with d."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Semaphore(0)
        self.fails = False

    async def write(self, drafts: Sequence[Draft]) -> Written:
        self.batches.append([draft.name for draft in drafts])
        await self.go.acquire()
        if self.fails:
            raise MeshError(None, "away")  # type: ignore[arg-type]
        return Written([DUPLICATE if draft.name[0] == "d" else STORED for draft in drafts], len(self.batches))


async def test_calls_that_wait_become_one_batch_and_get_their_own_verdicts() -> None:
    database = Database()
    gate = Gate(database.write, 1)
    calls = [asyncio.create_task(gate.write([event(name)])) for name in ("a", "b", "dup", "c")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    database.go.release()
    database.go.release()
    written = await asyncio.gather(*calls)
    assert database.batches == [["a"], ["b", "dup", "c"]]
    assert [each.verdicts for each in written] == [[STORED], [STORED], [DUPLICATE], [STORED]]
    assert [each.position for each in written] == [1, 2, 2, 2]


async def test_a_caller_that_leaves_takes_nobody_along() -> None:
    database = Database()
    gate = Gate(database.write, 1)
    calls = [asyncio.create_task(gate.write([event(name)])) for name in ("a", "gone", "b")]
    await asyncio.sleep(0)
    calls[1].cancel()
    for _ in range(3):
        database.go.release()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(done[1], asyncio.CancelledError)
    assert [name for batch in database.batches for name in batch] == ["a", "gone", "b"]


async def test_a_failure_reaches_each_caller_and_the_next_batch_goes_on() -> None:
    database = Database()
    database.fails = True
    gate = Gate(database.write, 1)
    calls = [asyncio.create_task(gate.write([event(name)])) for name in ("a", "b")]
    for _ in range(3):
        database.go.release()
    assert all(isinstance(each, MeshError) for each in await asyncio.gather(*calls, return_exceptions=True))
    database.fails = False
    assert (await gate.write([event("c")])).verdicts == [STORED]


async def test_large_calls_are_split_so_that_a_commit_fits_a_message() -> None:
    database = Database()
    gate = Gate(database.write, 1)
    for _ in range(3):
        database.go.release()
    written = await gate.write([event(f"{n}", MAX_BYTES // 2 - 1) for n in range(5)])
    assert [len(batch) for batch in database.batches] == [2, 2, 1]
    assert (len(written.verdicts), written.position) == (5, 3)


async def test_nothing_waits_without_bound() -> None:
    database = Database()
    gate = Gate(database.write, 1)
    waiting = asyncio.create_task(gate.write([event("a")] * MAX_WAITING))
    await asyncio.sleep(0)
    with pytest.raises(MeshError, match="too many"):
        await gate.write([event("b")])
    database.go.release()
    await waiting
    database.go.release()
    assert (await gate.write([event("b")])).verdicts == [STORED]


async def test_nothing_to_write_asks_nobody() -> None:
    database = Database()
    assert await Gate(database.write, 1).write([]) == Written([], 0)
    assert not database.batches
