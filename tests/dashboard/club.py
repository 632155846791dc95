"""A site with what exploring needs: ways through pages, members who come back, experiments, money."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from bench.mesh import Mesh
from tests.dashboard.conftest import bring

CLUB = "club"
VISITS, MEMBERS, WEEKS = 240, 30, 5
GOALS = ({"name": "Joined", "event": "join"}, {"name": "Pricing seen", "page": "/pricing"})


@pytest.fixture(scope="module")
async def club(mesh: Mesh) -> str:
    """A site in memory mode: 240 visits of strangers in twelve days, and 30 members in five weeks."""
    made = await mesh.api("POST", "sites", {"id": CLUB, "domains": ["club.example"]})
    assert made.status == 201, made.body
    await bring(mesh, [line for number in range(VISITS) for line in stranger(number)], CLUB)
    await bring(mesh, [line for number in range(MEMBERS) for line in member(number)], CLUB)
    for goal in GOALS:
        assert (await mesh.api("POST", "goals", {"site": CLUB, **goal})).status == 201
    return CLUB


class Visit:
    """Makes the events of one visit, in order."""

    def __init__(self, name: str, start: datetime, **more: Any) -> None:
        self._name, self._start, self._more, self._second = name, start, more, 0
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, page: str, after_s: int = 0, **more: Any) -> None:
        self._second += after_s
        self.events.append(
            {
                "kind": kind,
                "eventId": str(uuid5(NAMESPACE_URL, f"{self._name} {len(self.events)}")),
                "sessionId": str(uuid5(NAMESPACE_URL, self._name)),
                "occurredAt": (self._start + timedelta(seconds=self._second)).isoformat(),
                "pageUrl": f"https://club.example{page}",
                **self._more,
                **more,
            }
        )

    @property
    def last(self) -> str:
        """The page of the last event."""
        return self.events[-1]["pageUrl"].removeprefix("https://club.example")

    def see(self, page: str, after_s: int = 0) -> None:
        self.add("view", page, after_s, pageTitle=page.strip("/").capitalize() or "Home")

    def show(self, experiment: str, variant: str) -> None:
        props = {"experiment": experiment, "variant": variant}
        self.add("event", "/pricing", 1, name="experiment_exposure", props=props)


def luck(number: int, of: str) -> int:
    """0 to 99, the same each time."""
    return uuid5(NAMESPACE_URL, f"{of} {number}").int % 100


def stranger(number: int) -> list[dict[str, Any]]:
    """Home, then for most the pricing or the blog, for some the form, for few a membership."""
    start = datetime.now(UTC).replace(hour=8 + number % 9, minute=number % 60, second=0, microsecond=0)
    system = luck(number, "system") % 3
    visit = Visit(
        f"stranger {number}",
        start - timedelta(days=1 + number % 12),
        country=("DE", "FR", "US", "DE")[luck(number, "country") % 4],
        browser=("Chrome", "Firefox", "Safari")[system],
        os=("Windows", "Linux", "iOS")[system],
        device=("desktop", "desktop", "mobile")[system],
        referrer="https://www.google.com/" if luck(number, "source") < 60 else "https://news.example/",
    )
    visit.see("/blog/why" if luck(number, "entry") < 15 else "/")
    if luck(number, "stays") < 25:
        return visit.events
    if luck(number, "reads") < 20:
        visit.see("/blog/why" if visit.last != "/blog/why" else "/", 25)
    visit.see("/pricing", 20 + number % 40)
    green = luck(number, "variant") < 50
    visit.show("join-button", "green" if green else "control")
    visit.show("headline", "control" if luck(number, "headline") < 25 else "short")
    visit.add("engagement", "/pricing", 15, engagedMs=14_000, scrollMax=90)
    if luck(number, "form") < (70 if green else 45):
        visit.see("/join", 12 + number % 50)
        visit.add("interaction", "/join", 5, type="click", data={"elementId": "join", "text": "Join now"})
        if luck(number, "joins") < 65:
            plan = "pro" if luck(number, "plan") < 40 else "free"
            visit.add("event", "/join", 30, name="join", props={"plan": plan})
            if plan == "pro":
                revenue = {"amount": f"{10 + number % 7}.50", "currency": "EUR"}
                visit.add("event", "/join", 4, name="purchase", revenue=revenue)
            visit.see("/welcome", 2)
    return visit.events


def member(number: int) -> Iterator[dict[str, Any]]:
    """Comes first in one of five weeks, and again in ever fewer of those that follow."""
    today = datetime.now(UTC).replace(hour=7, minute=number, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    for week in range(number % WEEKS, WEEKS):
        since = week - number % WEEKS
        if since and (number // WEEKS + since) % (since + 1):
            continue
        start = min(monday - timedelta(weeks=WEEKS - 1 - week) + timedelta(days=number % 3), today - timedelta(days=1))
        visit = Visit(f"member {number} {week}", start, country="FR" if number % 2 else "DE", userId=f"member {number}")
        visit.see("/account")
        visit.add("event", "/account", 60, name="lesson", props={"level": number % 4})
        yield from visit.events
