"""One person's afternoon, walked by hand in both identity modes: what the answers must say was written down first.

The person reads three pages of a site of many pages, one hard navigation after the other, comes back 40 minutes later
by a link in a newsletter, and signs in there.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.mesh import Mesh
from cli.statement import ask
from mesh.clock import MINUTE, now_us
from mesh.ids import new_id

HOST = "https://story.example"
USER = "user-4711"
DAY_S = 86_400

MEMORY, DAILY = "story-memory", "story-daily"


@dataclass(frozen=True, slots=True)
class Load:
    """A page load: the SDK makes a session and remembers how it began."""

    url: str
    referrer: str
    minute: int

    def sent(self, session: str) -> dict[str, str]:
        first = {"firstUrl": self.url, "firstReferrer": self.referrer}
        return {"pageUrl": self.url, "sessionId": session, "navigation": "navigate", **first}


@dataclass(frozen=True, slots=True)
class Step:
    """What the SDK sends, and the minute of the story in which it happened."""

    minute: int
    load: Load
    path: str
    payload: Mapping[str, Any] = field(default_factory=dict)


START = Load(f"{HOST}/", "https://www.google.com/", 0)
PRICING = Load(f"{HOST}/pricing", f"{HOST}/", 2)
DOCS = Load(f"{HOST}/docs", f"{HOST}/pricing", 5)
SPRING = Load(f"{HOST}/spring?utm_source=newsletter&utm_medium=email", "", 46)


def engaged(minute: int, load: Load, seconds: int, scroll: int) -> Step:
    return Step(minute, load, "session", {"type": "engagement", "engagedMs": seconds * 1_000, "scrollMax": scroll})


STORY = (
    Step(0, START, "view"),
    engaged(1, START, 40, 50),
    engaged(2, START, 35, 90),
    Step(2, PRICING, "view"),
    engaged(4, PRICING, 100, 100),
    Step(5, DOCS, "view"),
    engaged(6, DOCS, 20, 25),
    Step(46, SPRING, "view"),
    Step(47, SPRING, "event", {"name": "sign_in", "userId": USER}),
)
END = 47


def about(seconds: int) -> Any:
    """Ages are told in each call: a busy machine takes its time between two."""
    return pytest.approx(seconds, abs=20)


# Written down before the first run. What was seen and when is the same in both modes: what differs is what belongs
# together. Rows are (dimensions, metrics) in the order of their names.
SAME: dict[tuple[str, ...], list[Any]] = {
    ("pageviews", "events", "visits"): [([], [4, 5, 2])],
    ("pageviews", "by page"): [(["/"], [1]), (["/docs"], [1]), (["/pricing"], [1]), (["/spring"], [1])],
    ("visitors", "by page"): [(["/"], [1]), (["/docs"], [1]), (["/pricing"], [1]), (["/spring"], [1])],
    ("visits", "by source"): [(["Google"], [1]), (["newsletter"], [1])],
    ("visits", "by channel"): [(["Email"], [1]), (["Organic Search"], [1])],
    ("visits", "by entry_page"): [(["/"], [1]), (["/spring"], [1])],
    ("events", "by event"): [(["pageview"], [4]), (["sign_in"], [1])],
}
EXPECTED: dict[str, dict[tuple[str, ...], list[Any]]] = {
    # two loads that nobody referred from within: two visits, two visitors; the other two loads continue the first.
    # The first saw one page as far as anyone can tell: a bounce. The second saw one and signed in: none.
    MEMORY: SAME
    | {
        ("visitors",): [([], [2])],
        ("bounce_rate", "visit_duration"): [([], [50.0, about(30)])],
        ("visits", "by exit_page"): [(["/"], [1]), (["/spring"], [1])],
    },
    # one address and browser on one day: one visitor; 40 minutes of silence: two visits, of 5 minutes and of 1.
    DAILY: SAME
    | {
        ("visitors",): [([], [1])],
        ("bounce_rate", "visit_duration"): [([], [0.0, about(180)])],
        ("visits", "by exit_page"): [(["/docs"], [1]), (["/spring"], [1])],
    },
}
PAGES = """
    SELECT page, sum(engaged_ms) AS engaged, max(scroll_depth) AS depth, uniqExact(visit_id) AS visits
    FROM visit_pages WHERE site_id = {} GROUP BY page
"""
# seconds engaged, deepest scroll in %
ENGAGED = {"/": (75, 90), "/pricing": (100, 100), "/docs": (20, 25), "/spring": (0, 0)}


def session_of(load: Load, began_us: int) -> str:
    """A UUIDv7 of the load's minute, as the SDK makes it."""
    at_ms = (began_us + load.minute * MINUTE) // 1_000
    return str(uuid.UUID(int=at_ms << 80 | 7 << 76 | uuid.uuid4().int & ~(15 << 76) & (1 << 80) - 1 | 2 << 62))


