"""The README's table of what each identity mode gives: each cell is asked of a real mesh, and is true.

Three people, told with the events that their browsers send. One comes by a search, clicks, scrolls, reads three pages,
and comes back after half an hour and more to sign up. One looks at a page on a phone. One is signed in: comes by a
newsletter, comes back, and pays. What the answers must say was worked out by hand.
"""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.mesh import AGENT, ROOT, Mesh
from mesh.clock import MINUTE, now_us
from mesh.ids import new_id

SITES = {"memory": "table-memory", "daily": "table-daily"}
HOST = "https://table.example"
GOOGLE, NEWSLETTER = "https://www.google.com/", "?utm_source=newsletter"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)
DAY_S = 86_400
LEVELS = ("full", "partial", "none by design")

_README = (ROOT / "README.md").read_text()
_TEXT = _README.partition("\n## What each mode gives\n")[2].partition("\n## ")[0]
_ROW = re.compile(r"^\| ([a-z -]+) \| ([a-z ]+) \| ([a-z ]+) \| [^|]+ \|$", re.MULTILINE)
TABLE = {
    (row, mode): cell
    for row, memory, daily in _ROW.findall(_TEXT)
    for mode, cell in (("memory", memory), ("daily", daily))
}
"""What the README says, by row and mode."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a browser belongs to; `user` is the application's id of who is signed in."""

    agent: str
    ip: str
    user: str = ""


SEARCHER = Person(AGENT, "193.99.144.80")
PASSER = Person(PHONE, "8.8.8.8")
MEMBER = Person(FIREFOX, "194.25.2.129", "member-1")


@dataclass(frozen=True, slots=True)
class Step:
    """What a browser sends in a minute of the story. A person's visit is told apart by `visit`."""

    minute: int
    person: Person
    visit: int
    path: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


def view(minute: int, person: Person, visit: int, page: str, referrer: str = "") -> Step:
    return Step(minute, person, visit, "view", {"pageUrl": f"{HOST}{page}", "referrer": referrer})


def click(minute: int, person: Person, visit: int, element: str) -> Step:
    data = {"elementId": element, "pageUrl": f"{HOST}/"}
    return Step(minute, person, visit, "interaction", {"type": "click", "data": data})


def scroll(minute: int, person: Person, visit: int, depth: int) -> Step:
    return Step(
        minute, person, visit, "interaction", {"type": "scroll", "data": {"depth": depth, "pageUrl": f"{HOST}/"}}
    )


def event(minute: int, person: Person, visit: int, name: str) -> Step:
    return Step(minute, person, visit, "event", {"name": name})


STORY = (
    view(0, SEARCHER, 1, "/", GOOGLE),
    click(1, SEARCHER, 1, "buy"),
    scroll(2, SEARCHER, 1, 75),
    view(3, SEARCHER, 1, "/pricing", f"{HOST}/"),
    view(5, SEARCHER, 1, "/signup", f"{HOST}/pricing"),
    view(38, SEARCHER, 2, "/signup"),
    event(39, SEARCHER, 2, "signup"),
    view(10, PASSER, 1, "/"),
    scroll(11, PASSER, 1, 25),
    view(4, MEMBER, 1, f"/plans{NEWSLETTER}"),
    view(40, MEMBER, 2, "/plans"),
    event(41, MEMBER, 2, "paid"),
)
END = 41
PAGES = ["/", "/pricing", "/signup"]


def session_of(step: Step, began_us: int) -> str:
    """A UUIDv7 of the visit's first minute, the same for all steps of the visit, as the SDK keeps it in memory."""
    steps = [other for other in STORY if (other.person, other.visit) == (step.person, step.visit)]
    at_ms = (began_us + min(other.minute for other in steps) * MINUTE) // 1_000
    rest = uuid.uuid5(uuid.NAMESPACE_URL, f"{began_us} {step.person} {step.visit}").int
    return str(uuid.UUID(int=at_ms << 80 | 7 << 76 | rest & ~(15 << 76) & (1 << 80) - 1 | 2 << 62))


async def walk(mesh: Mesh, mode: str, key: str) -> None:
    """The story, told with its end just now, by a backend that passes visitors on, with real addresses."""
    began_us = now_us() - END * MINUTE
    for step in STORY:
        sent: dict[str, Any] = {"eventId": new_id(), "visitor": {"ip": step.person.ip}}
        sent["visitor"]["headers"] = {"user-agent": step.person.agent}
        if mode == "memory":
            sent["sessionId"] = session_of(step, began_us)
        if step.person.user:
            sent["userId"] = step.person.user
        sent["ageMs"] = (now_us() - began_us - step.minute * MINUTE) // 1_000
        body = {"appName": SITES[mode], **sent, **step.payload}
        reply = await mesh.http("POST", f"/track/{step.path}", body, {"authorization": f"Bearer {key}"})
        assert (reply.status, reply.json()["status"]) == (202, "accepted"), reply.body


