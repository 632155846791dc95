"""What must not be kept: day salts and daily visitors, gone within minutes of their time."""

import asyncio
import contextlib

from mesh.errors import MeshError
from mesh.telemetry import log
from writer.ingest.identity import Keyring
from writer.ingest.store import Store

EVERY_S = 300.0


async def keep_clean(keyring: Keyring, store: Store) -> None:
    """Clean at once and every five minutes, until cancelled. A database that is away is cleaned when it is back."""
    while True:
        with contextlib.suppress(MeshError):
            salts, visitors = await keyring.destroy_old(), await store.forget_visits()
            if salts or visitors:
                log.info("cleaned", salts=salts, visitors=visitors)
        await asyncio.sleep(EVERY_S)
