"""How events travel: batches, retries, bounds, and what a page never notices."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page

from bench.recorder import Received, Recorder, accepted
from tests.sdk.test_capture import document, only

QUIET = only()


def bare(site: Recorder, *attributes: str) -> str:
    """A page that records only what it is told to."""
    return document(site, "", QUIET, *attributes)


async def warnings(page: Page) -> list[str]:
    """What the page says on its console from now on, as warnings or errors of its own."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.text.startswith("analytics:") else None)
    return said


async def test_events_of_a_second_or_two_are_one_request(site: Recorder, page: Page) -> None:
    site.pages["/"] = bare(site)
    await page.goto("/")
    for number in range(5):
        await page.evaluate(f"analytics.track('event {number}')")
        await page.wait_for_timeout(100)
    await site.until(lambda: len(site.events) == 5)
    assert len(site.requests) == 1
    ages = [event["ageMs"] for event in site.events]
    assert ages == sorted(ages, reverse=True) and ages[0] - ages[4] >= 400
    assert [event["sequence"] for event in site.events] == [0, 1, 2, 3, 4]


async def test_the_twentieth_event_goes_at_once(site: Recorder, page: Page) -> None:
    site.pages["/"] = bare(site)
    await page.goto("/")
    sent_after = await page.evaluate(
        """() => new Promise((done) => {
          const began = performance.now(), real = window.fetch;
          window.fetch = (...given) => { done(performance.now() - began); return real(...given); };
          for (let i = 0; i < 20; i++) analytics.track('event');
        })"""
    )
    assert sent_after < 500
    await site.until(lambda: len(site.events) == 20)


@pytest.mark.parametrize("how", ["close", "navigate"])
async def test_a_page_that_is_left_at_once_delivers_what_it_knows(
    site: Recorder, context: BrowserContext, how: str
) -> None:
    site.pages |= {"/": document(site), "/on": "on"}
    page = await context.new_page()
    await page.goto("/", wait_until="commit")
    await page.wait_for_function("window.analytics")
    await (page.close() if how == "close" else page.goto("/on"))
    await site.until(lambda: site.of("view"))


async def test_what_is_left_is_split_so_that_each_part_may_outlive_the_page(site: Recorder, page: Page) -> None:
    site.pages |= {"/": bare(site), "/on": "on"}
    await page.goto("/")
    site.delay_s = 0.3
    await page.evaluate("for (let i = 0; i < 19; i++) analytics.track('event', { text: 'ä'.repeat(1000) })")
    await page.goto("/on")
    await site.until(lambda: len(site.events) == 19)
    assert len(site.requests) > 1 and all(len(request.body) < 64 * 1024 for request in site.requests)


async def test_without_keepalive_a_beacon_is_sent_when_the_page_is_left_and_only_then(
    site: Recorder, page: Page
) -> None:
    await page.add_init_script("delete Request.prototype.keepalive")
    site.pages |= {"/": bare(site), "/on": "on"}
    await page.goto("/")
    await page.evaluate(
        """const real = navigator.sendBeacon; window.beacons = 0;
        navigator.sendBeacon = function (...given) { analytics.beacons = 1; return real.apply(navigator, given); };
        analytics.track('early')"""
    )
    await site.until(lambda: len(site.events) == 1)
    assert await page.evaluate("analytics.beacons") is None
    await page.evaluate("analytics.track('late')")
    await page.goto("/on")
    await site.until(lambda: len(site.events) == 2)
    assert "text/plain" in site.requests[1].headers["content-type"]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_is_asked_again_when_it_says_so_and_each_event_stays_itself(
    site: Recorder, page: Page, status: int
) -> None:
    def busy_once(received: Received) -> tuple[int, dict[str, str], bytes]:
        if len(site.requests) > 1:
            return accepted(received)
        return status, {"retry-after": "2", "access-control-expose-headers": "retry-after"}, b""

    site.answer = busy_once
    site.pages["/"] = bare(site)
    await page.goto("/")
    await page.evaluate("for (let i = 0; i < 20; i++) analytics.track('event')")
    await site.until(lambda: len(site.requests) == 2)
    first, second = site.requests
    assert second.at - first.at >= 2
    assert [e["eventId"] for e in first.events] == [e["eventId"] for e in second.events]
    assert second.events[0]["ageMs"] >= 2_000


