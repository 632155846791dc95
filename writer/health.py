"""Serving only while PostgreSQL takes writes: what edges wait for before they drain."""

import asyncio
import contextlib

from mesh.errors import MeshError
from mesh.server import Server
from mesh.telemetry import log
from writer.ingest.store import Store

LOOK_EVERY_S = 1.0
LOOK_LIMIT_S = 2.0  # a database that hangs is as good as none
_LOOK_AGAIN_S = 0.25


async def keep_true(server: Server, store: Store) -> None:
    """Set the server's health from what PostgreSQL does, until cancelled. A failed write is heard of at once."""
    serving = False
    while True:
        store.trouble.clear()
        try:
            async with asyncio.timeout(LOOK_LIMIT_S):
                await store.probe()
            healthy = not store.trouble.is_set()
        except (MeshError, TimeoutError):
            healthy = False
        if healthy != serving:
            serving = healthy
            log.info("serving" if serving else "not_serving")
            await server.set_serving(serving)
        if serving:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await store.trouble.wait()
            if store.trouble.is_set():
                serving = False
                log.info("not_serving")
                await server.set_serving(False)
        if not serving:
            await asyncio.sleep(_LOOK_AGAIN_S)
