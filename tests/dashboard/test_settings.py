"""Sites and settings in a real browser: each change is in the API, and what cannot be says why where it was typed."""

import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from playwright.async_api import Page, expect

from bench.mesh import Mesh
from tests.dashboard.axe import faults
from tests.dashboard.conftest import HOSTILE, SHOP, Opened, bring, rows, screenshot, shown

SECTIONS = ("setup", "general", "exclusions", "goals", "segments", "keys", "import", "privacy", "rights", "audit")
EVERY = (*SECTIONS, "sites", "sites/new", "account")
PHONE = ("setup", "goals", "keys", "privacy", "rights", "audit")
SAVED = "Saved. It holds from now on."


def at(section: str, site: str = SHOP, more: str = "") -> str:
    return f"/settings/{section}?site={site}{more}"


async def turn_to(page: Page, address: str) -> None:
    """Another page of the dashboard without loading it anew, as a link does."""
    await page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }", address
    )
    await expect(page.locator(".settings-body .card").first).to_be_visible()
    await expect(page.locator(".skeleton")).to_have_count(0)


async def site_of(mesh: Mesh, site: str = SHOP) -> dict[str, Any]:
    sites = (await mesh.api("GET", "sites")).json()["sites"]
    return next(one for one in sites if one["id"] == site)


async def add(page: Page, field: str, *values: str) -> None:
    """Type values into a list, each ended with Enter."""
    box = page.get_by_role("combobox", name=field, exact=True)
    for value in values:
        await box.fill(value)
        await box.press("Enter")


@pytest.fixture(scope="module")
async def clinic(mesh: Mesh) -> str:
    """A site with a visit of the user ann yesterday, and one of a stranger forty days ago."""
    assert (await mesh.api("POST", "sites", {"id": "clinic", "domains": ["clinic.example"]})).status == 201

    def view(number: int, days: int, **more: str) -> dict[str, Any]:
        start = datetime.now(UTC) - timedelta(days=days)
        return {
            "kind": "view",
            "eventId": str(uuid5(NAMESPACE_URL, f"clinic {start} {number}")),
            "sessionId": str(uuid5(NAMESPACE_URL, f"clinic {start.date()}")),
            "occurredAt": start.isoformat(),
            "pageUrl": f"https://clinic.example/visit/{number}",
            **more,
        }

    named, stranger = [view(number, 1, userId="ann") for number in range(3)], [view(number, 40) for number in range(2)]
    await bring(mesh, named + stranger, "clinic")
    return "clinic"


async def save(page: Page, card: str) -> None:
    """Press Save below a heading and see it said."""
    form = page.locator("form.panel").filter(has=page.get_by_role("heading", name=card, exact=True))
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("status")).to_have_text(SAVED)


async def test_a_site_is_made_its_snippet_copied_and_the_first_view_turns_green(
    mesh: Mesh, page: Page, complaining: None
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto("/settings/sites?site=demo")
    await page.get_by_role("link", name="Add a site").click()
    await expect(page.get_by_role("radio", name="Pages")).to_be_checked()
    await expect(page.get_by_text("A visitor is recognised for one day")).to_be_visible()
    await page.get_by_role("radio", name="An app").check()
    await page.get_by_role("radio", name="Pages").check()
    await page.get_by_label("Domain").fill("https://Tea.example/menu")
    await expect(page.get_by_label("Name")).to_have_value("tea.example")
    await page.get_by_role("button", name="Make site").click()
    await expect(page.get_by_label("Domain")).to_have_attribute("aria-invalid", "true")
    await expect(
        page.get_by_role("alert").filter(has_text="is a URL; give the host alone: tea.example")
    ).to_be_visible()
    await page.get_by_label("Domain").fill("tea.example")
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await screenshot(page, "settings-new-site")
    await page.get_by_role("button", name="Make site").click()

    await expect(page).to_have_url(re.compile(r"/settings/setup\?site=tea\.example"))
    made = await site_of(mesh, "tea.example")
    assert (made["identity"], made["domains"], made["timezone"]) == ("daily", ["tea.example"], "Europe/Berlin")
    snippet = f'<script defer src="{mesh.ready["gateway"]}/js/analytics.js" data-site="tea.example"></script>'
    code = page.get_by_role("region", name="Code: Put this into the head of every page.")
    await expect(code).to_have_text(snippet)
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == snippet
    await page.get_by_role("tab", name="Script tag").focus()
    for name in ("npm", "React", "Next.js", "NestJS", "Node.js", "Python"):
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("link", name="Make a key")).to_be_visible()

    waiting = page.locator(".first-view")
    await expect(waiting.get_by_role("status")).to_contain_text("Waiting for the first view")
    await screenshot(page, "settings-setup-waiting")
    assert (await mesh.view("https://tea.example/oolong", appName="tea.example")).status == 202
    await expect(waiting).to_have_class(re.compile("arrived"))
    await expect(waiting.get_by_role("status")).to_contain_text("The first view is here.")
    await expect(waiting.get_by_role("status")).to_contain_text("/oolong at ")
    await screenshot(page, "settings-setup-arrived")
    await waiting.get_by_role("link", name="Watch live").click()
    await expect(page.locator(".stream-event")).to_contain_text("/oolong")


