"""The script tag: its attributes, the queue before it, and what it leaves on the page."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from bench.recorder import Recorder
from gateway.script import FOLDER
from tests.sdk.test_capture import document, only


async def test_calls_made_before_the_script_came_are_made_when_it_comes(site: Recorder, page: Page) -> None:
    queue = "<script>window.analytics = [['identify', 'anna'], ['track', 'Signup', { plan: 'pro' }]]</script>"
    site.pages["/"] = f"<!doctype html>{queue}{site.script('defer', only())}"
    await page.goto("/")
    await page.evaluate("analytics.push(['track', 'Later'])")
    await site.until(lambda: len(site.events) == 2)
    signup, later = site.events
    assert (signup["name"], signup["props"], signup["userId"]) == ("Signup", {"plan": "pro"}, "anna")
    assert later["name"] == "Later"


@pytest.mark.parametrize("name", ["analytics.js", "analytics.full.js"])
async def test_an_element_called_analytics_and_calls_that_are_none_stop_nothing(
    site: Recorder, page: Page, name: str
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    nonsense = "5, null, 'track', [], ['nothing'], ['__proto__'], ['push', ['track', 'no']], { 0: 'track' }"
    queue = f"<script>window.analytics = [{nonsense}, ['track', 'Queued']]</script>"
    site.pages |= {
        "/named": f'<!doctype html><form id="analytics"></form>{site.script(only(), name=name)}',
        "/queued": f"<!doctype html>{queue}{site.script(only(), name=name)}",
    }
    await page.goto("/named")
    await page.evaluate(f"for (const call of [{nonsense}, undefined]) analytics.push(call)")
    await page.evaluate("analytics.push(['track', 'Named']); analytics.flush()")
    await page.goto("/queued")
    await page.evaluate("analytics.flush()")
    await site.until(lambda: len(site.events) == 2)
    assert [event["name"] for event in site.events] == ["Named", "Queued"]
    assert errors == []


async def test_the_script_may_be_a_module(site: Recorder, page: Page) -> None:
    site.pages["/"] = f"<!doctype html>{site.script('type=module', only('view'), name='analytics.js')}"
    await page.goto("/")
    await page.evaluate("analytics.flush()")
    await site.until(lambda: site.events)
    assert site.events[0]["kind"] == "view"


async def test_the_same_script_twice_records_once(site: Recorder, page: Page) -> None:
    site.pages["/"] = document(site, site.script())
    await page.goto("/")
    await page.evaluate("analytics.flush()")
    await site.until(lambda: site.events)
    await page.wait_for_timeout(100)
    assert len(site.of("view")) == 1


async def test_the_small_script_takes_calls_views_routes_clicks_links_scrolling_and_time(
    site: Recorder, page: Page
) -> None:
    body = f'<button>b</button><a href="{site.elsewhere}/there">out</a><div style="height:3000px"></div>'
    site.pages["/"] = f"<!doctype html>{site.script(name='analytics.js')}<body>{body}"
    await page.goto("/")
    await page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    await page.click("button")
    await page.click("a")
    await page.evaluate("scrollTo(0, 9999)")
    await page.wait_for_timeout(150)
    await page.evaluate("history.pushState({}, '', '/two'); analytics.track('told'); analytics.trackView()")
    await page.evaluate("analytics.trackInteraction({ type: 'click', data: { elementId: 'x' } })")
    await page.evaluate("analytics.flush()")
    await site.until(lambda: len(site.of("view")) == 2 and len(site.of("interaction")) == 4)
    assert {event["type"] for event in site.of("interaction")} == {"click", "outbound", "scroll"}
    assert site.of("event", name="told") and site.of("engagement")


async def test_the_module_is_the_package(site: Recorder, page: Page) -> None:
    site.pages["/"] = (
        "<!doctype html><title>T</title><script type=module>"
        "import { AnalyticsClient } from '/js/analytics.mjs';"
        f"const analytics = new AnalyticsClient({{ apiBaseUrl: '{site.url}/', appName: '{site.name}',"
        " scrollTracking: { enabled: true } });"
        "analytics.trackView({ pageUrl: location.href, pageTitle: 'Told' });"
        "analytics.trackInteraction({ type: 'click', data: { elementId: 'x', pageUrl: location.href } });"
        "</script>"
    )
    await page.goto("/")
    await site.until(lambda: len(site.events) == 2)
    view, click = site.events
    assert (view["kind"], view["pageTitle"], view["pageUrl"]) == ("view", "Told", f"{site.url}/")
    assert (click["type"], click["data"]) == ("click", {"elementId": "x", "pageUrl": f"{site.url}/"})


async def test_a_view_that_the_application_tells_of_too_is_one_view_and_others_are_their_own(
    site: Recorder, page: Page
) -> None:
    site.pages["/"] = document(site, "", only("view", "route"), title="Seen")
    await page.goto("/?from=letter")
    await page.evaluate("analytics.trackView({ pageUrl: '/', pageTitle: 'Told', props: { plan: 'pro' } })")
    await page.evaluate("analytics.trackView({ pageUrl: '/' }); analytics.trackView({ pageUrl: '/virtual' })")
    await page.evaluate("history.pushState({}, '', '/virtual')")
    await page.evaluate("analytics.track('there'); analytics.flush()")
    await site.until(lambda: site.of("event"))
    seen = [(view["pageUrl"].removeprefix(site.url), view["pageTitle"]) for view in site.of("view")]
    assert seen == [("/?from=letter", "Told"), ("/", "Seen"), ("/virtual", "Seen")]
    assert site.of("view")[0]["props"] == {"plan": "pro"}
    assert site.of("event")[0]["pageUrl"] == f"{site.url}/virtual"


async def test_a_client_made_anew_begins_no_second_visit(site: Recorder, page: Page) -> None:
    options = f"{{ apiBaseUrl: '{site.url}', appName: '{site.name}' }}"
    site.pages["/"] = (
        "<!doctype html><script type=module>import { AnalyticsClient } from '/js/analytics.mjs';"
        f"const first = new AnalyticsClient({options}); await first.shutdown();"
        f"const second = new AnalyticsClient({options}); second.track('second'); await second.flush();</script>"
    )
    await page.goto("/")
    await site.until(lambda: site.of("event"))
    assert len(site.of("view")) == 1
    assert len({event["sessionId"] for event in site.events}) == 1


async def test_experiments_hash_the_user_where_there_is_one_else_the_session(site: Recorder, page: Page) -> None:
    experiments = """data-experiments='{"hero":{"control":1,"bold":1},"off":{"control":1,"new":0}}'"""
    site.pages["/"] = document(site, "", only(), experiments)
    await page.goto("/")
    chosen = await page.evaluate(
        """() => { const variants = [];
          for (let i = 0; i < 400; i++) { analytics.identify(`user ${i}`); variants.push(analytics.variant('hero')); }
          analytics.identify('user 7'); const again = analytics.variant('hero'); const seventh = variants[7];
          analytics.reset();
          analytics.exposure('hero', again); analytics.flush();
          return { bold: variants.filter((name) => name === 'bold').length, same: again === seventh,
                   off: analytics.variant('off'), unknown: analytics.variant('nothing'),
                   session: analytics.variant('hero') === analytics.variant('hero') }; }"""
    )
    assert 160 <= chosen["bold"] <= 240
    assert chosen | {"bold": 0} == {"bold": 0, "same": True, "off": "control", "unknown": "", "session": True}
    await site.until(lambda: site.of("event", name="experiment_exposure"))
    [exposure] = site.events
    assert exposure["props"]["experiment"] == "hero" and exposure["props"]["variant"] in ("control", "bold")


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.*js")))
def test_a_built_file_runs_nothing_that_a_policy_forbids(name: str) -> None:
    text = (Path(FOLDER) / name).read_text()
    assert not any(word in text for word in ("eval(", "new Function", "innerHTML", "localStorage", "sessionStorage"))
    assert not any(word in text for word in ("document.cookie", "indexedDB", "caches.", "cookieStore"))
