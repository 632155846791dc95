"""Each example from its sources to the answers of query: installed with the packed package, built, used, counted."""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from bench.mesh import AGENT, Mesh
from tests.examples.applications import built, copied, running, serving
from tests.sdk.conftest import CLIENT

TSC = CLIENT / "node_modules" / ".bin" / "tsc"
NEXT = ("node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1")
FASTIFY = """
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
"""
EVERY_REQUEST = """
import { AnalyticsModule } from '@analytics/client/nestjs';
import { Controller, Get, Module } from '@nestjs/common';
import { TeaController } from './tea.controller.js';

@Controller('plain')
class PlainController {
  @Get()
  plain() {
    return 'tea';
  }
}

const { ANALYTICS_URL: apiBaseUrl, ANALYTICS_INGEST_KEY: key } = process.env;

@Module({
  imports: [AnalyticsModule.forRoot({ apiBaseUrl, key, trackRequests: true, context: () => ({ pageTitle: 'Told' }) })],
  controllers: [TeaController, PlainController],
})
export class AppModule {}
"""


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    key: str


async def site(mesh: Mesh, name: str, identity: str = "memory") -> Site:
    """A site of its own with an ingest key."""
    made = await mesh.api("POST", "sites", {"id": name, "identity": identity})
    assert made.status == 201, made.body
    key = await mesh.api("POST", "keys", {"name": "backend", "site": name, "scope": "ingest"})
    assert key.status == 201, key.body
    return Site(name, key.json()["secret"])


async def become(ask: Callable[[], Awaitable[Any]], expected: Any) -> None:
    deadline = time.monotonic() + 30
    answer = await ask()
    while answer != expected and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        answer = await ask()
    assert answer == expected


def counts(mesh: Mesh, of: Site, dimension: str, *events: str) -> Callable[[], Awaitable[dict[str, int]]]:
    """Numbers of events by a dimension: of all events, or of those named."""

    async def ask() -> dict[str, int]:
        filters = [["is", "event", list(events)]] if events else []
        rows = await mesh.query(["events"], of.id, dimensions=[dimension], filters=filters)
        return {dimensions[0]: metrics[0] for dimensions, metrics in rows}

    return ask


async def test_the_plain_page_counts_its_view_and_its_order(mesh: Mesh, page: Page, tmp_path: Path) -> None:
    folder = copied("html", tmp_path)
    index = folder / "index.html"
    index.write_text(
        index.read_text().replace("http://127.0.0.1:4001", mesh.ready["gateway"]).replace('"demo"', '"plain"')
    )
    shop = await site(mesh, "plain")
    async with serving(folder) as url:
        await page.goto(url)
        await page.get_by_role("button", name="Order").click()
        await become(counts(mesh, shop, "event", "pageview", "order"), {"pageview": 1, "order": 1})
        await become(counts(mesh, shop, "prop:tea", "order"), {"Assam": 1})


async def test_the_react_page_counts_each_route_once_in_strict_mode(
    mesh: Mesh, page: Page, tarball: Path, tmp_path: Path
) -> None:
    folder = copied("vite-react", tmp_path)
    shop = await site(mesh, "react")
    built(folder, tarball, {"VITE_ANALYTICS_URL": mesh.ready["gateway"], "VITE_ANALYTICS_SITE": shop.id})
    async with serving(folder / "dist") as url:
        await page.goto(url)
        order = page.get_by_role("button", name="Order")
        await order.click()
        shown = await order.inner_text()
        await page.get_by_role("button", name="Smell").click()
        await page.get_by_role("button", name="Pricing").click()
        await expect(page.get_by_role("heading", name="Pricing")).to_be_visible()
        await become(counts(mesh, shop, "page", "pageview"), {"/": 1, "/pricing": 1})
        await become(counts(mesh, shop, "page_title", "pageview"), {"Tea shop": 1, "Pricing": 1})
        await become(counts(mesh, shop, "prop:tea", "order"), {"Assam": 1})
        await become(counts(mesh, shop, "element", "click"), {"smell": 1, "(not set)": 3})
        variant = "loud" if shown.endswith("!") else "plain"
        await become(counts(mesh, shop, "prop:variant", "experiment_exposure"), {variant: 1})
    assert await mesh.query(["visits", "total_revenue"], shop.id) == [([], [1, {"currency": "EUR", "amount": "12.50"}])]


