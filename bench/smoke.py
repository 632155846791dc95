"""Does it feel right: time to start, to see a view, to import a log; memory when idle."""

import asyncio
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

from bench.mesh import ROOT, Mesh
from bench.processes import pss_bytes
from bench.report import Measure

LOG = ROOT / "tests" / "data" / "access.log.gz"
INTERVAL_S = 3.0
GB = 1e9


async def smoke(directory: Path, views: int) -> list[Measure]:
    """All figures of one mesh, started here and stopped again; `views` page views are sent, one every 3 s."""
    mesh = Mesh(directory)
    try:
        first = await mesh.start()
        await mesh.stop()
        second = await mesh.start()
        queryable, live = await _latencies(mesh, views)
        idle = pss_bytes(mesh.supervisor_pid)
        imported = await _import(mesh)
        await asyncio.sleep(5)
        after = pss_bytes(mesh.supervisor_pid)
        began = time.monotonic()
        await mesh.stop()
        stopped = time.monotonic() - began
    finally:
        await mesh.stop()
    return [
        Measure("ready, new data directory", first, "s", at_most=15),
        Measure("ready, second start", second, "s", at_most=15),
        Measure("202 → in the answer, median", _quantile(queryable, 0.5), "s"),
        Measure("202 → in the answer, p95", _quantile(queryable, 0.95), "s", at_most=1),
        Measure("202 → on the live socket, median", _quantile(live, 0.5), "s"),
        Measure("202 → on the live socket, p95", _quantile(live, 0.95), "s", at_most=1),
        Measure("views sent", views),
        Measure("sample log (10,000 lines) imported", imported, "s", at_most=10),
        Measure("memory of all processes, idle (PSS)", idle / GB, "GB", at_most=0.9),
        Measure("memory of all processes, idle after the import (PSS)", after / GB, "GB"),
        Measure("stopped", stopped, "s", at_most=10),
    ]


async def _latencies(mesh: Mesh, views: int) -> tuple[list[float], list[float]]:
    """Seconds from the 202 until a view is in an answer, and until it is on the live socket."""
    queryable: list[float] = []
    live: list[float] = []
    seen: dict[str, asyncio.Future[float]] = {}
    async with mesh.live() as socket:

        async def watch() -> None:
            async for message in socket:
                for event in json.loads(message)["events"]:
                    future = seen.get(event["page"])
                    if future and not future.done():
                        future.set_result(time.monotonic())

        watching = asyncio.create_task(watch())
        for number in range(views):
            page = f"/smoke/{number}"
            seen[page] = asyncio.get_running_loop().create_future()
            reply = await mesh.view(page)
            accepted = time.monotonic()
            if reply.status != 202:
                raise RuntimeError(f"a view gave {reply.status}: {reply.body[:200]!r}")
            async with asyncio.timeout(30):
                while not await mesh.query(["pageviews"], dimensions=["page"], filters=[["is", "page", [page]]]):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                queryable.append(time.monotonic() - accepted)
                live.append(max(0.0, await seen[page] - accepted))
            await asyncio.sleep(max(0.0, INTERVAL_S - (time.monotonic() - accepted)))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return queryable, live


async def _import(mesh: Mesh) -> float:
    """Seconds that `./run import access-log` takes for the sample log, answers included."""
    began = time.monotonic()
    done = await mesh.run(
        "import", "access-log", str(LOG), "--site", mesh.site, "--host", "semicomplete.com", "--keep-bots"
    )
    if done.code != 0:
        raise RuntimeError(f"the import failed:\n{done.output[-2000:]}")
    return time.monotonic() - began


def _quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * part) - 1)]
