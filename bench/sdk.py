"""What the SDK costs a page: bytes, time on the main thread, requests it should not make, views it loses.

Bytes are those of the files that the gateway serves, and of bundles that a site would build (esbuild), in brotli.
Time is the main thread's own as Chromium's trace has it: whatever evaluates or calls the script.
"""

import asyncio
import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from bench.chromium import chromium
from bench.mesh import ROOT
from bench.recorder import Recorder, recording
from bench.report import Measure

CLIENT = ROOT / "sdk" / "client"
KB = 1_024
LOADS = 15
CLOSED = 100
_SIX = "import { createCore, views, routes, outbound, clicks, scroll, engagement } from './src/index.ts';"
_BUNDLES = {
    "core import, views only": "import { createCore, views } from './src/index.ts';"
    "createCore({ apiBaseUrl: '', appName: 'demo' }, [views()]).start();",
    "import of views, routes, clicks, outbound, scroll, engagement": f"{_SIX}"
    "createCore({ apiBaseUrl: '', appName: 'demo' }, [views(), routes(), outbound(), clicks(), scroll(), engagement()])"
    ".start();",
    "import of AnalyticsClient": "import { AnalyticsClient } from './src/index.ts';"
    "globalThis.analytics = new AnalyticsClient({ apiBaseUrl: '', appName: 'demo' });",
}
_MOST = {"core import, views only": 1.5}
_BODY = '<button>b</button><a href="/x">x</a><div style="height:4000px"></div>'


async def sdk(_directory: Path) -> list[Measure]:
    """All figures."""
    measures = [*_bytes()]
    async with recording() as site, chromium() as browser:
        measures += await _time(site, browser)
        measures += await _privacy(site, browser)
        measures += await _closed(site, browser)
    return measures


def _bytes() -> list[Measure]:
    served = [
        Measure(f"/js/{name}, brotli", len((ROOT / "gateway" / "script" / f"{name}.br").read_bytes()) / KB, "KB", most)
        for name, most in (("analytics.js", 3.0), ("analytics.full.js", None), ("analytics.mjs", None))
    ]
    return served + [
        Measure(f"{name}, brotli", _bundled(code) / KB, "KB", _MOST.get(name)) for name, code in _BUNDLES.items()
    ]


def _bundled(code: str) -> int:
    """Bytes of what a site's bundler makes of an import, in brotli."""
    if not (CLIENT / "node_modules" / ".bin" / "esbuild").exists():
        subprocess.run(("npm", "ci", "--no-audit", "--no-fund"), cwd=CLIENT, check=True, capture_output=True)
    packing = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))"
    esbuild = ("node_modules/.bin/esbuild", "--bundle", "--minify", "--format=esm", "--target=es2021")
    bundle = subprocess.run(esbuild, cwd=CLIENT, input=code.encode(), check=True, capture_output=True).stdout
    return len(subprocess.run(("node", "-e", packing), input=bundle, check=True, capture_output=True).stdout)


async def _time(site: Recorder, browser: Browser) -> list[Measure]:
    site.pages["/"] = f"<!doctype html><title>T</title>{site.script(name='analytics.js')}<body>{_BODY}"
    page = await browser.new_page()
    session = await page.context.new_cdp_session(page)
    plain = [await _main_thread_ms(browser, page, site) for _ in range(LOADS)]
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow = [await _main_thread_ms(browser, page, site) for _ in range(LOADS)]
    await page.close()
    return [
        Measure("main thread on load, median", statistics.median(load for load, _ in plain), "ms", at_most=5),
        Measure("of the first batch, a second or two later", statistics.median(send for _, send in plain), "ms"),
        Measure("on load, processor four times slower", statistics.median(load for load, _ in slow), "ms", at_most=20),
        Measure("of the first batch, the same", statistics.median(send for _, send in slow), "ms"),
    ]


async def _main_thread_ms(browser: Browser, page: Page, site: Recorder) -> tuple[float, float]:
    """The thread's own time for the script: until the page is loaded, and from then until its events are sent."""
    await page.goto("about:blank")
    await browser.start_tracing(page=page, categories=["devtools.timeline", "v8", "blink.user_timing"])
    await page.goto(site.url)
    await page.wait_for_timeout(2_300)
    events: list[dict[str, Any]] = json.loads(await browser.stop_tracing())["traceEvents"]
    ours = sorted((event for event in events if "analytics.js" in _url(event)), key=lambda event: event["ts"])
    loaded = max(event["ts"] for event in events if event["name"] == "loadEventEnd")
    spent, until = [0.0, 0.0], 0.0
    for event in ours:
        if event["ts"] >= until:  # else it is a part of the one before
            spent[event["ts"] > loaded] += event.get("tdur", event["dur"]) / 1e3
            until = event["ts"] + event["dur"]
    return spent[0], spent[1]


def _url(event: dict[str, Any]) -> str:
    if event.get("ph") != "X" or event["name"] not in ("EvaluateScript", "FunctionCall"):
        return ""
    return str(event.get("args", {}).get("data", {}).get("url", ""))


async def _privacy(site: Recorder, browser: Browser) -> list[Measure]:
    site.requests = []
    context = await browser.new_context(base_url=site.url)
    await context.add_init_script("Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })")
    page = await context.new_page()
    await page.goto("/")
    await page.click("button")
    await page.evaluate("scrollTo(0, 9999); analytics.track('event'); analytics.flush()")
    await page.wait_for_timeout(2_300)
    await page.goto("about:blank")
    await page.wait_for_timeout(300)
    await context.close()
    return [Measure("requests under Do Not Track", len(site.requests), "", at_most=0)]


async def _closed(site: Recorder, browser: Browser) -> list[Measure]:
    """Pages that are closed as soon as the script has run; the browser itself stays."""
    site.requests = []
    context = await browser.new_context(base_url=site.url)
    for number in range(CLOSED):
        site.pages[f"/{number}"] = site.pages["/"]
        page = await context.new_page()
        await page.goto(f"/{number}", wait_until="commit")
        await page.wait_for_function("window.analytics")
        await page.close()
    await asyncio.sleep(2)
    views = {view["pageUrl"] for view in site.of("view")}
    await context.close()
    return [Measure(f"views of {CLOSED} pages that were closed at once", len(views), "", at_least=CLOSED * 0.99)]
