"""`./run pictures`: the README's screenshots, of a real mesh with two months of a made-up shop, light and dark."""

import asyncio
import json
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import screen
from bench.chromium import chromium
from bench.mesh import ROOT, Mesh

FOLDER = ROOT / "docs" / "pictures"
DAYS, VISITS, AT_ONCE = 60, 5_000, 5_000
_PAGES = ("/", "/pricing", "/docs", "/blog/no-cookies", "/blog/exact-numbers", "/features", "/about", "/signup")
_SOURCES = ("", "https://www.google.com/", "https://news.ycombinator.com/", "https://duckduckgo.com/", "https://t.co/x")
_PLACES = ("DE", "US", "FR", "GB", "AT", "NL", "BR", "IN", "JP", "CA", "ES", "SE")
_AGENTS = (
    ("Chrome", "Windows", "desktop"),
    ("Safari", "iOS", "mobile"),
    ("Chrome", "Android", "mobile"),
    ("Firefox", "Linux", "desktop"),
    ("Safari", "Mac OS X", "desktop"),
    ("Edge", "Windows", "desktop"),
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mesh-pictures-") as place:
        asyncio.run(_taken(Mesh(Path(place))))


async def _taken(mesh: Mesh) -> None:
    await mesh.start()
    try:
        made = await mesh.api("POST", "sites", {"id": "shop", "domains": ["shop.example"]})
        goal = await mesh.api("POST", "goals", {"site": "shop", "name": "Signed up", "event": "signup"})
        _require(made.status == goal.status == 201, made.body + goal.body)
        lines = [json.dumps(line) for number in range(VISITS) for line in _visit(number)]
        for first in range(0, len(lines), AT_ONCE):
            text = "\n".join(lines[first : first + AT_ONCE])
            reply = await mesh.api("POST", "import?site=shop", text, **{"content-type": "application/x-ndjson"})
            _require(reply.status == 200 and not reply.json()["rejected"], reply.body)
        FOLDER.mkdir(exist_ok=True)
        async with chromium() as browser:
            page, _ = await screen.signed_in(browser, mesh)
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                await page.goto("/?site=shop&range=30d&compare=previous_period")
                await screen.all_shown(page)
                await page.screenshot(path=FOLDER / f"overview-{scheme}.png")
                print(FOLDER / f"overview-{scheme}.png")
    finally:
        await mesh.stop()


def _require(right: bool, body: bytes) -> None:
    if not right:
        raise RuntimeError(body.decode())


def _visit(number: int) -> Iterator[dict[str, Any]]:
    """The same each time but for the day: more by day than by night, fewer at weekends, more every week."""
    chance = random.Random(number)
    now = datetime.now(UTC)
    start = now.replace(hour=int(chance.gauss(13, 4)) % 24, minute=chance.randrange(60))
    start -= timedelta(days=int(DAYS * chance.random() ** 1.3))
    if start > now - timedelta(minutes=15):
        start -= timedelta(days=7)
    if start.weekday() >= 5 and chance.random() < 0.45:
        start -= timedelta(days=2)
    browser, system, device = chance.choices(_AGENTS, (40, 20, 16, 10, 8, 6))[0]
    about = {
        "sessionId": str(UUID(int=chance.getrandbits(128), version=4)),
        "country": chance.choices(_PLACES, range(len(_PLACES) * 2, 0, -2))[0],
        "browser": browser,
        "os": system,
        "device": device,
        "language": chance.choice(("de-DE", "en-US", "fr-FR", "en-GB")),
        "referrer": chance.choices(_SOURCES, (35, 38, 12, 9, 6))[0],
    }

    def event(kind: str, page: str, second: int, **more: Any) -> dict[str, Any]:
        id = str(UUID(int=chance.getrandbits(128), version=4))
        at = (start + timedelta(seconds=second)).isoformat()
        return {"kind": kind, "eventId": id, "occurredAt": at, "pageUrl": f"https://shop.example{page}"} | about | more

    second = 0
    for _ in range(chance.choices((1, 2, 3, 4, 6), (38, 24, 18, 12, 8))[0]):
        page = chance.choices(_PAGES, (30, 16, 14, 12, 10, 8, 5, 5))[0]
        yield event("view", page, second, pageTitle=page.strip("/").capitalize() or "Home")
        seen = chance.randrange(8, 90)
        second += seen
        yield event("engagement", page, second, engagedMs=seen * 800, scrollMax=chance.choice((20, 40, 70, 90, 100)))
        if page == "/signup" and chance.random() < 0.5:
            yield event("event", page, second, name="signup", props={"plan": chance.choice(("free", "pro", "team"))})


if __name__ == "__main__":
    main()
