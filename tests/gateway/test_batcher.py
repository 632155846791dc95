"""When a call goes out, and with what."""

import asyncio
from collections.abc import Awaitable

from analytics.v1 import track_pb2

from gateway.batcher import BATCH_EVENTS, Batcher, Results


class Edge:
    """Keeps each call waiting until a test answers it."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, asyncio.Future[track_pb2.TrackStreamResponse]]] = []

    @property
    def sizes(self) -> list[int]:
        return [size for size, _ in self.calls]

    async def take(self, data: bytes, timeout_s: float) -> track_pb2.TrackStreamResponse:
        answer: asyncio.Future[track_pb2.TrackStreamResponse] = asyncio.get_running_loop().create_future()
        self.calls.append((len(track_pb2.TrackStreamRequest.FromString(data).events), answer))
        return await answer

    def answer(self, call: int) -> None:
        size, answer = self.calls[call]
        answer.set_result(track_pb2.TrackStreamResponse(results=[track_pb2.TrackResult()] * size))


def submit(batcher: Batcher, times: int) -> list[Awaitable[Results]]:
    data = track_pb2.TrackStreamRequest(events=[track_pb2.TrackEvent(site="demo")]).SerializeToString()
    return [batcher.submit(data, 1) for _ in range(times)]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_came_in_one_turn_goes_out_at_its_end_and_waits_for_nothing() -> None:
    edge = Edge()
    batcher = Batcher(edge.take, 1_000, 1.0)
    answers = submit(batcher, 3)
    await turns()
    assert edge.sizes == [3]
    edge.answer(0)
    assert [len(results) for results in await asyncio.gather(*answers)] == [1, 1, 1]


async def test_a_second_call_goes_out_once_it_is_as_large_as_the_first_and_no_third() -> None:
    edge = Edge()
    batcher = Batcher(edge.take, 1_000, 1.0)
    answers = submit(batcher, 4)
    await turns()
    answers += submit(batcher, 3)
    await turns()
    assert edge.sizes == [4]
    answers += submit(batcher, 1)
    await turns()
    assert edge.sizes == [4, 4]
    answers += submit(batcher, 30)
    await turns()
    assert edge.sizes == [4, 4]
    edge.answer(0)
    await turns()
    assert edge.sizes == [4, 4, 30]
    edge.answer(1)
    edge.answer(2)
    await asyncio.gather(*answers)


async def test_less_than_that_goes_out_when_the_first_is_answered() -> None:
    edge = Edge()
    batcher = Batcher(edge.take, 1_000, 1.0)
    answers = submit(batcher, 4)
    await turns()
    answers += submit(batcher, 1)
    await turns()
    edge.answer(0)
    await turns()
    assert edge.sizes == [4, 1]
    edge.answer(1)
    await asyncio.gather(*answers)


async def test_a_call_holds_320_events_and_a_second_full_one_waits_for_none() -> None:
    edge = Edge()
    batcher = Batcher(edge.take, 10_000, 1.0)
    answers = submit(batcher, 3 * BATCH_EVENTS)
    await turns()
    assert edge.sizes == [BATCH_EVENTS, BATCH_EVENTS]
    edge.answer(0)
    await turns()
    assert edge.sizes == [BATCH_EVENTS] * 3
    edge.answer(1)
    edge.answer(2)
    await asyncio.gather(*answers)
