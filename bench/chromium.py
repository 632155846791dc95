"""Debian's Chromium, as the benches drive it."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright


def executable() -> str:
    """Raises SystemExit where there is none."""
    found = shutil.which("chromium")
    if not found:
        raise SystemExit("bench: chromium is missing")
    return found


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    # Chromium has no sandbox of its own for root, which containers run as
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        await browser.close()
