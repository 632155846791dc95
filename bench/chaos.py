"""Random faults on a real mesh, under clients that never give up, with a ledger that knows what is owed.

A seed decides what breaks, in which order and for how long. When the faults stop, the mesh must come to rest with
every acknowledged event stored and counted once, and each process about as large as it was before.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from analytics.v1 import spool_pb2, spool_pb2_grpc

from bench.ledger import Client, Ledger, Verdict
from bench.mesh import PROCESSES, Mesh
from bench.processes import family, pss_bytes
from bench.report import Measure
from mesh.channel import bearer, connect

MB = 1e6
# Restarted or not, a process may have grown by this much: caches that filled, connections that were opened meanwhile.
_MEMORY_FACTOR, _MEMORY_MORE_MB, _DESCRIPTORS_MORE = 2.0, 150, 100

_HELD_S, _REST_S = (0.5, 8.0), (0.5, 6.0)
_PAIRS = 0.3
_WARM_UP_S = 5.0
_SENT_AGAIN = 400  # of the oldest events, when all is over: stored long since, they may not count once more
_BACK_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to which processes: "kill" (SIGKILL), or "freeze" (SIGSTOP, SIGCONT after `held_s` seconds).

    `rest_s` is the time until the next fault.
    """

    kind: str
    names: tuple[str, ...]
    held_s: float
    rest_s: float

    def __str__(self) -> str:
        held = f" for {self.held_s:.1f} s" if self.kind == "freeze" else ""
        return f"{self.kind} {' and '.join(self.names)}{held}"


def faults(seed: int) -> Iterator[Fault]:
    """Without end. The first two make even a short run one that needs the spool, and one that must refuse."""
    chance = random.Random(seed)
    yield Fault("freeze", ("writer",), 3.0, 1.0)
    yield Fault("freeze", ("writer", "redis"), 3.0, 1.0)
    while True:
        names = chance.sample(PROCESSES, 2 if chance.random() < _PAIRS else 1)
        if chance.random() < 0.1:
            names = ["writer", "redis"]
        kind = chance.choice(("kill", "freeze"))
        yield Fault(kind, tuple(names), chance.uniform(*_HELD_S), chance.uniform(*_REST_S))


@dataclass(frozen=True, slots=True)
class Size:
    """Of a process and its children."""

    memory_mb: float
    descriptors: int


