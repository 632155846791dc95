"""The peers' own clients from npm, unmodified, pointed at the gateway of a real mesh: each ends as rows."""

import asyncio
import functools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, async_playwright

from bench.mesh import AGENT, Mesh

CLIENTS = Path(__file__).parent / "clients"
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    """A real one, with a site in daily mode as trackers without sessions need it."""
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    try:
        await started.start()
        site = {"id": "shop", "identity": "daily", "domains": ["shop.example"]}
        assert (await started.api("POST", "sites", site)).status == 201
        yield started
    finally:
        await started.stop()


@pytest.fixture(scope="module")
async def keys(mesh: Mesh) -> dict[str, str]:
    made: dict[str, str] = {}
    for scope in ("ingest", "read"):
        reply = await mesh.api("POST", "keys", {"name": scope, "site": "shop", "scope": scope})
        made[scope] = reply.json()["secret"]
    return made


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest) -> Path:
    """The packages of the lock file, installed once and kept between runs."""
    assert request.config.cache
    folder = request.config.cache.mkdir("foreign-clients")
    lock = CLIENTS / "package-lock.json"
    if not (folder / "node_modules").exists() or (folder / lock.name).read_bytes() != lock.read_bytes():
        for name in ("package.json", lock.name):
            shutil.copy(CLIENTS / name, folder / name)
        install = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        subprocess.run(install, cwd=folder, check=True, capture_output=True)
    for page in (*CLIENTS.glob("*.html"), *CLIENTS.glob("*.mjs")):
        shutil.copy(page, folder / ("node_modules" if page.suffix == ".html" else "") / page.name)
    return folder


@pytest.fixture(scope="module")
def shop(installed: Path) -> Iterator[int]:
    """Port of a web server with the test's pages and the packages' files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(installed / "node_modules"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
async def browser(mesh: Mesh, shop: int) -> AsyncIterator[Browser]:
    """A browser for which the shop and the gateway are hosts of the network, and which does not say it is driven."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: ./run test installs it"
    gateway = urlsplit(mesh.ready["gateway"]).netloc
    hosts = {"shop": f"127.0.0.1:{shop}", "elsewhere": f"127.0.0.1:{shop}", "stats": gateway}
    rules = ", ".join(f"MAP {name}.example:80 {address}" for name, address in hosts.items())
    arguments = [f"--host-resolver-rules={rules}", "--disable-blink-features=AutomationControlled"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        await launched.close()


async def rows(mesh: Mesh, metrics: list[str], expected: list[Any], **question: Any) -> None:
    """Wait until an answer holds these rows."""
    deadline = time.monotonic() + PATIENCE_S
    found: Any = None
    while found != expected and time.monotonic() < deadline:
        found = await mesh.query(metrics, site="shop", **question)
        await asyncio.sleep(0.1)
    assert found == expected


async def test_plausibles_package_in_a_browser_ends_as_visits_events_revenue_and_engagement(
    mesh: Mesh, browser: Browser
) -> None:
    context = await browser.new_context(user_agent=AGENT)
    page = await context.new_page()
    await page.goto("http://shop.example/plausible.html?utm_source=news")
    assert await page.evaluate("sent") == {"status": 202}
    # what brings the source, the view or the purchase beside it, must be stored before the next page's view
    await rows(mesh, ["pageviews"], [(["/plausible.html"], [1])], dimensions=["page"])
    await page.evaluate("history.pushState({}, '', '/docs')")
    await page.evaluate("scrollTo(0, 3000)")
    await page.click("#out")
    await page.wait_for_url("http://elsewhere.example/**")
    await context.close()

    await rows(
        mesh,
        ["pageviews", "visitors", "visits"],
        [(["/docs"], [1, 1, 1]), (["/plausible.html"], [1, 1, 1])],
        dimensions=["page"],
        filters=[["is", "event", ["pageview"]]],
        order_by=[["page", "asc"]],
    )
    await rows(mesh, ["visits"], [(["news"], [1])], dimensions=["source"])
    await rows(
        mesh,
        ["events"],
        [(["Outbound Link: Click"], [1]), (["Purchase"], [1]), (["pageview"], [2])],
        dimensions=["event"],
        order_by=[["event", "asc"]],
    )
    await rows(mesh, ["events"], [(["pro"], [1])], dimensions=["prop:plan"], filters=[["is", "event", ["Purchase"]]])
    (stored,) = await mesh.sql("SELECT count(*) FROM events WHERE name = 'engagement'")
    assert stored["count"] >= 1


async def test_segments_node_library_ends_as_an_event_with_revenue_and_a_view(
    mesh: Mesh, installed: Path, keys: dict[str, str]
) -> None:
    command = ("node", "backend.mjs", mesh.ready["gateway"], keys["ingest"])
    done = await asyncio.to_thread(subprocess.run, command, cwd=installed, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    await rows(
        mesh,
        ["events", "visits"],
        [(["Order Completed"], [1, 1]), (["pageview"], [1, 1])],
        dimensions=["event"],
        filters=[["is", "browser", ["Firefox"]]],
        order_by=[["event", "asc"]],
    )
    (stored,) = await mesh.sql("SELECT count(DISTINCT user_hash) FROM events WHERE name = 'Order Completed'")
    assert stored["count"] == 1
    (told,) = await mesh.sql("SELECT count(*) FROM events WHERE position('someone@' in encode(event, 'escape')) > 0")
    assert told["count"] == 0


async def test_segments_browser_library_ends_as_a_view_and_an_event(mesh: Mesh, browser: Browser) -> None:
    context = await browser.new_context(user_agent=AGENT)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    await page.goto("http://shop.example/segment.html?key=shop")
    await page.evaluate("sent")
    await context.close()
    assert set(asked) == {"shop.example", "stats.example"}
    await rows(
        mesh,
        ["events"],
        [(["Docs Read"], [1]), (["pageview"], [1])],
        dimensions=["event"],
        filters=[["or", [["is", "page", ["/segment.html"]], ["is", "event", ["Docs Read"]]]]],
        order_by=[["event", "asc"]],
    )
    await rows(mesh, ["events"], [(["3"], [1])], dimensions=["prop:chapter"], filters=[["is", "event", ["Docs Read"]]])


async def test_plausibles_stats_api_answers_about_what_its_package_sent(mesh: Mesh, keys: dict[str, str]) -> None:
    asked = {
        "site_id": "shop.example",
        "metrics": ["visitors", "pageviews", "bounce_rate"],
        "date_range": "all",
        "dimensions": ["event:page"],
        "filters": [["is", "event:page", ["/docs", "/plausible.html"]], ["is", "visit:source", ["news"]]],
        "order_by": [["event:page", "asc"]],
    }
    headers = {"authorization": f"Bearer {keys['read']}"}
    reply = await mesh.http("POST", "/api/v2/query", asked, headers)
    assert reply.status == 200, reply.body
    assert reply.json()["results"] == [
        {"dimensions": ["/docs"], "metrics": [1, 1, 0]},
        {"dimensions": ["/plausible.html"], "metrics": [1, 1, 0]},
    ]
    other = await mesh.http("POST", "/api/v2/query", {**asked, "site_id": mesh.site}, headers)
    assert (other.status, list(other.json())) == (401, ["error"])
