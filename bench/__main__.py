"""`./run bench NAME`: measure, print, and exit with 1 when a figure is not what it must be."""

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from bench.chaos import Chaos
from bench.dashboard import dashboard
from bench.enrich import enrich
from bench.ingest import ingest
from bench.outage import outage
from bench.privacy import privacy
from bench.query import query
from bench.report import Measure, report
from bench.sdk import sdk
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


@app.command("chaos")
def chaos_command(
    json: Json = None,
    seed: Annotated[int, typer.Option(help="The same seed breaks the same things again.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long things break.")] = 2.0,
) -> None:
    """Break things at random under clients that never give up, and count what is lost. Also: ./run chaos."""
    measure(f"chaos, seed {seed}", lambda place: Chaos(place, seed, minutes, print).run(), json)


@app.command("outage")
def outage_command(
    json: Json = None,
    seconds: Annotated[float, typer.Option(min=2, help="Length of each outage of the writer.")] = 60,
    events: Annotated[int, typer.Option(min=10_000, help="Events that the spool is filled with.")] = 1_000_000,
) -> None:
    """What callers feel while the writer is dead or hung; the spool's weight, its restart and drain; what is lost."""
    measure("bench outage", lambda place: outage(place, seconds, events), json)


@app.command("enrich")
def enrich_command(json: Json = None) -> None:
    """What the writer makes of an event: events a second on one core, memory, the longest block."""
    measure("bench enrich", enrich, json)


@app.command("query")
def query_command(
    json: Json = None,
    events: Annotated[str, typer.Option(help="How many events, e.g. 500k, 10m, 100m.")] = "10m",
    skip_postgres: Annotated[bool, typer.Option(help="Leave out PostgreSQL, which takes minutes to fill.")] = False,
    follow: Annotated[bool, typer.Option(help="Also start a mesh and measure how its copy follows.")] = True,
) -> None:
    """How fast questions are answered, beside naive ClickHouse and PostgreSQL over the same events."""

    async def take(place: Path) -> list[Measure]:
        return await query(place, _number(events), skip_postgres=skip_postgres, follow=follow, tell=_tell)

    measure(f"bench query, {events} events", take, json)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _number(text: str) -> int:
    match = re.fullmatch(r"(\d+)([km]?)", text.lower())
    if not match or not int(match[1]):
        raise typer.BadParameter(f'"{text}" is no number like 500k or 10m', param_hint="--events")
    return int(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2]]


@app.command("privacy")
def privacy_command(
    json: Json = None,
    events: Annotated[str, typer.Option(help="Among how many events, e.g. 500k, 10m.")] = "10m",
) -> None:
    """How long an export takes, and an erasure until no answer shows the person any more."""

    measure(f"bench privacy, {events} events", lambda place: privacy(place, _number(events), _tell), json)


@app.command("dashboard")
def dashboard_command(
    json: Json = None,
    events: Annotated[str, typer.Option(help="How many events the site has, e.g. 500k, 10m.")] = "10m",
) -> None:
    """What a person waits for at the dashboard; its JavaScript, Lighthouse, a thousand live sockets."""

    measure(f"bench dashboard, {events} events", lambda place: dashboard(place, _number(events), _tell), json)


@app.command("sdk")
def sdk_command(json: Json = None) -> None:
    """What the browser SDK costs a page: bytes, main thread, requests under Do Not Track, views of closed pages."""
    measure("bench sdk", sdk, json)


app(prog_name="./run bench")
