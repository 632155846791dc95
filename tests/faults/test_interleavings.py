"""Any interleaving of send, retry, cut, restart and drain on real parts ends balanced.

A mesh gives PostgreSQL, the writer and both followers; an edge and a spool of our own stand before it, each behind a
proxy. Hypothesis chooses what happens; after each example all is well again, and then the books must be right.
"""

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import grpc
import pytest
from analytics.v1 import spool_pb2, track_pb2
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bench.ledger import Ledger, Rows
from bench.mesh import Mesh
from mesh.channel import bearer
from tests.edge.conftest import SEAL_KEY, Edge, Valkey, balanced
from tests.faults.processes import told_to
from tests.faults.proxy import Mode, Proxy

FULL = bool(os.environ.get("ANALYTICS_FULL"))
EXAMPLES, STEPS = (100, 20) if FULL else (5, 9)
FAULTS: list[Mode] = ["cut", "hang", "drop_replies", "halve"]
TRY_LIMIT_S = 1.0
PATIENCE_S = 60.0

T = TypeVar("T")


@dataclass
class Rig:
    """The parts, and what was sent through them."""

    mesh: Mesh
    edge: Edge
    spool: Valkey
    to_writer: Proxy
    to_spool: Proxy
    ledger: Ledger = field(default_factory=lambda: Ledger("interleaved"))
    spooled: int = 0

    async def send(self, ids: list[str]) -> None:
        """One try, of which the ledger hears what was acknowledged."""
        request = track_pb2.TrackBatchRequest(events=[self.ledger.event(event_id, self.mesh.site) for event_id in ids])
        token = bearer(self.mesh.ready["ingest_key"])
        try:
            response = await self.edge.track.TrackBatch(request, metadata=token, timeout=TRY_LIMIT_S)
        except grpc.aio.AioRpcError:
            return
        code = track_pb2.TrackResult
        for result in response.results:
            assert result.code in (code.CODE_ACCEPTED, code.CODE_DUPLICATE, code.CODE_UNAVAILABLE), result
            if result.code != code.CODE_UNAVAILABLE:
                self.ledger.acknowledge(result.event_id, duplicate=result.code == code.CODE_DUPLICATE)

    async def status(self) -> spool_pb2.SpoolServiceStatusResponse:
        token = bearer(self.mesh.ready["admin_token"])
        status = await self.edge.ops.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=token, timeout=10)
        self.spooled = max(self.spooled, status.balance.spooled)
        return status

    async def is_empty(self) -> bool:
        """What the spool itself says: an edge that has not met it yet knows of no entries."""
        token = bearer(self.mesh.ready["admin_token"])
        try:
            found = await self.edge.ops.Inspect(spool_pb2.InspectRequest(limit=1), metadata=token, timeout=10)
        except grpc.aio.AioRpcError:
            return False
        return not found.entries

    async def restart_edge(self, number: signal.Signals) -> None:
        assert self.edge.process
        self.edge.process.send_signal(number)
        code = await self.edge.process.wait()
        assert code == (0 if number == signal.SIGTERM else -number)
        await self.edge.kill()
        await self.edge.start(until_serving=False)

    async def restart_spool(self) -> None:
        await self.spool.kill()
        await self.spool.start()

    def kill(self, name: str) -> None:
        if pid := self.mesh.pid(name):
            with contextlib.suppress(ProcessLookupError):  # it was killed a moment ago
                os.kill(pid, signal.SIGKILL)

    async def drained(self) -> None:
        """The network is well again: the spool becomes empty, and the edge's books are right."""
        self.to_writer.mode = self.to_spool.mode = "pass"
        status: Any = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    empty, status = await self.is_empty(), await self.status()
                    if empty and (status.entries, status.balance.in_flight, status.balance.spooled) == (0, 0, 0):
                        break
                    await asyncio.sleep(0.05)
        assert (status.entries, status.balance.in_flight, status.set_aside, status.balance.rejected) == (0, 0, 0, 0)
        assert balanced(status.balance), status

    async def all_there_once(self) -> None:
        """Every acknowledged event is in PostgreSQL once and as it was sent; no other is but one that was sent."""
        rows = await self._rows()
        assert self.ledger.acknowledged <= rows.times.keys() <= self.ledger.issued
        assert rows.twice == rows.corrupted(self.ledger) == set()

    async def _rows(self) -> Rows:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self.ledger.stored(self.mesh.ready["database"])
                except (OSError, asyncpg.PostgresError):  # killed a moment ago
                    await asyncio.sleep(0.1)


