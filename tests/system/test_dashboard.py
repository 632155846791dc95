"""The dashboard in a real browser: what is on screen is what the API answers."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bench.mesh import ROOT, Mesh

LOG = ROOT / "tests" / "data" / "access.log.gz"
MAY = ["2015-05-01", "2015-05-31"]
IN_MAY = "/?range=2015-05-01..2015-05-31"
SCREENSHOTS = ROOT / "artefacts"


@pytest.fixture(scope="module")
async def imported(mesh: Mesh) -> None:
    done = await mesh.run("import", "access-log", str(LOG), "--site", mesh.site, "--host", "semicomplete.com")
    assert done.code == 0, done.output


@pytest.fixture(scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    # Chromium has no sandbox of its own for root, which containers run as
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        await launched.close()


@pytest.fixture(scope="module")
async def page(mesh: Mesh, browser: Browser) -> AsyncIterator[Page]:
    """A signed-in page. Whatever the browser complains of, or asks of another origin, fails the module at its end."""
    context = await browser.new_context(base_url=mesh.ready["gateway"], viewport={"width": 1280, "height": 1600})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("request", lambda request: complaints.append(request.url) if _foreign(mesh, request.url) else None)
    await sign_in(opened, mesh)
    yield opened
    await context.close()
    assert [text for text in complaints if "401" not in text] == []  # 401 is how the page learns: nobody is signed in


def _foreign(mesh: Mesh, url: str) -> bool:
    return not url.startswith((mesh.ready["gateway"], "data:", "blob:"))


async def sign_in(page: Page, mesh: Mesh, password: str = "") -> None:
    await page.goto("/")
    await page.get_by_label("E-mail").fill(mesh.ready["admin_email"])
    await page.get_by_label("Password").fill(password or mesh.ready["admin_password"])
    await page.get_by_role("button", name="Sign in").click()
    if not password:
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


async def test_a_wrong_password_is_told_and_lets_nobody_in(mesh: Mesh, browser: Browser) -> None:
    context = await browser.new_context(base_url=mesh.ready["gateway"])
    stranger = await context.new_page()
    await sign_in(stranger, mesh, password="not the password")
    await expect(stranger.get_by_role("alert")).to_contain_text("do not belong together")
    assert await context.cookies() == []
    await context.close()


async def test_the_session_is_an_http_only_cookie_of_this_site_and_nothing_is_stored(mesh: Mesh, page: Page) -> None:
    (cookie,) = await page.context.cookies()
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) in ((True, "Strict"), (True, "Lax"))
    assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


async def test_the_totals_on_screen_are_those_of_the_api(mesh: Mesh, page: Page, imported: None) -> None:
    await page.goto(IN_MAY)
    ((_, expected),) = await mesh.query(["visitors", "visits", "pageviews"], date_range=MAY)
    assert expected[2] > 1_000
    totals = page.locator(".totals")
    await expect(totals).to_have_attribute("aria-busy", "false")
    labels = ("Visitors", "Visits", "Views(?! per)")
    values = [totals.get_by_role("button", name=re.compile(f"^{label}")).locator(".total-value") for label in labels]
    shown = [number(await value.get_attribute("title")) for value in values]
    assert shown == expected


async def test_the_top_pages_on_screen_are_those_of_the_api_and_filter_by_a_click(
    mesh: Mesh, page: Page, imported: None
) -> None:
    await page.goto(IN_MAY)
    rows = page.locator(".list-card-pages tbody tr")
    await expect(rows.first).to_be_visible()
    shown = [
        (await row.locator(".list-button").inner_text(), number(await row.locator("td").first.get_attribute("title")))
        for row in await rows.all()
    ]
    answered = await mesh.query(["pageviews", "visitors"], dimensions=["page"], date_range=MAY, limit=len(shown))
    assert shown == [(dimensions[0], metrics[0]) for dimensions, metrics in answered]

    SCREENSHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "dashboard.png", full_page=True)

    await rows.first.locator(".list-button").click()
    await expect(page).to_have_url(re.compile("filter="))
    ((_, views),) = await mesh.query(["pageviews"], date_range=MAY, filters=[["is", "page", [shown[0][0]]]])
    value = page.locator(".totals").get_by_role("button", name=re.compile("^Views(?! per)")).locator(".total-value")
    await expect(value).to_have_text(f"{views[0]:,}")
    await page.go_back()
    await expect(page).not_to_have_url(re.compile("filter="))


async def test_the_live_number_moves_with_a_view(mesh: Mesh, page: Page) -> None:
    await page.goto("/?view=live")
    count = page.locator(".live-count")
    await expect(count).not_to_have_text("–")
    before = number(await count.inner_text())
    for moved in range(1, 4):
        assert (await mesh.view("/moves-the-number")).status == 202
        await expect(count).to_have_text(str(before + moved), timeout=30_000)
    await expect(page.get_by_text("/moves-the-number").first).to_be_visible()
    await page.screenshot(path=SCREENSHOTS / "live.png", full_page=True)


async def test_markup_in_a_page_and_a_referrer_is_text_on_screen(mesh: Mesh, page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    dialogs: list[Any] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    reply = await mesh.view(f"/{hostile}", pageTitle=hostile, referrer="javascript:alert(1)")
    assert reply.status == 202
    await page.goto("/?view=live")
    await expect(page.get_by_text("onerror").first).to_be_visible()
    assert await page.locator("img[src=x], a[href^='javascript']").count() == 0
    assert dialogs == []


async def test_signing_out_ends_the_session_at_the_server_too(mesh: Mesh, page: Page) -> None:
    await page.goto("/")
    (cookie,) = await page.context.cookies()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    kept = {"cookie": f"{cookie.get('name')}={cookie.get('value')}"}
    assert (await mesh.http("GET", "/api/v1/session", headers=kept)).status == 401