async def test_a_goal_is_made_counts_in_the_overview_is_changed_and_deleted(
    mesh: Mesh, page: Page, complaining: None, shop: str
) -> None:
    await page.goto(at("goals"))
    await expect(page.locator(".entry")).to_have_count(2)
    await page.get_by_role("button", name="New goal").click()
    form = page.get_by_role("dialog", name="New goal")
    await form.get_by_label("Name").fill("Signup")
    await form.get_by_role("radio", name="an event happens").check()
    await form.get_by_label("Event", exact=True).fill("signup")
    await form.get_by_role("button", name="+ Property").click()
    await form.get_by_label("Property", exact=True).fill("plan")
    await form.get_by_role("combobox", name="Values").fill("pro")
    await form.get_by_role("combobox", name="Values").press("Enter")
    await screenshot(page, "settings-goal", full=False)
    await form.get_by_role("button", name="Make goal").click()
    await expect(form.get_by_role("alert").filter(has_text=re.compile("Signup"))).to_be_visible()
    await form.get_by_label("Name").fill("Pro signup")
    await form.get_by_role("button", name="Make goal").click()
    await expect(form).to_have_count(0)
    await expect(page.locator(".entry").filter(has_text="Pro signup")).to_contain_text(
        "Event signup where Property plan is pro"
    )

    await page.goto(f"/?site={SHOP}&events=goal")
    await shown(page)
    assert ("Pro signup", 12) in await rows(page, "events")

    await page.goto(at("goals"))
    await page.get_by_role("button", name="Change Pro signup").click()
    form = page.get_by_role("dialog", name="Change goal")
    await form.get_by_role("radio", name="a page is seen").check()
    await form.get_by_label("Page", exact=True).fill("pricing")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_label("Page", exact=True)).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Page", exact=True).fill("/*")
    await form.get_by_label("Scrolled to").select_option("50")
    await form.get_by_role("button", name="Save").click()
    entry = page.locator(".entry").filter(has_text="Pro signup")
    await expect(entry).to_contain_text("Page /*, read to 50%")
    goals = (await mesh.api("GET", f"goals?site={SHOP}")).json()["goals"]
    (goal,) = [goal for goal in goals if goal["name"] == "Pro signup"]
    assert (goal["page"], goal["event"], goal["scrollThreshold"], goal["filters"]) == ("/*", None, 50, [])

    await page.get_by_role("button", name="Delete Pro signup").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    await expect(page.locator(".entry")).to_have_count(2)


async def test_a_revenue_goal_keeps_conditions_that_the_form_cannot_show(mesh: Mesh, page: Page, shop: str) -> None:
    hidden = [["or", [["is", "prop:plan", ["pro"]], ["is", "prop:plan", ["team"]]]]]
    asked = {"site": SHOP, "name": "Sold", "event": "signup", "filters": hidden}
    assert (await mesh.api("POST", "goals", asked)).status == 201
    await page.goto(at("goals"))
    await page.get_by_role("button", name="Change Sold").click()
    form = page.get_by_role("dialog", name="Change goal")
    await expect(form).to_contain_text("written through the API")
    await form.get_by_label("Revenue in").select_option("EUR")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".entry").filter(has_text="Sold")).to_contain_text("revenue in EUR")
    goals = (await mesh.api("GET", f"goals?site={SHOP}")).json()["goals"]
    (goal,) = [goal for goal in goals if goal["name"] == "Sold"]
    assert (goal["currency"], goal["filters"]) == ("EUR", hidden)


async def test_a_key_is_shown_once_works_and_is_refused_once_deleted(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(at("keys"))
    await page.get_by_role("button", name="New key").click()
    form = page.get_by_role("dialog", name="New key")
    await expect(form.get_by_label("Name")).to_be_focused()
    await form.get_by_label("Name").fill("Weekly report")
    await form.get_by_role("radio", name="Read").check()
    await form.get_by_label("Ends").select_option("days90")
    await form.get_by_role("button", name="Make key").click()
    told = page.get_by_role("dialog", name="Copy the key now")
    secret = await told.get_by_role("region", name="Key").inner_text()
    assert (await mesh.api("GET", f"goals?site={SHOP}", token=secret)).status == 200
    assert (await mesh.api("GET", "goals?site=demo", token=secret)).status == 404
    await told.get_by_role("button", name="Done").click()
    await expect(page.locator(".entry").filter(has_text="Weekly report")).to_contain_text("Read this site · Ends: ")
    assert secret not in await page.content()
    await page.reload()
    await expect(page.locator(".entry").filter(has_text="Weekly report")).to_be_visible()
    assert secret not in await page.content()
    keys = (await mesh.api("GET", f"keys?site={SHOP}")).json()["keys"]
    assert [(key["scope"], bool(key["expiresAt"])) for key in keys] == [("read", True)]
    await page.get_by_role("button", name="Delete Weekly report").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator(".entry").filter(has_text="Weekly report")).to_have_count(0)
    assert (await mesh.api("GET", f"goals?site={SHOP}", token=secret)).status == 401


async def test_exclusions_are_typed_refused_where_they_are_wrong_and_hold(
    mesh: Mesh, page: Page, complaining: None, shop: str
) -> None:
    await page.goto(at("exclusions"))
    await add(page, "Addresses", "192.0.2.7", "192.0.2.0/40")
    await add(page, "Pages", "/admin/*")
    countries = page.get_by_role("combobox", name="Countries")
    await countries.fill("germ")
    await expect(page.get_by_role("option", name="Germany")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Remove Germany")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Save").first.click()
    wrong = page.get_by_role("group", name="Addresses")
    await expect(wrong.get_by_role("alert")).to_contain_text('"192.0.2.0/40" is neither an address nor a network')
    await wrong.get_by_role("button", name="Remove 192.0.2.0/40").click()
    await save(page, "What is not counted")
    site = await site_of(mesh)
    assert (site["excludedIps"], site["excludedPaths"], site["excludedCountries"]) == (
        ["192.0.2.7"],
        ["/admin/*"],
        ["DE"],
    )
    await add(page, "Patterns", "/user/*")
    await save(page, "Pages that count as one")
    reply = await mesh.view("https://shop.example/admin/users", appName=SHOP)
    assert (reply.json()["status"], reply.json()["reason"]) == ("ignored", "excluded")
    assert (await mesh.view("https://shop.example/user/7?tab=2", appName=SHOP)).json()["status"] == "accepted"
    await page.goto(f"/live?site={SHOP}")
    await expect(page.locator(".stream-page").first).to_have_text("/user/*")
    assert (await mesh.api("PATCH", f"sites/{SHOP}", {"excludedCountries": []})).status == 200


async def test_what_a_site_is_and_what_a_page_is_are_saved_and_stay(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(at("general"))
    await add(page, "Domains", "www.tee.example")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_role("radio", name="Pages").check()
    await save(page, "The site")
    await add(page, "Query parameters to keep", "id")
    await page.get_by_label("Pages are in the fragment").check()
    await save(page, "What a page is")
    await page.reload()
    await expect(page.get_by_role("button", name="Remove tee.example")).to_be_visible()
    site = await site_of(mesh)
    assert site["domains"] == ["shop.example", "tee.example"]
    assert (site["timezone"], site["identity"]) == ("Asia/Tokyo", "daily")
    assert (site["queryParameters"], site["hashRouting"]) == (["id"], True)
    assert (await mesh.api("PATCH", f"sites/{SHOP}", {"timezone": "UTC", "identity": "memory"})).status == 200


async def test_the_privacy_notice_follows_the_settings_and_is_copied(mesh: Mesh, page: Page, shop: str) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(at("privacy"))
    notice = page.locator("blockquote")
    await expect(notice).to_contain_text("deleted after 25 months")
    await expect(notice).to_contain_text("nothing is recorded")
    await page.get_by_label("Months", exact=True).fill("12")
    await page.get_by_label("Do not record visitors").uncheck()
    await save(page, "What is kept")
    await expect(notice).to_contain_text("deleted after 12 months")
    await expect(notice).to_contain_text("write to us")
    await page.get_by_label("My application tells who is signed in").check()
    await page.get_by_role("region", name="Text for your privacy notice").get_by_role("button", name="Copy").click()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert "If you are signed in" in copied and "12 months" in copied
    site = await site_of(mesh)
    assert (site["retention"], site["ignorePrivacySignals"]) == (12, True)
    await page.get_by_role("radio", name="For ever").check()
    await save(page, "What is kept")
    assert (await site_of(mesh))["retention"] == "forever"


async def test_what_the_retention_removes_is_counted_before_and_the_record_of_processing_is_kept(
    page: Page, clinic: str
) -> None:
    await page.goto(at("privacy", clinic))
    await page.get_by_label("Try another number of months").fill("1")
    await page.get_by_role("button", name="Count").click()
    told = page.get_by_role("region", name="What goes by itself").get_by_role("status")
    await expect(told).to_contain_text(re.compile("^It would remove 2 events and 1 visit of before .* The oldest day"))
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download as Markdown").click()
    statement = (await (await download.value).path()).read_text()
    assert (await download.value).suggested_filename == f"{clinic}-processing.md"
    assert f"`{clinic}`" in statement
    assert (await page.get_by_role("region", name="Its text").inner_text()).strip() == statement.strip()


async def test_a_users_data_is_exported_then_erased_and_the_receipt_is_checked(
    mesh: Mesh, page: Page, clinic: str
) -> None:
    await page.goto(at("rights", clinic))
    await page.get_by_role("button", name="New export").click()
    await page.get_by_label("User id").fill("ann")
    await page.get_by_role("button", name="Look for it").click()
    found = page.get_by_role("region", name="A copy of somebody’s data").locator(".entry")
    await expect(found).to_contain_text("1 visit · to be downloaded until")
    async with page.expect_download() as lines:
        await found.get_by_role("button", name="JSON Lines").click()
    assert '"/visit/2"' in (await (await lines.value).path()).read_text()
    async with page.expect_download() as zipped:
        await found.get_by_role("button", name="CSV (zip)").click()
    assert "events.csv" in zipfile.ZipFile(await (await zipped.value).path()).namelist()

    erased = page.get_by_role("region", name="Erasure").locator(".entry")
    await page.get_by_role("button", name="Erase", exact=True).click()
    form = page.get_by_role("dialog", name="Erasure")
    await expect(form.get_by_role("radio", name="A user")).to_be_focused()
    await form.get_by_label("User id").fill("ann")
    assert await faults(page) == []
    await screenshot(page, "rights-erase", full=False)
    await form.get_by_role("button", name="Erase").click()
    await expect(erased).to_contain_text("3 events and 1 visit erased")
    await erased.get_by_role("button", name="Receipt").click()
    receipt = await page.get_by_role("region", name="Receipt", exact=True).inner_text()
    await page.get_by_role("button", name="Close").last.click()
    given, check = page.get_by_role("textbox", name="Receipt"), page.get_by_role("button", name="Check")
    await given.fill(receipt)
    await check.click()
    await expect(page.locator(".verdict")).to_contain_text("Genuine. It was given here")
    await expect(page.locator(".panel-facts")).to_contain_text("3 events and 1 visit")
    await screenshot(page, "rights")
    await given.fill(f"x{receipt}")
    await check.click()
    await expect(page.locator(".verdict")).to_contain_text("Not genuine.")

    await page.get_by_role("button", name="Erase", exact=True).click()
    await form.get_by_role("radio", name="All of the site").check()
    await expect(form.get_by_role("button", name="Erase")).to_be_disabled()
    await form.get_by_label(f"Type {clinic} to confirm").fill(clinic)
    await form.get_by_role("button", name="Erase").click()
    await expect(erased).to_have_count(2)
    await expect(erased.first).to_contain_text(re.compile("All of the site .*2 events and 1 visit erased"))


async def test_a_segment_is_opened_renamed_and_deleted(mesh: Mesh, page: Page, shop: str) -> None:
    asked = {"site": SHOP, "name": "Germans", "filters": [["is", "country", ["DE"]], ["is", "device", ["mobile"]]]}
    assert (await mesh.api("POST", "segments", asked)).status == 201
    await page.goto(at("segments"))
    await expect(page.locator(".entry")).to_contain_text("Country is Germany and Device is Phone")
    await page.get_by_role("link", name="Open").click()
    await expect(page.get_by_role("button", name="Change the filter Segment is Germans")).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Rename Germans").click()
    form = page.get_by_role("dialog", name="Rename segment")
    await form.get_by_label("Name").fill("Germans on phones")
    await form.get_by_label("Name").press("Enter")
    await expect(page.locator(".entry-name")).to_have_text("Germans on phones")
    await page.get_by_role("button", name="Delete Germans on phones").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator("main")).to_contain_text("No segment yet")
    assert (await mesh.api("GET", f"segments?site={SHOP}")).json()["segments"] == []


async def test_history_is_imported_with_progress_and_each_refused_line_is_named(mesh: Mesh, page: Page) -> None:
    def line(number: int) -> str:
        event = {"kind": "view", "eventId": str(uuid5(NAMESPACE_URL, f"history {number}"))}
        return json.dumps({**event, "occurredAt": "2024-05-01T12:00:00Z", "pageUrl": "https://demo.example/"})

    lines = [line(number) for number in range(300)] + [line(0), '{"kind":"view"}']
    await page.goto(at("import", "demo"))
    file = {"name": "history.ndjson", "mimeType": "application/x-ndjson", "buffer": "\n".join(lines).encode()}
    await page.get_by_label("File").set_input_files([file])  # pyright: ignore[reportArgumentType]
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Done.")).to_be_visible(timeout=60_000)
    counts = await page.locator(".balance dd").all_inner_texts()
    assert counts == ["302", "300", "1", "0", "1"]
    await expect(page.locator(".refused")).to_contain_text("Line 302 pageUrl: is required")
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    await screenshot(page, "settings-import")
    await page.get_by_role("button", name="Open the overview of all time").click()
    await shown(page)
    await expect(page.locator(".total-pageviews .total-value")).to_have_attribute("title", re.compile("^30[0-9]$"))


async def test_a_password_is_changed_and_the_old_one_is_no_more(mesh: Mesh, page: Page, complaining: None) -> None:
    old, new = mesh.ready["admin_password"], "a longer password than before"

    async def change(before: str, after: str) -> None:
        await page.get_by_label("Present password").fill(before)
        await page.get_by_label("New password").fill(after)
        await page.get_by_role("button", name="Change password").click()

    await page.goto(at("account"))
    await change("not the password", new)
    await expect(page.get_by_role("alert").filter(has_text="This is not the current password")).to_be_visible()
    await expect(page.get_by_label("Present password")).to_have_attribute("aria-invalid", "true")
    await change(old, new)
    await expect(page.get_by_role("status")).to_contain_text("Changed.")
    signed = {"email": mesh.ready["admin_email"], "password": old}
    assert (await mesh.http("POST", "/api/v1/session", signed)).status == 401
    assert (await mesh.http("POST", "/api/v1/session", {**signed, "password": new})).status == 200
    await change(new, old)
    await expect(page.get_by_role("status")).to_contain_text("Changed.")


async def test_hostile_names_are_text_and_nothing_is_wider_than_a_phone(mesh: Mesh, opened: Opened, shop: str) -> None:
    for name, value in HOSTILE.items():
        goal = {"site": SHOP, "name": value[:120], "page": f"/{name}/{'x' * 1_000}"}
        segment = {"site": SHOP, "name": value[:120], "filters": [["is", "page_title", [value]]]}
        key = {"site": SHOP, "name": value[:100], "scope": "read"}
        for path, body in (("goals", goal), ("segments", segment), ("keys", key)):
            assert (await mesh.api("POST", path, body)).status == 201, (path, name)
    page = await opened.page(360, 740, reduced_motion="reduce")
    await page.goto(at("setup", more="&theme=dark"))
    for section in EVERY:
        await turn_to(page, at(section, more="&theme=dark"))
        if section in ("goals", "segments", "keys"):
            told = await page.locator(".entries").inner_text()
            assert HOSTILE["markup"] in told and "[U+202E]gnp.exe" in told and HOSTILE["formula"] in told
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, section
        assert await page.locator("img[src=x]").count() == 0
        if section == "audit":
            await page.locator(".audit-line").first.click()
        if section in PHONE:
            assert await faults(page) == [], section
            await screenshot(page, f"settings-{section}-360-dark")
    await page.context.close()


async def test_axe_finds_nothing_in_any_part_of_the_settings(page: Page, shop: str) -> None:
    await page.goto(at("setup", "demo", "&theme=light"))
    for section in (*SECTIONS, "sites", "account"):
        await turn_to(page, at(section, "demo", "&theme=light"))
        assert await faults(page) == [], section
        if section not in ("setup", "goals", "segments", "import"):
            await screenshot(page, f"settings-{section}-light")
    for section, opener in (("goals", "New goal"), ("keys", "New key"), ("general", "Delete this site")):
        await turn_to(page, at(section, "demo", f"&theme={'dark' if section == 'general' else 'light'}"))
        await page.get_by_role("button", name=opener).click()
        if opener == "New goal":
            await page.get_by_role("radio", name="an event happens").check()
            await page.get_by_role("button", name="+ Property").click()
        assert await faults(page) == [], opener
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_role("button", name=opener)).to_be_focused()


async def test_deleting_a_site_asks_for_its_name_and_without_any_the_dashboard_leads_to_a_first(
    mesh: Mesh, page: Page
) -> None:
    await page.goto(at("general", "demo"))
    await page.get_by_role("button", name="Delete this site").click()
    asked = page.get_by_role("dialog", name="Delete demo?")
    await expect(asked.get_by_role("button", name="Delete")).to_be_disabled()
    await asked.get_by_label("Type demo to confirm").fill("dem")
    await expect(asked.get_by_role("button", name="Delete")).to_be_disabled()
    await asked.get_by_label("Type demo to confirm").fill("demo")
    await screenshot(page, "settings-delete", full=False)
    await asked.get_by_role("button", name="Delete").click()
    await expect(page).to_have_url(re.compile("/settings/sites$"))
    left = [site["id"] for site in (await mesh.api("GET", "sites")).json()["sites"]]
    assert "demo" not in left
    await expect(page.locator(".site-card")).to_have_count(len(left))
    await expect(page.locator(".site-card-count").filter(has_text="–")).to_have_count(0)
    for site in left:
        assert (await mesh.api("DELETE", f"sites/{site}")).status == 204
    await page.goto("/")
    await expect(page.get_by_role("heading", name="What do you want to measure?")).to_be_visible()
    assert await faults(page) == []
    await screenshot(page, "settings-first-site")
    await page.get_by_label("Name").fill("first")
    await page.get_by_role("button", name="Make site").click()
    await expect(page).to_have_url(re.compile(r"/settings/setup\?site=first"))
    await expect(page.locator(".first-view")).to_contain_text("Waiting for the first view")
