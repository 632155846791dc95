"""The overview in a real browser: numbers on screen are the API's, and what can be pressed does what it says."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest
from playwright.async_api import Page, Position, Request, expect

from bench.mesh import Mesh
from tests.dashboard.conftest import SHOP, Opened, number, rows, screenshot, shown, total

MAY = ["2015-05-01", "2015-05-31"]
IN_MAY = "/?site=demo&range=2015-05-01..2015-05-31"
IN_SHOP = f"/?site={SHOP}"


def days(count: int) -> list[str]:
    """The last days, today included, as the dashboard asks for them."""
    today = datetime.now(UTC).date()
    return [str(today - timedelta(days=count - 1)), str(today)]


async def test_a_page_is_one_question_and_its_numbers_are_those_of_the_api(mesh: Mesh, page: Page, log: None) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            asked.append(request.url.rpartition("/")[2])

    page.on("request", note)
    await page.goto(IN_MAY)
    await shown(page)
    page.remove_listener("request", note)
    assert asked == ["page"]

    names = ["visitors", "visits", "pageviews"]
    ((_, expected),) = await mesh.query(names, date_range=MAY)
    assert expected[2] > 1_000
    assert [number(await total(page, name)) for name in names] == expected
    for card, dimension in (
        ("sources", "channel"),
        ("pages", "page"),
        ("locations", "country"),
        ("devices", "browser"),
    ):
        await page.locator(f".list-card-{card} tbody tr").first.wait_for()
        answered = await mesh.query(["visitors"], dimensions=[dimension], date_range=MAY, limit=9)
        found = await rows(page, card)
        assert [count for _, count in found] == [metrics[0] for _, metrics in answered], card
        if card == "pages":
            assert [name for name, _ in found] == [dimensions[0] for dimensions, _ in answered]
    await expect(page.get_by_text("sum of daily unique visitors")).to_be_visible()
    await screenshot(page, "dashboard")


async def test_each_tab_lists_what_the_api_answers(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    tabs = {
        "sources": {"Sources": "source", "Referrers": "referrer", "Campaigns": "utm_source"},
        "pages": {"Entry": "entry_page", "Exit": "exit_page", "Titles": "page_title", "Hosts": "hostname"},
        "devices": {"Systems": "os", "Devices": "device", "Screens": "screen", "Languages": "language"},
    }
    for card, names in tabs.items():
        for name, dimension in names.items():
            await page.locator(f".list-card-{card}").get_by_role("tab", name=name, exact=True).click()
            await shown(page)
            answered = await mesh.query(["visitors"], SHOP, dimensions=[dimension], date_range=days(30), limit=9)
            counts = [
                metrics[0]
                for dimensions, metrics in answered
                if dimension != "utm_source" or dimensions != ["(not set)"]
            ]
            assert [count for _, count in await rows(page, card)] == counts, name
    assert "sources=utm_source" in page.url
    await page.locator(".list-card-locations").get_by_role("tab", name="Map").click()
    world = page.get_by_role("img", name="Map of the world")
    await expect(world).to_have_attribute("aria-label", re.compile("Germany 33%"))
    await world.locator(".country:not(.empty)").first.click()
    await expect(page).to_have_url(re.compile("filter=is,country,"))


async def test_events_goals_and_the_values_of_a_property(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    card = page.locator(".list-card-events")
    assert await rows(page, "events") == [("signup", 24)]
    await card.get_by_role("tab", name="Goals").click()
    await expect(card.get_by_role("row")).to_have_count(3)
    assert await rows(page, "events") == [("Pricing seen", 60), ("Signup", 24)]
    rate = await mesh.query(["conversion_rate"], SHOP, dimensions=["goal"], date_range=days(30))
    assert [f"{metrics[0]:.0f}%" for _, metrics in rate] == [
        await row.locator("td").nth(1).inner_text() for row in (await card.get_by_role("row").all())[1:]
    ]
    await card.get_by_role("tab", name="Properties").click()
    await card.get_by_label("Property", exact=True).fill("plan")
    await card.get_by_role("button", name="Show values").click()
    await expect(card.get_by_role("row")).to_have_count(3)
    assert sorted(await rows(page, "events")) == [("free", 12), ("pro", 12)]
    assert "events=prop:plan" in page.url


async def test_pages_tell_engaged_time_and_how_far_people_read(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    first = page.locator(".list-card-pages tbody tr").first
    await expect(first.locator(".column-time_on_page")).to_have_text("8s")
    reached = [f"scroll_reached:{depth}" for depth in (25, 50, 75, 90, 100)]
    ((_, shares), *_) = await mesh.query(["visitors", *reached], SHOP, dimensions=["page"], date_range=days(30))
    told = await first.get_by_role("img").get_attribute("aria-label")
    assert told and [int(share) for share in re.findall(r"(\d+)%", told)] == [round(share) for share in shares[1:]]


async def test_a_click_filters_a_second_takes_it_back_and_back_undoes(mesh: Mesh, page: Page, shop: str) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    await page.locator(".list-card-locations").get_by_role("button", name="Germany").click()
    await expect(page).to_have_url(re.compile("filter=is,country,DE"))
    await shown(page)
    german = [["is", "country", ["DE"]]]
    ((_, expected),) = await mesh.query(["visitors", "pageviews"], SHOP, filters=german, date_range=days(30))
    assert [number(await total(page, name)) for name in ("visitors", "pageviews")] == expected
    await page.locator(".list-card-devices").get_by_role("button", name="Firefox").click()
    await page.get_by_role("button", name="Browser is. Press to reverse.").click()
    await expect(page).to_have_url(re.compile("filter=is_not,browser,Firefox"))
    await shown(page)
    both = [*german, ["is_not", "browser", ["Firefox"]]]
    ((_, (visitors,)),) = await mesh.query(["visitors"], SHOP, filters=both, date_range=days(30))
    assert number(await total(page, "visitors")) == visitors
    for _ in range(3):
        await page.go_back()
    await shown(page)
    assert "filter" not in page.url
    assert number(await total(page, "visitors")) == 120


async def test_conditions_are_grouped_by_and_or_and_not_and_kept_as_a_segment(
    mesh: Mesh, page: Page, shop: str
) -> None:
    await page.goto(IN_SHOP)
    await shown(page)
    await page.get_by_role("button", name="Filter", exact=True).click()
    form = page.get_by_role("dialog", name="Filter")
    await form.get_by_role("button", name="Remove condition").click()
    await form.get_by_role("button", name="+ Group").click()
    await form.get_by_label("Group", exact=True).select_option("none")
    await form.get_by_label("What").nth(0).select_option("country")
    await form.get_by_role("combobox", name="Values").nth(0).press_sequentially("germ")
    await form.get_by_role("option", name="Germany").click()
    await form.get_by_label("How").nth(1).select_option("contains")
    await form.get_by_role("combobox", name="Values").nth(1).fill("PRIC")
    await form.get_by_role("button", name="+ Condition").last.click()
    await form.get_by_label("How").nth(2).select_option("matches")
    await form.get_by_role("combobox", name="Values").nth(2).fill("^/$")
    await form.get_by_role("combobox", name="Values").nth(2).press("Enter")
    await screenshot(page, "filter", full=False)
    await form.get_by_role("button", name="Apply").click()
    written = "filter=none(is,country,DE;contains,page,PRIC)&filter=matches,page,^/$"
    await expect(page).to_have_url(re.compile("filter=matches"))
    assert written in unquote_plus(page.url)
    await shown(page)
    filters: list[Any] = [
        ["not", ["or", [["is", "country", ["DE"]], ["contains", "page", ["pric"], {"case_sensitive": False}]]]],
        ["matches", "page", ["^/$"]],
    ]
    ((_, (visitors, views)),) = await mesh.query(["visitors", "pageviews"], SHOP, filters=filters, date_range=days(30))
    assert 0 < visitors < 120
    assert [number(await total(page, name)) for name in ("visitors", "pageviews")] == [visitors, views]

    await page.get_by_role("button", name="Segments").click()
    await page.get_by_label("Save these filters as").fill("Readers")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page).to_have_url(re.compile(r"filter=is,segment,seg_\w+$"))
    await expect(page.get_by_role("button", name="Change the filter Segment is Readers")).to_be_visible()
    await shown(page)
    assert number(await total(page, "visitors")) == visitors
    await page.reload()
    await expect(page.get_by_role("button", name="Change the filter Segment is Readers")).to_be_visible()
    await page.get_by_role("button", name="Segments").click()
    await page.get_by_role("button", name="Delete the segment Readers").click()
    await page.get_by_role("button", name="Press again to delete Readers").click()
    await expect(page).not_to_have_url(re.compile("segment"))
    listed = await mesh.api("GET", f"segments?site={SHOP}")
    assert listed.json()["segments"] == []


async def test_typed_dates_another_interval_and_what_it_is_compared_with(mesh: Mesh, page: Page, log: None) -> None:
    await page.goto("/?site=demo")
    await page.get_by_role("button", name="Period:").click()
    await page.get_by_label("From", exact=True).fill("2015-05-19")
    await page.get_by_label("To", exact=True).fill("2015-05-20")
    await page.get_by_role("button", name="Apply").click()
    await expect(page).to_have_url(re.compile(r"range=2015-05-19\.\.2015-05-20"))
    await shown(page)
    asked: dict[str, Any] = {
        "site": mesh.site,
        "date_range": ["2015-05-19", "2015-05-20"],
        "compare": "previous_period",
    }
    answer = (await mesh.api("POST", "page", asked)).json()
    (now, before) = answer["totals"]["metrics"], answer["totals"]["comparison"]["metrics"]
    assert number(await total(page, "visitors")) == now[0]
    change = page.locator(".total-visitors .change")
    await expect(change).to_have_attribute("title", f"was {before[0]:,}")
    assert number(await change.inner_text()) == abs(answer["totals"]["comparison"]["change"][0])
    await expect(page.locator(".legend")).to_contain_text("May 17 – 18, 2015")

    await page.get_by_role("button", name="Table").click()
    cells = page.locator(".series-table tbody tr")
    await expect(cells).to_have_count(48)
    hours = [
        number(await cell.inner_text()) for cell in await page.locator(".series-table tbody td:nth-child(2)").all()
    ]
    hourly = await mesh.query(["visitors"], dimensions=["time:hour"], date_range=asked["date_range"])
    assert hours[::-1] == [metrics[0] for _, metrics in hourly]

    await page.get_by_role("button", name="The period before").click()
    await expect(page).to_have_url(re.compile(r"range=2015-05-17\.\.2015-05-18"))
    await page.get_by_role("button", name="Comparison:").click()
    await page.get_by_role("button", name="No comparison").click()
    await shown(page)
    await expect(page.locator(".change")).to_have_count(0)
    await page.get_by_role("button", name=re.compile("^Views per visit")).click()
    await expect(page).to_have_url(re.compile("compare=off&metric=views_per_visit&table=yes"))


async def test_the_chart_tells_of_the_day_under_the_pointer_and_a_click_opens_it(
    mesh: Mesh, page: Page, log: None
) -> None:
    await page.goto("/?site=demo&range=2015-05-18..2015-05-20")
    await shown(page)
    counted: dict[str, int] = {}
    for day in ("2015-05-17", "2015-05-20"):
        ((_, (counted[day],)),) = await mesh.query(["visitors"], date_range=[day, day])
    plot = page.locator(".chart .u-over")
    box = await plot.bounding_box()
    assert box
    end = Position(x=box["width"] - 2, y=box["height"] / 2)
    await plot.hover(position=end)
    told = page.locator(".chart-tooltip p")
    await expect(told).to_have_text(
        [
            f"Wed, May 20, 2015 Visitors: {counted['2015-05-20']:,}",
            f"Sun, May 17, 2015 Visitors: {counted['2015-05-17']:,}",
        ]
    )
    await screenshot(page, "chart-tooltip", full=False)
    await plot.click(position=end)
    await expect(page).to_have_url(re.compile(r"range=2015-05-20\.\.2015-05-20"))
    await expect(told.first).to_contain_text("11:00 PM")


async def test_a_list_is_searched_sorted_turned_over_and_taken_home(mesh: Mesh, page: Page, log: None) -> None:
    await page.goto(IN_MAY)
    await shown(page)
    await page.get_by_role("button", name="Pages: search, all rows, CSV").click()
    dialog = page.get_by_role("dialog", name="Pages")
    await expect(dialog.get_by_role("row")).to_have_count(51)
    await screenshot(page, "details", full=False)
    answer = await mesh.query(["visitors"], dimensions=["page"], date_range=MAY, limit=10_000)
    await expect(dialog.get_by_role("status")).to_have_text(f"1–50 of {len(answer)}")
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog.get_by_role("status")).to_have_text(f"51–100 of {len(answer)}")
    await dialog.get_by_role("button", name="Engaged").click()
    await expect(dialog.get_by_role("columnheader", name="Engaged")).to_have_attribute("aria-sort", "descending")
    await dialog.get_by_role("searchbox").fill("XDOTOOL")
    found = [dimensions[0] for dimensions, _ in answer if "xdotool" in dimensions[0].lower()]
    await expect(dialog.get_by_role("status")).to_have_text(f"1–{len(found)} of {len(found)}")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Download CSV").click()
    text = (await (await download.value).path()).read_text()
    assert text.splitlines()[0].startswith("page,visitors,visits,pageviews,time_on_page,scroll_reached:25")
    assert len(text.splitlines()) == 1 + len(found)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert "details" not in page.url


async def test_a_service_that_is_away_is_told_and_tried_again(page: Page, opened: Opened, shop: str) -> None:
    async def away(route: Any) -> None:
        await route.fulfill(status=503, body=json.dumps({"detail": "query is away"}))

    known = len(opened.complaints)
    await page.route("**/api/v1/page", away)
    await page.goto(f"{IN_SHOP}&range=last7")
    await expect(page.get_by_role("alert")).to_contain_text("busy or restarting")
    await page.unroute("**/api/v1/page")
    await page.get_by_role("button", name="Try again").click()
    await shown(page)
    assert number(await total(page, "visitors")) == 120
    del opened.complaints[known:]


@pytest.mark.parametrize("address", ["/?site=nowhere", "/nowhere", "/?site=demo&range=2001-01-01..2001-01-02"])
async def test_where_there_is_nothing_the_page_says_what_to_do(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator("main")).to_contain_text(
        re.compile("Choose another one above|Open the overview|Choose a longer one")
    )
