"""FollowService: every commit in order, to each follower at its own pace. A slow one is cut off and resumes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from analytics.v1 import follow_pb2_grpc
from analytics.v1.follow_pb2 import FollowRequest, FollowResponse
from prometheus_client import Gauge

from mesh.clock import NowUs
from mesh.errors import MeshError, unavailable
from mesh.telemetry import log
from writer.ingest.log import CommitLog

HEARTBEAT_S = 1.0
PACE_S = 0.05  # the least time between two reads of one follower: reading every commit alone costs more than it tells
STALLED_S = 30.0

LAG = Gauge("analytics_follower_lag_commits", "Commits that a follower has not been sent yet.", ["follower"])


class FollowServicer(follow_pb2_grpc.FollowServiceServicer):
    def __init__(
        self, commits: CommitLog, stopping: asyncio.Event, now_us: NowUs, *, stalled_s: float = STALLED_S
    ) -> None:
        self._commits = commits
        self._stopping = stopping
        self._now_us = now_us
        self._stalled_s = stalled_s

    async def Follow(
        self, request: FollowRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[FollowResponse]:
        """Commits after a position, then each new one; heartbeats between. Raises FAILED_PRECONDITION, UNAVAILABLE."""
        lag = LAG.labels(request.follower[:64] or "unnamed")
        position = await self._start(request)
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            commits = await self._commits.after(position) if self._commits.head > position else []
            if commits:
                position = commits[-1].position
            head = max(self._commits.head, position)
            lag.set(head - position)
            offered = loop.time()
            # a follower that does not read holds this line: one response is all that ever waits for it
            yield FollowResponse(commits=commits, head=head, sent_at_us=self._now_us())
            if loop.time() - offered > self._stalled_s:
                log.warning("follower_cut", follower=request.follower[:64])
                raise unavailable(f"nothing was read for {self._stalled_s:g} s; resume after the last commit received")
            if self._commits.head <= position:
                await self._commits.moved(position, HEARTBEAT_S)
            await asyncio.sleep(began + PACE_S - loop.time())

    async def _start(self, request: FollowRequest) -> int:
        if request.WhichOneof("start") == "since_us":
            return await self._commits.before(request.since_us)
        position = request.after_position
        if position > self._commits.head and position > (newest := await self._commits.newest()):
            raise MeshError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"{position} is ahead of the newest commit {newest}: the database is an older one; start again from 0",
                field="after_position",
            )
        if position and position < (until := await self._commits.erased_until()):
            raise MeshError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"what was erased up to {until} is not told any more, and {position} is before it; start again from 0",
                field="after_position",
            )
        return position
