"""TrackService: has each event of a request admitted and forwarded, and answers with what became of it."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import grpc
from analytics.v1 import ingest_pb2, track_pb2
from google.protobuf.message import DecodeError

from edge.balance import Balance
from edge.envelope import Envelope, Intake
from edge.forwarder import Fate, Forwarder, NotDurable
from edge.limits import BATCH_EVENTS
from mesh.auth import caller
from mesh.clock import NowUs
from mesh.errors import MeshError, invalid
from mesh.stream import answer_all

Result = track_pb2.TrackResult
RETRY_AFTER_S = 2.0


class TrackServicer:
    """Takes requests as bytes: each event is parsed by itself, so that one that does not parse spoils no other."""

    def __init__(
        self, intake: Intake, forwarder: Forwarder, balance: Balance, now_us: NowUs, stopping: asyncio.Event
    ) -> None:
        self._intake = intake
        self._forwarder = forwarder
        self._balance = balance
        self._now_us = now_us
        self._stopping = stopping

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register by hand, since generated handlers would parse the whole request at once."""
        # a batch's response is a stream's, field by field
        batch_response = track_pb2.TrackBatchResponse.SerializeToString
        handlers: dict[str, grpc.RpcMethodHandler[bytes, Any]] = {
            "Track": grpc.unary_unary_rpc_method_handler(
                self.track, response_serializer=track_pb2.TrackResponse.SerializeToString
            ),
            "TrackBatch": grpc.unary_unary_rpc_method_handler(self.track_batch, response_serializer=batch_response),
            "TrackStream": grpc.stream_stream_rpc_method_handler(self.track_stream, response_serializer=batch_response),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("analytics.v1.TrackService", handlers),))

    async def track(self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> track_pb2.TrackResponse:
        """Record one event. Raises a status for every code but ACCEPTED, DUPLICATE and IGNORED."""
        parts = _events(request, "event")
        if not parts:
            raise invalid("event", "it is missing; send one event")
        event = b"".join(parts)  # a singular field that comes twice is merged, which is what joined bytes mean
        admitted = self._intake.admit(event, caller(), self._now_us())
        if isinstance(admitted, Envelope):
            try:
                (fate,) = await self._forwarder.forward([admitted.content])
            except NotDurable as error:
                raise _unavailable(error) from error
            return track_pb2.TrackResponse(result=_result(admitted, fate))
        if admitted.code == Result.CODE_INVALID:
            raise invalid(admitted.field, admitted.reason)
        if admitted.code == Result.CODE_FORBIDDEN:
            raise MeshError(grpc.StatusCode.PERMISSION_DENIED, admitted.reason, admitted.field, reason="FORBIDDEN")
        self._balance.ignore(admitted.reason)
        return track_pb2.TrackResponse(result=admitted)

    async def track_batch(
        self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]
    ) -> track_pb2.TrackBatchResponse:
        """Record up to 500 events; one result each, in the order sent."""
        return await self._batch(request)

    async def track_stream(self, requests: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """track_batch for each request of the stream."""
        await answer_all(context, self._batch, self._stopping)

    async def _batch(self, request: bytes) -> track_pb2.TrackBatchResponse:
        events = _events(request, "events")
        if not 1 <= len(events) <= BATCH_EVENTS:
            raise invalid("events", f"{len(events):,} events came; send 1 to {BATCH_EVENTS}")
        who, now = caller(), self._now_us()
        admitted = [self._intake.admit(event, who, now) for event in events]
        for entry in admitted:
            if not isinstance(entry, Envelope) and entry.code == Result.CODE_IGNORED:
                self._balance.ignore(entry.reason)
        fates = iter(await self._forward([entry.content for entry in admitted if isinstance(entry, Envelope)]))
        return track_pb2.TrackBatchResponse(
            results=[_result(entry, next(fates)) if isinstance(entry, Envelope) else entry for entry in admitted]
        )

    async def _forward(self, contents: Sequence[bytes]) -> Iterable[Fate]:
        if not contents:
            return ()
        try:
            return await self._forwarder.forward(contents)
        except NotDurable as error:
            return repeat(Fate(Result.CODE_UNAVAILABLE, str(error)))


def _events(request: bytes, field: str) -> list[bytes]:
    """The serialised events of a TrackRequest or TrackBatchRequest: IngestRequest has bytes where those have events."""
    try:
        return list(ingest_pb2.IngestRequest.FromString(request).envelopes)
    except DecodeError:
        raise invalid(field, "the request cannot be read; send events as track.proto defines them") from None


def _result(envelope: Envelope, fate: Fate) -> Result:
    return Result(event_id=envelope.event_id, code=fate.code, reason=fate.reason)


def _unavailable(error: NotDurable) -> MeshError:
    code = grpc.StatusCode.RESOURCE_EXHAUSTED if error.full else grpc.StatusCode.UNAVAILABLE
    return MeshError(code, str(error), reason="NOT_DURABLE", retry_after_s=RETRY_AFTER_S)
