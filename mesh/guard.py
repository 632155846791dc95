"""The one interceptor of every server. Outermost first: metrics, error mapping, authorisation, audit, the method.

One wrapper instead of four, since each costs a call; none of them changes a message.
"""

from __future__ import annotations  # grpc's handler is generic to the type checker alone

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

import grpc

from mesh.audit import Audit, is_audited
from mesh.auth import RULES, Authenticator, Rule, admitted, set_caller
from mesh.channel import DIRECTORY_VERSION
from mesh.errors import MeshError
from mesh.telemetry import CALLS, SECONDS, log


class Reachable(Protocol):
    """A copy of the directory that a call can wait for."""

    async def at_least(self, version: int) -> None:
        """Return when the copy has a version, or cannot get it."""
        ...


class Guard(grpc.aio.ServerInterceptor):
    """Admits a call by its rule, has it recorded, turns a MeshError into a rich status, counts and times."""

    def __init__(
        self, authenticator: Authenticator, directory: Reachable | None = None, audit: Audit | None = None
    ) -> None:
        self._authenticator = authenticator
        self._directory = directory
        self._audit = audit
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        name: str = handler_call_details.method
        wrapped = self._wrapped.get(name)
        if wrapped is None:
            handler: Any = await continuation(handler_call_details)
            if handler is None or name not in RULES:
                return None  # what has no rule is not there: the server answers UNIMPLEMENTED
            wrapped = self._wrapped[name] = self._wrap(name, RULES[name], handler)
        return wrapped

    def _wrap(self, name: str, rule: Rule, handler: Any) -> grpc.RpcMethodHandler[Any, Any]:
        if rule is Rule.OPEN:
            return handler
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                self._unary(name, rule, handler.unary_unary), handler.request_deserializer, handler.response_serializer
            )
        if handler.stream_stream:
            return grpc.stream_stream_rpc_method_handler(
                self._duplex(name, rule, handler.stream_stream),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_stream_rpc_method_handler(
            self._stream(name, rule, handler.unary_stream), handler.request_deserializer, handler.response_serializer
        )

    async def _admit(self, rule: Rule, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        authorization = ""
        for key, value in context.invocation_metadata() or ():
            if key == "authorization":
                authorization = value if isinstance(value, str) else ""
            elif key == DIRECTORY_VERSION and self._directory and value.isdigit():
                await self._directory.at_least(int(value))
        who = self._authenticator.identify(authorization)
        set_caller(who)
        set_caller(admitted(rule, who))

    def _audit_of(self, name: str, rule: Rule) -> Audit | None:
        return self._audit if is_audited(name, rule) else None

    def _unary(self, name: str, rule: Rule, method: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Any]:
        ok, seconds = CALLS.labels(name, "OK"), SECONDS.labels(name)
        audit = self._audit_of(name, rule)
        answered = audit.unary(name, method) if audit else method

        async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            began = time.perf_counter()
            try:
                await self._admit(rule, context)
                response = await answered(request, context)
            except Exception as error:
                await _abort(name, context, await audit.outcome(name, request, context, error) if audit else error)
                raise
            ok.inc()
            seconds.observe(time.perf_counter() - began)
            return response

        return call

    def _stream(self, name: str, rule: Rule, method: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[..., Any]:
        audit = self._audit_of(name, rule)
        answered = audit.stream(name, method) if audit else method

        async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            try:
                await self._admit(rule, context)
                async for response in answered(request, context):
                    yield response
            except Exception as error:
                await _abort(name, context, await audit.outcome(name, request, context, error) if audit else error)
                raise
            CALLS.labels(name, "OK").inc()

        return call

    def _duplex(self, name: str, rule: Rule, method: Callable[[Any, Any], Awaitable[None]]) -> Callable[..., Any]:
        """A method that reads and writes through its context (mesh/stream.py)."""

        async def call(requests: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
            try:
                await self._admit(rule, context)
                await method(requests, context)
            except Exception as error:
                await _abort(name, context, error)
                raise
            CALLS.labels(name, "OK").inc()

        return call


async def _abort(name: str, context: grpc.aio.ServicerContext[Any, Any], error: Exception) -> None:
    """End the call with the error's status; an unforeseen one says nothing to the caller and everything to the log."""
    if isinstance(error, grpc.aio.AbortError):
        return
    if isinstance(error, MeshError):
        CALLS.labels(name, error.code.name).inc()
        await context.abort(error.code, str(error), error.trailing_metadata())
    if isinstance(error, asyncio.CancelledError):
        return
    CALLS.labels(name, "INTERNAL").inc()
    log.error("rpc_failed", method=name, error=type(error).__name__, exc_info=error)
    await context.abort(grpc.StatusCode.INTERNAL, "internal error; the service's log has it")
