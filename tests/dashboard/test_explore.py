"""Exploring in a real browser: every number on screen is the API's, and what is asked is in the address."""

import re
from typing import Any
from urllib.parse import quote, unquote_plus

from playwright.async_api import Locator, Page, expect

from bench.mesh import Mesh
from tests.dashboard.club import CLUB, club
from tests.dashboard.conftest import Opened, bring, number, screenshot
from tests.dashboard.test_everyone import HOSTILE, faults
from tests.dashboard.test_overview import days

__all__ = ["club"]

THREE_STEPS = "step1=page:/&step2=page:/pricing&step3=event:join"
STEPS = [{"page": "/"}, {"page": "/pricing"}, {"event": "join"}]
PAGES = {
    "funnel": f"{THREE_STEPS}&by=country",
    "journeys": "start=page:/",
    "retention": "by=country",
    "experiments": "experiment=headline&success=goal:Joined&by=country",
    "visits": "filter=is,event,purchase&filter=is,country,FR",
}


def at(place: str, question: str = "", site: str = CLUB) -> str:
    return f"/explore/{place}?site={site}" + (f"&{question}" if question else "")


async def answered(page: Page) -> Locator:
    """The card of the answer, once it belongs to what was asked."""
    await expect(page.locator(".answer")).to_be_visible()
    await expect(page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)
    return page.locator(".answer")


async def ask(mesh: Mesh, path: str, site: str = CLUB, **question: Any) -> Any:
    reply = await mesh.api("POST", path, {"site": site, "date_range": days(30)} | question)
    assert reply.status == 200, reply.body
    return reply.json()


async def texts(found: Locator) -> list[str]:
    return [text.strip() for text in await found.all_inner_texts()]


def shares(found: list[float]) -> list[str]:
    """As the dashboard writes shares of 10 % and more."""
    return [f"{int(share + 0.5)}%" for share in found]


async def cells(table: Locator) -> list[list[str]]:
    return [await texts(row.locator("th, td")) for row in await table.locator("tbody tr").all()]


async def test_a_funnel_is_built_step_by_step_and_shows_what_the_api_counts(mesh: Mesh, page: Page, club: str) -> None:
    await page.goto(at("funnel"))
    await expect(page.get_by_text("Say at least two steps")).to_be_visible()
    first = page.get_by_role("combobox", name="Step 1: which one")
    await first.press_sequentially("/")
    await page.get_by_role("option", name="/", exact=True).click()
    await page.get_by_role("combobox", name="Step 2: which one").fill("/pricing")
    await page.keyboard.press("Enter")
    await answered(page)
    await page.get_by_role("button", name="Add a step").click()
    await page.get_by_label("Step 3: page, event or goal").select_option("event")
    await page.get_by_role("combobox", name="Step 3: which one").press_sequentially("joi")
    await page.get_by_role("option", name="join").click()
    await expect(page).to_have_url(re.compile(re.escape(THREE_STEPS)))
    answer = await answered(page)

    (group,) = (await ask(mesh, "funnel", steps=STEPS))["groups"]
    entered = [step["entered"] for step in group["steps"]]
    assert entered[0] > entered[1] > entered[2] > 0
    await expect(answer.locator(".funnel-count")).to_have_count(3)
    assert [number(text) for text in await texts(answer.locator(".funnel-count"))] == entered
    assert await texts(answer.locator(".funnel-rate")) == shares([step["rate"] for step in group["steps"]])
    between = await texts(answer.locator(".funnel-between"))
    for text, step, following in zip(between, group["steps"], group["steps"][1:], strict=False):
        assert f"{step['dropped']} left" in text
        assert f"{shares([following['step_rate']])[0]} went on" in text

    await page.get_by_label("Split by").select_option("country")
    await expect(answer.get_by_role("heading", name="By country")).to_be_visible()
    await answered(page)
    groups = (await ask(mesh, "funnel", steps=STEPS, breakdown="country"))["groups"]
    shown = await cells(answer.locator(".groups-table"))
    assert [[number(text) for text in row[1:-1]] for row in shown] == [
        [step["entered"] for step in one["steps"]] for one in groups
    ]
    await screenshot(page, "explore-funnel")
    await answer.get_by_role("button", name="Table").click()
    table = await cells(answer.locator(".explore-table").first)
    assert [number(row[1]) for row in table] == entered
    async with page.expect_download() as download:
        await answer.get_by_role("button", name="Download CSV").click()
    assert (await download.value).suggested_filename == "club-funnel.csv"


