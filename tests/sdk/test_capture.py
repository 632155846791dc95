"""Each capability in a real browser: what happens on the page is what arrives."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Page

from bench.recorder import Recorder
from tests.sdk.conftest import AGENT

LONG = '<div style="height:5000px"></div>'


def document(site: Recorder, body: str = "", *attributes: str, title: str = "A page") -> str:
    return f"<!doctype html><title>{title}</title>{site.script(*attributes)}<body>{body}"


def only(*names: str) -> str:
    """Attributes that switch every capability off but these."""
    every = ("view", "route", "restore", "click", "outbound", "download", "form", "scroll", "engagement")
    return " ".join(f'data-{name}-tracking="false"' for name in every if name not in names)


async def test_a_page_is_viewed_once_with_what_it_says_of_itself(site: Recorder, page: Page) -> None:
    site.pages["/hello"] = document(site, title="Hello")
    await page.goto("/hello?utm_source=letter#part", referer="https://news.example/today")
    await site.until(lambda: site.events)
    [view] = site.events
    assert (view["kind"], view["appName"], view["pageTitle"]) == ("view", site.name, "Hello")
    assert view["pageUrl"] == view["firstUrl"] == f"{site.url}/hello?utm_source=letter"
    assert (view["firstReferrer"], view["navigation"]) == ("https://news.example/today", "navigate")
    assert view["screenWidth"] == 1280 and 0 <= view["ageMs"] < 30_000
    uuid7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert uuid7.fullmatch(view["sessionId"]) and uuid7.fullmatch(view["eventId"])
    [request] = site.requests
    assert (request.method, request.path) == ("POST", "/track/batch")
    assert request.headers["content-type"] == "text/plain" and "cookie" not in request.headers


async def test_a_reload_and_a_hard_navigation_are_sessions_of_their_own_and_say_how_they_began(
    site: Recorder, page: Page
) -> None:
    site.pages |= {"/a": document(site, '<a href="/b">on</a>'), "/b": document(site)}
    await page.goto("/a")
    await page.reload()
    await page.click("a")
    await site.until(lambda: len(site.of("view")) == 3)
    first, again, second = site.of("view")
    assert [v["navigation"] for v in (first, again, second)] == ["navigate", "reload", "navigate"]
    assert len({v["sessionId"] for v in (first, again, second)}) == 3
    assert second["firstReferrer"] == f"{site.url}/a"


async def test_routes_of_the_history_api_are_views_with_the_title_that_comes_after_them(
    site: Recorder, page: Page
) -> None:
    site.pages["/app"] = document(site, "", only("view", "route"), title="Home")
    await page.goto("/app")
    await page.evaluate("history.pushState({}, '', '/app/two'); setTimeout(() => { document.title = 'Two' }, 50)")
    await page.evaluate("history.replaceState({}, '', '/app/two?sort=up')")
    await page.evaluate("location.hash = 'part'")
    await page.wait_for_timeout(100)
    await page.evaluate("history.pushState({}, '', '/app/three'); document.title = 'Three'")
    await page.go_back()
    await page.go_back()
    await page.go_back()
    await site.until(lambda: len(site.of("view")) == 5)
    seen = [(view["pageUrl"].removeprefix(site.url), view["pageTitle"]) for view in site.of("view")]
    assert [page for page, _ in seen] == ["/app", "/app/two", "/app/three", "/app/two?sort=up", "/app"]
    assert [title for _, title in seen][:3] == ["Home", "Two", "Three"]
    assert len({view["sessionId"] for view in site.of("view")}) == 1


async def test_a_view_is_never_sent_without_its_title_however_soon_its_batch_goes(site: Recorder, page: Page) -> None:
    await page.add_init_script("Math.random = () => 0")  # a batch waits 1,010 ms
    site.pages["/app"] = document(site, "", only("route"), title="Home")
    await page.goto("/app")
    await page.evaluate(
        """analytics.track('before');
           setTimeout(() => { history.pushState({}, '', '/app/two') }, 800);
           setTimeout(() => { document.title = 'Two' }, 1_200);"""
    )
    await site.until(lambda: site.of("view"))
    await page.evaluate(
        """history.pushState({}, '', '/app/three'); document.title = 'Three';
           for (let i = 0; i < 20; i++) analytics.track('full batch')"""
    )
    await site.until(lambda: len(site.of("view")) == 2)
    assert [view["pageTitle"] for view in site.of("view")] == ["Two", "Three"]


async def test_routes_are_seen_without_the_navigation_api_too_and_left_alone_after_shutdown(
    site: Recorder, page: Page
) -> None:
    await page.add_init_script(
        """Object.defineProperty(window, 'navigation', { value: undefined }); window.original = history.pushState"""
    )
    site.pages["/app"] = document(site, "", only("view", "route"))
    await page.goto("/app")
    assert await page.evaluate("window.navigation === undefined && history.pushState !== original")
    await page.evaluate("history.pushState({}, '', '/app/two')")
    await page.evaluate("history.back()")
    await site.until(lambda: len(site.of("view")) == 3)
    await page.evaluate("analytics.shutdown()")
    assert await page.evaluate("history.pushState === original")


async def test_fragments_are_pages_only_where_the_site_says_so(site: Recorder, page: Page) -> None:
    site.pages["/hash"] = document(site, "", only("view", "route"), "data-hash-routing")
    await page.goto("/hash#/one")
    await page.evaluate("location.hash = '#/two'")
    await site.until(lambda: len(site.of("view")) == 2)
    assert [view["pageUrl"] for view in site.of("view")] == [f"{site.url}/hash#/one", f"{site.url}/hash#/two"]


async def test_a_click_says_which_element_and_never_what_was_written(site: Recorder, page: Page) -> None:
    body = """
      <button id="buy" role="button" value="secret-value"><b>Buy   now</b></button>
      <span data-analytics-id="hero" data-analytics-place="top">Hero</span>
      <span data-analytics-event="Opened" data-analytics-plan="pro">Open</span>
      <div data-analytics-ignore><button id="hidden">no</button></div>
      <input type="button" id="field" value="secret-value">
      <a id="write" href="#" onclick="return false"><i contenteditable>secret words</i></a>
      <p id="plain">not interactive</p>"""
    site.pages["/clicks"] = document(site, body, only("click"))
    await page.goto("/clicks")
    for selector in ("b", "[data-analytics-id]", "[data-analytics-event]", "#hidden", "#field", "#write", "#plain"):
        await page.click(selector)
    await page.evaluate("analytics.flush()")
    await site.until(lambda: len(site.events) == 5)
    buy, hero, opened, field, write = site.events
    assert buy["type"] == "click"
    assert buy["data"] == {"elementId": "buy", "tag": "button", "role": "button", "text": "Buy now"}
    assert hero["data"] == {"elementId": "hero", "place": "top", "tag": "span", "text": "Hero"}
    assert (opened["kind"], opened["name"], opened["props"]["plan"]) == ("event", "Opened", "pro")
    assert field["data"] == {"elementId": "field", "tag": "input"}
    assert write["data"]["elementId"] == "write" and "text" not in write["data"]
    assert b"secret" not in b"".join(request.body for request in site.requests)


async def test_long_text_is_cut_between_characters(site: Recorder, page: Page) -> None:
    label, value = "a" * 99 + "🍵🍵", "b" * 1_999 + "🍵🍵"
    site.pages["/text"] = document(site, f"<button>{label}</button>", only("click"))
    await page.goto("/text")
    await page.click("button")
    await page.evaluate(f"analytics.track('long', {{ value: '{value}' }}); analytics.flush()")
    await site.until(lambda: len(site.events) == 2)
    click, long = site.events
    assert (click["data"]["text"], long["props"]["value"]) == (label[:100], value[:2_000])


async def test_links_out_and_files_are_told_once_without_their_queries(site: Recorder, page: Page) -> None:
    body = f"""
      <a id="out" href="{site.elsewhere}/there?token=secret#x">out</a>
      <a id="file" href="/files/report.PDF?token=secret">file</a>
      <a id="saved" href="/in" download>saved</a>
      <a id="mail" href="mailto:anna@site.example">mail</a>
      <script>addEventListener('click', (event) => event.preventDefault())</script>"""
    site.pages["/links"] = document(site, body, only("click", "outbound", "download"))
    await page.goto("/links")
    for selector in ("#out", "#file", "#saved", "#mail"):
        await page.click(selector)
    await page.click("#out", button="middle")
    await page.click("#out", button="right")
    await page.evaluate("analytics.flush()")
    await site.until(lambda: len(site.events) == 5)
    told = [(event["type"], event["data"].get("href")) for event in site.events]
    out = ("outbound", f"{site.elsewhere}/there")
    assert told == [
        out,
        ("download", f"{site.url}/files/report.PDF"),
        ("download", f"{site.url}/in"),
        ("click", "mailto:"),
        out,
    ]
    assert b"secret" not in site.requests[0].body and b"anna" not in site.requests[0].body


async def test_a_form_is_told_when_it_is_sent_and_nothing_of_what_is_in_it(site: Recorder, page: Page) -> None:
    body = """<form id="join" action="/done"><input name="id" value="secret">
      <input name="mail"><button id="go">Join</button></form>"""
    site.pages |= {"/form": document(site, body, only("form")), "/done": "done"}
    await page.goto("/form")
    await page.fill("[name=mail]", "secret@site.example")
    await page.click("#go")
    await site.until(lambda: site.events)
    [sent] = site.events
    assert (sent["kind"], sent["type"], sent["data"]) == ("interaction", "submit", {"elementId": "join", "tag": "form"})


async def test_scrolling_tells_the_deepest_threshold_once_a_page(site: Recorder, page: Page) -> None:
    site.pages["/long"] = document(site, LONG, only("scroll", "route"))
    await page.goto("/long")
    for top in (1_000, 900, 3_400, 200, 99_999):
        await page.evaluate(f"scrollTo(0, {top})")
        await page.wait_for_timeout(60)
    await page.evaluate("analytics.flush()")
    await site.until(lambda: len(site.of("interaction")) == 3)
    assert [event["data"]["depth"] for event in site.of("interaction", type="scroll")] == [25, 75, 100]


async def test_thresholds_are_those_of_the_options(site: Recorder, page: Page) -> None:
    site.pages["/long"] = document(site, LONG, only("scroll"), """data-scroll-tracking='{"thresholds":[40]}'""")
    await page.goto("/long")
    await page.evaluate("scrollTo(0, 99999)")
    await site.until(lambda: site.events)
    assert [event["data"]["depth"] for event in site.events] == [40]


async def test_time_counts_while_the_page_is_seen_and_belongs_to_its_page(site: Recorder, page: Page) -> None:
    site.pages["/read"] = document(site, LONG, only("view", "route", "engagement"))
    await page.goto("/read")
    await page.evaluate("scrollTo(0, 1500)")
    await page.wait_for_timeout(400)
    await page.evaluate("history.pushState({}, '', '/read/on')")
    await page.wait_for_timeout(200)
    await page.close(run_before_unload=False)
    await site.until(lambda: len(site.of("engagement")) == 2)
    first, second = site.of("engagement")
    assert (first["pageUrl"], second["pageUrl"]) == (f"{site.url}/read", f"{site.url}/read/on")
    assert 300 <= first["engagedMs"] < 20_000 and 150 <= second["engagedMs"] < 20_000
    assert 30 <= first["scrollMax"] <= 60


async def test_a_page_out_of_the_back_forward_cache_is_a_view_of_the_same_session(site: Recorder, page: Page) -> None:
    site.pages |= {"/a": document(site, '<a href="/b">on</a>', only("view", "restore")), "/b": "b"}
    await page.goto("/a")
    await page.evaluate("window.kept = true")
    await page.click("a")
    await page.wait_for_url("**/b")
    await page.evaluate("history.back()")  # go_back() waits for a load, which a page from the cache does not have
    await site.until(lambda: len(site.of("view")) == 2)
    assert await page.evaluate("window.kept"), "the page did not come from the cache"
    first, again = site.of("view")
    assert (first["pageUrl"], first["sessionId"]) == (again["pageUrl"], again["sessionId"])


async def test_a_prerendered_page_counts_when_it_is_shown(site: Recorder, chromium: Path, tmp_path: Path) -> None:
    rules = (
        '<script type="speculationrules">{"prerender":[{"urls":["/next","/never"],"eagerness":"immediate"}]}</script>'
    )
    shown = """<script>
      const [loaded] = performance.getEntriesByType('navigation');
      const tell = () => analytics.track('shown', { activationStart: loaded.activationStart });
      if (document.prerendering) document.addEventListener('prerenderingchange', tell); else tell();
      analytics.track('written');
    </script>"""
    site.pages |= {
        "/start": f"<!doctype html>{rules}<script>setTimeout(() => {{ location.href = '/next' }}, 2500)</script>",
        "/next": document(site, shown, only("view"), title="Next"),
        "/never": document(site, shown, only("view")),
    }
    # a browser that is driven by Playwright does not prerender
    flags = ["--headless=new", "--no-sandbox", "--no-first-run", f"--user-data-dir={tmp_path}", f"--user-agent={AGENT}"]
    process = await asyncio.create_subprocess_exec(
        chromium, *flags, f"{site.url}/start", stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await site.until(lambda: len(site.events) == 3)
    finally:
        process.kill()
        await process.wait()
    written, view, told = sorted(site.events, key=lambda event: event["sequence"])
    assert told["props"]["activationStart"] > 500, "the page was not prerendered"
    assert {event["sessionId"] for event in site.events} == {view["sessionId"]}
    assert (view["kind"], view["pageTitle"], view["navigation"]) == ("view", "Next", "navigate")
    assert view["pageUrl"] == f"{site.url}/next"
    assert written["ageMs"] - view["ageMs"] > 300, "the view is as old as the page, not as its being shown"


async def test_thirty_idle_minutes_later_a_new_session_begins_without_a_source(site: Recorder, page: Page) -> None:
    site.pages["/idle"] = document(site, "", only("view"))
    await page.clock.install()
    await page.goto("/idle", referer="https://news.example/")
    await page.evaluate("analytics.track('before')")
    await page.clock.fast_forward("29:00")
    await page.evaluate("analytics.track('still')")
    await page.clock.fast_forward("31:00")
    await page.evaluate("analytics.track('later')")
    await page.clock.fast_forward("00:05")
    await site.until(lambda: len(site.events) == 4)
    view, before, still, later = site.events
    assert view["sessionId"] == before["sessionId"] == still["sessionId"] != later["sessionId"]
    assert before["firstReferrer"] == "https://news.example/"
    assert later["navigation"] == "idle" and "firstReferrer" not in later and "firstUrl" not in later
