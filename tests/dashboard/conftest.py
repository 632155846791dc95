"""A real mesh with imported and live data, and real browsers that fail the module for whatever they complain of."""

import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bench.mesh import ROOT, Mesh
from tests.system.conftest import chromium, mesh, pytest_runtest_makereport

__all__ = ["chromium", "mesh", "pytest_runtest_makereport"]

LOG = ROOT / "tests" / "data" / "access.log.gz"
SCREENSHOTS = ROOT / "artefacts"
SHOP = "shop"
HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>",
    "turned": "abc\u202egnp.exe",
    "hidden": "a\u200bd\u2060min",
    "emoji": "\U0001f469\u200d\U0001f4bb rocket \U0001f680",
    "long": "x" * 1_900,
    "formula": "=cmd|' /C calc'!A0",
}

# a machine that runs the other tests beside these may take its time
expect.set_options(timeout=20_000)


@dataclass
class Opened:
    """Signed-in pages of one mesh. `complaints`: what browsers said on errors, and requests to other origins."""

    mesh: Mesh
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def page(self, width: int = 1440, height: int = 1000, **more: Any) -> Page:
        page = await self.stranger(width, height, **more)
        await sign_in(page, self.mesh)
        return page

    async def stranger(self, width: int = 1440, height: int = 1000, **more: Any) -> Page:
        """A page of a browser in which nobody is signed in."""
        context = await self.browser.new_context(
            base_url=self.mesh.ready["gateway"], viewport={"width": width, "height": height}, **more
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("request", lambda request: self.complaints.append(request.url) if self._foreign(request.url) else None)
        page.on("dialog", lambda dialog: self.complaints.append(f"a script ran: {dialog.message}"))
        return page

    def _foreign(self, url: str) -> bool:
        return not url.startswith((self.mesh.ready["gateway"], "data:", "blob:"))


@pytest.fixture(scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    # Chromium has no sandbox of its own for root, which containers run as
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        await launched.close()


@pytest.fixture(scope="module")
async def opened(mesh: Mesh, browser: Browser) -> AsyncIterator[Opened]:
    made = Opened(mesh, browser)
    yield made
    # 401 is how the page learns that nobody is signed in
    assert [text for text in made.complaints if "401" not in text] == []


@pytest.fixture
async def complaining(opened: Opened) -> AsyncIterator[None]:
    """What browsers complain of in this test is what it provokes: refusals, services that are away."""
    known = len(opened.complaints)
    yield
    del opened.complaints[known:]


@pytest.fixture(scope="module")
async def page(opened: Opened) -> Page:
    """The module's desktop page."""
    return await opened.page(reduced_motion="reduce")


async def sign_in(page: Page, mesh: Mesh, password: str = "") -> None:
    await page.goto("/")
    await page.get_by_label("E-mail").fill(mesh.ready["admin_email"])
    await page.get_by_label("Password").fill(password or mesh.ready["admin_password"])
    await page.get_by_role("button", name="Sign in").click()
    if not password:
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def shown(page: Page) -> None:
    """Every number is there and belongs to what was asked."""
    await expect(page.locator(".totals")).to_be_visible()
    await expect(page.locator(".total-value.skeleton, .skeleton-row, [aria-busy=true]")).to_have_count(0)


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


async def total(page: Page, metric: str) -> str:
    """The whole number on a tile."""
    return await page.locator(f".total-{metric} .total-value").get_attribute("title") or ""


async def rows(page: Page, card: str) -> list[tuple[str, int]]:
    """A card's values, each with its first number."""
    found = await page.locator(f".list-card-{card} tbody tr").all()
    return [
        (await row.locator(".list-button").inner_text(), number(await row.locator("td").first.get_attribute("title")))
        for row in found
    ]


async def screenshot(page: Page, name: str, *, full: bool = True) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full)


@pytest.fixture(scope="module")
async def log(mesh: Mesh) -> None:
    """A real access log of May 2015 in the demo site."""
    done = await mesh.run("import", "access-log", str(LOG), "--site", mesh.site, "--host", "semicomplete.com")
    assert done.code == 0, done.output


@pytest.fixture(scope="module")
async def shop(mesh: Mesh) -> str:
    """A site in memory mode with six days of visits that read, click, search and buy."""
    made = await mesh.api("POST", "sites", {"id": SHOP, "domains": ["shop.example"]})
    assert made.status == 201, made.body
    await bring(mesh, [line for number in range(120) for line in visit(number)])
    for goal in ({"name": "Signup", "event": "signup"}, {"name": "Pricing seen", "page": "/pricing"}):
        assert (await mesh.api("POST", "goals", {"site": SHOP, **goal})).status == 201
    return SHOP


async def bring(mesh: Mesh, lines: list[dict[str, Any]], site: str = SHOP) -> None:
    """Imports events into a site; returns when they are in the answers."""
    text = "\n".join(json.dumps(line) for line in lines)
    reply = await mesh.api("POST", f"import?site={site}", text, **{"content-type": "application/x-ndjson"})
    assert reply.status == 200, reply.body
    assert reply.json()["imported"] == len(lines), reply.body


def visit(number: int) -> list[dict[str, Any]]:
    """A visit of one to three pages; what happens in it follows from its number."""
    start = datetime.now(UTC).replace(hour=9, minute=number % 60, second=0, microsecond=0)
    start -= timedelta(days=1 + number % 6)
    names = iter(range(100))

    def event(kind: str, page: str, second: int, **more: Any) -> dict[str, Any]:
        return {
            "kind": kind,
            "eventId": str(uuid5(NAMESPACE_URL, f"{number} {next(names)}")),
            "sessionId": str(uuid5(NAMESPACE_URL, f"visit {number}")),
            "occurredAt": (start + timedelta(seconds=second)).isoformat(),
            "pageUrl": f"https://shop.example{page}",
            "country": ("DE", "FR", "US")[number % 3],
            "browser": ("Chrome", "Firefox", "Safari", "Chrome")[number % 4],
            "device": ("desktop", "mobile")[number % 2],
            "os": ("Windows", "Linux", "iOS", "Android")[number % 4],
            **more,
        }

    source = {"referrer": "https://www.google.com/"} if number % 2 else {"utm": {"source": "news", "medium": "email"}}
    events = [
        event("view", "/", 0, **source),
        event("engagement", "/", 9, engagedMs=8_000, scrollMax=(30, 60, 100)[number % 3]),
    ]
    if number % 2:
        events.append(event("view", "/pricing", 20))
    if number % 5 == 0:
        plan = ("free", "pro")[number % 2]
        events.append(event("event", "/pricing", 40, name="signup", props={"plan": plan}))
    return events
