"""The services behind the gateway: channels, stubs, and the directory version that callers have been promised."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import grpc
from analytics.v1 import (
    account_pb2_grpc,
    annotation_pb2_grpc,
    audit_pb2_grpc,
    definition_pb2_grpc,
    import_pb2_grpc,
    privacy_pb2_grpc,
    query_pb2_grpc,
    realtime_pb2_grpc,
    share_pb2_grpc,
    site_pb2_grpc,
    track_pb2,
)
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2_grpc

from gateway.problems import Problem
from gateway.settings import GatewaySettings
from mesh.channel import Metadata, bearer, connect
from mesh.directory import DirectoryClient
from mesh.origin import HEADER, Origin
from mesh.stream import StreamCaller

T = TypeVar("T")

CONTROL_S = 10.0
"""Deadline of an administrative call, seconds."""


async def ask(
    method: Callable[..., Awaitable[T]], message: Message, metadata: Metadata, timeout_s: float = CONTROL_S
) -> T:
    """Make an administrative call. Raises Problem with the field as the JSON spells it."""
    try:
        return await method(message, timeout=timeout_s, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        problem = Problem.of_rpc(error)
        problem.field = _spelling(problem.field)
        raise problem from None


async def begun(call: Any) -> AsyncIterator[Any]:
    """The messages of a stream, whose first has come. Raises Problem for a refusal, while the answer can still have its
    status."""
    try:
        first = await call.read()
    except grpc.aio.AioRpcError as error:
        raise Problem.of_rpc(error) from None
    return _from(first, call)


async def _from(first: Any, call: Any) -> AsyncIterator[Any]:
    message = first
    while message is not grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]  (missing in the stubs)
        yield message
        message = await call.read()


def _spelling(field: str) -> str:
    """`site.retention_months` is `retention` in JSON, `key.expires_at_us` is `expiresAt`."""
    name = re.sub(r"^(?:site|key|goal|segment|share|annotation|invitation)\.", "", field)
    if name.startswith("retention_months"):
        return "retention"
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name.removesuffix("_us"))


class Peers:
    """One channel per service."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._channels = {
            "edge": connect(settings.edge_address),
            "writer": connect(settings.writer_address),
            "query": connect(settings.query_address),
            "realtime": connect(settings.realtime_address),
        }
        self._mesh_token = settings.mesh_token.get_secret_value()
        self._mesh = bearer(self._mesh_token)
        self._origin = Origin(self._mesh_token)
        self.version = 0
        """The directory version that callers have been promised."""
        writer = self._channels["writer"]
        self.directory = DirectoryClient(writer, self._mesh_token, "gateway")
        self.accounts = account_pb2_grpc.AccountServiceStub(writer)
        self.users = account_pb2_grpc.UserServiceStub(writer)
        self.invitations = account_pb2_grpc.InvitationServiceStub(writer)
        self.shares = share_pb2_grpc.ShareServiceStub(writer)
        self.annotations = annotation_pb2_grpc.AnnotationServiceStub(writer)
        self.sites = site_pb2_grpc.SiteServiceStub(writer)
        self.keys = site_pb2_grpc.KeyServiceStub(writer)
        self.goals = definition_pb2_grpc.GoalServiceStub(writer)
        self.segments = definition_pb2_grpc.SegmentServiceStub(writer)
        self.privacy = privacy_pb2_grpc.PrivacyServiceStub(writer)
        self.audit = audit_pb2_grpc.AuditServiceStub(writer)
        self.imports = import_pb2_grpc.ImportServiceStub(writer)
        self.query = query_pb2_grpc.QueryServiceStub(self._channels["query"])
        self.realtime = realtime_pb2_grpc.RealtimeServiceStub(self._channels["realtime"])
        self.health = {name: health_pb2_grpc.HealthStub(channel) for name, channel in self._channels.items()}
        self._track: StreamCaller[bytes, track_pb2.TrackStreamResponse] = StreamCaller(
            self._channels["edge"].stream_stream(
                "/analytics.v1.TrackService/TrackStream",
                response_deserializer=track_pb2.TrackStreamResponse.FromString,
            )
        )

    async def track(self, data: bytes, timeout_s: float) -> track_pb2.TrackStreamResponse:
        """Send a serialised TrackStreamRequest to the edge, as the mesh."""
        return await self._track.call(data, timeout_s, self._mesh)

    def metadata(self, credential: str) -> Metadata:
        """Metadata for a call in a caller's own name."""
        return (*bearer(credential, self.version), (HEADER, self.network()))

    def network(self) -> str:
        """Where the request being served came from, as services are told."""
        return self._origin.sealed()

    def mesh_metadata(self) -> Metadata:
        """Metadata for a call that the gateway makes as a part of the mesh."""
        return (*self._mesh, (HEADER, self.network()))

    def learned(self, directory_version: int) -> None:
        """A change was made: later calls ask their callee to know it."""
        if directory_version > self.version:
            self.version = directory_version
            self._mesh = bearer(self._mesh_token, directory_version)

    async def close(self) -> None:
        await self._track.close()
        await self.directory.stop()
        for channel in self._channels.values():
            await channel.close()
