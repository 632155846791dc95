"""Says SERVING while an event that comes now could be made durable."""

import asyncio

from edge.breaker import Breaker
from edge.growth import Growth
from edge.spool import Spool
from mesh.directory import DirectoryClient
from mesh.server import Server
from mesh.telemetry import log

_EVERY_S = 0.1


class Readiness:
    """Watches the edge's parts: the directory must be known, and the writer or the spool be usable."""

    def __init__(
        self, server: Server, directory: DirectoryClient, breaker: Breaker, spool: Spool, growth: Growth
    ) -> None:
        self._server = server
        self._directory = directory
        self._breaker = breaker
        self._spool = spool
        self._growth = growth
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        # a due probe counts: a balancer that sends nothing while this says no would keep the breaker open for ever
        writer = self._directory.connected and (self._breaker.state == "closed" or self._breaker.due)
        return self._directory.snapshot.version > 0 and (writer or self._spool.usable)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        said = False
        while True:
            self._growth.note(self._spool.totals.entries, self._spool.totals.bytes)
            if self.ready != said:
                said = self.ready
                log.info("serving" if said else "not_serving")
                await self._server.set_serving(said)
            await asyncio.sleep(_EVERY_S)
