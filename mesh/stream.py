"""Calls over one long-lived stream: what a unary call means, with fewer wake-ups in both processes.

Answers come in the order of the requests. A stream that ends, for whatever reason, fails the calls that wait on it;
the next call opens another. Only calls that may be sent again (events have ids) go this way.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import grpc

from mesh.channel import Metadata
from mesh.errors import MeshError

Request = TypeVar("Request")
Response = TypeVar("Response")

AT_ONCE = 8
"""Requests of one stream that a server works on at a time; the next one is read when one is answered."""


class StreamCaller(Generic[Request, Response]):
    """Makes calls on a bidirectional method. New metadata is told by a new stream; the old one ends with its calls."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method
        self._stream: _Stream | None = None

    async def call(self, request: Request, timeout_s: float, metadata: Metadata) -> Response:
        """The answer. Raises AioRpcError: the stream's status, or DEADLINE_EXCEEDED, which ends the stream."""
        stream = self._stream
        if stream is None or stream.ended or stream.metadata is not metadata:
            if stream is not None:
                stream.retire()
            stream = self._stream = _Stream(self._method(metadata=metadata), metadata)
        try:
            async with asyncio.timeout(timeout_s):
                return await stream.ask(request)
        except TimeoutError:
            stream.cancel()
            raise _error(grpc.StatusCode.DEADLINE_EXCEEDED, f"no answer in {timeout_s:g} s") from None

    async def close(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await self._stream.finished()


class _Stream:
    def __init__(self, call: Any, metadata: Metadata) -> None:
        self.metadata = metadata
        self.ended = False
        self._call = call
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._turn = asyncio.Lock()
        self._retired = False
        self._reader = asyncio.create_task(self._read())

    async def ask(self, request: Any) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        async with self._turn:  # one message at a time, and answers in the order of the requests
            if self.ended:
                raise _error(grpc.StatusCode.UNAVAILABLE, "the stream has ended")
            self._waiting.append(answer)
            try:
                # a stream that has ended: the reader tells why
                with contextlib.suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
                    await self._call.write(request)
            except asyncio.CancelledError:
                answer.cancel()
                raise
        return await answer

    def retire(self) -> None:
        """Take no more calls; end once those under way are answered."""
        self._retired = True
        if not self._waiting:
            self.cancel()

    def cancel(self) -> None:
        self.ended = True
        self._call.cancel()

    async def finished(self) -> None:
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        error = _error(grpc.StatusCode.UNAVAILABLE, "the stream has ended")
        try:
            while (response := await self._call.read()) is not grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]
                answer = self._waiting.popleft()
                if not answer.done():
                    answer.set_result(response)
                if self._retired and not self._waiting:
                    self._call.cancel()
            if (code := await self._call.code()) is not grpc.StatusCode.OK:
                error = _error(code, await self._call.details() or "")
        except grpc.aio.AioRpcError as raised:
            # grpc calls it INTERNAL when the peer ends a stream that is being written to
            lost = raised.code() is grpc.StatusCode.INTERNAL
            error = _error(grpc.StatusCode.UNAVAILABLE, raised.details() or "") if lost else raised
        except asyncio.CancelledError:
            if not self._call.cancelled():
                raise
        finally:
            self.ended = True
            for answer in self._waiting:
                if not answer.done():
                    answer.set_exception(error)


async def answer_all(
    context: grpc.aio.ServicerContext[Any, Any], handle: Callable[[Any], Awaitable[Any]], stopping: asyncio.Event
) -> None:
    """Serve a stream: requests are handled side by side and answered in order, until the caller ends or `stopping`.

    What `handle` raises ends the stream with that status: calls that wait on it are to be sent again.
    """
    answers: asyncio.Queue[asyncio.Future[Any] | None] = asyncio.Queue(AT_ONCE)

    async def take() -> None:
        while (request := await context.read()) is not grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]
            await answers.put(asyncio.ensure_future(handle(request)))

    async def give() -> None:
        while (answer := await answers.get()) is not None:
            await context.write(await answer)

    taking, giving = asyncio.create_task(take()), asyncio.create_task(give())
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({taking, giving, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not giving.done():
            taking.cancel()
            await answers.put(None)
        await giving
        if taking.done() and not taking.cancelled() and isinstance(error := taking.exception(), MeshError):
            raise error  # a request that could not be read
    finally:
        left: list[asyncio.Future[Any] | None] = [taking, giving, stop]
        while not answers.empty():
            left.append(answers.get_nowait())
        tasks = [task for task in left if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _error(code: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)
