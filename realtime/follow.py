"""Follows the writer from half an hour ago; resumes by position; starts anew where the order has a gap."""

import asyncio
import random

import grpc
from analytics.v1 import follow_pb2, follow_pb2_grpc

from mesh.channel import bearer
from mesh.clock import MINUTE, NowUs
from mesh.telemetry import log
from realtime.live import Live
from realtime.window import MINUTES

_SILENCE_S = 10.0
"""The writer speaks every second; a stream silent for longer is dead."""


class Gap(Exception):
    """The next commit is not the one after the last: the writer's history is another one."""


class Follower:
    """Keeps `live` at the writer's head. `caught_up` is set once the head was reached."""

    def __init__(self, channel: grpc.aio.Channel, mesh_token: str, live: Live, now_us: NowUs) -> None:
        self._stub = follow_pb2_grpc.FollowServiceStub(channel)
        self._metadata = bearer(mesh_token)
        self._live = live
        self._now_us = now_us
        self.caught_up = asyncio.Event()

    async def run(self) -> None:
        """Follow for ever."""
        delay = 0.1
        while True:
            before = self._live.heard_us
            try:
                await self._follow()
            except grpc.aio.AioRpcError as error:
                log.warning("follow_lost", code=error.code().name)
                if error.code() is grpc.StatusCode.FAILED_PRECONDITION:
                    self._live.restart()
            except TimeoutError:
                log.warning("follow_lost", code="SILENT")
            except Gap as gap:
                log.warning("follow_restarted", reason=str(gap))
                self._live.restart()
            if self._live.heard_us != before:
                delay = 0.1
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, 2.0)

    async def _follow(self) -> None:
        request = follow_pb2.FollowRequest(follower="realtime")
        if self._live.position:
            request.after_position = self._live.position
        else:
            request.since_us = self._now_us() - MINUTES * MINUTE
        # no deadline: a stream has no end; the silence limit bounds each read instead
        call = self._stub.Follow(request, metadata=self._metadata, timeout=None)
        while True:
            async with asyncio.timeout(_SILENCE_S):
                response = await call.read()
            if response is grpc.aio.EOF:  # pyright: ignore[reportAttributeAccessIssue]  (missing in the stubs)
                return
            self._take(response)
            await asyncio.sleep(0)  # a long catch-up lets watchers and health checks through

    def _take(self, response: follow_pb2.FollowResponse) -> None:
        live = self._live
        for commit in response.commits:
            if live.position and commit.position != live.position + 1:
                raise Gap(f"commit {commit.position} came after {live.position}")
            live.apply(commit)
        heartbeat = not response.commits
        if heartbeat and live.position > response.head:
            raise Gap(f"the writer's head {response.head} lies before {live.position}")
        live.heard()
        if heartbeat or live.position >= response.head:
            self.caught_up.set()
