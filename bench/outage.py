"""What an outage of the writer costs callers, what the spool weighs, and how it empties beside live traffic.

The writer is taken away as a machine loses it. *Dead* is SIGKILL with the supervisor stopped (SIGSTOP) for as long, so
that nobody starts it again: its port refuses, its connections are cut, all else runs as it is. *Hung* is SIGSTOP: its
port takes connections and never answers. Nothing stands between the edge and the writer that an installation has not.
Views come from `bench.steady`, open loop over HTTP; the spool is filled by `bench.backlog`. Every figure is of one mesh
in one run, and at its end all that was acknowledged is held against both stores.
"""

import asyncio
import math
import os
import signal
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from bench.backlog import fill
from bench.books import Books
from bench.ledger import Ledger
from bench.mesh import Mesh
from bench.processes import pss_bytes
from bench.report import Measure
from bench.spool import Spool, Status, spool_of
from bench.steady import Steady, View
from cli.probes import serving

RATE = 1_000.0
_KEEPS_UP = 0.98  # of what is offered: below it the machine's limit is found, and this much of it is offered
_BELOW_LIMIT = 0.8
_BEFORE_S = 20.0
_WARM_S = 3.0
_EMPTY_LIMIT_S = 900.0
_COMPACT_LIMIT_S = 30.0
_LEFT_BYTES = 16 * 1024 * 1024  # of Redis' file with an empty spool: less is not worth a rewrite
_RESTART_LIMIT_S = 120.0
MB = 1e6
Away = Callable[[Mesh], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage under steady views. Times of acknowledged views, ms; `spool` is its state at the end."""

    before_p99: float
    p50: float
    p99: float
    longest: float
    sent: int
    unacknowledged: int
    spool: Status
    client_cpu: float


@dataclass(frozen=True, slots=True)
class Drained:
    """A spool that emptied beside steady views: after how long it began, how many events a second, what views took."""

    began_after_s: float
    rate: float
    left: int
    before_p99: float
    p99: float
    unacknowledged: int


async def outage(directory: Path, seconds: float, events: int) -> list[Measure]:
    """All figures; each outage lasts `seconds`, the spool is filled with `events`."""
    mesh, books = Mesh(directory), Books()
    try:
        await mesh.start()
        rate = await _rate(mesh, books)
        dead = await _under(writer_dead, mesh, books, rate, seconds)
        hung = await _under(writer_hung, mesh, books, rate, seconds)
        bulk = await _bulk(mesh, books, rate, min(_BEFORE_S, seconds), events)
        await Ledger().settle(mesh, within_s=_EMPTY_LIMIT_S)
        found = await books.settle(mesh)
    finally:
        await mesh.stop()
    limit = "" if rate == RATE else ", the machine's limit"
    return [
        Measure(f"views a second offered{limit}", rate),
        *_dead(dead, seconds),
        *_hung(hung, seconds),
        *bulk,
        Measure("acknowledged in all", found.acknowledged),
        Measure("lost", found.lost, at_most=0),
        Measure("counted twice", found.twice, at_most=0),
    ]


def _dead(dead: Outage, seconds: float) -> list[Measure]:
    return [
        Measure(f"writer dead {seconds:g} s: p99 before", dead.before_p99, "ms"),
        Measure("  p99 during it", dead.p99, "ms"),
        Measure("  p99 during ÷ before", dead.p99 / dead.before_p99, at_most=4),
        *_more(dead),
    ]


def _hung(hung: Outage, seconds: float) -> list[Measure]:
    return [
        Measure(f"writer hung {seconds:g} s: p99 before", hung.before_p99, "ms"),
        Measure("  p99 during it", hung.p99, "ms", at_most=400),
        *_more(hung),
    ]


def _more(told: Outage) -> list[Measure]:
    spool = told.spool
    return [
        Measure("  p50 during it", told.p50, "ms"),
        Measure("  longest during it", told.longest, "ms"),
        Measure("  views sent during it", told.sent),
        Measure("  not acknowledged", told.unacknowledged, at_most=0),
        Measure("  in the spool at its end", spool.balance.spooled, "events", at_least=told.sent / 2),
        Measure("  in chunks of", spool.balance.spooled / max(1, spool.entries), "events"),
        Measure("  spool an event", spool.bytes / max(1, spool.balance.spooled), "bytes"),
        Measure("  at this rate full after", spool.hours_left, "h"),
        Measure("  load generator's CPU", 100 * told.client_cpu, "% of a core"),
    ]


@asynccontextmanager
async def writer_dead(mesh: Mesh) -> AsyncGenerator[None]:
    """The writer is killed and stays away; afterwards the supervisor finds it dead and starts it."""
    os.kill(mesh.supervisor_pid, signal.SIGSTOP)
    try:
        mesh.kill("writer")
        yield
    finally:
        os.kill(mesh.supervisor_pid, signal.SIGCONT)


@asynccontextmanager
async def writer_hung(mesh: Mesh) -> AsyncGenerator[None]:
    """The writer is there and does nothing; afterwards it goes on where it was."""
    mesh.kill("writer", signal.SIGSTOP)
    try:
        yield
    finally:
        mesh.kill("writer", signal.SIGCONT)


async def _rate(mesh: Mesh, books: Books) -> float:
    """Views a second that this machine takes with all parts well, at most 1,000. Warms the mesh up."""
    async with Steady(mesh.ready["gateway"], mesh.site, RATE) as load:
        await asyncio.sleep(_WARM_S)
        began = time.monotonic()
        await asyncio.sleep(_WARM_S)
        until = time.monotonic()
        await load.stop()
    books.note(view.event_id for view in load.views if view.acknowledged)
    answered = sum(view.acknowledged and began <= view.due + view.took_s < until for view in load.views)
    taken = answered / (until - began)
    if not taken:
        raise RuntimeError("no view was acknowledged")
    return RATE if taken >= RATE * _KEEPS_UP else round(taken * _BELOW_LIMIT)


async def _under(away: Away, mesh: Mesh, books: Books, rate: float, seconds: float) -> Outage:
    """Steady views before, during and after an outage; returns when the spool is empty again."""
    async with spool_of(mesh) as seen, Steady(mesh.ready["gateway"], mesh.site, rate) as load:
        await asyncio.sleep(_WARM_S)
        before = time.monotonic()
        await asyncio.sleep(min(_BEFORE_S, seconds))
        gone = time.monotonic()
        async with away(mesh):
            await asyncio.sleep(seconds)
            spool = await seen.status()
            back = time.monotonic()
        await seen.empty(_EMPTY_LIMIT_S)
        await load.stop()
    books.note(view.event_id for view in load.views if view.acknowledged)
    during = _between(load.views, gone, back)
    times = _times_ms(during)
    return Outage(
        before_p99=_quantile(_times_ms(_between(load.views, before, gone)), 0.99),
        p50=_quantile(times, 0.5),
        p99=_quantile(times, 0.99),
        longest=times[-1],
        sent=len(during),
        unacknowledged=sum(not view.acknowledged for view in load.views),
        spool=spool,
        client_cpu=load.cpu,
    )


async def _bulk(mesh: Mesh, books: Books, rate: float, before_s: float, events: int) -> list[Measure]:
    """The spool filled in bulk, weighed, restarted with, drained."""
    async with Steady(mesh.ready["gateway"], mesh.site, rate) as load:
        await asyncio.sleep(_WARM_S)
        began = time.monotonic()
        await asyncio.sleep(before_s)
        calm = time.monotonic()
        await load.stop()
    books.note(view.event_id for view in load.views if view.acknowledged)
    before_p99 = _quantile(_times_ms(_between(load.views, began, calm)), 0.99)
    async with writer_hung(mesh):
        acknowledged, took = await fill(mesh, events)
        books.note(acknowledged)
        async with spool_of(mesh) as spool:
            filled, file = await spool.status(), spool.file_bytes()
        redis, edge = pss_bytes(mesh.pid("redis")), pss_bytes(mesh.pid("edge"))
        restarted = await _restart(mesh, filled.balance.spooled)
        again_redis, again_edge = pss_bytes(mesh.pid("redis")), pss_bytes(mesh.pid("edge"))
        async with spool_of(mesh) as spool, Steady(mesh.ready["gateway"], mesh.site, rate) as load:
            await asyncio.sleep(_WARM_S)
            mesh.kill("writer", signal.SIGCONT)
            drained = await _drain(spool, load, before_p99)
            books.note(view.event_id for view in load.views if view.acknowledged)
            compacted = await spool.compacted(max(_LEFT_BYTES, file / 10), _COMPACT_LIMIT_S)
    return [
        Measure(f"spool filled with {events:,} events (gRPC, batches of 500)", events / took, "events/s"),
        Measure("  spool an event", filled.bytes / filled.balance.spooled, "bytes", at_most=200),
        Measure("  memory of Redis (PSS)", redis / MB, "MB", at_most=300),
        Measure("  memory of the edge (PSS)", edge / MB, "MB", at_most=200),
        Measure("  both killed → serving with that spool", restarted, "s", at_most=15),
        Measure("  memory of Redis after it", again_redis / MB, "MB", at_most=300),
        Measure("  memory of the edge after it", again_edge / MB, "MB", at_most=200),
        Measure("drain, writer's return → first batch", drained.began_after_s, "s"),
        Measure("  from then on", drained.rate, "events/s", at_least=8_000),
        Measure("  live views' p99 before", drained.before_p99, "ms"),
        Measure("  live views' p99 beside it", drained.p99, "ms"),
        Measure("  p99 beside ÷ before", drained.p99 / drained.before_p99, at_most=3),
        Measure("  live views not acknowledged", drained.unacknowledged, at_most=0),
        Measure("  left in the spool", drained.left, "events", at_most=0),
        Measure("  Redis' file before", file / MB, "MB"),
        Measure("  Redis' file after", compacted / MB, "MB", at_most=max(_LEFT_BYTES, file / 10) / MB),
    ]


async def _restart(mesh: Mesh, spooled: int) -> float:
    """Kill Redis and the edge; seconds until the edge serves again, with at least so many events, the writer away."""
    began = time.monotonic()
    mesh.kill("redis")
    mesh.kill("edge")
    async with asyncio.timeout(_RESTART_LIMIT_S):
        while True:
            await asyncio.sleep(0.05)
            try:
                async with spool_of(mesh) as spool:  # a channel of its own each time: none that waits to try again
                    balance = (await spool.status()).balance
            except grpc.aio.AioRpcError:
                continue
            if min(balance.carried, balance.spooled) >= spooled and await serving(mesh.ready["edge"]):
                return time.monotonic() - began


async def _drain(spool: Spool, load: Steady, before_p99: float) -> Drained:
    """From the writer's return until the spool is empty. Stops the load."""
    returned = time.monotonic()
    waiting = (await spool.draining(_EMPTY_LIMIT_S)).balance.spooled
    began = time.monotonic()
    left = (await spool.empty(_EMPTY_LIMIT_S)).balance.spooled
    ended = time.monotonic()
    await load.stop()
    beside = _between(load.views, began, ended)
    return Drained(
        began_after_s=began - returned,
        rate=waiting / (ended - began),
        left=left,
        before_p99=before_p99,
        p99=_quantile(_times_ms(beside), 0.99),
        unacknowledged=sum(not view.acknowledged for view in load.views),
    )


def _between(views: Sequence[View], since: float, until: float) -> list[View]:
    return [view for view in views if since <= view.due < until]


def _times_ms(views: Sequence[View]) -> list[float]:
    """Of acknowledged views, ascending."""
    return sorted(1_000 * view.took_s for view in views if view.acknowledged)


def _quantile(ascending: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of the values does not exceed. Raises RuntimeError without values."""
    if not ascending:
        raise RuntimeError("no view was acknowledged in this part of the run")
    return ascending[max(0, math.ceil(len(ascending) * part) - 1)]