@pytest.fixture(scope="module")
async def told(mesh: Mesh, eventually: Any) -> AsyncIterator[Mesh]:
    """A mesh that has one site of each mode, and both hold the story."""
    left_s = DAY_S - time.time() % DAY_S
    if left_s < 20:  # the visitor of a day is another one after it: the story is told on one day of UTC
        await asyncio.sleep(left_s + 1)
    ahead = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+d}"  # at noon, so that no local day begins within the story; these names count westward
    for mode, site in SITES.items():
        wanted = {"id": site, "identity": mode, "domains": ["table.example"], "timezone": zone}
        made = await mesh.api("POST", "sites", wanted)
        assert made.status == 201, made.body
        goal = await mesh.api("POST", "goals", {"site": site, "name": "Signup", "event": "signup"})
        assert goal.status == 201, goal.body
        key = await mesh.api("POST", "keys", {"name": "backend", "site": site, "scope": "ingest"})
        await walk(mesh, mode, key.json()["secret"])
        await eventually(lambda site=site: mesh.query(["events", "pageviews"], site), [([], [10, 7])])
    yield mesh


@dataclass(frozen=True, slots=True)
class Asked:
    """One site of the mesh, and the mode that it is in."""

    mesh: Mesh
    mode: str

    @property
    def site(self) -> str:
        return SITES[self.mode]

    async def rows(self, metric: str, by: str = "", **more: Any) -> Any:
        """An answer as a number, or by a dimension as {value: number}."""
        found = await self.mesh.query([metric], self.site, dimensions=[by] if by else [], **more)
        return {dimensions[0]: metrics[0] for dimensions, metrics in found} if by else found[0][1][0]

    async def funnel(self, *steps: str, unit: str = "visit", breakdown: str = "") -> dict[str, list[int]]:
        """How many reached each step, by the breakdown's value. A step is a page by its slash, or an event."""
        matches = [{"page": step} if step.startswith("/") else {"event": step} for step in steps]
        asked = {"site": self.site, "date_range": "24h", "steps": matches, "unit": unit}
        reply = await self.mesh.api("POST", "funnel", asked | ({"breakdown": breakdown} if breakdown else {}))
        assert reply.status == 200, reply.body
        return {group["value"]: [step["entered"] for step in group["steps"]] for group in reply.json()["groups"]}

    async def refused(self, **question: Any) -> str:
        """The field at which a question is refused."""
        asked = {"site": self.site, "metrics": ["visitors"], "date_range": "24h"} | question
        reply = await self.mesh.api("POST", "query", asked)
        assert reply.status == 400, reply.body
        return reply.json()["field"]


async def page_views(ask: Asked) -> None:
    assert await ask.rows("pageviews") == 7
    assert await ask.rows("pageviews", "page") == {"/": 2, "/plans": 2, "/pricing": 1, "/signup": 2}


async def sources(ask: Asked) -> None:
    assert await ask.rows("visits", "source") == {"Direct / None": 3, "Google": 1, "newsletter": 1}
    channels = await ask.rows("visits", "channel")
    assert (channels["Organic Search"], channels["Direct"], sum(channels.values())) == (1, 3, 5)


async def device(ask: Asked) -> None:
    assert await ask.rows("visits", "device") == {"desktop": 4, "mobile": 1}
    assert await ask.rows("visits", "os") == {"Windows": 2, "Linux": 2, "iOS": 1}


async def country_alone(ask: Asked) -> None:
    """The country is exact. Without a database of cities nothing finer is known, nor guessed."""
    assert await ask.rows("visits", "country") == {"DE": 4, "US": 1}
    assert await ask.rows("visits", "region") == await ask.rows("visits", "city") == {"": 5}


async def scroll_depth(ask: Asked) -> None:
    start: dict[str, Any] = {"filters": [["is", "page", ["/"]]]}
    assert await ask.rows("scroll_depth", **start) == 50.0
    assert [await ask.rows(f"scroll_reached:{depth}", **start) for depth in (25, 75, 90)] == [100.0, 50.0, 0.0]


async def clicks(ask: Asked) -> None:
    assert await ask.rows("events", "element", filters=[["is", "event", ["click"]]]) == {"buy": 1}


async def session_duration(ask: Asked) -> None:
    """Visits of 5, 1, 0, 0 and 1 minutes. Ages are told in each call: a busy machine takes its time between two."""
    assert await ask.rows("visit_duration") == pytest.approx(7 * 60 / 5, abs=10)


