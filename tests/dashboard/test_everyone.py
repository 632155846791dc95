"""The dashboard for everyone who is signed in: by keyboard, by ear, on any screen, whatever the data."""

import asyncio
import gzip
import re
import subprocess
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import pytest
from playwright.async_api import Browser, Page, expect

from bench.mesh import ROOT, Mesh
from tests.dashboard.axe import faults
from tests.dashboard.conftest import HOSTILE, SHOP, Opened, bring, screenshot, shown, sign_in

DASHBOARD = ROOT / "gateway" / "dashboard"
IN_SHOP = f"/?site={SHOP}"


async def test_a_wrong_password_is_told_and_lets_nobody_in(mesh: Mesh, browser: Browser) -> None:
    context = await browser.new_context(base_url=mesh.ready["gateway"])
    stranger = await context.new_page()
    await sign_in(stranger, mesh, password="not the password")
    await expect(stranger.get_by_role("alert")).to_contain_text("do not belong together")
    assert await context.cookies() == []
    assert await faults(stranger) == []
    await context.close()


async def test_the_session_is_an_http_only_cookie_of_this_site_and_nothing_is_stored(page: Page) -> None:
    (cookie,) = await page.context.cookies()
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) in ((True, "Strict"), (True, "Lax"))
    assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_part_of_the_overview(page: Page, shop: str, theme: str) -> None:
    await page.goto(f"{IN_SHOP}&theme={theme}&filter=any(is,country,DE,FR;contains,page,pri)&filter=is,device,mobile")
    await shown(page)
    assert await faults(page) == []
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("combobox", name="Values").last.click()
    await expect(page.locator(".suggestion").first).to_be_visible()
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Cancel").click()
    if theme == "dark":
        return
    for opener in ("Segments", "Period:", "Comparison:"):
        await page.get_by_role("button", name=opener).click()
        await expect(page.locator(".popover:visible")).to_be_visible()
        assert await faults(page) == []
        await page.keyboard.press("Escape")
    await page.goto(f"{IN_SHOP}&theme={theme}&table=yes&details=page&events=prop:plan")
    await shown(page)
    assert await faults(page) == []


async def test_everything_is_reached_by_keyboard_and_focus_comes_back(page: Page, shop: str) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to the numbers")).to_be_focused()
    opener = page.get_by_role("button", name="Filter", exact=True)
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Filter")).to_be_visible()
    await page.get_by_role("combobox", name="Values").focus()
    await page.keyboard.type("pric")
    await expect(page.get_by_role("option", name="/pricing")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Remove /pricing")).to_be_visible()
    await page.keyboard.press("Escape")  # the values that were offered, then the dialog
    await expect(page.get_by_role("combobox", name="Values")).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()
    await page.get_by_role("tab", name="Channels").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Sources")).to_have_attribute("aria-selected", "true")
    await page.get_by_role("link", name="Live").press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await expect(page).to_have_title(re.compile("^Live"))


@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (390, 844, "dark"), (3840, 2160, "dark")])
async def test_nothing_is_cut_or_moves_on_screens_from_360_pixels_to_4k(
    opened: Opened, shop: str, width: int, height: int, theme: str
) -> None:
    page = await opened.page(width, height)
    await page.add_init_script(
        "window.shift = 0; const add = entry => { window.shift += entry.value };"
        "new PerformanceObserver(list => list.getEntries().forEach(add))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    await page.goto(f"{IN_SHOP}&theme={theme}")
    await shown(page)
    await expect(page.locator("canvas")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("window.shift") < 0.1
    await screenshot(page, f"overview-{width}-{theme}")
    await page.context.close()


async def test_hostile_values_are_text_everywhere(mesh: Mesh, page: Page, shop: str) -> None:
    now = datetime.now(UTC).isoformat()
    lines = [
        {
            "kind": kind,
            "eventId": str(uuid5(NAMESPACE_URL, f"hostile {name} {kind}")),
            "sessionId": str(uuid5(NAMESPACE_URL, f"hostile {name}")),
            "occurredAt": now,
            "pageUrl": f"https://shop.example/{value}"[:2_000],
            "pageTitle": value[:300],
            "referrer": "javascript:alert(1)",
            "utm": {"source": value[:200], "campaign": value[:200]},
            "browser": value[:100],
            **({"name": value[:120], "props": {"hostile": value}} if kind == "event" else {}),
        }
        for name, value in HOSTILE.items()
        for kind in ("view", "event")
    ]
    await bring(mesh, lines)
    await page.goto(f"{IN_SHOP}&range=day&sources=utm_source&pages=page_title&events=prop:hostile")
    await shown(page)
    body = await page.locator("main").inner_text()
    assert HOSTILE["markup"] in body
    assert "[U+202E]gnp.exe" in body and "a[U+200B]d[U+2060]min" in body
    assert HOSTILE["emoji"] in body and HOSTILE["formula"] in body
    assert await page.locator("img[src=x], a[href^='javascript']").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await faults(page) == []
    await screenshot(page, "hostile")

    await page.locator(".list-card-events").get_by_role("button", name=HOSTILE["markup"]).click()
    await expect(page.get_by_role("button", name="Change the filter")).to_contain_text(HOSTILE["markup"])
    await shown(page)
    await page.goto(f"{IN_SHOP}&range=day&details=page_title")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download CSV").click()
    assert "\n'=cmd" in (await (await download.value).path()).read_text()


async def test_what_is_loaded_is_small_and_types_are_those_of_the_api(mesh: Mesh) -> None:
    index = (DASHBOARD / "dist" / "index.html").read_text()
    scripts = re.findall(r'"/(assets/[^"]+\.js)"', index)
    packed = [len(gzip.compress((DASHBOARD / "dist" / script).read_bytes(), 9)) for script in scripts]
    assert 0 < sum(packed) <= 150 * 1024
    command = ("node", str(DASHBOARD / "generate" / "types.mjs"), mesh.ready["gateway"], "--check")
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_signing_out_ends_the_session_at_the_server_too(mesh: Mesh, page: Page) -> None:
    await page.goto("/")
    (cookie,) = await page.context.cookies()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    kept = {"cookie": f"{cookie.get('name')}={cookie.get('value')}"}
    assert (await mesh.http("GET", "/api/v1/session", headers=kept)).status == 401
