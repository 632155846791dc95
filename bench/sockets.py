"""A thousand live sockets on one gateway: what they cost while each hears a message a second."""

import asyncio
import time
from collections.abc import Sequence

import websockets

from bench.mesh import Mesh
from bench.processes import cpu_s, pss_bytes
from bench.report import Measure

SOCKETS, SECONDS, AT_ONCE = 1_000, 20, 50
MB = 1e6


async def sockets(mesh: Mesh) -> list[Measure]:
    """Memory and processor of gateway and realtime together."""
    gate = asyncio.Semaphore(AT_ONCE)
    heard = [0] * SOCKETS

    async def listen(number: int, opened: asyncio.Event) -> None:
        async with gate:
            connection = await mesh.live().__aenter__()
            await connection.recv()
            opened.set()
        try:
            while True:
                await connection.recv()
                heard[number] += 1
        except websockets.ConnectionClosed:
            heard[number] = -1_000_000

    opened = [asyncio.Event() for _ in range(SOCKETS)]
    listening = [asyncio.create_task(listen(number, opened[number])) for number in range(SOCKETS)]
    async with asyncio.timeout(180):
        await asyncio.gather(*(event.wait() for event in opened))
    before, began = _cpu_s(mesh), time.monotonic()
    heard[:] = [0] * SOCKETS
    for _ in range(SECONDS):
        await mesh.view("/heard")
        await asyncio.sleep(max(0.0, 1 - (time.monotonic() - began) % 1))
    seconds = time.monotonic() - began
    cores, memory = (_cpu_s(mesh) - before) / seconds, _memory(mesh)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return [
        Measure(f"{SOCKETS:,} sockets: gateway and realtime", memory / MB, "MB", at_most=400),
        Measure(f"{SOCKETS:,} sockets at a message a second", cores, "cores", at_most=0.5),
        Measure("messages a second that a socket heard", _least(heard, seconds), "", at_least=0.5),
    ]


def _least(heard: Sequence[int], seconds: float) -> float:
    """Of the socket that heard least; negative where one was closed."""
    return min(heard) / seconds


def _cpu_s(mesh: Mesh) -> float:
    return sum(cpu_s(mesh.pid(name)) for name in ("gateway", "realtime"))


def _memory(mesh: Mesh) -> int:
    return sum(pss_bytes(mesh.pid(name)) for name in ("gateway", "realtime"))
