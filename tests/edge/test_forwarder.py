"""The forwarder, between a real Valkey and a writer with faults."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import pytest
from analytics.v1 import ingest_pb2, track_pb2

from edge.balance import Balance
from edge.breaker import Breaker
from edge.forwarder import BATCH_EVENTS, Fate, Forwarder, NotDurable
from edge.seal import Sealer
from edge.spool import Spool
from edge.store import Store
from edge.writer_client import WriterClient
from mesh import channel
from mesh.clock import now_us
from mesh.ids import new_id
from tests.edge.conftest import MESH_TOKEN, SEAL_KEY, Valkey, WriterDouble, balanced, envelope, eventually

Outcome = ingest_pb2.IngestOutcome
Code = track_pb2.TrackResult.Code
ACCEPTED = Fate(Code.CODE_ACCEPTED)


@dataclass
class Parts:
    forwarder: Forwarder
    spool: Spool
    breaker: Breaker
    balance: Balance


@pytest.fixture
async def parts(valkey: Valkey, writer: WriterDouble) -> AsyncIterator[Parts]:
    to_writer = channel.connect(f"127.0.0.1:{writer.port}")
    balance = Balance()
    spool = Spool(Store(valkey.url), Sealer([SEAL_KEY]), balance, now_us, max_entries=50, max_bytes=1 << 20)
    await spool.start()
    breaker = Breaker(time.monotonic, first_s=0.2, last_s=0.2)
    client = WriterClient(to_writer, MESH_TOKEN, timeout_s=3.0)
    forwarder = Forwarder(client.ingest, spool, breaker, balance, hedge_s=0.25, max_in_flight=2_000)
    yield Parts(forwarder, spool, breaker, balance)
    writer.free.set()
    await forwarder.stop()
    await spool.stop()
    await to_writer.close()
    assert balanced(balance.to_proto())


async def test_a_direct_batch_is_answered_after_the_writer_has_it(parts: Parts, writer: WriterDouble) -> None:
    event_id = new_id()
    assert await parts.forwarder.forward([envelope(event_id)]) == [ACCEPTED]
    assert event_id in writer.ledger
    assert await parts.forwarder.forward([envelope(event_id)]) == [Fate(Code.CODE_DUPLICATE)]
    assert (parts.balance.acknowledged, parts.balance.stored, parts.balance.duplicate) == (2, 1, 1)


async def test_each_envelope_gets_its_own_outcome(parts: Parts, writer: WriterDouble) -> None:
    bot, poison, good = (new_id() for _ in range(3))
    outcomes = {
        bot: Outcome(code=Outcome.CODE_IGNORED, reason="bot"),
        poison: Outcome(code=Outcome.CODE_REJECTED, reason="no such day"),
    }
    writer.outcome = lambda event: outcomes.get(event.event_id)
    fates = await parts.forwarder.forward([envelope(bot), envelope(poison), envelope(good)])
    assert fates == [Fate(Code.CODE_IGNORED, "bot"), Fate(Code.CODE_ACCEPTED, "no such day"), ACCEPTED]
    assert parts.balance.ignored_by_reason == {"bot": 1}
    assert parts.balance.rejected == 1


async def test_two_batches_are_in_flight_and_what_arrives_meanwhile_is_the_next(
    parts: Parts, writer: WriterDouble
) -> None:
    writer.free.clear()
    calls: list[asyncio.Task[list[Fate]]] = []
    for count in (1, 2):
        calls.append(asyncio.create_task(parts.forwarder.forward([envelope()])))

        async def arrived(count: int = count) -> bool:
            return writer.running == count

        await eventually(arrived, 5)
    calls += [asyncio.create_task(parts.forwarder.forward([envelope()])) for _ in range(BATCH_EVENTS + 1)]
    await asyncio.sleep(0)
    writer.free.set()
    await asyncio.gather(*calls)
    assert writer.calls == [1, 1, BATCH_EVENTS, 1] or parts.balance.spooled  # spooled: this machine was slow
    assert writer.most_running == 2


async def test_a_hung_writer_costs_a_hedge_and_its_late_reply_is_not_counted(
    parts: Parts, writer: WriterDouble
) -> None:
    writer.free.clear()
    event_id = new_id()
    assert await parts.forwarder.forward([envelope(event_id)]) == [ACCEPTED]
    assert event_id not in writer.ledger
    assert (parts.balance.acknowledged, parts.balance.spooled, parts.spool.totals.envelopes) == (1, 1, 1)
    writer.free.set()

    async def late() -> bool:
        return event_id in writer.ledger

    await eventually(late)
    await asyncio.sleep(0.05)
    assert (parts.balance.stored, parts.balance.spooled) == (0, 1)


async def test_after_one_hedge_nobody_waits_for_a_hung_writer_and_a_probe_closes_the_breaker(
    parts: Parts, writer: WriterDouble
) -> None:
    writer.free.clear()
    await parts.forwarder.forward([envelope()])
    await parts.forwarder.forward([envelope()])
    assert parts.breaker.state == "closed"  # answered before the hedge's time, in which the call speaks for the writer

    async def opened() -> bool:
        return parts.breaker.state == "open"

    await eventually(opened)
    assert (parts.balance.acknowledged, parts.balance.spooled, len(writer.calls)) == (2, 2, 2)
    called = len(writer.calls)
    await parts.forwarder.forward([envelope()])
    assert len(writer.calls) == called
    writer.free.set()

    async def closed() -> bool:
        await parts.forwarder.forward([envelope()])
        return parts.breaker.state == "closed"

    await eventually(closed)


async def test_a_dead_writer_means_the_spool(parts: Parts, writer: WriterDouble) -> None:
    await writer.die()
    for _ in range(5):
        assert await parts.forwarder.forward([envelope()]) == [ACCEPTED]
    assert (parts.balance.spooled, parts.breaker.state) == (5, "open")


async def test_a_reply_lost_after_the_commit_spools_the_batch(parts: Parts, writer: WriterDouble) -> None:
    writer.lose_replies = True
    event_id = new_id()
    assert await parts.forwarder.forward([envelope(event_id)]) == [ACCEPTED]
    assert event_id in writer.ledger
    assert parts.balance.spooled == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.RESOURCE_EXHAUSTED])
async def test_any_failure_of_the_writer_means_the_spool(
    parts: Parts, writer: WriterDouble, code: grpc.StatusCode
) -> None:
    writer.refuse = code
    assert await parts.forwarder.forward([envelope()]) == [ACCEPTED]
    assert parts.balance.spooled == 1


async def test_an_outcome_left_open_means_the_spool(parts: Parts, writer: WriterDouble) -> None:
    writer.outcome = lambda _: Outcome(reason="unspecified")
    assert await parts.forwarder.forward([envelope()]) == [ACCEPTED]
    assert (parts.balance.spooled, parts.balance.stored) == (1, 0)


async def test_without_redis_the_writer_goes_on_alone(parts: Parts, valkey: Valkey, writer: WriterDouble) -> None:
    await valkey.kill()
    assert await parts.forwarder.forward([envelope()]) == [ACCEPTED]
    assert parts.balance.stored == 1


async def test_without_redis_a_slow_writer_is_waited_for(parts: Parts, valkey: Valkey, writer: WriterDouble) -> None:
    await valkey.kill()
    writer.free.clear()
    call = asyncio.create_task(parts.forwarder.forward([envelope()]))
    await asyncio.sleep(0.5)
    assert not call.done()
    writer.free.set()
    assert await call == [ACCEPTED]
    assert (parts.balance.stored, parts.breaker.state) == (1, "closed")


async def test_with_both_away_nothing_is_acknowledged(parts: Parts, valkey: Valkey, writer: WriterDouble) -> None:
    await valkey.kill()
    await writer.die()
    for _ in range(4):
        with pytest.raises(NotDurable) as refused:
            await parts.forwarder.forward([envelope()])
        assert not refused.value.full
    assert (parts.balance.acknowledged, parts.balance.in_flight) == (0, 0)


async def test_past_the_limit_of_events_in_flight_one_more_is_refused(parts: Parts, writer: WriterDouble) -> None:
    writer.free.clear()
    calls = [asyncio.create_task(parts.forwarder.forward([envelope()] * 500)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(NotDurable) as refused:
        await parts.forwarder.forward([envelope()])
    assert refused.value.full
    writer.free.set()
    await asyncio.gather(*calls)


async def test_a_caller_who_leaves_does_not_spoil_the_batch(parts: Parts, writer: WriterDouble) -> None:
    event_id = new_id()
    leaving = asyncio.create_task(parts.forwarder.forward([envelope(event_id)]))
    staying = asyncio.create_task(parts.forwarder.forward([envelope()]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == [ACCEPTED]
    assert event_id in writer.ledger
    await asyncio.gather(leaving, return_exceptions=True)


async def test_a_stop_spools_what_the_writer_has_not_answered(parts: Parts, writer: WriterDouble) -> None:
    writer.free.clear()
    call = asyncio.create_task(parts.forwarder.forward([envelope()]))
    await asyncio.sleep(0)
    await parts.forwarder.stop()
    assert await call == [ACCEPTED]
    assert parts.balance.spooled == 1
