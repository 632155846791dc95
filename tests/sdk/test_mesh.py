"""From a real page to the answers: the script on a site, the gateway of a real mesh, rows in query."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from bench.mesh import Mesh
from bench.recorder import Recorder


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


OUT = f"%{b'/there'.hex()}%"
"""An event as PostgreSQL writes it that holds the address of the link."""


def tag(mesh: Mesh) -> str:
    return f'<script src="{mesh.ready["gateway"]}/js/analytics.full.js" data-site="{mesh.site}"></script>'


async def rows(mesh: Mesh, metric: str, dimension: str) -> dict[str, Any]:
    found = await mesh.query([metric], dimensions=[dimension])
    return {dimensions[0]: metrics[0] for dimensions, metrics in found}


async def test_what_happens_on_a_page_is_what_query_answers(
    mesh: Mesh, browser: Browser, site: Recorder, eventually: Any
) -> None:
    link = f'<a id="out" href="{site.elsewhere}/there?token=secret">out</a>'
    body = f"""<button id="buy">Buy</button><a href="/second">on</a>{link}<div style="height:4000px"></div>"""
    site.pages = {path: f"<!doctype html><title>T</title>{tag(mesh)}<body>{body}" for path in ("/first", "/second")}
    context = await browser.new_context(base_url=site.url)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if "404" not in said.text else None)
    await page.goto("/first?utm_source=letter&utm_medium=email", referer="https://news.example/")
    await page.click("#buy")
    await page.evaluate("analytics.track('Signup', { plan: 'pro' }, { revenue: { amount: '12.50', currency: 'EUR' } })")
    await page.evaluate("history.pushState({}, '', '/route')")
    await page.evaluate("scrollTo(0, 99999)")
    await page.wait_for_timeout(300)
    await page.click("a")
    await page.wait_for_url("**/second")
    await page.reload()
    await page.click("#out")
    await page.wait_for_url("**/there?*")
    await page.close()

    await eventually(lambda: rows(mesh, "pageviews", "page"), {"/first": 1, "/route": 1, "/second": 2})
    # the second page continues the visit of the first, and so does its reload
    await eventually(lambda: mesh.query(["visits", "visitors"]), [([], [1, 1])])
    await eventually(lambda: rows(mesh, "visits", "source"), {"letter": 1})
    assert await rows(mesh, "visits", "channel") == {"Email": 1}
    # a click on a link to another host is a click of that type, with its address but not its query
    by, out = ["element", "prop:type", "page"], [["is", "element", ["out"]]]
    await eventually(
        lambda: mesh.query(["events"], dimensions=by, filters=out), [(["out", "outbound", "/second"], [1])]
    )
    (stored,) = await mesh.sql("SELECT encode(event, 'escape') AS event FROM events WHERE event::text LIKE $1", OUT)
    assert "secret" not in stored["event"]
    events = await rows(mesh, "events", "event")
    assert (events["Signup"], events["click"]) == (1, 3)
    await context.close()  # only now, as it ends what is still under way
    assert problems == []


async def test_a_pixel_counts_where_visitors_are_counted_by_day(
    mesh: Mesh, browser: Browser, site: Recorder, eventually: Any
) -> None:
    made = await mesh.api("POST", "sites", {"id": "quiet", "identity": "daily"})
    assert made.status == 201, made.body
    pixel = f"{mesh.ready['gateway']}/pixel.gif?site=quiet&url={site.url}/plain&title=Plain"
    site.pages["/plain"] = f'<!doctype html><noscript><img src="{pixel}" alt=""></noscript>'
    context = await browser.new_context(base_url=site.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/plain")
    await context.close()

    async def counted() -> Any:
        return await mesh.query(["visitors", "visits", "pageviews"], site="quiet", dimensions=["page"])

    await eventually(counted, [(["/plain"], [1, 1, 1])])