@pytest.fixture
async def rig(mesh: Mesh, tmp_path: Path) -> AsyncIterator[Rig]:
    folders = [tmp_path / name for name in ("spool", "edge")]
    for folder in folders:
        folder.mkdir()
    spool = Valkey(folders[0])
    await spool.start()
    to_writer, to_spool = (Proxy("127.0.0.1", port) for port in (int(mesh.ready["writer"].split(":")[1]), spool.port))
    told = {
        "ANALYTICS_MESH_TOKEN": told_to(mesh.pid("edge"))["ANALYTICS_MESH_TOKEN"],
        "ANALYTICS_WRITER_ADDRESS": f"127.0.0.1:{await to_writer.start()}",
        "ANALYTICS_SPOOL_URL": f"redis://:spool-password@127.0.0.1:{await to_spool.start()}/0",
        "ANALYTICS_SEAL_KEY": base64.b64encode(SEAL_KEY).decode(),
        "ANALYTICS_EDGE_PORT": "0",
        "ANALYTICS_EDGE_ID": "interleaved",
        "ANALYTICS_DATA_DIR": str(folders[1]),
    }
    edge = Edge(folders[1], told)
    try:
        await edge.start()
        yield Rig(mesh, edge, spool, to_writer, to_spool)
    finally:
        await edge.kill()
        await spool.kill()
        await to_writer.stop()
        await to_spool.stop()


class Interleaving(RuleBasedStateMachine):
    """Rules run on a thread of their own; the parts live on the loop of the test."""

    def __init__(self, rig: Rig, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.rig = rig
        self.loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def turn(self, proxy: Proxy, mode: Mode) -> None:
        proxy.mode = mode

    @property
    def unanswered(self) -> list[str]:
        return sorted(self.rig.ledger.issued - self.rig.ledger.acknowledged)

    @initialize(count=st.integers(1, 40))
    def begin(self, count: int) -> None:
        self.send(count)

    @rule(count=st.integers(1, 40))
    def send(self, count: int) -> None:
        self.run(self.rig.send([self.rig.ledger.issue() for _ in range(count)]))

    # no precondition: whether there is something to do depends on timing, what is drawn must not
    @rule()
    def try_again(self) -> None:
        if waiting := self.unanswered[:200]:
            self.run(self.rig.send(waiting))

    @rule(count=st.integers(1, 40))
    def send_again_what_was_acknowledged(self, count: int) -> None:
        if known := sorted(self.rig.ledger.acknowledged)[-count:]:
            self.run(self.rig.send(known))

    @rule(mode=st.sampled_from(FAULTS), count=st.integers(1, 40))
    def lose_the_writer(self, mode: Mode, count: int) -> None:
        self.run(self.turn(self.rig.to_writer, mode))
        self.send(count)

    @rule(mode=st.sampled_from(FAULTS), count=st.integers(1, 40))
    def lose_the_spool(self, mode: Mode, count: int) -> None:
        self.run(self.turn(self.rig.to_spool, mode))
        self.send(count)

    @rule()
    def find_both(self) -> None:
        for proxy in (self.rig.to_writer, self.rig.to_spool):
            self.run(self.turn(proxy, "pass"))

    @rule(number=st.sampled_from([signal.SIGKILL, signal.SIGTERM]))
    def restart_the_edge(self, number: signal.Signals) -> None:
        self.run(self.rig.restart_edge(number))

    @rule()
    def restart_the_spool(self) -> None:
        self.run(self.rig.restart_spool())

    @rule(name=st.sampled_from(["writer", "postgres"]))
    def kill(self, name: str) -> None:
        self.rig.kill(name)

    @rule()
    def drain(self) -> None:
        self.run(self.rig.drained())

    def teardown(self) -> None:
        self.run(self.rig.drained())
        self.run(self.rig.all_there_once())


@pytest.mark.timeout(3_600 if FULL else 600)
async def test_any_interleaving_of_send_retry_cut_restart_and_drain_ends_balanced(rig: Rig) -> None:
    # no shrinking: an example is seconds of real processes, and the first one found is told in full
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not FULL,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(run_state_machine_as_test, lambda: Interleaving(rig, loop), settings=chosen)

    while missing := sorted(rig.ledger.issued - rig.ledger.acknowledged):
        await rig.send(missing[:200])
    await rig.drained()
    await rig.ledger.settle(rig.mesh)
    verdict = await rig.ledger.verify(rig.mesh)
    assert verdict.holds, verdict
    assert verdict.acknowledged == verdict.stored == len(rig.ledger.issued)
    assert rig.spooled > 0, "the spool was never used: nothing was proved"
    assert rig.ledger.duplicates > 0, "no duplicate ever arrived: nothing was proved"
