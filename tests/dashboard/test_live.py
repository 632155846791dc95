"""The live page in a real browser: what happens is on screen as it happens, and what is old says so."""

import json
import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from bench.mesh import AGENT, Mesh
from tests.dashboard.axe import faults
from tests.dashboard.conftest import HOSTILE, Opened, number, screenshot

QUIET = "quiet"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGES = ("/", "/", "/", "/pricing", "/docs/quickstart", "/blog/2026/counting-visitors-without-cookies", "/about")
REFERRERS = ("", "https://www.google.com/", "https://news.ycombinator.com/", "https://duckduckgo.com/")
LIVE = "/live?site=demo"


@pytest.fixture(scope="module")
async def busy(mesh: Mesh) -> None:
    """Half an hour of views, clicks and events on the demo site."""
    for at in range(36):
        session = str(uuid4())
        common = {"appName": mesh.site, "sessionId": session, "ageMs": (at * at % 29) * 60_000}
        agent = {"user-agent": FIREFOX if at % 3 else AGENT}
        page = f"https://shop.example{PAGES[at % len(PAGES)]}"
        view = {"pageUrl": page, "referrer": REFERRERS[at % 4], **common}
        assert (await mesh.http("POST", "/track/view", view, agent)).status == 202
        if at % 6 == 0:
            event = {"name": "signup", "pageUrl": "https://shop.example/pricing", **common}
            assert (await mesh.http("POST", "/track/event", event, agent)).status == 202


async def test_what_happens_is_on_screen_as_the_socket_tells_it(mesh: Mesh, page: Page, busy: None) -> None:
    await page.goto(LIVE)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    async with mesh.live() as socket:
        told = json.loads(await socket.recv())
    await expect(page.locator(".live-count")).to_have_text(str(told["visitors_now"]))
    lists = page.locator(".live-list")
    for at, name in enumerate(("pages", "sources", "countries")):
        found = await lists.nth(at).locator(".live-row .number").all_inner_texts()
        assert [int(count) for count in found] == [row["count"] for row in told[name]], name
    views = await page.get_by_role("table", name="Views a minute").locator("td").all_inner_texts()
    assert len(views) == 30 and sum(map(number, views)) == sum(told["views_per_minute"])
    kinds = await page.locator(".stream-kind").all_inner_texts()
    assert len(kinds) == 20 and {"View", "signup"} <= set(kinds)

    before = told["visitors_now"]
    assert (await mesh.view("/moves-the-number")).status == 202
    await expect(page.locator(".live-count")).to_have_text(str(before + 1), timeout=30_000)
    first = page.locator(".stream-event").first
    await expect(first).to_contain_text("/moves-the-number")
    await expect(first).to_contain_text("Chrome")
    await screenshot(page, "live")

    await page.get_by_role("link", name="/pricing").click()
    await expect(page).to_have_url(re.compile(r"/\?site=demo&range=day&filter=is,page,/pricing"))


async def test_hostile_values_are_text_on_the_live_page(mesh: Mesh, page: Page) -> None:
    await page.goto(LIVE)
    for name, value in HOSTILE.items():
        sent = await mesh.track(
            "event", {"name": value[:120], "pageUrl": f"https://shop.example/{name}", "sessionId": str(uuid4())}
        )
        assert sent.status == 202, sent.body
    assert (await mesh.view(f"/{HOSTILE['markup']}", referrer="javascript:alert(1)")).status == 202
    # the last that was sent
    await expect(page.locator(".stream-event").first).to_contain_text("/%3Cimg%20src=x%20onerror")
    told = await page.locator(".stream").inner_text()
    assert HOSTILE["markup"] in told and "[U+202E]gnp.exe" in told and HOSTILE["formula"] in told
    assert await page.locator("img[src=x], a[href^='javascript']").count() == 0


@pytest.mark.parametrize("service", ["realtime", "gateway"])
async def test_numbers_are_told_old_while_a_service_is_away_and_go_on_by_themselves(
    mesh: Mesh, page: Page, complaining: None, service: str
) -> None:
    await page.goto(LIVE)
    pill = page.locator(".live-pill")
    await expect(pill).to_have_text("Live")
    seen = await page.locator(".live-count").inner_text()
    mesh.kill(service)
    await expect(pill).to_have_text("old")
    await expect(page.locator(".live-state")).to_contain_text(re.compile(r"These numbers are of \d\d:\d\d:\d\d"))
    await expect(page.locator(".live-count")).to_have_text(seen)
    await expect(page.get_by_role("link", name="Live")).to_contain_text("old")
    await screenshot(page, "live-old", full=False)
    await expect(pill).to_have_text("Live", timeout=60_000)
    assert (await mesh.view(f"/after-{service}")).status == 202
    await expect(page.locator(".stream-event").first).to_contain_text(f"/after-{service}", timeout=30_000)


async def test_where_nobody_is_the_page_says_what_to_do(mesh: Mesh, page: Page) -> None:
    assert (await mesh.api("POST", "sites", {"id": QUIET})).status == 201
    await page.goto(f"/live?site={QUIET}")
    await expect(page.locator(".live-count")).to_have_text("0")
    await expect(page.locator("main")).to_contain_text("Nobody was here in the last 30 minutes")
    assert await faults(page) == []
    await page.get_by_role("link", name="What to put into the site").click()
    await expect(page.get_by_role("heading", name="Add it to your site")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark"), (3840, "dark")])
async def test_axe_finds_nothing_and_nothing_is_cut_or_moves(
    opened: Opened, busy: None, width: int, theme: str
) -> None:
    page = await opened.page(width, 900, reduced_motion="reduce")
    await page.add_init_script(
        "window.shift = 0; const add = entry => { window.shift += entry.value };"
        "new PerformanceObserver(list => list.getEntries().forEach(add))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    await page.goto(f"{LIVE}&theme={theme}")
    await expect(page.locator(".live-pill")).to_have_text("Live")
    await expect(page.locator(".stream-event")).to_have_count(20)
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("window.shift") < 0.1
    await screenshot(page, f"live-{width}-{theme}")
    await page.context.close()
