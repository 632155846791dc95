"""`./run bench NAME`: measure, print, and exit with 1 when a figure is not what it must be."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from bench.ingest import ingest
from bench.report import Measure, report
from bench.smoke import smoke

app = typer.Typer(help="Measure the mesh on this machine.", add_completion=False, pretty_exceptions_enable=False)
Json = Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")]


def measure(title: str, take: Callable[[Path], Awaitable[list[Measure]]], file: Path | None) -> None:
    """Take figures in a data directory of their own, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as place:
        measures = asyncio.run(_await(take(Path(place) / "data")))
    raise typer.Exit(0 if report(title, measures, file) else 1)


async def _await(figures: Awaitable[list[Measure]]) -> list[Measure]:
    return await figures


@app.command("smoke")
def smoke_command(
    json: Json = None,
    views: Annotated[int, typer.Option(min=2, help="Page views, one every 3 s.")] = 20,
) -> None:
    """Time to start, to see a view, to import a log; memory when idle."""
    measure("bench smoke", lambda place: smoke(place, views), json)


@app.command("ingest")
def ingest_command(
    json: Json = None,
    seconds: Annotated[int, typer.Option(min=2, help="Length of each load.")] = 8,
) -> None:
    """Events a second: single views beside bare Starlette, batches, gRPC."""
    measure("bench ingest", lambda place: ingest(place, seconds), json)


app(prog_name="./run bench")
