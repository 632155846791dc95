"""The edge as a process: what an acknowledgement means, through faults of everything around it."""

import asyncio
import os
from collections.abc import Callable

import grpc
import httpx
import pytest
from analytics.v1 import event_pb2, ingest_pb2, spool_pb2, track_pb2

from edge.seal import Sealer
from mesh.channel import bearer
from mesh.errors import from_rpc
from tests.edge.conftest import (
    MESH_TOKEN,
    SEAL_KEY,
    Edge,
    Valkey,
    WriterDouble,
    balanced,
    envelope,
    eventually,
    free_port,
    view,
)

Result = track_pb2.TrackResult


async def refusal(edge: Edge, event: track_pb2.TrackEvent, token: str = MESH_TOKEN) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await edge.send_one(event, token)
    return refused.value


def codes(results: list[Result]) -> list[int]:
    return [result.code for result in results]


async def test_an_event_is_acknowledged_once_the_writer_has_it(edge: Edge, writer: WriterDouble) -> None:
    event = view()
    result = await edge.send_one(event)
    assert (result.code, result.event_id) == (Result.CODE_ACCEPTED, event.event_id)
    assert writer.ledger[event.event_id].site_id == 7
    assert (await edge.send_one(event)).code == Result.CODE_DUPLICATE
    status = await edge.drained()
    assert (status.balance.acknowledged, status.balance.stored, status.balance.duplicate) == (2, 1, 1)


async def test_one_bad_event_spoils_no_other(edge: Edge, writer: WriterDouble) -> None:
    good, late = view(), view()
    broken = view(page_title="Preise").SerializeToString().replace(b"Preise", b"Pr\xffise")
    parts = [
        good.SerializeToString(),
        view(page_url="javascript:alert(1)").SerializeToString(),
        broken,
        view(site="nowhere").SerializeToString(),
        view(do_not_track=True).SerializeToString(),
        late.SerializeToString(),
    ]
    request = ingest_pb2.IngestRequest(envelopes=parts).SerializeToString()  # TrackBatchRequest, event by event
    call = grpc.aio.insecure_channel((await edge.logged("listening"))["address"])
    async with call:
        raw = call.unary_unary("/analytics.v1.TrackService/TrackBatch")
        response = track_pb2.TrackBatchResponse.FromString(await raw(request, metadata=bearer(MESH_TOKEN), timeout=10))
    assert codes(list(response.results)) == [
        Result.CODE_ACCEPTED,
        Result.CODE_INVALID,
        Result.CODE_INVALID,
        Result.CODE_FORBIDDEN,
        Result.CODE_IGNORED,
        Result.CODE_ACCEPTED,
    ]
    assert [result.field for result in response.results[1:4]] == ["page_url", "page_title", "site"]
    assert set(writer.ledger) == {good.event_id, late.event_id}
    status = await edge.drained()
    assert dict(status.balance.ignored_by_reason) == {"dnt": 1}


async def test_track_says_what_is_wrong_as_a_status(edge: Edge) -> None:
    error = from_rpc(await refusal(edge, view(page_url="javascript:alert(1)")))
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "page_url")
    assert str(error) == 'page_url: "javascript:alert(1)" is not an http(s) URL of at most 2,000 characters'
    assert (await refusal(edge, view(site="nowhere"))).code() == grpc.StatusCode.PERMISSION_DENIED
    assert (await edge.send_one(view(global_privacy_control=True))).reason == "gpc"
    with pytest.raises(grpc.aio.AioRpcError, match="event: it is missing"):
        await edge.track.Track(track_pb2.TrackRequest(), metadata=bearer(MESH_TOKEN), timeout=5)


