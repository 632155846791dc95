"""People, their accounts, share links and notes in a real browser: who comes in sees what they may, and no more."""

import asyncio
import base64
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from playwright.async_api import Locator, Page, expect

from bench.mesh import Mesh
from tests.dashboard.axe import faults
from tests.dashboard.conftest import HOSTILE, SHOP, Opened, number, screenshot, shown, total
from writer.control.second_factor import code_at

PASSWORD = "correct horse battery"
SECTIONS = ("annotations", "shares", "people", "account")
GERMANY = [["is", "country", ["DE"]]]
FRAMING = "http://frame.example"


def at(section: str, more: str = "") -> str:
    return f"/settings/{section}?site={SHOP}{more}"


def days(count: int) -> list[str]:
    """The last days, today included, as the dashboard asks for them."""
    today = datetime.now(UTC).date()
    return [str(today - timedelta(days=count - 1)), str(today)]


async def turn_to(page: Page, address: str) -> None:
    """Another page of the dashboard without loading it anew, as a link does."""
    await page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }", address
    )
    await expect(page.locator(".skeleton")).to_have_count(0)


async def member(mesh: Mesh, email: str, role: str, site: str | None = SHOP) -> str:
    """An account with a role, made as people make one; returns its id."""
    made = await mesh.api("POST", "invitations", {"email": email, "role": role, "site": site})
    assert made.status == 201, made.body
    accepted = {"secret": made.json()["link"].rpartition("#")[2], "password": PASSWORD}
    assert (await mesh.http("POST", "/api/v1/invitations/accept", accepted)).status == 200
    return next(user["id"] for user in await people(mesh) if user["email"] == email)


async def people(mesh: Mesh) -> list[dict[str, Any]]:
    return (await mesh.api("GET", f"users?site={SHOP}")).json()["users"]


