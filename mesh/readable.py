"""What cannot be read as a message of its type is INVALID_ARGUMENT.

grpc itself ends such a call as UNKNOWN with the name of a Python class, before any credential is looked at.
"""

from __future__ import annotations  # grpc's handler is generic to the type checker alone

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from google.protobuf.message import DecodeError

from mesh.errors import MeshError, invalid

_UNREADABLE: Final = empty_pb2.Empty()
"""Stands for such a request; to whoever describes requests it is an empty one."""


class Readable(grpc.aio.ServerInterceptor):
    """The innermost interceptor: whoever may not call is told so first. Asked once for each method by the guard."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler: Any = await continuation(handler_call_details)
        if handler is None:
            return None
        name = handler_call_details.method
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                _of_one(handler.unary_unary, name), _lenient(handler.request_deserializer), handler.response_serializer
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _of_one(handler.unary_stream, name), _lenient(handler.request_deserializer), handler.response_serializer
            )
        return grpc.stream_stream_rpc_method_handler(
            _of_many(handler.stream_stream), _strict(handler.request_deserializer, name), handler.response_serializer
        )


def _lenient(read: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """None: the method reads the bytes itself."""
    if read is None:
        return None

    def lenient(content: bytes) -> Any:
        try:
            return read(content)
        except DecodeError:
            return _UNREADABLE

    return lenient


def _strict(read: Callable[[bytes], Any] | None, name: str) -> Callable[[bytes], Any] | None:
    if read is None:
        return None

    def strict(content: bytes) -> Any:
        try:
            return read(content)
        except DecodeError:
            raise _no_message(name) from None

    return strict


def _of_one(method: Callable[[Any, Any], Any], name: str) -> Callable[[Any, Any], Any]:
    """A method with one request."""
    if inspect.isasyncgenfunction(method):

        async def generate(request: Any, context: Any) -> Any:
            if request is _UNREADABLE:
                await _abort(context, _no_message(name))
            async for response in method(request, context):
                yield response

        return generate

    async def answer(request: Any, context: Any) -> Any:
        if request is _UNREADABLE:
            await _abort(context, _no_message(name))
        return await method(request, context)

    return answer


def _of_many(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A method that reads as it goes: a request that it cannot read ends the call."""
    if inspect.isasyncgenfunction(method):

        async def generate(requests: Any, context: Any) -> Any:
            try:
                async for response in method(requests, context):
                    yield response
            except MeshError as error:
                await _abort(context, error)

        return generate
    return method


async def _abort(context: grpc.aio.ServicerContext[Any, Any], error: MeshError) -> None:
    await context.abort(error.code, str(error), error.trailing_metadata())


def _no_message(rpc: str) -> MeshError:
    return invalid("", f"what was sent is no message that {rpc[1:]} takes")
