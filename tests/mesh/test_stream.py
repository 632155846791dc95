"""Calls over a stream, on a real server behind the real guard."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from analytics.v1 import ingest_pb2, ingest_pb2_grpc

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.clock import now_us
from mesh.directory import Snapshot
from mesh.errors import unavailable
from mesh.guard import Guard
from mesh.server import Server
from mesh.stream import StreamCaller, answer_all

TOKEN = "the-mesh-token-of-this-test"
Request, Response = ingest_pb2.IngestStreamRequest, ingest_pb2.IngestStreamResponse


class Echo(ingest_pb2_grpc.IngestServiceServicer):
    """Answers with the request's first envelope as a reason. `held` names requests that wait for `free`."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.free = asyncio.Event()
        self.seen: list[str] = []
        self.more = asyncio.Condition()
        self.streams = 0

    async def IngestStream(self, request_iterator: Any, context: Any) -> None:
        self.streams += 1
        await answer_all(context, self._answer, self.stopping)

    async def _answer(self, request: ingest_pb2.IngestStreamRequest) -> ingest_pb2.IngestStreamResponse:
        word = request.envelopes[0].decode()
        async with self.more:
            self.seen.append(word)
            self.more.notify_all()
        if word.startswith("held"):
            await self.free.wait()
        if word == "refused":
            raise unavailable("not now")
        return Response(outcomes=[ingest_pb2.IngestOutcome(reason=word)])


class Peer:
    def __init__(self, echo: Echo, server: Server, port: int, channel: grpc.aio.Channel) -> None:
        self.echo, self.server, self.port = echo, server, port
        self.metadata = bearer(TOKEN)
        self.caller: StreamCaller[Any, Any] = StreamCaller(ingest_pb2_grpc.IngestServiceStub(channel).IngestStream)

    async def say(self, word: str, timeout_s: float = 10.0) -> str:
        answer = await self.caller.call(Request(envelopes=[word.encode()]), timeout_s, self.metadata)
        return answer.outcomes[0].reason

    async def seen(self, word: str) -> None:
        async with self.echo.more:
            await self.echo.more.wait_for(lambda: word in self.echo.seen)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    echo = Echo()
    server = Server(["analytics.v1.IngestService"], Guard(Authenticator(TOKEN, Snapshot, now_us)))
    echo.stopping = server.stopping
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(echo, server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    async with connect(f"127.0.0.1:{port}") as channel:
        made = Peer(echo, server, port, channel)
        yield made
        await made.caller.close()
        await server.stop(0.1)


async def test_each_call_gets_its_own_answer_on_one_stream(peer: Peer) -> None:
    words = [f"word {number}" for number in range(50)]
    assert await asyncio.gather(*(peer.say(word) for word in words)) == words
    assert peer.echo.streams == 1


async def test_requests_are_worked_on_side_by_side_and_answered_in_order(peer: Peer) -> None:
    first = asyncio.create_task(peer.say("held 1"))
    await peer.seen("held 1")
    second = asyncio.create_task(peer.say("second"))
    await peer.seen("second")
    assert not second.done()
    peer.echo.free.set()
    assert await first == "held 1"
    assert await second == "second"


async def test_what_a_handler_raises_fails_the_calls_that_wait_and_the_next_call_gets_a_new_stream(peer: Peer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await peer.say("refused")
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert await peer.say("again") == "again"
    assert peer.echo.streams == 2


async def test_a_call_without_an_answer_in_time_fails_with_its_deadline(peer: Peer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await peer.say("held", timeout_s=0.2)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    peer.echo.free.set()
    assert await peer.say("after") == "after"


async def test_new_metadata_opens_a_new_stream_and_the_old_one_still_answers(peer: Peer) -> None:
    old = asyncio.create_task(peer.say("held"))
    await peer.seen("held")
    peer.metadata = bearer(TOKEN, 7)
    assert await peer.say("new") == "new"
    peer.echo.free.set()
    assert await old == "held"
    assert peer.echo.streams == 2


async def test_without_the_meshs_token_a_stream_is_refused(peer: Peer) -> None:
    peer.metadata = bearer("another-token-than-the-meshs")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await peer.say("anything")
    # nobody is known yet in an empty directory
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert peer.echo.seen == []


async def test_a_stopping_server_answers_what_it_has_taken(peer: Peer) -> None:
    held = asyncio.create_task(peer.say("held"))
    await peer.seen("held")
    stopping = asyncio.create_task(peer.server.stop(5))
    await asyncio.sleep(0.1)
    peer.echo.free.set()
    assert await held == "held"
    await stopping


async def test_a_server_that_is_not_there_is_unavailable(peer: Peer) -> None:
    await peer.server.stop(0)
    with pytest.raises(grpc.aio.AioRpcError) as gone:
        await peer.say("anyone?")
    assert gone.value.code() is grpc.StatusCode.UNAVAILABLE