async def test_credentials_reach_what_they_are_for(edge: Edge, writer: WriterDouble) -> None:
    assert (await edge.send_one(view(site=""), "am_ingest_demo")).code == Result.CODE_ACCEPTED
    assert (await refusal(edge, view(site="shop"), "am_ingest_demo")).code() == grpc.StatusCode.PERMISSION_DENIED
    assert codes(await edge.send(view(site="shop"), view(), token="am_ingest_demo")) == [
        Result.CODE_FORBIDDEN,
        Result.CODE_ACCEPTED,
    ]
    for token in ("am_key_admin", "am_key_read"):
        assert (await refusal(edge, view(), token)).code() == grpc.StatusCode.PERMISSION_DENIED
    assert (await refusal(edge, view(), "am_ingest_unknown")).code() == grpc.StatusCode.UNAUTHENTICATED
    request = spool_pb2.SpoolServiceStatusRequest()
    for token in ("am_ingest_demo", "am_key_read"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await edge.ops.Status(request, metadata=bearer(token), timeout=5)
        assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    await edge.ops.Status(request, metadata=bearer("am_key_admin"), timeout=5)


async def test_a_batch_of_500_passes_and_501_or_none_are_refused(edge: Edge, writer: WriterDouble) -> None:
    assert codes(await edge.send(*(view() for _ in range(500)))) == [Result.CODE_ACCEPTED] * 500
    for count in (0, 501):
        with pytest.raises(grpc.aio.AioRpcError, match="send 1 to 500") as refused:
            await edge.send(*(view() for _ in range(count)))
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert len((await edge.drained()).edge_id) and len(writer.ledger) == 500


async def test_a_request_that_is_no_request_is_an_argument_error(edge: Edge) -> None:
    async with grpc.aio.insecure_channel((await edge.logged("listening"))["address"]) as raw:
        for method in ("Track", "TrackBatch"):
            call = raw.unary_unary(f"/analytics.v1.TrackService/{method}")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(b"\x0a\xff\xff", metadata=bearer(MESH_TOKEN), timeout=5)
            assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


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


async def test_an_edge_killed_right_after_a_spooled_acknowledgement_has_it_after_its_restart(
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


async def test_a_valkey_killed_after_a_spooled_acknowledgement_has_it_after_its_restart(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await writer.die()
    event = view()
    await edge.send_one(event)
    await valkey.kill()
    await valkey.start()
    await writer.start()
    await edge.drained()
    assert event.event_id in writer.ledger


async def test_with_both_stores_away_the_edge_refuses_and_is_not_serving(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await valkey.kill()
    await edge.send_one(view())
    await writer.die()
    error = from_rpc(await refusal(edge, view()))
    assert (error.code, error.retry_after_s) == (grpc.StatusCode.UNAVAILABLE, 2.0)
    assert codes(await edge.send(view(), view(site="nowhere"))) == [Result.CODE_UNAVAILABLE, Result.CODE_FORBIDDEN]

    async def not_serving() -> bool:
        return not await edge.serving()

    await eventually(not_serving)
    await writer.start()
    await eventually(edge.serving)

    async def accepted() -> bool:
        return codes(await edge.send(view())) == [Result.CODE_ACCEPTED]

    await eventually(accepted)
    assert balanced((await edge.status()).balance)


async def test_a_full_spool_refuses_and_is_not_serving_and_keeps_what_it_has(
    make_edge: Callable[[str], Edge], writer: WriterDouble
) -> None:
    edge = make_edge("edge-1")
    await edge.start(spool_max_entries="2")
    await writer.die()
    kept = [view(), view()]
    for event in kept:
        await edge.send_one(event)
    error = from_rpc(await refusal(edge, view()))
    assert error.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "full" in str(error) and error.retry_after_s
    assert codes(await edge.send(view())) == [Result.CODE_UNAVAILABLE]

    async def not_serving() -> bool:
        return not await edge.serving()

    await eventually(not_serving)
    await writer.start()
    assert (await edge.drained()).balance.stored == 2
    assert set(writer.ledger) == {event.event_id for event in kept}


async def test_a_redis_that_is_not_durable_is_not_used(
    make_edge: Callable[[str], Edge], writer: WriterDouble, valkey: Valkey
) -> None:
    await valkey.kill()
    await valkey.start(appendfsync="everysec")
    edge = make_edge("edge-1")
    await edge.start()
    assert "appendfsync" in (await edge.logged("spool_unusable"))["error"]
    await writer.die()
    assert (await refusal(edge, view())).code() == grpc.StatusCode.UNAVAILABLE
    assert await valkey.command("EXISTS", "spool:chunks") == 0


async def test_a_second_edge_on_the_spool_says_so_and_drains_once_the_first_is_gone(
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


async def test_a_chunk_that_cannot_be_opened_is_set_aside_and_the_drain_goes_on(
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


async def test_an_operator_pauses_inspects_and_resumes(edge: Edge, writer: WriterDouble) -> None:
    await edge.ops.Pause(spool_pb2.PauseRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    writer.refuse = grpc.StatusCode.UNAVAILABLE
    await edge.send(view(), view())
    await edge.send(view())
    writer.refuse = None
    inspected = await edge.ops.Inspect(spool_pb2.InspectRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    assert [entry.envelopes for entry in inspected.entries] == [2, 1]
    assert all(len(entry.key_id) == 16 and entry.spooled_at_us and entry.bytes for entry in inspected.entries)
    first = await edge.ops.Inspect(spool_pb2.InspectRequest(limit=1), metadata=bearer(MESH_TOKEN), timeout=5)
    assert len(first.entries) == 1
    with pytest.raises(grpc.aio.AioRpcError, match="limit: 101 is not 1 to 100"):
        await edge.ops.Inspect(spool_pb2.InspectRequest(limit=101), metadata=bearer(MESH_TOKEN), timeout=5)
    await asyncio.sleep(1.2)
    status = await edge.status()
    assert status.paused and status.entries == 2 and status.oldest_s > 0
    await edge.ops.Resume(spool_pb2.ResumeRequest(), metadata=bearer(MESH_TOKEN), timeout=5)
    assert (await edge.drained()).balance.stored == 3


async def test_sigterm_spools_what_is_in_flight_and_exits_with_0(edge: Edge, writer: WriterDouble) -> None:
    writer.free.clear()
    events = [view() for _ in range(3)]
    calls = [asyncio.create_task(edge.send_one(event)) for event in events]

    async def arrived() -> bool:
        return writer.running > 0

    await eventually(arrived)
    assert await edge.stop() == 0
    answers = await asyncio.gather(*calls, return_exceptions=True)
    writer.free.set()
    await edge.kill()
    await edge.start()
    await edge.drained()
    acknowledged = {answer.event_id for answer in answers if isinstance(answer, Result)}
    assert acknowledged and acknowledged <= set(writer.ledger)


async def test_without_a_directory_it_is_not_serving_until_the_writer_was_heard(
    make_edge: Callable[[str], Edge], writer: WriterDouble
) -> None:
    await writer.die()
    edge = make_edge("edge-1")
    await edge.start(until_serving=False)
    assert not await edge.serving()
    await writer.start()
    await eventually(edge.serving)
    assert (edge.folder / "edge-directory.bin").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "value"), [("seal_key", "AAAA"), ("seal_key", "A" * 43 + "="), ("edge_id", "a b"), ("mesh_token", "short")]
)
async def test_a_bad_setting_refuses_to_boot_and_names_the_variable(
    make_edge: Callable[[str], Edge], name: str, value: str
) -> None:
    edge = make_edge("edge-1")
    with pytest.raises(AssertionError, match=f"ANALYTICS_{name.upper()}: "):
        await edge.start(**{name: value})
    assert edge.process and edge.process.returncode == 2


async def test_a_new_event_id_is_made_where_none_came(edge: Edge, writer: WriterDouble) -> None:
    result = await edge.send_one(view(event_id=""))
    assert result.event_id in writer.ledger
    assert result.event_id[14] == "7"


async def test_an_edge_killed_during_a_drain_delivers_all_once(edge: Edge, writer: WriterDouble) -> None:
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


async def test_the_balance_is_a_metric(make_edge: Callable[[str], Edge]) -> None:
    edge = make_edge("edge-1")
    port = free_port()
    await edge.start(metrics_port=str(port))
    await edge.send(view(), view(do_not_track=True))
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'analytics_edge_events{fate="acknowledged"} 2.0' in text
    assert 'analytics_edge_events{fate="ignored"} 1.0' in text
    assert "analytics_edge_spool_usable 1.0" in text


async def test_a_writer_that_comes_and_goes_loses_nothing_and_the_spool_ends_empty(
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
