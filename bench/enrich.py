"""What the writer makes of an event, without any store: events a second on one core, memory, longest block.

The work is done in a process of its own (`bench.enriching`), so that its memory is its own too.
"""

import asyncio
import json
import sys
from pathlib import Path

from bench.mesh import ROOT, environment
from bench.report import Measure

MB = 1e6


async def enrich(_directory: Path) -> list[Measure]:
    """All figures."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.enriching", cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"bench enrich: the measuring process exits {process.returncode}")
    found: dict[str, float] = json.loads(output)
    return [
        Measure("warm, memory mode", found["memory_rate"], "events/s", at_least=40_000),
        Measure("warm, daily mode, visits minted", found["daily_rate"], "events/s", at_least=40_000),
        Measure("of it: reading the envelope", 1e6 / found["read_rate"], "µs an event"),
        Measure(
            "of it: all the rest, memory mode", 1e6 / found["memory_rate"] - 1e6 / found["read_rate"], "µs an event"
        ),
        Measure("of it: salts and visits, daily mode", 1e6 / found["daily_rate"] - 1e6 / found["memory_rate"], "µs"),
        Measure("cold: every agent a new one", found["cold_rate"], "events/s", at_least=8_000),
        Measure("a batch of 500 with 500 new agents blocks for", found["blocked_s"] * 1e3, "ms", at_most=100),
        Measure("the slowest text of 100 kB made to be slow", found["crafted_s"] * 1e3, "ms", at_most=50),
        Measure("memory: tables, and the libraries around them", found["tables_bytes"] / MB, "MB"),
        Measure("memory: with every cache full", found["full_bytes"] / MB, "MB", at_most=150),
        Measure("memory: full of texts made to be large", found["crafted_bytes"] / MB, "MB"),
    ]
