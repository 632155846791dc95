"""What axe finds on a page as it stands."""

import asyncio
from typing import Any

from playwright.async_api import Page

from bench.mesh import ROOT

_AXE = ROOT / "gateway" / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# of what passes only that it does: all of it is a second's worth of JSON
_RUN = "tags => axe.run({runOnly: tags, resultTypes: ['violations']}).then(found => found.violations)"


async def faults(page: Page) -> list[str]:
    """By rule and place."""
    if not await page.evaluate("Boolean(window.axe)"):
        # not as a script tag, which the page's own policy forbids
        await page.evaluate(await asyncio.to_thread(_AXE.read_text))
    found: Any = await page.evaluate(_RUN, _TAGS)
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]
