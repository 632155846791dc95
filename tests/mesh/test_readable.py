"""mesh.readable: bytes that are no message are the caller's fault, and told only to who may call."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from analytics.v1 import ingest_pb2, ingest_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.directory import Snapshot
from mesh.guard import Guard
from mesh.server import Server
from tests.mesh.test_stream import TOKEN, Echo

INGEST = "analytics.v1.IngestService"
NO_MESSAGE = b"\xff\xff\xff\xff"


class Writer(Echo):
    async def Ingest(self, request: ingest_pb2.IngestRequest, context: Any) -> ingest_pb2.IngestResponse:
        return ingest_pb2.IngestResponse()


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    server = Server([INGEST], Guard(Authenticator(TOKEN, Snapshot, lambda: 0)))
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(Writer(), server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=True)
    async with connect(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.grpc.stop(None)


async def code_of(call: Any) -> str:
    """The status of a call that has ended, or that ends when it is read."""
    try:
        if hasattr(call, "read"):
            while await call.read() is not grpc.aio.EOF:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def test_bytes_that_are_no_message_are_an_invalid_argument_named_by_the_rpc(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await channel.unary_unary(f"/{INGEST}/Ingest")(NO_MESSAGE, metadata=bearer(TOKEN), timeout=10)
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.value.details() == f"what was sent is no message that {INGEST}/Ingest takes"


async def test_who_may_not_call_hears_that_and_nothing_of_the_message(channel: grpc.aio.Channel) -> None:
    for token in ("am_key_guess", ""):
        call = channel.unary_unary(f"/{INGEST}/Ingest")(NO_MESSAGE, metadata=bearer(token), timeout=10)
        assert await code_of(call) in ("UNAUTHENTICATED", "UNAVAILABLE")  # no directory: nobody is known yet


async def test_on_a_stream_they_end_the_call_after_the_answers_that_are_due(channel: grpc.aio.Channel) -> None:
    call: Any = channel.stream_stream(f"/{INGEST}/IngestStream")(metadata=bearer(TOKEN), timeout=10)
    await call.write(ingest_pb2.IngestStreamRequest(envelopes=[b"first"]).SerializeToString())
    answer = ingest_pb2.IngestStreamResponse.FromString(await call.read())
    assert answer.outcomes[0].reason == "first"
    await call.write(NO_MESSAGE)
    assert await code_of(call) == "INVALID_ARGUMENT"


async def test_what_is_open_to_all_says_the_same(channel: grpc.aio.Channel) -> None:
    assert await code_of(channel.unary_unary("/grpc.health.v1.Health/Check")(NO_MESSAGE, timeout=10)) == (
        "INVALID_ARGUMENT"
    )
    assert await code_of(channel.unary_stream("/grpc.health.v1.Health/Watch")(NO_MESSAGE, timeout=10)) == (
        "INVALID_ARGUMENT"
    )
    reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    call: Any = channel.stream_stream(reflection)(timeout=10)
    await call.write(NO_MESSAGE)
    assert await code_of(call) == "INVALID_ARGUMENT"


async def test_the_health_of_all_services_is_listed(channel: grpc.aio.Channel) -> None:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    listed = (await stub.List(health_pb2.HealthListRequest(), timeout=10)).statuses
    assert {name: one.status for name, one in listed.items()} == dict.fromkeys(
        ("", INGEST), health_pb2.HealthCheckResponse.NOT_SERVING
    )
