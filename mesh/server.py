"""Server bootstrap: health per service name and for the empty name, reflection, limits, graceful stop with drain."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import grpc
import uvloop
from google.protobuf.internal import api_implementation
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio  # pyright: ignore[reportAttributeAccessIssue]
from grpc_reflection.v1alpha import reflection

from mesh import tls
from mesh.auth import RULES
from mesh.channel import MAX_MESSAGE_BYTES
from mesh.guard import Guard
from mesh.readable import Readable
from mesh.telemetry import log

_SERVING, _NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


# A full collection walks every cache and every event that waits, and all calls wait for it.
# The young generations, where the cycles of calls end, are collected as often as ever; the oldest a hundred times less.
_COLLECT_AFTER = (700, 10, 1_000)


class Server:
    """One service's gRPC server.

    `services` are the full names it serves (`analytics.v1.TrackService`); servicers are added to `grpc` by the caller.
    Not serving until `set_serving(True)`. Streams watch `stopping` and end when it is set.
    """

    def __init__(self, services: Sequence[str], guard: Guard, *, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        if api_implementation.Type() != "upb":
            raise RuntimeError("protobuf's upb backend is required: it bounds nesting and speed; reinstall protobuf")
        self.services = list(services)
        self.stopping = asyncio.Event()
        self.health = _Health()
        self.grpc = grpc.aio.server(
            interceptors=[guard, Readable()],
            maximum_concurrent_rpcs=2_000,
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", max_message_bytes),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_concurrent_streams", 1_000),
                ("grpc.max_metadata_size", 16 * 1024),
                ("grpc.keepalive_time_ms", 20_000),
                ("grpc.keepalive_timeout_ms", 5_000),
                ("grpc.http2.ping_timeout_ms", 5_000),
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
                ("grpc.server_handshake_timeout_ms", 10_000),
                ("grpc.keepalive_permit_without_calls", 1),
            ],
        )
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.grpc)

    async def start(self, host: str, port: int, *, reflect: bool) -> int:
        """Listen; returns the port (of use where 0 was asked). Raises RuntimeError if the address is taken."""
        _require_rules(self.services)
        if reflect:
            names = [*self.services, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name]
            reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], self.grpc)
        credentials, address = tls.server_credentials(), f"{host}:{port}"
        bound = self.grpc.add_secure_port(address, credentials) if credentials else self.grpc.add_insecure_port(address)
        await self.set_serving(False)
        await self.grpc.start()
        return bound

    async def set_serving(self, serving: bool) -> None:
        for name in ("", *self.services):
            await self.health.set(name, _SERVING if serving else _NOT_SERVING)

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, let those under way finish for `grace_s` seconds, end streams."""
        self.stopping.set()
        await self.health.enter_graceful_shutdown()
        await self.grpc.stop(grace_s)


class _Health(health_aio.HealthServicer):  # pyright: ignore[reportUntypedBaseClass]
    """With `List`, which the library's own leaves out."""

    async def List(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        """Every service's name with its health."""
        messages: Any = health_pb2  # the stubs do not know of it yet
        states = {name: messages.HealthCheckResponse(status=status) for name, status in self._server_status.items()}
        return messages.HealthListResponse(statuses=states)


def _require_rules(services: Sequence[str]) -> None:
    """A method without an authorisation rule refuses to start."""
    from google.protobuf import descriptor_pool

    for service in services:
        descriptor = descriptor_pool.Default().FindServiceByName(service)
        for method in descriptor.methods:
            if f"/{service}/{method.name}" not in RULES:
                raise RuntimeError(f"/{service}/{method.name} has no rule in mesh/auth.py")


async def until_stopped() -> None:
    """Return on SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    log.info("stopping")


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a service's main coroutine on uvloop."""
    gc.set_threshold(*_COLLECT_AFTER)
    uvloop.run(main())