class Chaos:
    """One run in a directory of its own. `tell` hears a line for each fault."""

    def __init__(self, directory: Path, seed: int, minutes: float, tell: Callable[[str], None]) -> None:
        self._mesh = Mesh(directory)
        self._ledger = Ledger("chaos")
        self._seed = seed
        self._minutes = minutes
        self._tell = tell
        self._done: Counter[str] = Counter()
        self._most_spooled = 0

    async def run(self) -> list[Measure]:
        """Every figure, each held against what it must be."""
        try:
            await self._mesh.start()
            await self._warm_up()
            before = self._sizes()
            async with asyncio.TaskGroup() as group:
                clients = [group.create_task(client.run()) for client in self._clients()]
                watch = group.create_task(self._watch_spool())
                await self._break_things()
                self._ledger.stopped = True
                await asyncio.gather(*clients)
                watch.cancel()
            self._tell("the faults have stopped; every event is acknowledged")
            await self._ledger.settle(self._mesh)
            await self._clients(cut=0)[-1].send_again(sorted(self._ledger.acknowledged)[:_SENT_AGAIN])
            fresh = await self._fresh_views()
            verdict = await self._ledger.verify(self._mesh)
            return [
                *self._events(verdict, fresh, await self._open_balance()),
                *self._faults(),
                *_growth(before, self._sizes()),
            ]
        except BaseException:
            self._tell(self._mesh.log_tails())
            raise
        finally:
            await self._mesh.stop()

    def _clients(self, *, cut: float = 0.02) -> list[Client]:
        """As browsers send (singles, queues of the SDK) and as backends do."""
        doors = (("http", 1), ("http", 1), ("http", 10), ("grpc", 1), ("grpc", 20))
        return [Client(self._ledger, self._mesh, door, batch, pause_s=0.1, cut=cut) for door, batch in doors]

    async def _warm_up(self) -> None:
        """Every process has worked once before its size is taken."""
        clients = [asyncio.create_task(client.run()) for client in self._clients()]
        await asyncio.sleep(_WARM_UP_S)
        self._ledger.stopped = True
        await asyncio.gather(*clients)
        self._ledger.stopped = False
        await self._ledger.settle(self._mesh)

    async def _break_things(self) -> None:
        began = time.monotonic()
        for fault in faults(self._seed):
            left_s = began + 60 * self._minutes - time.monotonic()
            if left_s <= 0:
                return
            self._tell(f"{time.monotonic() - began:6.1f} s  {fault}")
            await self._break(fault)
            self._done[f"{fault.kind} {' + '.join(sorted(fault.names))}"] += 1
            await asyncio.sleep(fault.rest_s)

    async def _break(self, fault: Fault) -> None:
        pids = [await self._living(name) for name in fault.names]
        if fault.kind == "kill":
            _signal(pids, signal.SIGKILL)
            return
        # PostgreSQL is a family: its parent alone would only keep new connections waiting
        frozen = [member for pid in pids for member in family(pid)]
        _signal(frozen, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.held_s)
        finally:
            _signal(frozen, signal.SIGCONT)

    async def _living(self, name: str) -> int:
        """The pid of a process, awaited where its supervisor is just starting it again."""
        async with asyncio.timeout(_BACK_WITHIN_S):
            while True:
                if (pid := self._mesh.pid(name)) and _lives(pid):
                    return pid
                await asyncio.sleep(0.05)

    async def _watch_spool(self) -> None:
        while True:
            with contextlib.suppress(grpc.aio.AioRpcError):
                self._most_spooled = max(self._most_spooled, (await self._balance()).spooled)
            await asyncio.sleep(0.25)

    async def _balance(self) -> spool_pb2.Balance:
        async with connect(self._mesh.ready["edge"]) as channel:
            stub: Any = spool_pb2_grpc.SpoolServiceStub(channel)
            request, token = spool_pb2.SpoolServiceStatusRequest(), bearer(self._mesh.ready["admin_token"])
            return (await stub.Status(request, metadata=token, timeout=5)).balance

    async def _open_balance(self) -> int:
        """Acknowledged events of which the edge's books do not say what became of them."""
        books = await self._balance()
        known = books.stored + books.duplicate + books.ignored + books.rejected + books.spooled
        return abs(books.acknowledged + books.carried - known)

    async def _fresh_views(self) -> int:
        """What a query answers of a view sent now."""
        (event_id,) = await Client(self._ledger, self._mesh, "http", cut=0).send(1)
        await self._ledger.settle(self._mesh)
        page = self._ledger.content(event_id).page
        ((_, (views,)),) = await self._mesh.query(["pageviews"], filters=[["is", "page", [page]]])
        return views

    def _sizes(self) -> dict[str, Size]:
        sizes: dict[str, Size] = {}
        for name in PROCESSES:
            pid = self._mesh.pid(name)
            sizes[name] = Size(pss_bytes(pid) / MB, sum(_descriptors(member) for member in family(pid)))
        return sizes

    def _events(self, verdict: Verdict, fresh: int, open_: int) -> list[Measure]:
        stored = verdict.stored
        return [
            Measure("acknowledged", verdict.acknowledged, "events", at_least=1),
            Measure("stored", stored, "events"),
            Measure("counted in ClickHouse", verdict.counted, "events", at_least=stored, at_most=stored),
            Measure("  page views in its visits", verdict.in_visits, "events", at_least=stored, at_most=stored),
            Measure("  page views in its pages", verdict.in_pages, "events", at_least=stored, at_most=stored),
            Measure("lost", verdict.lost, "events", at_most=0),
            Measure("duplicated", verdict.twice, "events", at_most=0),
            Measure("spurious", verdict.spurious, "events", at_most=0),
            Measure("corrupted", verdict.corrupted, "events", at_most=0),
            Measure("refused for good", self._ledger.refused.total(), "events", at_most=0),
            Measure("open in the edge's balance", open_, "events", at_most=0),
            Measure("a fresh view is answered", fresh, "events", at_least=1, at_most=1),
            Measure("most in the spool at once", self._most_spooled, "events", at_least=1),
            Measure("duplicates that arrived", self._ledger.duplicates, "events", at_least=1),
            Measure("tries that had to be repeated", self._ledger.tries_again, "", at_least=1),
        ]

    def _faults(self) -> list[Measure]:
        done = {"cut a client's connection": self._ledger.cuts, **dict(sorted(self._done.items()))}
        return [Measure(fault, times, "times") for fault, times in done.items()]


def _growth(before: dict[str, Size], after: dict[str, Size]) -> list[Measure]:
    measures: list[Measure] = []
    for name, was in before.items():
        now = after[name]
        memory = _MEMORY_FACTOR * was.memory_mb + _MEMORY_MORE_MB
        measures += [
            Measure(f"{name}: memory, {was.memory_mb:,.0f} MB before", now.memory_mb, "MB", at_most=memory),
            Measure(
                f"{name}: descriptors, {was.descriptors} before",
                now.descriptors,
                at_most=was.descriptors + _DESCRIPTORS_MORE,
            ),
        ]
    return measures


def _lives(pid: int) -> bool:
    """Not so for a moment after a kill: the pid file goes when the supervisor has heard of it."""
    return Path(f"/proc/{pid}").exists()


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except FileNotFoundError:
        return 0


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