async def bounce_rate(ask: Asked) -> None:
    """Two of five visits saw one page and did nothing; two others saw one and did something."""
    assert await ask.rows("bounce_rate") == 40.0
    assert await ask.rows("views_per_visit") == 7 / 5


async def funnels_within_a_visit(ask: Asked) -> None:
    """Exact within a visit, and in `daily` mode within a day. Nobody unnamed is followed further; who is named is."""
    assert await ask.funnel(*PAGES) == {"": [2, 1, 1]}
    assert await ask.funnel("/", "signup") == {"": [2, 0]}
    assert await ask.funnel("/", "signup", unit="visitor_day") == {"": [2, 1 if ask.mode == "daily" else 0]}
    assert await ask.funnel("/", "signup", unit="user") == {"": [0, 0]}
    assert await ask.funnel("/plans", "paid") == {"": [2, 1]}
    assert await ask.funnel("/plans", "paid", unit="user") == {"": [1, 1]}


async def nobody_is_new_or_returning(ask: Asked) -> None:
    """No word of the language asks for it; who comes back counts anew, in `daily` mode on another day. A cohort holds
    the one who is signed in alone."""
    for word in ("new_vs_returning", "returning", "visitor_type"):
        assert await ask.refused(dimensions=[word]) == "dimensions[0]"
    for word in ("new_visitors", "returning_visitors"):
        assert await ask.refused(metrics=[word]) == "metrics[0]"
    assert await ask.rows("visitors") == (5 if ask.mode == "memory" else 3)
    reply = await ask.mesh.api("POST", "cohort", {"site": ask.site, "date_range": "24h", "period": "day"})
    assert sum(row["size"] for row in reply.json()["cohorts"]) == 1


async def a_conversion_is_its_own_visits(ask: Asked) -> None:
    """Who signed up had come by a search before: the answer names the second visit's source alone, and no word asks for
    the first. Of whoever is signed in the funnel tells by which source they first came."""
    signups: dict[str, Any] = {"filters": [["is", "goal", ["Signup"]]]}
    assert await ask.rows("conversions", **signups) == 1
    assert {k: n for k, n in (await ask.rows("conversions", "source", **signups)).items() if n} == {"Direct / None": 1}
    for word in ("first_source", "initial_source", "first_touch"):
        assert await ask.refused(dimensions=[word]) == "dimensions[0]"
    assert await ask.refused(attribution="first_touch") == "attribution"
    assert await ask.funnel("/plans", "paid", unit="user", breakdown="source") == {"newsletter": [1, 1]}


PROOFS: dict[tuple[str, str], Callable[[Asked], Awaitable[None]]] = {
    ("page views", "full"): page_views,
    ("sources", "full"): sources,
    ("device", "full"): device,
    ("geography", "partial"): country_alone,
    ("scroll depth", "full"): scroll_depth,
    ("clicks", "full"): clicks,
    ("session duration", "full"): session_duration,
    ("funnels", "partial"): funnels_within_a_visit,
    ("bounce rate", "full"): bounce_rate,
    ("new vs returning", "none by design"): nobody_is_new_or_returning,
    ("cross-visit attribution", "none by design"): a_conversion_is_its_own_visits,
}
"""What shows that a row has a level. A cell that says another one has no proof, and fails."""


def test_the_table_has_each_row_once_for_both_modes() -> None:
    assert {row for row, _ in TABLE} == {row for row, _ in PROOFS}
    assert set(TABLE.values()) <= set(LEVELS)
    rows = [line for line in _TEXT.splitlines() if line.startswith("| ") and "`memory`" not in line]
    assert len(TABLE) == 2 * len(rows)


@pytest.mark.parametrize(("row", "mode"), TABLE)
async def test_each_cell_is_true(told: Mesh, row: str, mode: str) -> None:
    cell = TABLE[row, mode]
    assert (row, cell) in PROOFS, f'nothing shows that "{row}" is {cell} in {mode} mode'
    await PROOFS[row, cell](Asked(told, mode))


async def test_an_answer_over_several_days_says_that_daily_visitors_are_a_sum(told: Mesh) -> None:
    today = datetime.now(UTC).date()
    span = [str(today - timedelta(days=2)), str(today + timedelta(days=1))]
    reply = await told.api("POST", "query", {"site": SITES["daily"], "metrics": ["visitors"], "date_range": span})
    assert reply.json()["results"][0]["metrics"] == [3]
    assert "sum of daily unique visitors" in " ".join(reply.json()["meta"]["warnings"])
