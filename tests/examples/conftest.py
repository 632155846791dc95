"""One mesh, one browser and one packed package for all examples."""

import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bench.mesh import AGENT, Mesh
from tests.sdk.conftest import package
from tests.sdk.packed import tarball

__all__ = ["package", "tarball"]


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    # Chromium has no sandbox of its own for root, which containers run as
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    found = shutil.which("chromium")
    assert found, "chromium is missing: ./run test installs it"
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=found, args=arguments)
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncGenerator[Page]:
    """A page of a fresh profile. What it stores or complains of fails the test."""
    context = await browser.new_context(user_agent=AGENT)
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield opened
    stored = await context.storage_state()
    await context.close()
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
    assert (stored.get("cookies"), stored.get("origins")) == ([], [])
