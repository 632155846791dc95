"""Tells the writer every few seconds what waits in the spool, so that an export can name who had not drained."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import grpc

from edge.spool import Spool

EVERY_S = 10.0


async def keep_reporting(tell: Callable[[int], Awaitable[None]], spool: Spool) -> None:
    """Report until cancelled. While the spool cannot be reached nothing is said: nobody knows."""
    while True:
        if not spool.trouble:
            with contextlib.suppress(grpc.aio.AioRpcError):  # the writer is away, which it knows best itself
                await tell(spool.totals.envelopes)
        await asyncio.sleep(EVERY_S)