async def test_ten_minutes_of_errors_lose_nothing_that_there_is_room_for(site: Recorder, page: Page) -> None:
    site.answer = lambda received: (500, {}, b"<h1>down</h1>")
    site.pages["/"] = bare(site)
    await page.clock.install()
    await page.goto("/")
    await page.evaluate("for (let i = 0; i < 30; i++) analytics.track(`event ${i}`)")
    for _ in range(20):
        await page.clock.fast_forward("00:30")
        await page.wait_for_timeout(30)
    tries = len(site.requests)
    assert 6 <= tries <= 21
    site.answer = None
    await page.clock.fast_forward("05:00")
    await site.until(lambda: len(site.requests) > tries)
    await page.clock.fast_forward("00:05")
    await site.until(lambda: len(site.events) == 30)
    [last] = [e for request in site.requests for e in request.events if e["name"] == "event 0"][-1:]
    assert last["ageMs"] >= 600_000


async def test_a_page_that_was_offline_delivers_when_it_is_online_again(
    site: Recorder, page: Page, context: BrowserContext
) -> None:
    site.pages["/"] = bare(site)
    await page.goto("/")
    await context.set_offline(True)
    await page.evaluate("analytics.track('offline'); analytics.flush()")
    await page.wait_for_timeout(300)
    assert site.events == []
    await context.set_offline(False)
    await site.until(lambda: site.of("event", name="offline"))


async def test_ten_thousand_events_in_a_second_keep_the_first_thousand_and_block_nothing(
    site: Recorder, page: Page
) -> None:
    site.pages["/"] = bare(site, "data-debug")
    said = await warnings(page)
    await page.goto("/")
    site.delay_s = 0.2
    took = await page.evaluate(
        """() => { const began = performance.now();
          for (let i = 0; i < 10000; i++) analytics.track(`event ${i}`, { i });
          return performance.now() - began; }"""
    )
    assert took < 5_000
    await site.until(lambda: len(site.events) >= 900)
    await page.wait_for_timeout(1_000)
    numbers = [event["props"]["i"] for event in site.events]
    assert 900 <= len(numbers) <= 1_100 and numbers == list(range(len(numbers)))
    assert said == ["analytics: Error: full"] or "full" in said[0]
    assert len(said) == 1