async def walk(mesh: Mesh, site: str) -> None:
    """The story, told with its end just now."""
    began_us = now_us() - END * MINUTE
    sessions = {load: session_of(load, began_us) for load in (START, PRICING, DOCS, SPRING)}
    for step in STORY:
        sent = step.load.sent(sessions[step.load])
        age = {"ageMs": (now_us() - began_us - step.minute * MINUTE) // 1_000, "eventId": new_id(), "appName": site}
        reply = await mesh.track(step.path, sent | age | dict(step.payload))
        assert (reply.status, reply.json()["status"]) == (202, "accepted"), reply.body


@pytest.fixture(scope="module")
async def told(mesh: Mesh, eventually: Any) -> AsyncIterator[Mesh]:
    """A mesh that both sites' events have reached."""
    for site, identity in ((MEMORY, "memory"), (DAILY, "daily")):
        made = await mesh.api("POST", "sites", {"id": site, "identity": identity, "domains": ["story.example"]})
        assert made.status == 201, made.body
    left_s = DAY_S - time.time() % DAY_S
    if left_s < 20:  # the visitor of a day is another one after it: the story is told on one day of UTC
        await asyncio.sleep(left_s + 1)
    for site in (MEMORY, DAILY):
        await walk(mesh, site)
        await eventually(lambda site=site: mesh.query(["events", "pageviews"], site), [([], [5, 4])])
    yield mesh


@pytest.mark.parametrize("site", [MEMORY, DAILY])
async def test_the_answers_are_those_written_down_beforehand(told: Mesh, site: str) -> None:
    answers: dict[tuple[str, ...], list[Any]] = {}
    for words in EXPECTED[site]:
        metrics = [word for word in words if not word.startswith("by ")]
        dimensions = [word.removeprefix("by ") for word in words if word.startswith("by ")]
        answers[words] = sorted(await told.query(metrics, site, dimensions=dimensions))
    assert answers == EXPECTED[site]


@pytest.mark.parametrize("site", [MEMORY, DAILY])
async def test_engagement_is_exact_by_page_and_visit(told: Mesh, site: str) -> None:
    """Each page of the story was seen in one visit (or its continuation): one row each, sums and depths as sent."""
    [row] = await told.sql("SELECT number FROM sites WHERE id = $1", site)
    answer = await ask(told.ready["query"], told.ready["admin_token"], PAGES.format(row["number"]))
    found = {
        page: (int(engaged), int(depth), int(visits)) for page, engaged, depth, visits in map(json.loads, answer.rows)
    }
    assert found == {page: (seconds * 1_000, depth, 1) for page, (seconds, depth) in ENGAGED.items()}


async def test_who_signed_in_is_known_by_a_hash_that_no_two_sites_share(told: Mesh) -> None:
    rows = await told.sql(
        "SELECT s.id, e.name, e.user_hash FROM events e JOIN sites s ON s.number = e.site_id "
        "WHERE e.user_hash IS NOT NULL"
    )
    assert sorted((row["id"], row["name"]) for row in rows) == [(DAILY, "sign_in"), (MEMORY, "sign_in")]
    assert len({row["user_hash"] for row in rows}) == 2


async def test_an_answer_says_what_memory_mode_cannot_see_and_how_daily_visitors_add_up(told: Mesh) -> None:
    async def warnings(site: str) -> str:
        question = {"site": site, "metrics": ["visitors", "bounce_rate"], "date_range": "24h"}
        reply = await told.api("POST", "query", question)
        return " ".join(reply.json()["meta"]["warnings"])

    assert "50" in await warnings(MEMORY)  # two of four sessions continue another
    assert "continu" in await warnings(MEMORY)
    assert "continu" not in await warnings(DAILY)


async def test_own_traffic_is_answered_as_ignored_and_changes_no_answer(told: Mesh) -> None:
    before = await told.query(["events", "pageviews"], MEMORY)
    settings = {"excludedPaths": ["/office/*"], "excludedHostnames": ["staging.story.example"]}
    assert (await told.api("PATCH", f"sites/{MEMORY}", settings)).status == 200
    office, staging = f"{HOST}/office/plan", "https://staging.story.example/"
    for page in (office, staging, "https://elsewhere.example/"):
        reply = await told.track("view", {"appName": MEMORY, "pageUrl": page, "sessionId": new_id()})
        assert (reply.status, reply.json()["status"], reply.json()["reason"]) == (202, "ignored", "excluded")
    wrong = await told.api("PATCH", f"sites/{MEMORY}", {"excludedIps": ["192.0.2.1", "192.0.2.0/40"]})
    assert (wrong.status, wrong.json()["field"]) == (400, "excludedIps[1]")
    assert (await told.api("PATCH", f"sites/{MEMORY}", {"excludedIps": ["127.0.0.0/8"]})).status == 200
    reply = await told.track("view", {"appName": MEMORY, "pageUrl": f"{HOST}/", "sessionId": new_id()})
    assert reply.json()["reason"] == "excluded"
    assert await told.query(["events", "pageviews"], MEMORY) == before
    assert [dict(row) for row in await told.sql("SELECT count(*) FROM events WHERE name = 'pageview'")] == [
        {"count": 8}
    ]
