"""The client for asyncio keeps the promises of the one for threads."""

import asyncio
import threading
import time

import grpc
import pytest
from analytics_mesh import AsyncClient, Money, Options, QueueFull

from tests.sdk_python.conftest import KEY, Edge, fail, held_by

SOON = Options(batch_wait_s=0)


async def test_leaving_the_block_sends_what_waits_in_one_batch(edge: Edge) -> None:
    async with AsyncClient(edge.target, KEY) as client:
        ids = [
            await client.view("https://shop.example/"),
            await client.track("purchase", revenue=Money(20, "EUR")),
            await client.interaction("click", element_id="buy"),
            await client.exposure("headline", "b"),
        ]
    assert list(edge.stored) == ids
    assert len(edge.calls) == 1
    assert client.stats.accepted == 4


async def test_what_fails_for_now_is_sent_again_and_stored_once(edge: Edge) -> None:
    edge.faults = [fail(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=0.2)]
    edge.after = [fail(grpc.StatusCode.UNAVAILABLE)]
    async with AsyncClient(edge.target, KEY, SOON) as client:
        await client.track("a")
        assert await client.flush(20)
    assert (len(edge.calls), len(edge.stored), client.stats.duplicates) == (3, 1, 1)
    assert edge.calls[1][0].age_ms >= 200


async def test_an_edge_that_comes_back_gets_everything_in_order(edge: Edge) -> None:
    edge.stop()
    async with AsyncClient(edge.target, KEY, SOON) as client:
        ids = [await client.track(f"event {number}") for number in range(5)]
        await asyncio.sleep(0.3)
        edge.start()
    assert list(edge.stored) == ids


async def test_a_full_queue_drops_raises_or_waits_as_asked(edge: Edge) -> None:
    gate = threading.Event()
    edge.faults = [held_by(gate)]
    async with AsyncClient(edge.target, KEY, Options(queue_events=1, batch_wait_s=0)) as client:
        await client.track("a")
        await client.track("b")
        assert client.stats.dropped == 1
        gate.set()

    gate.clear()
    edge.faults = [held_by(gate)]
    async with AsyncClient(edge.target, KEY, Options(queue_events=1, batch_wait_s=0, when_full="raise")) as client:
        await client.track("a")
        with pytest.raises(QueueFull):
            await client.track("b")
        gate.set()

    gate.clear()
    edge.faults = [held_by(gate)]
    async with AsyncClient(edge.target, KEY, Options(queue_events=1, batch_wait_s=0, when_full="wait")) as client:
        await client.track("first")
        asyncio.get_running_loop().call_later(0.2, gate.set)
        await client.track("second")
        assert gate.is_set()
    assert client.stats.accepted == 2


async def test_close_gives_up_in_time_and_says_what_is_lost(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.stop()
    client = AsyncClient(edge.target, KEY, Options(close_s=0.2))
    await client.track("a")
    began = time.monotonic()
    await client.close()
    await client.close()
    assert time.monotonic() - began < 5
    assert (client.stats.lost, client.stats.waiting) == (1, 0)
    assert not await client.flush(), "an event that is lost is not settled"
    assert not client.offer(None)  # pyright: ignore[reportArgumentType]
    assert client.stats.refused == 1
    assert "1 events could not be sent" in caplog.text
    await client.track("too late")
    assert client.stats.dropped == 1
