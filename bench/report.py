"""What a measurement found, beside what it must be: a table for people, JSON for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. With `at_most`, `at_least` or both it is held against the issue's figure, else it is told only."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ok(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def must(self) -> str:
        if self.at_most is not None and self.at_least is not None:
            return f"{_number(self.at_least)}–{_number(self.at_most)}"
        if self.at_most is not None:
            return f"≤ {_number(self.at_most)}"
        return f"≥ {_number(self.at_least)}" if self.at_least is not None else ""


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": ", ".join(sorted(models)) or platform.machine(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def report(title: str, measures: Sequence[Measure], file: Path | None) -> bool:
    """Print the table, write the JSON where a file is given; True if every figure is what it must be."""
    where = machine()
    caption = f"{where['cores']} cores, {where['cpu']}, {where['memory_gib']} GiB, Python {where['python']}"
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("must be")
    for measure in measures:
        colour = "" if not measure.must else "green" if measure.ok else "red"
        value = f"[{colour}]{_number(measure.value)}[/]" if colour else _number(measure.value)
        table.add_row(measure.name, value, measure.unit, measure.must)
    Console().print(table)
    if file:
        rows = [
            {"name": m.name, "value": m.value, "unit": m.unit, "must": m.must or None, "ok": m.ok} for m in measures
        ]
        file.write_text(json.dumps({"machine": where, "measures": rows}, indent=2, ensure_ascii=False) + "\n")
    return all(measure.ok for measure in measures)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
