"""Every part of a page equals the answer to its question asked alone, over events by chance and kinds of filters."""

import asyncio
import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import event_pb2, query_pb2

from mesh.errors import MeshError
from query import page
from query.answer import answer, rows_shown
from query.compare import beside, joined
from query.definitions import NONE
from query.explain import explaining
from query.facts import Facts
from query.language import Question
from query.page_sql import Shape
from tests.query.conftest import NOW, Store
from tests.query.sample import DAILY, MEMORY, event
from tests.query.writer import commit_of

F = query_pb2.Filter
FIRST = datetime(2026, 3, 26, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = ["2026-03-28", "2026-03-30"]
SESSIONS = ["visitors", "visits", "bounce_rate", "visit_duration"]
LISTS = [
    *(query_pb2.PageList(dimension=name, metrics=SESSIONS) for name in ("source", "channel", "country", "browser")),
    query_pb2.PageList(dimension="entry_page", metrics=["visits"], limit=2),
    query_pb2.PageList(dimension="exit_page", metrics=["bounce_rate", "visitors"], limit=3),
    query_pb2.PageList(dimension="page", metrics=["visitors", "pageviews"], limit=3),
    query_pb2.PageList(dimension="page", metrics=["visits", "visitors"]),
    query_pb2.PageList(dimension="page", metrics=["pageviews"], limit=1),
    query_pb2.PageList(dimension="page", metrics=["visitors", "bounce_rate"]),
    query_pb2.PageList(dimension="page", metrics=["visitors", "time_on_page", "scroll_depth", "scroll_reached:50"]),
    query_pb2.PageList(dimension="page", metrics=["time_on_page", "scroll_reached:100"], limit=2),
    query_pb2.PageList(dimension="event", metrics=["visitors", "events", "pageviews"]),
    query_pb2.PageList(dimension="event", metrics=["visits"], limit=2),
    query_pb2.PageList(dimension="hostname"),
    query_pb2.PageList(dimension="prop:plan", metrics=["events", "visitors"]),
    query_pb2.PageList(dimension="country", metrics=["pageviews", "visits"]),
]


def test_of(operator: str, dimension: str, *values: str) -> query_pb2.Filter:
    return F(operator=F.Operator.Value(f"OPERATOR_{operator}"), dimension=dimension, values=values)


test_of.__test__ = False
FILTERS: dict[str, list[query_pb2.Filter]] = {
    "visit": [test_of("IS", "browser", "Chrome")],
    "not": [test_of("IS_NOT", "country", "DE"), test_of("CONTAINS", "source", "o")],
    "page": [test_of("IS", "page", "/a")],
    "prop": [test_of("IS", "prop:plan", "pro")],
    "event": [test_of("IS", "event", "signup"), test_of("IS", "browser", "Chrome", "Safari")],
    "done": [F(operator=F.OPERATOR_HAS_DONE, children=[test_of("IS", "event", "signup")])],
    "either": [
        F(operator=F.OPERATOR_OR, children=[test_of("IS", "entry_page", "/"), test_of("IS", "hostname", "b.org")])
    ],
    "nobody": [test_of("IS", "country", "JP")],
}
numbers = itertools.count(10_000)


def made(seed: int, site: int, modes: list[int], hosts: list[str], names: list[str]) -> list[event_pb2.NormalizedEvent]:
    """Visits by chance around a change of clocks, some placed far from where they started, some events without one."""
    chance, found = random.Random(seed), []
    for number in range(60):
        mode, start = chance.choice(modes), FIRST + timedelta(minutes=chance.randrange(6 * 24 * 60))
        visit = str(uuid.UUID(int=site << 64 | number)) if chance.random() < 0.92 else ""
        texts = {
            "source": chance.choice(["", "Google", "Hacker News"]),
            "channel": chance.choice(["", "Organic Search"]),
            "country": chance.choice(["", "DE", "FR"]),
            "browser": chance.choice(["", "Chrome", "Safari"]),
        }
        shared = {
            "identity": mode,
            "visitor_id": str(uuid.UUID(int=chance.randrange(1, 5))) if mode == DAILY else visit,
            "continuation": mode == MEMORY and chance.random() < 0.2,
            "started": start + timedelta(hours=chance.choice([0, 0, 0, -30, 20])),
            "site": site,
        }
        for _ in range(chance.randint(1, 5)):
            name = chance.choice(["pageview", "pageview", "pageview", "click", "scroll", "engagement", *names])
            more = {"kind": event_pb2.EVENT_KIND_CUSTOM} if name == "disguised" else {}
            found.append(
                event(
                    name,
                    start + timedelta(minutes=chance.choice([0, 1, 25, 900])),
                    visit,
                    page=chance.choice(["/", "/a", "/b", ""]),
                    hostname=chance.choice(hosts),
                    props=chance.choice([{}, {"plan": "pro"}, {"plan": ""}]),
                    event_id=str(uuid.UUID(int=chance.getrandbits(128))),
                    engaged_ms=chance.randrange(9_000) if name == "engagement" else 0,
                    scroll_depth=chance.choice([10, 50, 100]) if name == "scroll" else 0,
                    **texts,
                    **shared,
                )
            )
            if more:
                found[-1].name = "pageview"
    return found


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def asked_of(site: int, filters: list[query_pb2.Filter], dates: list[str] = DAYS, **fields: object) -> page.Asked:
    scope = query_pb2.Scope(site="demo", filters=filters, date_range=dates)
    request = query_pb2.PageRequest(scope=scope, **({"lists": LISTS} | fields))
    return page.asked(request, site, BERLIN, NOW, None, NONE)


@pytest.mark.parametrize(
    ("modes", "hosts", "names", "filters"),
    [
        ([MEMORY], ["a.org"], ["signup"], [[], FILTERS["visit"], FILTERS["page"]]),
        ([MEMORY, DAILY], ["a.org", "b.org"], ["signup", "purchase"], [[], FILTERS["done"], FILTERS["either"]]),
        ([DAILY], ["a.org", "b.org"], ["signup", ""], [FILTERS["not"], FILTERS["prop"]]),
        ([MEMORY, DAILY], ["a.org", "b.org"], ["signup", "disguised"], [[], FILTERS["event"], FILTERS["nobody"]]),
    ],
    ids=["one mode, one host", "both modes", "daily", "custom events by the name of page views"],
)
def test_each_part_of_a_page_equals_its_question_asked_alone(
    store: Store,
    runner: asyncio.Runner,
    modes: list[int],
    hosts: list[str],
    names: list[str],
    filters: list[list[query_pb2.Filter]],
) -> None:
    site = next(numbers)
    events = made(site, site, modes, hosts, names)
    store.replica.apply([commit_of(store.replica.state.position + 1, events)])
    for each in filters:
        asked = asked_of(site, each)
        found = runner.run(page.answer_page(store.pool, asked))
        for question, part in parts_of(asked, found):
            rows = runner.run(rows_shown(store.pool, question))
            assert part.rows == (rows if question.grain else rows[: question.limit]), (each, question.dimensions)
            assert part.more == (not question.grain and len(rows) > question.limit), (each, question.dimensions)
        if each is not FILTERS["nobody"]:
            assert found.totals.rows[0].metrics[0]
    assert found.warnings == runner.run(answer(store.pool, asked.totals)).warnings


@pytest.mark.parametrize("filters", [[], FILTERS["visit"]])
def test_what_stands_beside_a_row_is_what_the_other_range_answers(
    store: Store, runner: asyncio.Runner, filters: list[query_pb2.Filter]
) -> None:
    site = next(numbers)
    events = made(7, site, [MEMORY, DAILY], ["a.org", "b.org"], ["signup"])
    store.replica.apply([commit_of(store.replica.state.position + 1, events)])
    compare = query_pb2.Comparison(mode=query_pb2.Comparison.MODE_CUSTOM, date_range=["2026-03-26", "2026-03-27"])
    asked = asked_of(site, filters, compare=compare)
    assert asked.compared
    found = runner.run(page.answer_page(store.pool, asked))
    other = asked_of(site, filters, dates=["2026-03-26", "2026-03-27"], interval="day")
    several = 0
    for (question, part), (there, _) in zip(parts_of(asked, found), parts_of(other, found), strict=True):
        before = runner.run(rows_shown(store.pool, replace(there, limit=1_000)))
        where = beside(question.dimensions, question.grain, question.span, asked.compared)
        assert part.compared == joined(question.metrics, part.rows, before, where), question.dimensions
        several += sum(any(each.change) for each in part.compared if each)
    assert several > 20


def parts_of(asked: page.Asked, found: page.PageAnswer) -> list[tuple[Question, page.Found]]:
    """The questions that the page's one statement answers, each with what was found."""
    pairs = zip((asked.totals, asked.series, *asked.lists), (found.totals, found.series, *found.lists), strict=True)
    return [(question, part) for question, part in pairs if page.shape_of(question, Facts(1, 1, 1))]


def test_a_page_of_plain_lists_takes_two_statements(store: Store, runner: asyncio.Runner) -> None:
    lists = [each for each in LISTS if page.shape_of(asked_of(1, [], lists=[each]).lists[0], Facts(1, 0, 0))]
    assert len(lists) == 13

    async def statements() -> int:
        with explaining() as recorder:
            await page.answer_page(store.pool, asked_of(1, [], lists=lists * 3))
        return len(recorder.statements)

    assert runner.run(statements()) == 2


def test_what_a_page_cannot_tell_together_it_asks_alone() -> None:
    facts, disguised = Facts(1, 0, 0), Facts(1, 0, 0, disguised=1)
    by_page = [test_of("IS", "page", "/")]

    def shape(filters: list[query_pb2.Filter], facts: Facts, dimension: str, *metrics: str) -> Shape | None:
        asked = asked_of(1, filters, lists=[query_pb2.PageList(dimension=dimension, metrics=metrics)])
        return page.shape_of(asked.lists[0], facts)

    assert shape([], facts, "browser", "visitors", "bounce_rate") is Shape.VISITS
    assert shape(by_page, facts, "browser", "visitors") is Shape.VISITS
    assert shape(by_page, facts, "browser", "bounce_rate") is None
    assert shape([], facts, "browser", "pageviews") is None
    assert shape([], facts, "page", "visitors", "pageviews") is Shape.PAGES
    assert shape(by_page, facts, "page", "visitors") is None
    assert shape([], facts, "page", "bounce_rate") is None
    assert shape([], facts, "event", "visitors") is Shape.NAMES
    assert shape([], disguised, "event", "visitors") is None
    assert shape([], facts, "prop:plan", "visitors") is None


def test_a_pages_defaults_are_those_of_a_dashboard() -> None:
    asked = asked_of(1, [], lists=[query_pb2.PageList(dimension="page")])
    assert asked.metrics == page.DEFAULT_METRICS
    # views_per_visit takes no dimension
    assert [metric.name for metric in asked.series.metrics] == [
        name for name in page.DEFAULT_METRICS if name != "views_per_visit"
    ]
    assert (asked.series.grain, asked.lists[0].limit, asked.compared) == ("day", 10, None)
    assert [metric.name for metric in asked.lists[0].metrics] == ["visitors"]
    filtered = asked_of(1, [test_of("IS", "page", "/")])
    assert filtered.metrics == page.DEFAULT_METRICS
    assert "views_per_visit" not in [metric.name for metric in filtered.totals.metrics]


@pytest.mark.parametrize(
    ("fields", "path", "hint"),
    [
        ({"metrics": ["visitors", "vistors"]}, "metrics[1]", "near: visitors"),
        ({"metrics": ["visitors"] * 21}, "metrics", "1–20"),
        ({"interval": "fortnight"}, "interval", "minute, hour"),
        (
            {"interval": "minute", "scope": query_pb2.Scope(date_range=["2016-01-01", "2025-01-01"])},
            "interval",
            "coarser",
        ),
        ({"lists": [query_pb2.PageList(dimension="page")] * 41}, "lists", "at most 40"),
        (
            {"lists": [query_pb2.PageList(dimension="page"), query_pb2.PageList()]},
            "lists[1].dimension",
            "one dimension",
        ),
        ({"lists": [query_pb2.PageList(dimension="pagee")]}, "lists[0].dimension", "near: page"),
        ({"lists": [query_pb2.PageList(dimension="time:day")]}, "lists[0].dimension", "series"),
        (
            {"lists": [query_pb2.PageList(dimension="page", metrics=["visits", "vists"])]},
            "lists[0].metrics[1]",
            "near: visits",
        ),
        ({"lists": [query_pb2.PageList(dimension="page", metrics=["visits"] * 11)]}, "lists[0].metrics", "at most 10"),
        (
            {"lists": [query_pb2.PageList(dimension="event", metrics=["bounce_rate"])]},
            "lists[0].metrics[0]",
            "single events",
        ),
        ({"lists": [query_pb2.PageList(dimension="page", limit=1_001)]}, "lists[0].limit", "1,000"),
        ({"compare": query_pb2.Comparison()}, "compare", "previous_period"),
        ({"scope": query_pb2.Scope(filters=[test_of("IS", "pagee", "/")])}, "filters[0][1]", "near: page"),
        ({"scope": query_pb2.Scope(date_range=["0d"])}, "date_range", '"7d"'),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place_in_the_page(
    fields: dict[str, object], path: str, hint: str
) -> None:
    with pytest.raises(MeshError) as caught:
        page.asked(query_pb2.PageRequest(**fields), 1, BERLIN, NOW, None, NONE)
    assert caught.value.field == path
    assert hint in caught.value.message
