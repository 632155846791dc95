"""Turns: few at once, fewer of one site or key, a queue that ends."""

import asyncio
import contextlib

import grpc
import pytest

from mesh.errors import MeshError
from query.admission import Admission, Limits


class Callers:
    """Questions that hold their turn until they are let go."""

    def __init__(self, limits: Limits) -> None:
        self.admission = Admission(limits)
        self.running: list[str] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._go: dict[str, asyncio.Event] = {}

    async def ask(self, name: str, site: int = 1, key: str = "key") -> None:
        self._go[name] = asyncio.Event()

        async def hold() -> None:
            async with self.admission.turn(site, key):
                self.running.append(name)
                await self._go[name].wait()
            self.running.remove(name)

        self._tasks[name] = asyncio.create_task(hold())
        await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        self._go[name].set()
        await self._tasks[name]
        await asyncio.sleep(0)

    async def leave(self, name: str) -> None:
        self._tasks[name].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._tasks[name]
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_of_asking() -> None:
    callers = Callers(Limits(at_once=2, per_site=2, per_key=2, waiting=9))
    for name in "abcd":
        await callers.ask(name)
    assert callers.running == ["a", "b"]
    await callers.end("b")
    assert callers.running == ["a", "c"]


async def test_one_site_or_key_leaves_turns_to_others() -> None:
    callers = Callers(Limits(at_once=3, per_site=2, per_key=1, waiting=9))
    await callers.ask("a", site=1, key="one")
    await callers.ask("b", site=1, key="one")
    await callers.ask("c", site=1, key="two")
    await callers.ask("d", site=1, key="three")
    await callers.ask("e", site=2, key="four")
    # b waits for its key, d for its site
    assert callers.running == ["a", "c", "e"]
    await callers.end("a")
    assert callers.running == ["c", "e", "b"]
    await callers.end("e")
    assert callers.running == ["c", "b"]
    await callers.end("c")
    assert callers.running == ["b", "d"]


async def test_one_more_than_may_wait_is_refused_by_name() -> None:
    callers = Callers(Limits(at_once=1, per_site=1, per_key=1, waiting=1))
    await callers.ask("a")
    await callers.ask("b")
    with pytest.raises(MeshError) as caught:
        async with callers.admission.turn(1, "key"):
            pass
    error = caught.value
    assert (error.code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUERY_QUEUE_FULL")
    assert "ANALYTICS_QUERY_QUEUE" in error.message
    assert error.retry_after_s
    await callers.end("a")
    await callers.end("b")
    assert callers.running == []


async def test_who_goes_away_leaves_its_place_or_its_turn() -> None:
    callers = Callers(Limits(at_once=1, per_site=1, per_key=1, waiting=9))
    for name in "abc":
        await callers.ask(name)
    await callers.leave("b")
    await callers.leave("a")
    assert callers.running[-1] == "c"
    await callers.end("c")
    await callers.ask("d")
    assert callers.running[-1] == "d"
