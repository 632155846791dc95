"""kill -9 of any one process: the supervisor brings it back, and every acknowledged event is there once."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.mesh import PROCESSES, Mesh
from mesh.ids import new_id


@dataclass
class Ledger:
    """A client that sends views until each is acknowledged, and remembers which were."""

    mesh: Mesh
    page: str
    acknowledged: set[str] = field(default_factory=set[str])
    stopped: bool = False

    async def send(self) -> None:
        while not self.stopped:
            session = new_id()
            pending = {new_id() for _ in range(5)}
            while pending:
                pending -= await self._try(session, pending)
                await asyncio.sleep(0.02)

    async def _try(self, session: str, pending: set[str]) -> set[str]:
        url = f"https://shop.example{self.page}"
        events = [{"kind": "view", "eventId": event_id, "pageUrl": url} for event_id in sorted(pending)]
        try:
            reply = await self.mesh.track("batch", {"sessionId": session, "events": events})
        except OSError:  # the gateway is away
            return set()
        if reply.status != 202:
            return set()
        done = {r["eventId"] for r in reply.json()["results"] if r["status"] in ("accepted", "duplicate")}
        self.acknowledged |= done
        return done

    async def stored(self) -> dict[str, int]:
        text = "SELECT event_id::text, count(*) FROM events WHERE event_id = ANY($1::text[]::uuid[]) GROUP BY 1"
        return {row["event_id"]: row["count"] for row in await self.mesh.sql(text, sorted(self.acknowledged))}

    async def counted(self) -> Any:
        rows = await self.mesh.query(["pageviews"], filters=[["is", "page", [self.page]]])
        return rows[0][1][0]


@pytest.mark.parametrize("name", PROCESSES)
async def test_after_kill_9_every_acknowledged_event_is_there_once(
    mesh: Mesh, name: str, eventually: Any, record_property: Any
) -> None:
    ledger = Ledger(mesh, f"/kill/{name}")
    clients = [asyncio.create_task(ledger.send()) for _ in range(3)]
    await asyncio.sleep(1)
    before = len(ledger.acknowledged)
    killed = mesh.kill(name)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def replaced() -> bool:
        """Another process stands in its place, and fresh views are taken."""
        pid = mesh.pid(name)
        return pid not in (0, killed) and _alive(pid) and len(ledger.acknowledged) > before

    await eventually(replaced, True)
    known = len(ledger.acknowledged)

    async def answers_them() -> bool:
        return await ledger.counted() >= known

    await eventually(answers_them, True)
    record_property("seconds_to_answer", round(loop.time() - began, 1))
    await asyncio.sleep(1)
    ledger.stopped = True
    await asyncio.gather(*clients)

    await eventually(ledger.stored, dict.fromkeys(ledger.acknowledged, 1))
    await eventually(ledger.counted, len(ledger.acknowledged))


async def test_killed_processes_leave_no_second_copy_running(mesh: Mesh) -> None:
    assert all(_alive(mesh.pid(name)) for name in PROCESSES)
    assert len({mesh.pid(name) for name in PROCESSES}) == len(PROCESSES)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