@pytest.mark.timeout(400)  # a production build of Next.js is slow on a busy machine
async def test_the_next_page_counts_routes_in_the_browser_and_orders_on_the_server(
    mesh: Mesh, page: Page, tarball: Path, tmp_path: Path
) -> None:
    folder = copied("nextjs", tmp_path)
    # by address and browser, so that one visit holds what the browser and the server tell of one person
    shop = await site(mesh, "next", "daily")
    environment = {
        "NEXT_TELEMETRY_DISABLED": "1",
        "NEXT_PUBLIC_ANALYTICS_URL": mesh.ready["gateway"],
        "NEXT_PUBLIC_ANALYTICS_SITE": shop.id,
        "ANALYTICS_INGEST_KEY": shop.key,
    }
    # types are checked by the compiler that takes a second, and no cache is written for a build that comes never again
    config = folder / "next.config.mjs"
    cheap = "typescript: { ignoreBuildErrors: true }, experimental: { turbopackFileSystemCacheForBuild: false },"
    config.write_text(config.read_text().replace("{", f"{{ {cheap}", 1))
    built(folder, tarball, environment)
    compiler = (str(TSC), "--noEmit", "-p", str(folder))
    types = await asyncio.to_thread(subprocess.run, compiler, capture_output=True, text=True)
    assert types.returncode == 0, types.stdout
    async with running(folder, *NEXT, environment=environment) as application:
        async with httpx.AsyncClient(trust_env=False) as http:
            rendered = await http.get(application.url)
        assert "<h1>Tea shop</h1>" in rendered.text  # and nothing is counted, as nobody has seen it
        await page.goto(application.url)
        await page.get_by_role("link", name="Pricing").click()
        await expect(page.get_by_role("heading", name="Pricing")).to_be_visible()
        await page.get_by_role("link", name="Shop").click()
        await page.get_by_role("button", name="Order").click()
        await expect(page).to_have_url(re.compile("/pricing$"))
        await become(counts(mesh, shop, "page", "pageview"), {"/": 2, "/pricing": 2})
        await become(counts(mesh, shop, "prop:tea", "order"), {"Assam": 1})
    assert await mesh.query(["visitors", "visits", "pageviews"], shop.id) == [([], [1, 1, 4])]


async def call_teas(url: str) -> None:
    """One of each: found, missing, an order, a page, and a visitor who asks not to be counted."""
    async with httpx.AsyncClient(base_url=url, headers={"user-agent": AGENT}, trust_env=False) as http:
        found = [
            await http.get("/teas/assam"),
            await http.get("/teas/coffee"),
            await http.post("/teas/assam/orders"),
            await http.get("/teas"),
            await http.get("/teas", headers={"sec-gpc": "1"}),
        ]
    assert [answer.status_code for answer in found] == [200, 404, 201, 200, 200]


async def expect_teas(mesh: Mesh, shop: Site, **more: int) -> None:
    await become(counts(mesh, shop, "event"), {"api_call": 2, "order": 1, "pageview": 1, **more})
    await become(counts(mesh, shop, "prop:status", "api_call"), {"200": 1, "404": 1})
    await become(counts(mesh, shop, "prop:outcome", "api_call"), {"ok": 1, "error": 1})
    await become(counts(mesh, shop, "prop:route", "api_call"), {"/teas/:id": 2})
    await become(counts(mesh, shop, "page", "pageview"), {"/teas": 1})


async def test_the_nest_application_counts_calls_over_grpc_and_loses_none_when_it_ends(
    mesh: Mesh, tarball: Path, tmp_path: Path
) -> None:
    folder = copied("nestjs", tmp_path)
    shop = await site(mesh, "nest", "daily")
    built(folder, tarball, {})
    environment = {"ANALYTICS_EDGE": mesh.ready["edge"], "ANALYTICS_INGEST_KEY": shop.key}
    async with running(folder, "dist/main.js", environment=environment) as application:
        await call_teas(application.url)
        await application.stop()
    await expect_teas(mesh, shop)
    assert await mesh.query(["visitors"], shop.id, dimensions=["browser"]) == [(["Chrome"], [1])]


@pytest.mark.full
async def test_the_nest_application_runs_on_version_11_with_fastify_over_http_and_counts_every_request(
    mesh: Mesh, tarball: Path, tmp_path: Path
) -> None:
    folder = copied("nestjs", tmp_path)
    (folder / "src" / "main.ts").write_text(FASTIFY)
    (folder / "src" / "app.module.ts").write_text(EVERY_REQUEST)
    content = json.loads((folder / "package.json").read_text())
    for name in list(content["dependencies"]):
        if name.startswith("@nestjs/"):
            del content["dependencies"][name]
    content["dependencies"] |= {f"@nestjs/{name}": "^11.0.0" for name in ("common", "core", "platform-fastify")}
    (folder / "package.json").write_text(json.dumps(content))
    (folder / "package-lock.json").unlink()
    shop = await site(mesh, "nest-eleven", "daily")
    built(folder, tarball, {})
    environment = {"ANALYTICS_URL": mesh.ready["gateway"], "ANALYTICS_INGEST_KEY": shop.key}
    async with running(folder, "dist/main.js", environment=environment) as application:
        await call_teas(application.url)
        async with httpx.AsyncClient(headers={"user-agent": AGENT}, trust_env=False) as http:
            assert (await http.get(f"{application.url}/plain")).text == "tea"
        await application.stop()
    await expect_teas(mesh, shop, request=1)
    await become(counts(mesh, shop, "page_title", "request"), {"Told": 1})
    assert await mesh.query(["visitors"], shop.id, dimensions=["browser"]) == [(["Chrome"], [1])]


@pytest.mark.parametrize("name", ["html", "vite-react", "nextjs", "nestjs"])
def test_a_readme_has_five_lines_and_no_lock_file_names_a_registry(name: str) -> None:
    folder = Path(__file__).parents[2] / "examples" / name
    lines = [line for line in (folder / "README.md").read_text().splitlines() if line.strip()]
    assert len(lines) <= 5
    lock = folder / "package-lock.json"
    assert not lock.exists() or '"resolved"' not in lock.read_text()