async def test_conditions_order_unit_and_window_are_asked_and_back_takes_them_back(
    mesh: Mesh, page: Page, club: str
) -> None:
    await page.goto(at("funnel", THREE_STEPS))
    answer = await answered(page)
    before = await texts(answer.locator(".funnel-count"))
    await page.get_by_role("button", name="+ where (Step 3)").click()
    await page.get_by_label("Property", exact=True).fill("plan")
    await page.get_by_role("combobox", name="Values").press_sequentially("pr")
    await page.get_by_role("option", name="pro").click()
    await expect(page).to_have_url(re.compile(r"step3\.where=is,prop:plan,pro|step3\.where=all"))
    await page.get_by_label("Order").select_option("strict")
    await page.get_by_label("Time for all steps").select_option("600")
    await answered(page)
    pro = [*STEPS[:2], {"event": "join", "filters": [["is", "prop:plan", ["pro"]]]}]
    (group,) = (await ask(mesh, "funnel", steps=pro, order="strict", window_s=600))["groups"]
    counts = [step["entered"] for step in group["steps"]]
    await expect(answer.locator(".funnel-count").last).to_contain_text(str(counts[-1]))
    assert [number(text) for text in await texts(answer.locator(".funnel-count"))] == counts
    for _ in range(3):
        await page.go_back()
    await answered(page)
    assert await texts(answer.locator(".funnel-count")) == before
    await page.get_by_role("button", name="Move step 3 up").click()
    await expect(page).to_have_url(re.compile("step2=event:join&step3=page:/pricing"))


async def test_a_funnel_stands_beside_the_compared_period(mesh: Mesh, page: Page, club: str) -> None:
    chosen, earlier = [days(7)[0], days(2)[0]], [days(13)[0], days(8)[0]]
    await page.goto(at("funnel", f"{THREE_STEPS}&range={'..'.join(chosen)}&compare={'..'.join(earlier)}"))
    answer = await answered(page)
    now, before = [
        (await ask(mesh, "funnel", steps=STEPS, date_range=span))["groups"][0]["steps"] for span in (chosen, earlier)
    ]
    assert before[0]["entered"] > 0
    for place, at_step in ((".answer-number", 2), (".funnel-step:nth-child(2)", 1)):
        change = now[at_step]["rate"] - before[at_step]["rate"]
        shown = await answer.locator(place).locator(".change").inner_text()
        assert abs(float(re.sub(r"[^0-9.]", "", shown)) - abs(change)) <= 0.051, shown
        assert ("↑" in shown) == (change >= 0.05)


async def test_a_refusal_stands_at_the_step_it_is_about(page: Page, opened: Opened, club: str) -> None:
    known = len(opened.complaints)
    await page.goto(at("funnel", "step1=page:/&step2=page:&step3=goal:Joind&compare=off"))
    step = page.locator(".builder-step").nth(2)
    await expect(step.locator(".problem")).to_contain_text('This site has no goal "Joind"')
    await expect(page.locator(".answer").get_by_role("alert")).to_contain_text("Joined")
    del opened.complaints[known:]