async def enter(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.goto("/")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def shown_once(page: Page, name: str = "Link") -> str:
    return await page.get_by_role("region", name=name, exact=True).inner_text()


def entry(page: Page, text: str) -> Locator:
    return page.locator(".entry").filter(has_text=text)


async def test_who_is_invited_joins_and_sees_no_settings_that_need_more(
    mesh: Mesh, opened: Opened, page: Page, complaining: None, shop: str
) -> None:
    await page.goto(at("people"))
    await page.get_by_role("button", name="Invite").click()
    await page.get_by_label("E-mail").fill("ada@example.org")
    await expect(page.get_by_role("radio", name="Viewer")).to_be_checked()
    assert await faults(page) == []
    await screenshot(page, "people-invite", full=False)
    await page.get_by_role("button", name="Make link").click()
    link = await shown_once(page)
    assert link.startswith(f"{mesh.ready['gateway']}/join#")
    await page.get_by_role("button", name="Done").click()
    await expect(entry(page, "ada@example.org")).to_contain_text("Invited Viewer · this site · until")

    guest = await opened.stranger(reduced_motion="reduce", color_scheme="dark")
    await guest.goto(link)
    await expect(guest.get_by_role("heading", name="You are invited")).to_be_visible()
    await expect(guest.get_by_text(f"Viewer of {SHOP}")).to_be_visible()
    await guest.set_viewport_size({"width": 360, "height": 740})
    assert await guest.evaluate("document.documentElement.scrollWidth") <= 360
    assert await faults(guest) == []
    await screenshot(guest, "join")
    await guest.set_viewport_size({"width": 1440, "height": 1000})
    await guest.get_by_label("Choose a password").fill(PASSWORD)
    await guest.get_by_role("button", name="Join").click()
    await shown(guest)
    assert guest.url.endswith("/")
    await turn_to(guest, at("setup"))
    nav = guest.get_by_role("navigation", name="Settings").get_by_role("link")
    await expect(nav).to_have_text(["Setup", "Sites", "My account"])
    for hidden in ("keys", "people", "sites/new"):
        await turn_to(guest, at(hidden))
        await expect(guest.get_by_text("There is no such page of the settings.")).to_be_visible()
    await turn_to(guest, f"/?site={SHOP}&filter=is,country,DE")
    await guest.get_by_role("button", name="Segments").click()
    await expect(guest.get_by_text("Saved segments")).to_be_visible()
    await expect(guest.get_by_label("Save these filters as")).to_have_count(0)
    await guest.goto(link)
    await expect(guest.get_by_role("heading", name="This invitation does not work")).to_be_visible()

    await page.reload()
    await page.get_by_role("button", name="Roles of ada@example.org").click()
    await page.get_by_label(f"At {SHOP}").select_option("analyst")
    await page.get_by_role("button", name="Save").click()
    await expect(entry(page, "ada@example.org")).to_contain_text("Analyst · this site")
    await enter(guest, "ada@example.org")  # a changed role ends sessions
    await expect(guest.get_by_role("button", name="Sign out")).to_be_visible()
    await turn_to(guest, at("annotations"))
    await expect(nav).to_have_text(["Setup", "Goals", "Segments", "Annotations", "Sites", "My account"])
    await page.get_by_role("button", name="Delete ada@example.org").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(entry(page, "ada@example.org")).to_have_count(0)
    assert "ada@example.org" not in [user["email"] for user in await people(mesh)]
    await guest.reload()
    await expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    await guest.context.close()


async def test_a_link_sets_a_new_password_once(
    mesh: Mesh, opened: Opened, page: Page, complaining: None, shop: str
) -> None:
    await member(mesh, "bob@example.org", "viewer")
    await page.goto(at("people"))
    await page.get_by_role("button", name="Link for a new password of bob@example.org").click()
    await page.get_by_role("button", name="Make link").click()
    link = await shown_once(page)
    guest = await opened.stranger()
    await guest.goto(link)
    assert await faults(guest) == []
    await screenshot(guest, "reset")
    await guest.get_by_label("New password").fill("another password of bob")
    await guest.get_by_role("button", name="Set password").click()
    await expect(guest.get_by_role("heading", name="Your password is set")).to_be_visible()
    await guest.get_by_role("button", name="Go to sign in").click()
    await expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "#" not in guest.url
    signed = {"email": "bob@example.org", "password": "another password of bob"}
    assert (await mesh.http("POST", "/api/v1/session", signed)).status == 200
    await guest.goto(link)
    await guest.get_by_label("New password").fill("yet another password")
    await guest.get_by_role("button", name="Set password").click()
    await expect(guest.get_by_role("heading", name="This link does not work")).to_be_visible()
    await guest.context.close()


async def test_with_a_second_factor_signing_in_takes_a_code_until_it_is_off(
    mesh: Mesh, opened: Opened, complaining: None, shop: str
) -> None:
    await member(mesh, "eve@example.org", "viewer")
    page = await opened.stranger(reduced_motion="reduce")
    await enter(page, "eve@example.org")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await turn_to(page, at("account"))
    await page.get_by_role("button", name="Set up").click()
    await page.get_by_label("Your password").fill("not the password")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert").filter(has_text="This is not the current password")).to_be_visible()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Next").click()
    spelled = await shown_once(page, "Setup key")
    assert re.fullmatch(r"([A-Z2-7]{4} )+[A-Z2-7]{1,4}", spelled)
    assert (await shown_once(page, "Link for the app")).startswith("otpauth://totp/")
    secret = base64.b32decode(spelled.replace(" ", ""))
    assert await faults(page) == []
    await screenshot(page, "account-factor", full=False)
    await page.get_by_label("Code").fill(code_at(secret, time.time_ns() // 1_000))
    await page.get_by_role("button", name="Turn on").click()
    codes = (await shown_once(page, "Recovery codes")).split()
    assert len(codes) == 10
    await screenshot(page, "account-codes", full=False)
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("10 recovery codes left")).to_be_visible()

    await page.get_by_role("button", name="Sign out", exact=True).first.click()
    await enter(page, "eve@example.org")
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert await faults(page) == []
    await page.get_by_label("Code").fill("ABCD-ABCD-ABCD-ABCD")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert").filter(has_text="This code is wrong")).to_be_visible()
    await screenshot(page, "sign-in-code")
    # the code of the step after the one that confirmed it: each works once
    await page.get_by_label("Code").fill(code_at(secret, time.time_ns() // 1_000 + 30_000_000))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    await turn_to(page, at("account"))
    await page.get_by_role("button", name="Turn off").click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_label("Code").fill("000000")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Turn off").click()
    await expect(dialog.get_by_role("alert").filter(has_text="This code is wrong")).to_be_visible()
    await page.get_by_label("Code").fill(codes[0])
    await dialog.get_by_role("button", name="Turn off").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Set up")).to_be_visible()

    signed = {"email": "eve@example.org", "password": PASSWORD}
    cookie = (await mesh.http("POST", "/api/v1/session", signed)).headers["set-cookie"].partition(";")[0]
    asked = {"cookie": cookie}
    assert (await mesh.http("GET", "/api/v1/session", headers=asked)).status == 200
    await page.reload()
    await expect(page.locator(".entry")).to_have_count(2)
    await page.get_by_role("button", name="Sign out all others").click()
    await expect(page.locator(".entry")).to_have_count(1)
    assert (await mesh.http("GET", "/api/v1/session", headers=asked)).status == 401
    await page.context.close()


async def test_a_share_link_shows_the_numbers_of_its_segment_and_nothing_without_its_password(
    mesh: Mesh, opened: Opened, page: Page, complaining: None, shop: str
) -> None:
    made = await mesh.api("POST", "segments", {"site": SHOP, "name": "Germany", "filters": GERMANY})
    assert made.status == 201, made.body
    await page.goto(at("shares"))
    await page.get_by_role("button", name="New link").click()
    await page.get_by_label("Name").fill("For the board")
    await page.get_by_label("What it shows").select_option(label="Germany")
    await page.get_by_label("Password").fill("open sesame 42")
    origins = page.get_by_role("combobox", name="Pages that may embed it")
    await origins.fill(FRAMING)
    await origins.press("Enter")
    assert await faults(page) == []
    await screenshot(page, "shares-new", full=False)
    await page.get_by_role("button", name="Make link").click()
    link = await shown_once(page)
    assert link.replace("#", "?theme=light#") in await shown_once(page, "Embed it")
    await page.get_by_role("button", name="Done").click()
    await expect(entry(page, "For the board")).to_contain_text(
        "segment Germany · with password · in frames of 1 origin"
    )

    await page.get_by_role("button", name="Change For the board").click()
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.get_by_label("Name").fill("For the board of 2026")
    await page.get_by_label("Ends").select_option("days90")
    await page.get_by_role("button", name="Save").click()
    await expect(entry(page, "For the board of 2026")).not_to_contain_text("Ends: never")

    guest = await opened.stranger(reduced_motion="reduce")
    await guest.goto(link)
    await guest.get_by_label("Password").fill("open sesame 43")
    await guest.get_by_role("button", name="Open").click()
    await expect(guest.get_by_role("alert")).to_have_text("This is not the link’s password.")
    await expect(guest.locator(".totals")).to_have_count(0)
    assert await faults(guest) == []
    await screenshot(guest, "share-password")
    await guest.get_by_label("Password").fill("open sesame 42")
    await guest.get_by_role("button", name="Open").click()
    await shown(guest)
    names = ["visitors", "visits", "pageviews"]
    ((_, expected),) = await mesh.query(names, SHOP, date_range=days(30), filters=GERMANY)
    ((_, whole),) = await mesh.query(names, SHOP, date_range=days(30))
    assert [number(await total(guest, name)) for name in names] == expected != whole
    await expect(guest.locator(".header")).to_contain_text("For the board of 2026")
    await expect(guest.locator(".live-number")).to_have_count(0)  # there is no live view of a segment
    assert await guest.get_by_role("navigation").count() == 0
    for hidden in ("Segments", "Sign out"):
        await expect(guest.get_by_role("button", name=hidden)).to_have_count(0)
    assert await guest.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    screens: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 360))
    for theme, width in screens:
        await guest.emulate_media(color_scheme=theme)
        await guest.set_viewport_size({"width": width, "height": 740})
        assert await guest.evaluate("document.documentElement.scrollWidth") <= width
        assert await faults(guest) == [], theme
        await screenshot(guest, f"share-{theme}")
    await guest.locator(".list-card-devices .list-button").first.click()
    await shown(guest)
    assert "filter=is,browser" in guest.url and guest.url.endswith(link.partition("#")[2])

    await page.get_by_role("button", name="Delete For the board").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(entry(page, "For the board")).to_have_count(0)
    await guest.get_by_role("button", name="The period before").click()
    await expect(guest.get_by_role("heading", name="This link has ended")).to_be_visible()
    await guest.reload()
    await expect(guest.get_by_role("heading", name="This link does not work")).to_be_visible()
    await guest.context.close()


async def test_a_share_link_stands_in_a_frame_of_the_page_it_names_in_the_theme_it_asks_for(
    mesh: Mesh, opened: Opened, shop: str
) -> None:
    address = ""

    async def page_of_another(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f'<iframe src="{address}" width="1000" height="860" title="x"></iframe>'
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(page_of_another, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    named, stranger = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
    made = await mesh.api("POST", "shares", {"site": SHOP, "name": "In public", "embedOrigins": [named]})
    assert made.status == 201, made.body
    address = made.json()["link"].replace("#", "?theme=dark#")
    page = await (await opened.browser.new_context(viewport={"width": 1040, "height": 900})).new_page()
    frame = page.frame_locator("iframe")
    await page.goto(named)
    await expect(frame.locator(".total-visitors .total-value")).to_have_text("120")
    await expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(frame.locator(".header")).to_contain_text("0 visitors now")
    assert (await mesh.view("https://shop.example/", appName=SHOP)).status == 202
    await expect(frame.locator(".header")).to_contain_text("1 visitor now")
    await screenshot(page, "share-frame", full=False)
    refused = page.wait_for_event("console", lambda said: "frame-ancestors" in said.text)
    await asyncio.gather(refused, page.goto(stranger))
    await expect(frame.locator(".totals")).to_have_count(0)
    await page.context.close()
    server.close()


async def test_a_note_stands_on_the_chart_and_in_the_table(mesh: Mesh, page: Page, shop: str) -> None:
    day = datetime.now(UTC).date() - timedelta(days=3)
    await page.goto(at("annotations"))
    await page.get_by_role("button", name="New annotation").click()
    await page.get_by_label("What happened").fill(f"Launch {HOSTILE['markup']}")
    await page.get_by_label("Day").fill(str(day))
    await page.get_by_label("Who says so").fill("Ada")
    assert await faults(page) == []
    await screenshot(page, "annotations-new", full=False)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(entry(page, "Launch <img")).to_contain_text("by Ada")
    await page.get_by_role("button", name=re.compile("^Change Launch")).click()
    await page.get_by_label("Time").fill("14:30")
    await page.get_by_role("button", name="Save").click()
    await expect(entry(page, "Launch <img")).to_contain_text(re.compile("2:30|14:30"))
    kept = (await mesh.api("GET", f"annotations?site={SHOP}")).json()["annotations"]
    assert [(note["at"][:16], note["date"], note["author"]) for note in kept] == [(f"{day}T14:30", None, "Ada")]

    for theme in ("light", "dark"):
        await turn_to(page, f"/?site={SHOP}&theme={theme}")
        pin = page.locator(".chart-pin")
        await expect(pin).to_have_count(1)
        said = page.get_by_role("tooltip")
        await expect(said).to_be_hidden()
        await pin.focus()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Tab")
        await expect(said).to_contain_text(f"Launch {HOSTILE['markup']} (Ada)")
        assert await faults(page) == [], theme
        await screenshot(page, f"overview-note-{theme}", full=False)
        await page.keyboard.press("Escape")
        await expect(said).to_be_hidden()
    assert await page.locator("img[src=x]").count() == 0
    await turn_to(page, f"/?site={SHOP}&table=yes")
    noted = page.locator(".series-table tr").filter(has_text="Launch <img")
    await expect(noted).to_have_count(1)
    await expect(noted.get_by_role("button")).to_contain_text(str(day.day))
    await turn_to(page, at("annotations"))
    await page.get_by_role("button", name=re.compile("^Delete Launch")).click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator(".entry")).to_have_count(0)
    await turn_to(page, f"/?site={SHOP}")
    await expect(page.locator(".chart canvas")).to_be_visible()
    await expect(page.locator(".chart-pin")).to_have_count(0)


async def test_owners_see_who_asked_for_what_and_that_nobody_changed_it(
    mesh: Mesh, page: Page, complaining: None, shop: str
) -> None:
    await member(mesh, "kay@example.org", "viewer")
    signed = {"email": "kay@example.org", "password": PASSWORD}
    cookie = (await mesh.http("POST", "/api/v1/session", signed)).headers["set-cookie"].partition(";")[0]
    for path, status in (("visits", 200), ("shares", 403)):
        reply = await mesh.http("GET", f"/api/v1/{path}?site={SHOP}", headers={"cookie": cookie})
        assert reply.status == status
    for _ in range(5):
        await asyncio.gather(*(mesh.query(["visits"], SHOP) for _ in range(20)))

    await page.goto(at("audit", "&theme=light"))
    lines = page.locator(".audit-entry")
    await expect(lines).to_have_count(100)
    await page.get_by_role("button", name="Show older ones").click()
    await expect(page.get_by_role("status").filter(has_text="entries shown")).not_to_have_text("100 entries shown")
    who = page.get_by_role("combobox", name="Who")
    await who.fill("kay")
    await page.get_by_role("option", name="kay@example.org").click()
    await expect(lines).to_have_count(2)
    refused = lines.filter(has_text="refused: PERMISSION_DENIED")
    await expect(refused).to_contain_text("kay@example.orgShareService.ListShares")
    await refused.locator("summary").press("Enter")
    await expect(refused.get_by_role("region", name="Request of entry")).to_contain_text(f'"site": "{SHOP}"')
    assert await faults(page) == []
    await screenshot(page, "audit-light")
    for name, ending in (("CSV", "csv"), ("NDJSON", "ndjson")):
        async with page.expect_download() as download:
            await page.get_by_role("button", name=name, exact=True).click()
        file = await download.value
        assert file.suggested_filename == f"audit-{SHOP}.{ending}"
        text = (await file.path()).read_text()
        assert text.count("kay@example.org") == 2 and "First admin token" not in text
    await page.get_by_role("button", name="Clear filters").click()
    await expect(lines).to_have_count(100)
    await page.get_by_label("To", exact=True).fill(days(3)[0])
    await expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()

    check, verdict = page.get_by_role("button", name="Verify the chain"), page.locator(".verdict")
    await check.click()
    await expect(verdict).to_contain_text("None was changed, left out or put elsewhere.")
    checkpoint = await shown_once(page, "Checkpoint, to be written down elsewhere")
    await page.get_by_label("A checkpoint that you wrote down").fill(checkpoint)
    await check.click()
    await expect(verdict).to_contain_text("Intact: ")
    await page.get_by_label("A checkpoint that you wrote down").fill(f"{checkpoint[:-64]}{'0' * 64}")
    await check.click()
    await expect(verdict).to_contain_text("Not intact: ")


async def test_axe_finds_nothing_hostile_words_are_text_and_nothing_is_wider_than_a_phone(
    mesh: Mesh, opened: Opened, page: Page, shop: str
) -> None:
    for value in HOSTILE.values():
        for path, body in (
            ("shares", {"name": value[:100], "embedOrigins": [FRAMING]}),
            ("annotations", {"text": value[:200], "author": value[:40], "date": days(2)[0]}),
        ):
            assert (await mesh.api("POST", path, {"site": SHOP, **body})).status == 201, (path, value[:40])
    invited = {"email": f"{'x' * 60}@{'long.' * 20}example", "role": "admin", "site": SHOP}
    assert (await mesh.api("POST", "invitations", invited)).status == 201
    phone = await opened.page(360, 740, reduced_motion="reduce")
    for section in SECTIONS:
        for one, name, theme in ((page, "desktop", "light"), (phone, "phone", "dark")):
            await turn_to(one, at(section, f"&theme={theme}"))
            await expect(one.locator(".entry").first).to_be_visible()
            if section in ("shares", "annotations"):
                told = await one.locator(".entries").inner_text()
                assert HOSTILE["markup"] in told and "[U+202E]gnp.exe" in told and HOSTILE["formula"] in told
            assert await one.locator("img[src=x]").count() == 0
            assert await faults(one) == [], (section, name)
            await screenshot(one, f"settings-{section}-{name}-{theme}")
        assert await phone.evaluate("document.documentElement.scrollWidth") <= 360, section
    await turn_to(phone, f"/?site={SHOP}&theme=dark")
    await phone.locator(".chart-pin").hover()
    await expect(phone.get_by_role("tooltip")).to_contain_text("and 3 more, in the table")
    assert await phone.evaluate("document.documentElement.scrollWidth") <= 360
    await phone.locator(".chart").scroll_into_view_if_needed()
    await screenshot(phone, "overview-note-phone-dark", full=False)
    await phone.context.close()


async def test_who_tries_too_often_is_told_how_long_to_wait(mesh: Mesh, opened: Opened, complaining: None) -> None:
    guess = {"email": "nobody@example.org", "password": "not the password"}
    tried = [(await mesh.http("POST", "/api/v1/session", guess)).status for _ in range(11)]
    assert tried == [401] * 10 + [429]
    page = await opened.stranger()
    await enter(page, guess["email"], guess["password"])
    await expect(page.get_by_role("alert")).to_have_text(re.compile(r"^Too many tries\. Wait \d+ seconds?, then try"))
    await page.context.close()