async def test_nothing_that_an_application_hands_over_throws_or_spoils_other_events(site: Recorder, page: Page) -> None:
    site.pages["/"] = bare(site)
    await page.goto("/")
    thrown = await page.evaluate(
        """() => {
          const cycle = { plan: 'pro' }; cycle.self = cycle;
          const hostile = JSON.parse('{"__proto__": {"polluted": true}, "ok": 1}');
          const calls = [
            () => analytics.track('cycle', cycle),
            () => analytics.track('odd', { f() {}, s: Symbol('s'), big: 10n ** 20n, nan: NaN, inf: 1 / 0, no: null,
              yes: true, date: new Date(0), list: [1] }),
            () => analytics.track('hostile', hostile),
            () => analytics.track('long', { ['k'.repeat(101)]: 1, text: 'x'.repeat(5000) }),
            () => analytics.track('many', Object.fromEntries([...'x'.repeat(50)].map((_, i) => [`k${i}`, i]))),
            () => analytics.track('throws', { get bad() { throw Error('no'); } }),
            () => analytics.track('proxy', new Proxy({}, { ownKeys() { throw Error('no'); } })),
            () => analytics.track('text', 'not an object'),
            () => analytics.track(10n), () => analytics.track(), () => analytics.track(null, null, null),
            () => analytics.trackView(null), () => analytics.trackView(7),
            () => analytics.trackView({ pageUrl: 'http://' }),
            () => analytics.trackInteraction(), () => analytics.trackInteraction({ type: 'x', data: cycle }),
            () => analytics.identify(10n), () => analytics.reset(),
            () => analytics.track('bought', {}, { revenue: { amount: 0.1 + 0.2, currency: 'EUR' } }),
            () => analytics.variant(Symbol('s')), () => analytics.variant(), () => analytics.exposure(),
          ];
          return calls.filter((call) => { try { call(); } catch { return true; } }).length;
        }"""
    )
    assert thrown == 0
    assert await page.evaluate("({}).polluted") is None
    await page.evaluate("analytics.flush()")
    await site.until(lambda: site.of("event", name="bought"))
    props: dict[str, Any] = {event.get("name", ""): event.get("props") for event in site.events}
    assert props["cycle"] == {"plan": "pro"}
    assert props["odd"] == {"big": str(10**20), "nan": None, "inf": None, "yes": "true"}
    assert props["hostile"] == {"ok": 1}
    assert props["long"] == {"text": "x" * 2_000}
    assert len(props["many"]) == 30
    [bought] = site.of("event", name="bought")
    assert bought["revenue"] == {"amount": "0.3", "currency": "EUR"}


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [(200, b"<!doctype html>the site's own page", "<!doctype"), (404, b"<h1>nothing</h1>", "404"), (400, b"{}", "400")],
)
async def test_what_is_no_gateway_is_told_once_in_debug_mode_and_not_asked_again(
    site: Recorder, page: Page, status: int, body: bytes, word: str
) -> None:
    site.answer = lambda received: (status, {"content-type": "text/html"}, body)
    site.pages["/"] = bare(site, "data-debug")
    said = await warnings(page)
    await page.goto("/")
    for number in range(2):
        await page.evaluate(f"analytics.track('event {number}'); analytics.flush()")
        await site.until(lambda: len(site.requests) == number + 1)  # noqa: B023  (awaited within the round)
    await page.wait_for_timeout(200)
    assert len(said) == 1 and word in said[0]
    assert len(site.requests) == 2


async def test_a_server_that_is_not_there_is_no_trouble_for_the_page(site: Recorder, page: Page) -> None:
    site.pages["/"] = bare(site, 'data-api="http://127.0.0.1:9"', "data-debug")
    said = await warnings(page)
    await page.goto("/")
    await page.evaluate("analytics.track('event'); analytics.flush()")
    await page.wait_for_timeout(500)
    assert len(said) == 1 and site.requests == []


async def test_an_event_that_is_refused_is_told_in_debug_mode(site: Recorder, page: Page) -> None:
    refused = {"results": [{"eventId": "x", "status": "rejected", "reason": "name: is required", "field": "name"}]}
    body = json.dumps(refused, separators=(",", ":")).encode()
    site.answer = lambda received: (202, {"content-type": "application/json"}, body)
    site.pages["/"] = bare(site, "data-debug")
    said = await warnings(page)
    await page.goto("/")
    await page.evaluate("analytics.track(''); analytics.flush()")
    await site.until(lambda: site.requests)
    await asyncio.sleep(0.2)
    assert len(said) == 1 and "name: is required" in said[0]


async def test_a_clock_that_is_set_changes_no_age(site: Recorder, page: Page) -> None:
    site.pages["/"] = bare(site)
    await page.goto("/")
    await page.evaluate(
        """analytics.track('before');
        const now = Date.now; Date.now = () => now() - 864e6; analytics.track('after'); analytics.flush()"""
    )
    await site.until(lambda: len(site.events) == 2)
    before, after = site.events
    assert 0 <= after["ageMs"] <= before["ageMs"] < 10_000
    assert before["sessionId"] == after["sessionId"]


async def test_a_time_to_come_back_that_is_past_or_unreadable_is_no_hurry(site: Recorder, page: Page) -> None:
    given = iter(["Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-5"])
    site.answer = lambda received: (503, {"retry-after": next(given, "soon")}, b"")
    site.pages["/"] = bare(site)
    await page.goto("/")
    await page.evaluate("analytics.track('event'); analytics.flush()")
    await page.wait_for_timeout(3_500)
    assert 1 <= len(site.requests) <= 2
