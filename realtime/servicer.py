"""RealtimeService: a snapshot at once, then at each change, at most one a second, at least one every five seconds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
from analytics.v1 import event_pb2, realtime_pb2, realtime_pb2_grpc

from mesh.auth import Authenticator, Caller, Rule, caller, unknown_site
from mesh.clock import MINUTE
from mesh.directory import DirectoryClient
from mesh.errors import MeshError, unavailable
from realtime.live import Live
from realtime.window import Snapshot

INTERVAL_S = 1.0
HEARTBEAT_S = 5.0

DIRECT = "Direct / None"


class RealtimeServicer(realtime_pb2_grpc.RealtimeServiceServicer):
    """A slow reader gets fewer snapshots: the next one is made when it has taken the last."""

    def __init__(
        self,
        live: Live,
        directory: DirectoryClient,
        authenticator: Authenticator,
        stopping: asyncio.Event,
        *,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._live = live
        self._directory = directory
        self._authenticator = authenticator
        self._stopping = stopping
        self._interval_s = interval_s

    async def Watch(
        self, request: realtime_pb2.RealtimeServiceWatchRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[realtime_pb2.RealtimeServiceWatchResponse]:
        """Stream a site. Ends with NOT_FOUND or UNAUTHENTICATED when the site, a role there or the credential goes."""
        authorization = _authorization(context)
        _require(caller(), request.site)
        number = self._number(request.site)
        while not self._stopping.is_set():
            changed = self._live.changed(number)
            yield self._response(self._live.snapshot(number))
            await self._pause(self._interval_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S - self._interval_s):
                    await changed.wait()
            _require(self._authenticator.authorize(Rule.SHARED, authorization), request.site)
            number = self._number(request.site)
        raise unavailable("this server is stopping; watch again")

    def _number(self, site: str) -> int:
        found = self._directory.snapshot.sites.get(site)
        if found is None:
            raise unknown_site(site)
        return found.number

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _response(self, snapshot: Snapshot) -> realtime_pb2.RealtimeServiceWatchResponse:
        return realtime_pb2.RealtimeServiceWatchResponse(
            as_of_us=self._live.as_of_us,
            position=self._live.position,
            visitors_now=snapshot.visitors,
            views_per_minute=snapshot.views,
            minute_us=snapshot.minute * MINUTE,
            pages=[_count(value, count) for value, count in snapshot.pages],
            sources=[_count(value or DIRECT, count) for value, count in snapshot.sources],
            countries=[_count(value, count) for value, count in snapshot.countries],
            events=[_event(event) for event in snapshot.events],
            fresh=self._live.fresh,
        )


def _require(who: Caller, site: str) -> None:
    """Raises NOT_FOUND at another's site, PERMISSION_DENIED for a share link that shows a segment alone: a snapshot is
    of the whole site."""
    who.require_site(site)
    if who.segment:
        message = "this link shows a part of the site; there is no live view of a part"
        raise MeshError(grpc.StatusCode.PERMISSION_DENIED, message, reason="SEGMENT")


def _count(value: str, count: int) -> realtime_pb2.LiveCount:
    return realtime_pb2.LiveCount(value=value, count=count)


def _event(event: event_pb2.NormalizedEvent) -> realtime_pb2.LiveEvent:
    return realtime_pb2.LiveEvent(
        occurred_at_us=event.occurred_at_us,
        name=event.name,
        hostname=event.hostname,
        page=event.page,
        country=event.country,
        source=event.source or DIRECT,
        browser=event.browser,
        device=event.device,
    )


def _authorization(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and isinstance(value, str):
            return value
    return ""
