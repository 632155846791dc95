"""What the SDK never does: store, ask against a wish, run where a policy forbids it."""

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from bench.recorder import Recorder
from tests.sdk.conftest import WATCH_STORES
from tests.sdk.test_capture import document, only

SIGNALS = {
    "DNT": "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })",
    "GPC": "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })",
}
BLOCKED = """
for (const store of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
  Object.defineProperty(window, store, { get() { throw new DOMException('denied', 'SecurityError') } });
Object.defineProperty(document, 'cookie', { get() { throw new DOMException('denied', 'SecurityError') } });
"""
BUSY = """
  analytics.track('event'); analytics.identify('anna'); document.querySelector('button').click();
  scrollTo(0, 9999); history.pushState({}, '', '/two'); analytics.trackView(); analytics.flush();
"""
BODY = '<button>b</button><div style="height:3000px"></div>'


async def test_the_watch_itself_sees_every_way_to_store(browser: Browser, site: Recorder) -> None:
    context = await browser.new_context(base_url=site.url)
    await context.add_init_script(WATCH_STORES)
    site.pages["/"] = "<!doctype html>"
    page = await context.new_page()
    seen: list[str] = []
    page.on("console", lambda said: seen.append(said.text))
    await page.goto("/")
    await page.evaluate(
        """document.cookie = 'a=b'; localStorage.setItem('a', 'b'); sessionStorage.setItem('a', 'b');
        indexedDB.open('a'); caches.open('a'); navigator.storage.getDirectory(); window.name = 'a'"""
    )
    await context.close()
    told = {text.removeprefix("STORED ") for text in seen}
    assert told >= {"cookie", "Storage.setItem", "indexedDB", "caches", "files", "window.name"}


@pytest.mark.parametrize("name", ["analytics.js", "analytics.full.js"])
async def test_nothing_is_stored_whatever_happens(site: Recorder, page: Page, name: str) -> None:
    site.pages["/"] = site.pages["/two"] = f"<!doctype html>{site.script(name=name)}<body>{BODY}"
    await page.goto("/")
    await page.evaluate(BUSY)
    await page.reload()
    await site.until(lambda: len(site.of("view")) == 3)
    assert "set-cookie" not in site.requests[0].headers


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS.keys())
async def test_a_browser_that_asks_for_privacy_causes_no_request_at_all(
    site: Recorder, page: Page, signal: str
) -> None:
    await page.add_init_script(signal)
    site.pages |= {"/": document(site, BODY), "/on": "on"}
    await page.goto("/")
    await page.evaluate(BUSY)
    await page.evaluate("analytics.optIn(); analytics.track('consented')")
    await page.wait_for_timeout(2_200)
    await page.goto("/on")
    await page.wait_for_timeout(300)
    assert site.requests == []


async def test_a_site_may_choose_to_record_all_the_same(site: Recorder, page: Page) -> None:
    await page.add_init_script(SIGNALS["DNT"])
    site.pages["/"] = document(site, "", 'data-privacy-signals="false"')
    await page.goto("/")
    await site.until(lambda: site.of("view"))


async def test_an_objection_forgets_what_waits_and_lasts_until_it_is_taken_back(site: Recorder, page: Page) -> None:
    site.pages["/"] = document(site, BODY, only("view", "route", "click"))
    await page.goto("/")
    await page.evaluate("analytics.optOut()")
    await page.evaluate("document.querySelector('button').click(); analytics.track('never'); analytics.flush()")
    await page.evaluate("history.pushState({}, '', '/two')")
    await page.wait_for_timeout(2_200)
    assert site.requests == []
    await page.evaluate("analytics.optIn(); document.querySelector('button').click(); analytics.flush()")
    await site.until(lambda: len(site.events) == 2)
    assert [(e["kind"], e["pageUrl"]) for e in site.events] == [
        ("view", f"{site.url}/two"),
        ("interaction", f"{site.url}/two"),
    ]


async def test_a_page_that_begins_without_consent_records_from_when_it_is_given(site: Recorder, page: Page) -> None:
    site.pages["/"] = document(site, "", only("view"), "data-opt-out")
    await page.goto("/?utm_source=letter")
    await page.evaluate("analytics.track('never'); history.replaceState({}, '', '/')")
    await page.wait_for_timeout(100)
    assert site.requests == []
    await page.evaluate("analytics.optIn(); analytics.flush()")
    await site.until(lambda: site.events)
    assert [(e["kind"], e["firstUrl"]) for e in site.events] == [("view", f"{site.url}/?utm_source=letter")]


async def test_storage_that_is_blocked_makes_no_difference(site: Recorder, browser: Browser) -> None:
    context = await browser.new_context(base_url=site.url)
    await context.add_init_script(BLOCKED)
    page = await context.new_page()
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    site.pages["/"] = document(site, BODY)
    await page.goto("/")
    await page.evaluate("analytics.track('event'); analytics.flush()")
    await site.until(lambda: len(site.of("view")) + len(site.of("event")) == 2)
    await context.close()
    assert errors == []


@pytest.mark.parametrize("policy", ["nonce", "integrity"])
async def test_the_strictest_policy_of_a_page_is_no_hindrance(
    site: Recorder, context: BrowserContext, policy: str
) -> None:
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    await page.goto("/nothing")
    listed = await page.evaluate("fetch('/js/integrity.json').then((answer) => answer.json())")
    script = listed["analytics.js"]
    hashed = script["integrity"]
    allowed = "'nonce-abc'" if policy == "nonce" else f"'{hashed}'"
    site.page_headers["content-security-policy"] = (
        f"default-src 'none'; script-src {allowed}; connect-src 'self'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )
    attribute = 'nonce="abc"' if policy == "nonce" else f'integrity="{hashed}" crossorigin'
    site.pages["/"] = f'<!doctype html><script src="{script["url"]}" {attribute} data-site="{site.name}"></script>'
    complaints.clear()
    await page.goto("/")
    await site.until(lambda: site.of("view"))
    assert complaints == []