async def test_journeys_begin_at_the_most_entered_page_and_a_pick_shows_what_is_beside_it(
    mesh: Mesh, page: Page, club: str
) -> None:
    await page.goto(at("journeys"))
    await expect(page).to_have_url(re.compile("start=page:/$"))
    answer = await answered(page)
    (group,) = (await ask(mesh, "journey", start={"page": "/"}))["groups"]
    columns = answer.locator(".flow-column")
    for step in range(4):
        nodes = [node for node in group["nodes"] if node["step"] == step]
        rows = columns.nth(step).locator("button.flow-button")
        assert await texts(rows.locator(".flow-name")) == [node["value"] for node in nodes]
        assert [number(text) for text in await texts(rows.locator(".flow-count"))] == [one["visits"] for one in nodes]
        left = sum(node["left"] for node in group["nodes"] if node["step"] == step - 1)
        if left:
            assert number(await columns.nth(step).locator(".flow-left .flow-count").inner_text()) == left

    await columns.nth(1).get_by_role("button", name="/pricing").click()
    await expect(page).to_have_url(re.compile("at=1:/pricing"))
    onward = {link["to"]: link["visits"] for link in group["links"] if (link["step"], link["from"]) == (1, "/pricing")}
    shown = zip(
        await texts(columns.nth(2).locator("button .flow-name")),
        await texts(columns.nth(2).locator("button .flow-count")),
        strict=True,
    )
    assert {name: number(count) for name, count in shown if number(count)} == onward
    await screenshot(page, "explore-journeys")
    await answer.get_by_role("button", name="Show all").click()
    await answer.get_by_role("button", name="Table").click()
    ways = await cells(answer.locator(".explore-table"))
    links = [way for way in ways if way[2] != "Left"]
    assert [number(way[3]) for way in links] == [link["visits"] for link in group["links"]]

    await page.goto(at("journeys", "end=goal:Joined&steps=2"))
    await answered(page)
    (back,) = (await ask(mesh, "journey", end={"goal": "Joined"}, steps=2))["groups"]
    assert await texts(columns.nth(2).locator(".flow-name")) == ["join"]
    await expect(answer.locator(".answer-number")).to_have_text(f"{back['visits']} visits")


async def test_retention_shades_the_shares_that_the_api_counts(mesh: Mesh, page: Page, club: str) -> None:
    await page.goto(at("retention", "range=last90&period=week"))
    answer = await answered(page)
    cohorts = (await ask(mesh, "cohort", date_range=days(90), period="week"))["cohorts"]
    first = next(place for place, cohort in enumerate(cohorts) if cohort["size"])
    rows = (await cells(answer.locator(".cohorts")))[1:]
    assert [number(row[1]) for row in rows] == [cohort["size"] for cohort in cohorts[first:]]
    for row, cohort in zip(rows, cohorts[first:], strict=True):
        if cohort["size"]:
            expected = [f"{int(100 * back / cohort['size'] + 0.5)}%" for back in cohort["returned"]]
            assert [re.sub(r"\s*\(.*", "", text) for text in row[2:]] == expected
    assert "not over yet" in rows[-1][-1]
    await screenshot(page, "explore-retention")

    await page.get_by_label("Show", exact=True).select_option("people")
    await page.get_by_label("Came back to: page, event or goal").select_option("event")
    await page.get_by_role("combobox", name="Came back to: which one").fill("lesson")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("back=event:lesson&show=people"))
    await answered(page)
    asked: dict[str, Any] = {"period": "week", "back": {"event": "lesson"}, "date_range": days(90)}
    cohorts = [cohort for cohort in (await ask(mesh, "cohort", **asked))["cohorts"] if cohort["size"]]
    rows = (await cells(answer.locator(".cohorts")))[1:]
    assert [[number(text) for text in row[2:]] for row in rows if number(row[1])] == [
        cohort["returned"] for cohort in cohorts
    ]


