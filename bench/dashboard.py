"""`./run bench dashboard`: the dashboard over many events, as a person at a browser has it."""

import asyncio
import gzip
import http.cookies
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import asyncpg

from bench import screen
from bench.chromium import chromium, executable
from bench.history import END
from bench.mesh import ROOT, Mesh
from bench.report import Measure
from bench.serving import made
from bench.sockets import sockets

DIST = ROOT / "gateway" / "dashboard" / "dist"
LIGHTHOUSE = "lighthouse@12.2.3"
KB = 1_024


async def dashboard(directory: Path, events: int, tell: Callable[[str], None]) -> list[Measure]:
    """All figures, of a mesh whose columnar copy holds generated events of its site."""
    mesh = Mesh(directory / "mesh")
    tell(f"making {events:,} events")
    await _filled(mesh, directory / "history", events)
    measures = [Measure("JavaScript of the overview before its chart, gzip", _first_bytes() / KB, "KB", at_most=150)]
    try:
        await mesh.start()
        overview, *others = (_overview(mesh.site, days) for days in range(screen.LOADS + 1))
        tell("asking in Chromium")
        async with chromium() as browser:
            page, after = await screen.signed_in(browser, mesh)
            measures.append(Measure("from sign-in to all numbers, the last 30 days", after, "ms"))
            measures += await screen.loads(page, overview)
            measures.append(await screen.first_loads(page, others))
            measures.append(await screen.clicks(page, overview))
            measures.append(await screen.live(page, mesh))
        tell("Lighthouse")
        measures += await asyncio.to_thread(_lighthouse, mesh, overview, directory)
        tell("opening sockets")
        measures += await sockets(mesh)
    finally:
        await mesh.stop()
    return measures


def _overview(site: str, before: int) -> str:
    """The address of an overview of thirty days that end some days before the generated ones do."""
    first, last = (END - timedelta(days=before + length) for length in (30, 1))
    return f"/?site={site}&range={quote(f'{first.date()}..{last.date()}')}"


async def _filled(mesh: Mesh, history: Path, events: int) -> None:
    """Generated events under the mesh's site, whose writer is told that it has committed what the copy holds."""
    await asyncio.to_thread(history.mkdir, parents=True)
    await made(history, events, dumped=False)
    held = json.loads((history / "query" / "applied.json").read_text())["position"]
    await mesh.start()
    connection = await asyncpg.connect(mesh.ready["database"])
    await connection.execute("UPDATE stream_head SET position = $1", held)
    await connection.close()
    await mesh.stop()
    for source, target in (("clickhouse", mesh.directory / "clickhouse"), ("applied.json", mesh.directory / "query")):
        place = target if target.name == source else target / source
        shutil.rmtree(place, ignore_errors=True)
        place.unlink(missing_ok=True)
        shutil.move(history / "query" / source, place)


def _first_bytes() -> int:
    """Of the scripts that the page names itself; what is imported later comes when it is shown."""
    page = (DIST / "index.html").read_text()
    names = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page)
    return sum(len(gzip.compress((DIST / name).read_bytes())) for name in names)


def _lighthouse(mesh: Mesh, path: str, directory: Path) -> list[Measure]:
    """Its desktop profile on a page of somebody signed in."""
    folder = directory / "lighthouse"
    folder.mkdir()
    npm = ("npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", LIGHTHOUSE)
    subprocess.run(npm, check=True, capture_output=True)
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"cookie": asyncio.run(_cookie(mesh))}))
    command = (
        str(folder / "node_modules" / ".bin" / "lighthouse"),
        *(mesh.ready["gateway"] + path, "--quiet", "--output=json", "--preset=desktop"),
        "--only-categories=performance,accessibility,best-practices",
        f"--extra-headers={headers}",
        "--chrome-flags=--headless=new --no-sandbox",
    )
    done = subprocess.run(command, env={**os.environ, "CHROME_PATH": executable()}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"lighthouse: {done.stderr[-2_000:]}")
    (folder / "report.json").write_text(done.stdout)
    return screen.lighthouse_scores(done.stdout)


async def _cookie(mesh: Mesh) -> str:
    person = {"email": mesh.ready["admin_email"], "password": mesh.ready["admin_password"]}
    reply = await mesh.http("POST", "/api/v1/session", person)
    cookie = http.cookies.SimpleCookie(reply.headers["set-cookie"])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())
