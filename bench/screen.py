"""What a person waits for at the dashboard, in Chromium: first paint, all numbers, a filter, a view that comes live."""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Browser, Page, TimeoutError

from bench.mesh import Mesh
from bench.report import Measure

LOADS, CLICKS, VIEWS = 7, 7, 20

# Every number on the page is there and belongs to what was asked.
_SHOWN = """() => document.querySelector('.totals')
    && !document.querySelector('.total-value.skeleton, .skeleton-row, [aria-busy=true]') && performance.now()"""
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


async def signed_in(browser: Browser, mesh: Mesh) -> tuple[Page, float]:
    """A page of the dashboard, and the milliseconds from the click on "Sign in" until all numbers are shown."""
    context = await browser.new_context(base_url=mesh.ready["gateway"], viewport={"width": 1440, "height": 1000})
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("E-mail").fill(mesh.ready["admin_email"])
    await page.get_by_label("Password").fill(mesh.ready["admin_password"])
    began = await page.evaluate("performance.now()")
    await page.get_by_role("button", name="Sign in").click()
    return page, await all_shown(page) - began


async def all_shown(page: Page) -> float:
    """When all numbers are shown, milliseconds since the page was asked for. Raises RuntimeError with what is shown."""
    try:
        found = await page.wait_for_function(_SHOWN, polling="raf", timeout=60_000)
    except TimeoutError:
        raise RuntimeError(f"not all numbers are shown: {(await page.inner_text('body'))[:2_000]}") from None
    return float(await found.json_value())


async def loads(page: Page, address: str) -> list[Measure]:
    """Medians of loads of an overview whose files the browser has, and whose answers the server remembers."""
    painted: list[float] = []
    shown: list[float] = []
    for _ in range(LOADS + 1):
        await page.goto(address)
        shown.append(await all_shown(page))
        first = await page.wait_for_function(_PAINTED)  # the browser tells of it some time after it was
        painted.append(float(await first.json_value()))
    return [
        Measure("first contentful paint", statistics.median(painted[1:]), "ms", at_most=1_000),
        Measure("all numbers of the overview", statistics.median(shown[1:]), "ms", at_most=1_500),
    ]


async def first_loads(page: Page, addresses: Sequence[str]) -> Measure:
    """Median of loads of overviews that nobody has asked for, so that no answer is remembered."""
    shown: list[float] = []
    for address in addresses:
        await page.goto(address)
        shown.append(await all_shown(page))
    return Measure("all numbers of days that nobody has asked for", statistics.median(shown), "ms")


async def clicks(page: Page, address: str) -> Measure:
    """Median time from a click on a browser's name until everything is filtered by it."""
    took: list[float] = []
    for number in range(CLICKS):
        await page.goto(address)
        await all_shown(page)
        button = page.locator(".list-card-browsers .list-button, .list-card-devices .list-button").nth(number % 3)
        began = await page.evaluate("performance.now()")
        await button.click()
        await page.wait_for_url("**filter=**")
        took.append(await all_shown(page) - began)
    return Measure("a click on a value until all is filtered", statistics.median(took), "ms", at_most=600)


async def live(page: Page, mesh: Mesh) -> Measure:
    """95th percentile of the time from a view's 202 until it is on the live page."""
    await page.goto(f"/live?site={mesh.site}")
    await page.wait_for_timeout(1_500)
    took: list[float] = []
    for number in range(VIEWS):
        path = f"/seen/{number}-{time.monotonic_ns()}"
        reply = await mesh.view(path)
        if reply.status != 202:
            raise RuntimeError(f"a view got {reply.status}")
        began = time.monotonic()
        await page.get_by_text(path).first.wait_for(timeout=30_000)
        took.append(time.monotonic() - began)
        await asyncio.sleep(1.2)
    return Measure("a view's 202 until it is on screen, p95", 1e3 * _p95(took), "ms", at_most=1_500)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def lighthouse_scores(report: str) -> list[Measure]:
    """Scores of a report in JSON, out of a hundred."""
    categories: dict[str, Any] = json.loads(report)["categories"]
    least = {"performance": 95, "accessibility": 100, "best-practices": 100}
    return [
        Measure(f"Lighthouse: {name}", round(100 * categories[name]["score"]), "", at_least=must)
        for name, must in least.items()
    ]