async def test_experiments_say_who_leads_and_when_not_to_believe_it(mesh: Mesh, page: Page, club: str) -> None:
    await page.goto(at("experiments", "experiment=join-button"))
    await expect(page).to_have_url(re.compile("success=goal:Joined"))
    answer = await answered(page)
    asked: dict[str, Any] = {"experiment": "join-button", "conversion": {"goal": "Joined"}}
    (group,) = (await ask(mesh, "experiment", **asked))["groups"]
    control, green = group["variants"]
    assert green["chance_to_be_best"] > 0.95
    await expect(answer.locator(".verdict")).to_contain_text("“green” is")
    cards = answer.locator(".variant")
    for place, variant in enumerate((control, green)):
        card = await cards.nth(place).inner_text()
        assert f"Shown to {variant['exposures']} visits" in card
        assert f"{variant['conversions']} succeeded" in card
        assert f"{variant['rate']:.1f}".removesuffix(".0") + "%" in card
    lift = f"{green['lift']:.1f}".removesuffix(".0")
    await expect(cards.nth(1)).to_contain_text(f"+{lift}%")
    await expect(cards.nth(1)).to_contain_text(f"{green['credible_low']:.1f}".removesuffix(".0"))
    await answer.get_by_text("Figures for statisticians").click()
    figures = await cells(answer.locator(".figures-table"))
    assert [[number(text) for text in row[1:]] for row in figures[:2]] == [
        [variant[count] for variant in group["variants"]] for count in ("exposures", "conversions")
    ]
    await screenshot(page, "explore-experiments")

    await page.get_by_label("Experiment", exact=True).select_option("headline")
    await expect(answer.get_by_role("alert").first).to_contain_text("do not trust this result")
    await page.get_by_label("Intended split").select_option("own")
    await page.get_by_label("Share of short").fill("3")
    await page.keyboard.press("Tab")
    await answered(page)
    await expect(page).to_have_url(re.compile(r"weight\.control=1&weight\.short=3"))
    await expect(answer.locator(".verdict-broken")).to_have_count(0)
    await page.get_by_label("Compare").select_option("revenue")
    await expect(page.get_by_label("Currency")).to_have_value("EUR")
    await page.get_by_label("What counts as success: page, event or goal").select_option("event")
    await page.get_by_role("combobox", name="What counts as success: which one").fill("purchase")
    await page.keyboard.press("Enter")
    await answered(page)
    money: dict[str, Any] = {
        "measure": "revenue",
        "currency": "EUR",
        "conversion": {"event": "purchase"},
        "weights": {"control": 1, "short": 3},
    }
    (group,) = (await ask(mesh, "experiment", experiment="headline", **money))["groups"]
    for place, variant in enumerate(group["variants"]):
        await expect(cards.nth(place)).to_contain_text(f"€{variant['mean']:.2f}")


async def test_visits_are_listed_page_by_page_and_one_is_told_in_order(mesh: Mesh, page: Page, club: str) -> None:
    filtered = "filter=is,event,purchase"
    await page.goto(at("visits"))
    answer = await answered(page)
    await expect(answer.get_by_role("row")).to_have_count(51)
    await answer.get_by_role("button", name="Show more").click()
    await expect(answer.get_by_role("row")).to_have_count(101)
    path = f"visits?site={CLUB}&limit=100&date_range={','.join(days(30))}"
    listed = (await mesh.api("GET", path)).json()["visits"]
    shown = await cells(answer.locator(".visits-table"))
    assert [[row[1], row[2], number(row[6]), number(row[7])] for row in shown] == [
        [visit["entry_page"], visit["exit_page"], visit["pageviews"], visit["events"]] for visit in listed
    ]
    await page.goto(at("visits", filtered))
    await answered(page)
    opener = answer.get_by_role("button", name=re.compile("^Visit of")).first
    await opener.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Visit of")
    await expect(dialog.locator(".moment").first).to_be_visible()
    found = re.search(r"visit=([0-9a-f-]{36})", page.url)
    assert found
    told = (await mesh.api("GET", f"visits/{found[1]}?site={CLUB}")).json()
    moments = await texts(dialog.locator(".moment"))
    assert len(moments) == len(told["events"])
    for moment, event in zip(moments, told["events"], strict=True):
        assert event["page"] in moment or event["kind"] != "pageview"
        assert event["name"] in moment or event["kind"] != "custom"
        if event["revenue"]:
            assert event["revenue"]["amount"] in moment
    await expect(dialog).to_contain_text("Stranger")
    await screenshot(page, "explore-visit", full=False)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()
    assert "visit=" not in page.url.replace("visits", "")

    await page.goto(at("visits", "filter=is,event,lesson"))
    await answered(page)
    await expect(answer.get_by_text("named user").first).to_be_visible()
    assert "member" not in await answer.inner_text()


async def test_axe_finds_nothing_on_any_page_in_either_theme(page: Page, club: str) -> None:
    for place, question in PAGES.items():
        await page.goto(at(place, f"theme=light&{question}"))
        await answered(page)
        if place == "experiments":
            await page.get_by_text("Figures for statisticians").click()
        assert await faults(page) == [], place
        await page.get_by_role("button", name="Light theme.").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert await faults(page) == [], place
    await page.get_by_role("button", name=re.compile("^Visit of")).first.click()
    await expect(page.locator(".moment").first).to_be_visible()
    assert await faults(page) == []
    for place in ("funnel", "journeys"):
        await page.goto(at(place, f"{PAGES[place]}&table=yes&step3.where=is,prop:plan,pro"))
        await answered(page)
        assert await faults(page) == [], place
    await page.goto(at("funnel"))
    await page.get_by_role("combobox", name="Step 1: which one").click()
    await expect(page.locator(".suggestion").first).to_be_visible()
    assert await faults(page) == []


