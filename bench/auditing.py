"""What the audit log adds to a question: how long its answer waits for the entry to be on disk, beyond its own work."""

import asyncio
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bench.mesh import Mesh
from bench.report import Measure

_QUESTIONS = 300
_BUCKET = re.compile(r'^analytics_audit_wait_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


async def audited(mesh: Mesh) -> Measure:
    """The median over questions one after another, none of which is remembered: each is of other days."""
    before = await asyncio.to_thread(_buckets, mesh)
    today = datetime.now(UTC).date()
    for number in range(_QUESTIONS):
        first = today - timedelta(days=number % 60)
        last = first + timedelta(days=number // 60)
        await mesh.query(["visitors"], date_range=[first.isoformat(), last.isoformat()])
    after = await asyncio.to_thread(_buckets, mesh)
    counts = [(limit, after[limit] - before.get(limit, 0.0)) for limit in sorted(after)]
    return Measure("what the audit adds to a question, p50", 1e3 * _median(counts), "ms", at_most=3)


def _buckets(mesh: Mesh) -> dict[float, float]:
    """How many answers waited so long or less, of the query service, by seconds."""
    with urllib.request.urlopen(f"http://{mesh.ready['metrics']['query']}/metrics") as answer:
        return {float(limit): float(count) for limit, count in _BUCKET.findall(answer.read().decode())}


def _median(counts: list[tuple[float, float]]) -> float:
    """Seconds, by even spread within its bucket."""
    half = counts[-1][1] / 2
    for (low, below), (high, reached) in pairwise([(0.0, 0.0), *counts]):
        if reached >= half > below:
            return low + (high - low) * (half - below) / (reached - below)
    raise RuntimeError("no question was recorded")
