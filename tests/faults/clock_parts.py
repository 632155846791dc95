"""Edges, a writer and the columnar copy in one process, each with a clock that a test sets. PostgreSQL is real."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import event_pb2, query_pb2, site_pb2, track_pb2

from edge.envelope import Envelope, Intake
from mesh.auth import MESH_CALLER
from query import language, pages
from query.answer import answer
from query.clickhouse import Pool
from query.replica import Replica
from tests.writer.conftest import AGENT, NOON, Rig
from writer.ingest.pipeline import Pipeline

MEMORY, DAILY = event_pb2.IDENTITY_MODE_MEMORY, event_pb2.IDENTITY_MODE_DAILY
SITES = {
    number: site_pb2.Site(id=name, number=number, identity=mode, domains=["example.org"])
    for number, name, mode in (
        (1, "memory", MEMORY),
        (2, "daily", DAILY),
        (3, "memory-late", MEMORY),
        (4, "daily-late", DAILY),
        (5, "midnight", DAILY),
        (6, "jumps", MEMORY),
        (7, "jumps-daily", DAILY),
    )
}


def session_at(us: int) -> str:
    """A session id as the SDK makes one when its clock says this."""
    return str(uuid.UUID(int=(us // 1_000) << 80 | 7 << 76 | random.getrandbits(76) & ~(3 << 62) | 2 << 62))


@dataclass
class Parts:
    """Edges, a writer and the columnar copy in one process, each with a clock that the test sets."""

    rig: Rig
    pipeline: Pipeline
    replica: Replica
    pool: Pool
    edges: dict[str, Intake] = field(default_factory=dict)

    def take(self, site: int, at: int, edge: str = "edge-1", **fields: Any) -> Envelope | track_pb2.TrackResult:
        """What an edge makes of an event when its clock says `at`."""
        event = track_pb2.TrackEvent(
            **{
                "event_id": str(uuid.uuid4()),
                "site": SITES[site].id,
                "kind": event_pb2.EVENT_KIND_PAGEVIEW,
                "page_url": "https://example.org/",
                "user_agent": AGENT,
                "ip": "203.0.113.7",
            }
            | fields
        )
        intake = self.edges.setdefault(edge, Intake(edge, lambda: self.rig.directory.snapshot, at))
        return intake.admit(event.SerializeToString(), MESH_CALLER, at)

    def envelope(self, site: int, at: int, edge: str = "edge-1", **fields: Any) -> bytes:
        taken = self.take(site, at, edge, **fields)
        assert isinstance(taken, Envelope), taken
        return taken.content

    async def ingest(self, *envelopes: bytes) -> list[int]:
        return [verdict.code for verdict in await self.pipeline.ingest(envelopes)]

    async def stored(self, site: int) -> dict[str, event_pb2.NormalizedEvent]:
        rows = await self.rig.fetch("SELECT event FROM events WHERE site_id = $1", site)
        events = [event_pb2.NormalizedEvent.FromString(row["event"]) for row in rows]
        return {event.event_id: event for event in events}

    async def answers(self, site: int, *questions: dict[str, Any]) -> list[Any]:
        """Answers out of the copy, once it holds everything."""
        log = await self.rig.log()
        while commits := await log.after(self.replica.state.position):
            self.replica.apply(commits)
        self.replica.check_visits()
        assert not self.replica.state.repairing
        found: list[Any] = []
        for question in questions:
            request = query_pb2.QueryRequest(**{"date_range": ["2025-12-01", "2026-03-01"]} | question)
            page = pages.Page(0, datetime.fromtimestamp(NOON / 1e6, UTC))
            answered = await answer(self.pool, language.parse(request, site, ZoneInfo("UTC"), page, None))
            found.append([(row.dimensions, row.metrics) for row in answered.rows])
        return found