async def test_on_a_phone_and_on_4k_nothing_is_cut_and_little_moves(opened: Opened, club: str) -> None:
    for width, height, theme, places in ((360, 740, "light", [*PAGES]), (3840, 2160, "dark", ["funnel"])):
        page = await opened.page(width, height, reduced_motion="reduce")
        await page.add_init_script(
            "window.shift = 0; const add = entry => { window.shift += entry.value };"
            "new PerformanceObserver(list => list.getEntries().forEach(add))"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        for place in places:
            await page.goto(at(place, f"theme={theme}&{PAGES[place]}"))
            await answered(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
            assert await page.evaluate("window.shift") < 0.1, (place, width)
            await screenshot(page, f"explore-{place}-{width}-{theme}")
        await page.context.close()


async def test_where_there_is_nothing_the_page_says_what_to_do(page: Page, mesh: Mesh) -> None:
    hints = {
        "funnel": "There is no goal yet",
        "journeys": "No views in this period",
        "retention": "analytics.identify(userId)",
        "experiments": "experiment_exposure",
        "visits": "No views in this period",
        "nowhere": "Open the overview",
    }
    for place, hint in hints.items():
        await page.goto(at(place, site=mesh.site))
        await expect(page.locator("main")).to_contain_text(hint)


async def test_hostile_values_are_text_in_every_answer(mesh: Mesh, page: Page, club: str) -> None:
    lines = []
    for place, (name, value) in enumerate(HOSTILE.items()):
        common = {
            "sessionId": f"00000000-0000-4000-8000-{place:012}",
            "occurredAt": f"{days(1)[0]}T00:00:0{place}Z",
            "pageUrl": f"https://club.example/{value}"[:2_000],
            "pageTitle": value[:300],
            "referrer": "javascript:alert(1)",
            "browser": value[:100],
            "userId": f"hostile {name}",
        }
        exposure = {"experiment": value[:300], "variant": value[:300]}
        for step, more in enumerate(
            (
                {"kind": "view"},
                {"kind": "event", "name": value[:120], "props": {"hostile": value}},
                {"kind": "event", "name": "experiment_exposure", "props": exposure},
            )
        ):
            lines.append({**common, **more, "eventId": f"00000000-0000-4000-9000-{place:06}{step:06}"})
    await bring(mesh, lines, CLUB)
    markup = quote(HOSTILE["markup"], safe="")
    start = {"page": f"/{HOSTILE['markup']}"}
    (group,) = (await ask(mesh, "journey", start=start, of="events"))["groups"]
    assert group["visits"] == 1
    for place, question in {
        "funnel": f"step1=page:/{markup}&step2=event:{markup}&by=browser",
        "journeys": f"start=page:/{markup}&of=events",
        "retention": "by=browser&range=day",
        "experiments": f"experiment={markup}&success=event:{markup}",
        "visits": "",
    }.items():
        await page.goto(at(place, question))
        await answered(page)
        await expect(page.locator(".answer")).to_contain_text("onerror=alert(1)>")
        assert await page.locator("img[src=x], a[href^='javascript']").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    await page.locator(".visit-row", has_text="onerror").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator(".moment")).to_have_count(3)
    await expect(dialog.locator(".moment-prop")).to_contain_text("hostile: <img")
    assert await page.locator("img[src=x], a[href^='javascript']").count() == 0


async def test_what_was_asked_waits_while_another_page_is_looked_at(page: Page, club: str) -> None:
    await page.goto(at("funnel", f"{THREE_STEPS}&range=last7&filter=is,country,DE"))
    await answered(page)
    await page.get_by_role("link", name="Visits").click()
    await expect(page).to_have_url(re.compile("range=last7&filter=is,country,DE$"))
    await answered(page)
    await expect(page.locator(".visits-where").nth(1)).to_have_text("Germany")
    await page.get_by_role("link", name="Funnel").click()
    assert THREE_STEPS in unquote_plus(page.url)
    await answered(page)
    await expect(page.locator(".funnel-count")).to_have_count(3)
