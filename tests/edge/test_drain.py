"""Through faults of the writer: what was acknowledged from the spool comes to it once, oldest first."""

import asyncio
import os
import time
from collections.abc import Callable

import grpc
import pytest
from analytics.v1 import event_pb2, ingest_pb2, spool_pb2, track_pb2

from edge.seal import Sealer
from mesh.channel import bearer
from tests.edge.conftest import (
    MESH_TOKEN,
    SEAL_KEY,
    Edge,
    Valkey,
    WriterDouble,
    balanced,
    codes,
    envelope,
    eventually,
    refusal,
    view,
)

Result = track_pb2.TrackResult


async def test_what_was_spooled_is_drained_after_the_writers_return_with_its_time_untouched(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await edge.send_one(view())
    await writer.die()
    events = [view() for _ in range(40)]
    for event in events:
        assert (await edge.send_one(event)).code == Result.CODE_ACCEPTED
    status = await edge.status()
    assert (status.balance.spooled, status.breaker) == (40, "open")
    assert balanced(status.balance)
    chunks = await valkey.command("LRANGE", "spool:chunks", 0, -1)
    sealed = [event_pb2.RawEventEnvelope.FromString(raw) for chunk in chunks for raw in Sealer([SEAL_KEY]).open(chunk)]
    received = {event.event_id: event.received_at_us for event in sealed}
    await writer.start()
    status = await edge.drained()
    assert status.balance.stored == 41
    assert {event.event_id: writer.ledger[event.event_id].received_at_us for event in events} == received
    order = [event_id for event_id in writer.ledger if event_id in received]
    assert order == [event.event_id for event in events]


async def test_the_drain_waits_for_the_writers_health(edge: Edge, writer: WriterDouble) -> None:
    await writer.serves(False)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await edge.send(*(view() for _ in range(3)))
    writer.refuse = None
    called = len(writer.calls)
    await asyncio.sleep(1.5)
    assert len(writer.calls) == called
    await writer.serves(True)
    assert (await edge.drained()).balance.stored == 3


async def test_a_hung_writer_is_hedged_and_both_copies_are_one_event(edge: Edge, writer: WriterDouble) -> None:
    writer.free.clear()
    events = [view() for _ in range(10)]
    results = await asyncio.gather(*(edge.send_one(event) for event in events))
    assert codes(results) == [Result.CODE_ACCEPTED] * 10
    writer.free.set()
    status = await edge.drained()
    assert set(writer.ledger) == {event.event_id for event in events}
    assert status.balance.acknowledged == 10
    assert writer.duplicates > 0


async def test_a_reply_lost_after_the_commit_is_a_duplicate_not_a_second_event(
    edge: Edge, writer: WriterDouble
) -> None:
    writer.lose_replies = True
    event = view()
    await edge.send_one(event)
    writer.lose_replies = False
    status = await edge.drained()
    assert list(writer.ledger) == [event.event_id]
    assert (status.balance.acknowledged, status.balance.duplicate, status.balance.stored) == (1, 1, 0)


async def test_f09_an_edge_killed_right_after_a_spooled_acknowledgement_has_it_after_its_restart(
    edge: Edge, writer: WriterDouble
) -> None:
    await writer.die()
    events = [view() for _ in range(5)]
    await edge.send(*events)
    await edge.kill()
    await edge.start()  # the directory comes from its file: the writer is away
    status = await edge.status()
    assert (status.balance.carried, status.balance.spooled) == (5, 5)
    await edge.send(view())
    await writer.start()
    status = await edge.drained()
    assert (status.balance.stored, status.balance.carried, status.balance.acknowledged) == (6, 5, 1)
    assert {event.event_id for event in events} <= set(writer.ledger)


async def test_f08_a_chunk_that_cannot_be_opened_is_set_aside_and_the_drain_goes_on(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    foreign = Sealer([os.urandom(32)]).seal([envelope()], 0)
    await writer.serves(False)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await valkey.command("RPUSH", "spool:chunks", foreign, b"not a chunk")
    await valkey.command("HINCRBY", "spool:totals", "bytes", len(foreign) + len(b"not a chunk"))
    event = view()
    await edge.send_one(event)
    writer.refuse = None
    await writer.serves(True)

    async def drained() -> bool:
        return event.event_id in writer.ledger

    await eventually(drained)

    async def set_aside() -> bool:
        return (await edge.status()).set_aside == 2

    await eventually(set_aside)
    assert await valkey.command("LRANGE", "spool:aside", 0, -1) == [foreign, b"not a chunk"]
    reasons = [entry["reason"] for entry in edge.logs() if entry["event"] == "chunk_set_aside"]
    assert "is unknown" in reasons[0] and "less than a header" in reasons[1]


async def test_a_request_that_the_writer_refuses_as_such_does_not_block_the_drain(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    writer.refuse = grpc.StatusCode.INVALID_ARGUMENT
    await edge.send_one(view())

    async def set_aside() -> bool:
        return (await edge.status()).set_aside == 1

    await eventually(set_aside)
    writer.refuse = None
    event = view()
    await edge.send_one(event)
    status = await edge.drained()
    assert event.event_id in writer.ledger
    assert (status.balance.spooled, await valkey.command("LLEN", "spool:aside")) == (1, 1)


async def test_f16_an_edge_killed_during_a_drain_delivers_all_once(edge: Edge, writer: WriterDouble) -> None:
    await writer.die()
    events = [view() for _ in range(20)]
    await edge.send(*events)
    writer.free.clear()
    await writer.start()

    async def draining() -> bool:
        return writer.running > 0

    await eventually(draining)
    await edge.kill()
    writer.free.set()
    await edge.start()
    status = await edge.drained()
    assert status.balance.carried == status.balance.stored + status.balance.duplicate == 20
    assert set(writer.ledger) == {event.event_id for event in events}


async def test_f17_a_second_edge_on_the_spool_says_so_and_drains_once_the_first_is_gone(
    edge: Edge, make_edge: Callable[[str], Edge], writer: WriterDouble
) -> None:
    async def held() -> bool:
        return bool(await edge.status())

    await eventually(held)
    second = make_edge("edge-2")
    await second.start()
    await second.logged("spool_drained_elsewhere")
    await edge.ops.Pause(spool_pb2.PauseRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    event = view()
    await second.send_one(event)
    writer.refuse = None
    await asyncio.sleep(1.5)
    assert event.event_id not in writer.ledger
    assert not (await second.status()).draining
    await edge.kill()
    await second.drained()
    assert event.event_id in writer.ledger


async def test_f19_a_writer_that_comes_and_goes_loses_nothing_and_the_spool_ends_empty(
    edge: Edge, writer: WriterDouble
) -> None:
    acknowledged: set[str] = set()
    for _ in range(3):
        for up in (False, True):
            await (writer.start() if up else writer.die())
            for _ in range(10):
                event = view()
                await edge.send_one(event)
                acknowledged.add(event.event_id)
    status = await edge.drained()
    assert status.balance.acknowledged == 60
    assert set(writer.ledger) == acknowledged


async def test_f07_bytes_of_any_kind_are_cleaned_or_refused_and_never_stop_the_drain(
    edge: Edge, writer: WriterDouble
) -> None:
    await writer.die()
    odd = {
        "nul": view(page_url="https://demo.example/a\0b", page_title="a\0b", props={"k": "a\0b"}),
        "huge": view(kind=event_pb2.EVENT_KIND_CUSTOM, name="n", props={"k": "9" * 2_000}),
    }
    for event in odd.values():
        assert (await edge.send_one(event)).code == Result.CODE_ACCEPTED
    digits = await refusal(edge, view(revenue_amount="9" * 100_000, revenue_currency="EUR"))
    assert digits.code() == grpc.StatusCode.INVALID_ARGUMENT
    async with grpc.aio.insecure_channel((await edge.logged("listening"))["address"]) as channel:
        raw = channel.unary_unary("/analytics.v1.TrackService/Track")
        for damage in (b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\x80"):  # a lone surrogate, no UTF-8, an overlong NUL
            content = view(page_title="xyz"[: len(damage)]).SerializeToString()
            content = content.replace(b"xyz"[: len(damage)], damage)
            request = ingest_pb2.IngestRequest(envelopes=[content]).SerializeToString()  # TrackRequest, byte by byte
            with pytest.raises(grpc.aio.AioRpcError, match="page_title: the text is not valid UTF-8"):
                await raw(request, metadata=bearer(MESH_TOKEN), timeout=5)
    await writer.start()
    status = await edge.drained()
    assert (status.balance.stored, status.set_aside) == (2, 0)
    stored = writer.ledger[odd["nul"].event_id]
    assert (stored.page_url, stored.page_title, stored.props["k"]) == ("https://demo.example/ab", "ab", "ab")


async def test_f07_large_events_that_compress_well_do_not_stop_the_drain(edge: Edge, writer: WriterDouble) -> None:
    """Small in the spool, they would be more than one message to the writer may have."""
    await writer.die()
    large = {f"p{number}": "😀" * 2_000 for number in range(30)}
    for _ in range(3):
        await edge.send(*(view(props=large) for _ in range(60)))
    await writer.start()
    assert (await edge.drained()).balance.stored == 180


async def test_f19_a_writer_that_stays_away_is_probed_and_not_stormed(edge: Edge, writer: WriterDouble) -> None:
    await writer.serves(False)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    began = time.monotonic()
    sent = 0
    while time.monotonic() - began < 2:
        await edge.send_one(view())
        sent += 1
    at_most = 2 + (time.monotonic() - began) / 0.25  # two open the breaker; a probe comes after half the pause or more
    assert 2 < len(writer.calls) <= at_most < sent
    writer.refuse = None
    await writer.serves(True)
    assert (await edge.drained()).balance.stored == sent


async def test_f19_the_spool_does_not_grow_while_the_writer_is_well(edge: Edge, writer: WriterDouble) -> None:
    await writer.die()
    await edge.send(*(view() for _ in range(5)))
    await writer.start()
    await edge.drained()
    for _ in range(50):
        await edge.send_one(view())
    status = await edge.status()
    assert (status.entries, status.balance.spooled, status.breaker) == (0, 0, "closed")
    assert status.balance.stored == 55


async def test_a_drain_that_succeeds_closes_the_breaker_without_live_traffic(edge: Edge, writer: WriterDouble) -> None:
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await edge.ops.Pause(spool_pb2.PauseRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    while (await edge.status()).breaker == "closed":
        await edge.send_one(view())
    writer.refuse = None
    await edge.ops.Resume(spool_pb2.ResumeRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    assert (await edge.drained()).breaker == "closed"
