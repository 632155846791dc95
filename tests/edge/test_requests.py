"""What the edge as a process answers to requests."""

import grpc
import pytest
from analytics.v1 import ingest_pb2, spool_pb2, track_pb2

from mesh.channel import bearer
from mesh.errors import from_rpc
from tests.edge.conftest import (
    MESH_TOKEN,
    Edge,
    WriterDouble,
    codes,
    refusal,
    view,
)

Result = track_pb2.TrackResult


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


async def test_a_new_event_id_is_made_where_none_came(edge: Edge, writer: WriterDouble) -> None:
    result = await edge.send_one(view(event_id=""))
    assert result.event_id in writer.ledger
    assert result.event_id[14] == "7"
