"""An edge that speaks the contract on a real port, remembers what it was sent, and fails when it is told to."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from analytics.v1 import track_pb2, track_pb2_grpc

from mesh.errors import MeshError

KEY = "am_ingest_of-the-tests"
Code = track_pb2.TrackResult.Code


class Edge(track_pb2_grpc.TrackServiceServicer):
    """`faults` are called one per request, in order, before the answer: each may raise MeshError or wait."""

    def __init__(self) -> None:
        self.calls: list[list[track_pb2.TrackEvent]] = []
        self.keys: set[str] = set()
        self.stored: dict[str, track_pb2.TrackEvent] = {}
        self.faults: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []
        self.decide: Callable[[track_pb2.TrackEvent], track_pb2.TrackResult | None] = lambda event: None
        self.port = 0
        self._server: grpc.Server | None = None
        self.start()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        track_pb2_grpc.add_TrackServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()

    def stop(self) -> None:
        if self._server:
            self._server.stop(None).wait()
            self._server = None

    def TrackBatch(self, request: track_pb2.TrackBatchRequest, context: Any) -> track_pb2.TrackBatchResponse:
        self.keys.update(str(value) for key, value in context.invocation_metadata() if key == "authorization")
        self.calls.append(list(request.events))
        try:
            if self.faults:
                self.faults.pop(0)()
            response = track_pb2.TrackBatchResponse(results=[self._store(event) for event in request.events])
            if self.after:
                self.after.pop(0)()
        except MeshError as error:
            context.set_trailing_metadata(error.trailing_metadata())
            context.abort(error.code, str(error))
            raise
        return response

    def _store(self, event: track_pb2.TrackEvent) -> track_pb2.TrackResult:
        found = self.decide(event)
        if found is None:
            known = event.event_id in self.stored
            found = track_pb2.TrackResult(code=Code.CODE_DUPLICATE if known else Code.CODE_ACCEPTED)
            self.stored.setdefault(event.event_id, event)
        found.event_id = event.event_id
        return found


def fail(code: grpc.StatusCode, retry_after_s: float | None = None) -> Callable[[], None]:
    """A fault that ends a call with a status."""

    def fault() -> None:
        raise MeshError(code, "as the test wants it", retry_after_s=retry_after_s)

    return fault


def held_by(gate: threading.Event) -> Callable[[], None]:
    """A fault that lets a call wait."""

    def fault() -> None:
        gate.wait()

    return fault


@pytest.fixture
def edge() -> Iterator[Edge]:
    started = Edge()
    yield started
    started.stop()
