"""A service's own copy of the directory: sites and credentials, kept through an outage of the writer."""

import asyncio
import contextlib
import hashlib
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from analytics.v1 import definition_pb2, directory_pb2, directory_pb2_grpc, share_pb2, site_pb2

from mesh.channel import bearer
from mesh.telemetry import log

_HEARTBEAT_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The directory at one version. Sites by id and by number, credentials by the SHA-256 of their secret.

    Goals and segments by the id of their site, then goals by name and segments by id. Share links by their id.
    """

    version: int = 0
    sites: Mapping[str, site_pb2.Site] = field(default_factory=dict)
    by_number: Mapping[int, site_pb2.Site] = field(default_factory=dict)
    credentials: Mapping[bytes, directory_pb2.Credential] = field(default_factory=dict)
    goals: Mapping[str, Mapping[str, definition_pb2.Goal]] = field(default_factory=dict)
    segments: Mapping[str, Mapping[str, definition_pb2.Segment]] = field(default_factory=dict)
    shares: Mapping[str, share_pb2.Share] = field(default_factory=dict)

    @classmethod
    def of(cls, message: directory_pb2.Directory) -> "Snapshot":
        goals: dict[str, dict[str, definition_pb2.Goal]] = {}
        for goal in message.goals:
            goals.setdefault(goal.site, {})[goal.name] = goal
        segments: dict[str, dict[str, definition_pb2.Segment]] = {}
        for segment in message.segments:
            segments.setdefault(segment.site, {})[segment.id] = segment
        return cls(
            goals=goals,
            segments=segments,
            version=message.version,
            sites={site.id: site for site in message.sites},
            by_number={site.number: site for site in message.sites},
            credentials={entry.secret_sha256: entry for entry in message.credentials},
            shares={share.id: share for share in message.shares},
        )

    def credential(self, secret: str) -> directory_pb2.Credential | None:
        """The credential with this secret, whether or not it has expired. Looked up by hash: no timing tells it."""
        return self.credentials.get(hashlib.sha256(secret.encode()).digest())


class DirectoryClient:
    """Watches the writer's directory. `snapshot` is always usable; `version` 0 means that nothing is known yet.

    With `file` the copy is also kept on disk (mode 0600), so that a service can start while the writer is away.
    """

    def __init__(self, channel: grpc.aio.Channel, mesh_token: str, watcher: str, file: Path | None = None) -> None:
        self.snapshot = Snapshot()
        self.connected = False
        self._stub = directory_pb2_grpc.DirectoryServiceStub(channel)
        self._metadata = bearer(mesh_token)
        self._watcher = watcher
        self._file = file
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def start(self, wait_s: float = 0.0) -> None:
        """Begin to watch; wait up to `wait_s` seconds for a first copy (none is no error: it comes later)."""
        if self._file and self._file.exists():
            with contextlib.suppress(Exception):  # a torn file is as good as none: the writer has the truth
                self.snapshot = Snapshot.of(directory_pb2.Directory.FromString(self._file.read_bytes()))
        self._task = asyncio.create_task(self._watch())
        if wait_s and not self.snapshot.version:
            await self.at_least(1, wait_s, even_unconnected=True)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def at_least(self, version: int, timeout_s: float = 2.0, *, even_unconnected: bool = False) -> None:
        """Return when the copy has reached a version, when the writer cannot be heard, or after `timeout_s`."""
        if self.snapshot.version >= version:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(
                    lambda: self.snapshot.version >= version or not (self.connected or even_unconnected)
                )

    async def _watch(self) -> None:
        delay = 0.1
        while True:
            try:
                request = directory_pb2.DirectoryServiceWatchRequest(watcher=self._watcher)
                # no deadline: a watch has no end; the heartbeat bounds each read instead
                call = self._stub.Watch(request, metadata=self._metadata, timeout=None)
                while True:
                    async with asyncio.timeout(_HEARTBEAT_LIMIT_S):
                        response = await call.read()
                    if not isinstance(response, directory_pb2.DirectoryServiceWatchResponse):  # EOF
                        break
                    delay = 0.1
                    await self._take(response)
            except (grpc.aio.AioRpcError, TimeoutError) as error:
                if self.connected:
                    log.warning("directory_lost", error=type(error).__name__)
            async with self._changed:
                self.connected = False
                self._changed.notify_all()
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, 2.0)

    async def _take(self, response: directory_pb2.DirectoryServiceWatchResponse) -> None:
        if response.HasField("directory"):
            snapshot = Snapshot.of(response.directory)
            if self._file and snapshot.version != self.snapshot.version:
                _write_private(self._file, response.directory.SerializeToString())
        else:
            snapshot = self.snapshot
        async with self._changed:
            self.connected, self.snapshot = True, snapshot
            self._changed.notify_all()


def _write_private(file: Path, content: bytes) -> None:
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
    draft.replace(file)
