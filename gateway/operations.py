"""`/healthz`, `/readyz` and `/metrics`: is this process up, is the mesh behind it up, and its numbers."""

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json
from gateway.batcher import Batcher
from gateway.live import Live
from gateway.peers import Peers
from gateway.track import Track

_PATIENCE_S = 1.0
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Operations:
    def __init__(self, peers: Peers, track: Track, batcher: Batcher, live: Live) -> None:
        self._peers = peers
        self._registry = CollectorRegistry()
        self._registry.register(_Numbers(track, batcher, live))

    async def healthz(self, _request: Request) -> Response:
        return json({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        """200 when every service behind the gateway is SERVING, else 503; either names the state of each."""
        names = list(self._peers.health)
        states = await asyncio.gather(*(self._state(name) for name in names))
        ready = all(state == "serving" for state in states)
        content = {"status": "ready" if ready else "not ready", "services": dict(zip(names, states, strict=True))}
        return json(content, 200 if ready else 503)

    async def metrics(self, _request: Request) -> Response:
        return Response(generate_latest(REGISTRY) + generate_latest(self._registry), media_type=_TEXT)

    async def _state(self, name: str) -> str:
        try:
            check: Any = self._peers.health[name].Check  # pyright: ignore[reportAttributeAccessIssue]  (missing in the stubs)
            found = await check(health_pb2.HealthCheckRequest(), timeout=_PATIENCE_S)
        except grpc.aio.AioRpcError:
            return "unreachable"
        return "serving" if found.status == health_pb2.HealthCheckResponse.SERVING else "not serving"


class _Numbers(Collector):
    """Read when asked for, so that counting costs the hot path an addition."""

    def __init__(self, track: Track, batcher: Batcher, live: Live) -> None:
        self._track = track
        self._batcher = batcher
        self._live = live

    def collect(self) -> Iterator[Metric]:
        events = CounterMetricFamily("analytics_gateway_events", "Events by what became of them.", labels=["outcome"])
        for outcome, count in self._track.counts.items():
            events.add_metric([outcome], count)
        yield events
        yield GaugeMetricFamily("analytics_gateway_queued_events", "Events waiting for the edge.", self._batcher.queued)
        yield GaugeMetricFamily("analytics_gateway_live_sockets", "Open live sockets.", self._live.sockets)
