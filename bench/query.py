"""How fast questions are answered: generated events, asked of us, of ClickHouse naively, of PostgreSQL; one run.

Ours are measured through gRPC on a query service of its own, whose memory of past answers is switched off. The naive
form has the engine to itself, before the service starts.
"""

import asyncio
import json
import math
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from analytics.v1 import query_pb2

from bench import questions, rival
from bench.following import following
from bench.history import END
from bench.processes import pss_bytes
from bench.report import Measure
from bench.serving import Served, made, serving
from mesh.channel import bearer

AT_ONCE, AT_ONCE_ROUNDS = 8, 4
GB = 1e9
_SIGHT_S = 0.2


async def query(
    directory: Path, events: int, *, skip_postgres: bool, follow: bool, tell: Callable[[str], None]
) -> list[Measure]:
    """All figures. `events` is how many the questions are asked about."""
    await asyncio.to_thread(directory.mkdir, parents=True)
    tell(f"making {events:,} events")
    naive: dict[str, float] = json.loads(await made(directory, events, dumped=not skip_postgres))
    postgres: dict[str, float] = {}
    if not skip_postgres:
        tell("filling PostgreSQL")
        tables = {name: directory / f"{name}.tsv" for name in ("visits", "events")}
        postgres = await rival.asked(directory / "postgres", tables, questions.postgres(END))
    tell("asking")
    async with serving(directory, AT_ONCE, ANALYTICS_QUERY_CACHE_MB="0") as served:
        measures = await _ours(served, naive, postgres, large=events > 20_000_000)
    async with serving(directory, 1) as served:
        again = await _median(lambda: _page(served, questions.page(END, 30)))
    measures.append(Measure("dashboard, 30 days, asked again", 1e3 * again, "ms"))
    if follow:
        tell("following")
        measures += await following(directory / "mesh")
    return measures


async def _ours(served: Served, naive: dict[str, float], postgres: dict[str, float], *, large: bool) -> list[Measure]:
    peak = _Peak(served.pid)
    page = {
        "page 30": questions.page(END, 30),
        "filtered 30": questions.page(END, 30, filtered=True),
        "page 90": questions.page(END, 90),
    }
    took = {name: await _median(lambda request=request: _page(served, request)) for name, request in page.items()}
    full = await _median(lambda: _page(served, _compared(questions.page(END, 30, metrics=_DEFAULTS))))
    funnel = await _median(lambda: served.stub.Funnel(questions.funnel(END), metadata=_bearer(served), timeout=60))
    cohort = await _median(lambda: served.stub.Cohort(questions.cohort(END), metadata=_bearer(served), timeout=60))
    # so many events are not asked by many at once on a machine like this
    crowd = [] if large else await _crowd(served)
    memory = await peak.end()
    limit = 2_500 if large else 250
    measures = [
        Measure("dashboard of 10 breakdowns, 30 days", 1e3 * took["page 30"], "ms", at_most=limit),
        *_ratios("dashboard, 30 days", took["page 30"], naive["page 30"], postgres.get("page 30")),
        Measure("filtered by two dimensions", 1e3 * took["filtered 30"], "ms", at_most=None if large else 250),
        *_ratios("filtered", took["filtered 30"], naive["filtered 30"], postgres.get("filtered 30"), held=False),
        Measure("dashboard, 90 days", 1e3 * took["page 90"], "ms", at_most=None if large else 600),
        *_ratios("dashboard, 90 days", took["page 90"], naive["page 90"], None, held=False),
        Measure("default metrics, compared with the 30 days before", 1e3 * full, "ms"),
        Measure("funnel of 3 steps, 30 days", 1e3 * funnel, "ms", at_most=None if large else 200),
        *_ratios("funnel", funnel, naive["funnel 30"], None, held=False),
        Measure("weekly cohorts, 90 days", 1e3 * cohort, "ms", at_most=None if large else 200),
        Measure("memory of the query process, most", memory / GB, "GB", at_most=None if large else 1.5),
    ]
    measures += crowd
    for name, seconds in naive.items():
        measures.append(Measure(f"naive ClickHouse: {name}", 1e3 * seconds, "ms"))
    for name, seconds in postgres.items():
        measures.append(Measure(f"PostgreSQL: {name}", 1e3 * seconds, "ms"))
    return measures


_DEFAULTS = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration")


def _compared(request: query_pb2.PageRequest) -> query_pb2.PageRequest:
    request.compare.mode = query_pb2.Comparison.MODE_PREVIOUS_PERIOD
    return request


def _ratios(name: str, ours: float, naive: float, postgres: float | None, *, held: bool = True) -> list[Measure]:
    found = [Measure(f"{name}: faster than naive ClickHouse", naive / ours, "×", at_least=3 if held else None)]
    if postgres:
        found.append(Measure(f"{name}: faster than PostgreSQL", postgres / ours, "×", at_least=25 if held else None))
    return found


def _bearer(served: Served, person: int = 0) -> Any:
    return bearer(served.keys[person])


async def _page(served: Served, request: query_pb2.PageRequest, person: int = 0) -> query_pb2.PageResponse:
    return await served.stub.Page(request, metadata=_bearer(served, person), timeout=60)


async def _median(ask: Callable[[], Awaitable[Any]]) -> float:
    """Of some rounds after one that warms, seconds."""
    took: list[float] = []
    for _ in range(questions.ROUNDS + 1):
        began = time.perf_counter()
        await ask()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


async def _crowd(served: Served) -> list[Measure]:
    """Several people at once, each of other 30 days: p95, and how many got no answer."""
    took: list[float] = []
    failed = 0

    async def ask(person: int) -> None:
        nonlocal failed
        for back in range(AT_ONCE_ROUNDS):
            request = questions.page(END - timedelta(days=person + AT_ONCE * back), 30, filtered=True)
            began = time.perf_counter()
            try:
                await _page(served, request, person)
            except Exception:
                failed += 1
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(ask(person) for person in range(AT_ONCE)))
    p95 = sorted(took)[math.ceil(len(took) * 0.95) - 1]
    return [
        Measure(f"{AT_ONCE} dashboards at once, filtered, p95", 1e3 * p95, "ms", at_most=2_000),
        Measure("of them, failed", failed, at_most=0),
    ]


class _Peak:
    """The most memory that a process has from now on."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most = pid, 0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            self._most = max(self._most, await asyncio.to_thread(pss_bytes, self._pid))
            await asyncio.sleep(_SIGHT_S)

    async def end(self) -> int:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self._most
