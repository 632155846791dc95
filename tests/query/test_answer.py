"""What single metrics, dimensions and filters say of events made by hand. `test_exactness` has the whole grammar."""

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import definition_pb2, event_pb2, query_pb2

from mesh.errors import MeshError
from query import language, pages
from query.answer import answer
from query.definitions import Definitions
from query.labels import Amount, Row
from tests.query import brute_answer
from tests.query.conftest import NOW, Store
from tests.query.sample import event, new_visit
from tests.query.writer import commit_of

F = query_pb2.Filter
DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)
numbers = itertools.count(100)
KNOWN = Definitions(
    {
        goal.name: goal
        for goal in (
            definition_pb2.Goal(name="Signup", event="signup"),
            definition_pb2.Goal(name="Reads", page="/a*", scroll_threshold=75),
            definition_pb2.Goal(name="Sale", event="buy", currency="EUR"),
            definition_pb2.Goal(name="Menu", event="click"),
        )
    },
    {
        "seg_de": definition_pb2.Segment(
            id="seg_de", name="Germans", filters=[F(operator=1, dimension="country", values=["DE"])]
        )
    },
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


class Site:
    """A site with a few events, to be asked."""

    def __init__(self, store: Store, runner: asyncio.Runner, events: list[event_pb2.NormalizedEvent]) -> None:
        self.number = next(numbers)
        for each in events:
            each.site_id = self.number
        store.replica.apply([commit_of(store.replica.state.position + 1, events)])
        self._store, self._runner = store, runner

    def rows(self, metrics: list[str], dimensions: list[str], *filters: F, **fields: Any) -> list[Row]:
        request = query_pb2.QueryRequest(
            metrics=metrics, dimensions=dimensions, filters=filters, date_range=["2026-03-01", "2026-03-31"], **fields
        )
        question = language.parse(request, self.number, ZoneInfo("UTC"), pages.Page(request.offset, NOW), None, KNOWN)
        return self._runner.run(answer(self._store.pool, question)).rows

    def one(self, metrics: list[str], *filters: F) -> tuple[Any, ...]:
        return self.rows(metrics, [], *filters)[0].metrics

    def by(self, dimension: str, metrics: list[str], *filters: F) -> dict[str, tuple[Any, ...]]:
        return {row.dimensions[0]: row.metrics for row in self.rows(metrics, [dimension], *filters)}


def where(word: str, dimension: str, *values: str) -> F:
    return F(operator=F.Operator.Value(f"OPERATOR_{word}"), dimension=dimension, values=values)


def group(word: str, *children: F) -> F:
    return F(operator=F.Operator.Value(f"OPERATOR_{word}"), children=children)


@pytest.fixture(scope="module")
def site(store: Store, runner: asyncio.Runner) -> Site:
    """Four visits: 1 and 2 of DE, 3 and 4 of FR."""
    one, two, three, four = (new_visit() for _ in range(4))
    later = DAY + timedelta(minutes=1)

    def of(name: str, visit: str, at: datetime = DAY, **values: Any) -> event_pb2.NormalizedEvent:
        country = "DE" if visit in (one, two) else "FR"
        return event(name, at, visit, started=DAY, **{"country": country, "page": "/a"} | values)

    return Site(
        store,
        runner,
        [
            of("pageview", one),
            of("engagement", one, later, engaged_ms=4_000, scroll_depth=80),
            of("engagement", one, later, engaged_ms=2_000, scroll_depth=60),
            of("pageview", one, later, page="/b"),
            of("signup", one, later, page="/b", props={"plan": "pro"}),
            of("buy", one, later, page="/b", revenue_micros=10_000_001, revenue_currency="EUR"),
            of("pageview", two),
            of("scroll", two, scroll_depth=40),
            of("buy", two, revenue_micros=2_500_000, revenue_currency="EUR"),
            of("experiment_exposure", two, props={"experiment": "blue", "variant": "B"}),
            of("experiment_exposure", two, later, props={"experiment": "blue", "variant": "A"}),
            of("pageview", three, page_title="Home"),
            of("click", three, element_id="menu"),
            of("pageview", four, page="/b"),
            of("buy", four, page="/b", revenue_micros=7_000_000, revenue_currency="USD"),
            of("buy", "", page="", revenue_micros=-1_000_000, revenue_currency="EUR"),
        ],
    )


def test_time_and_scroll_are_means_over_the_visits_of_a_page_that_tell_them(site: Site) -> None:
    metrics = ["visits", "time_on_page", "scroll_depth", "scroll_reached:75", "scroll_reached:25"]
    assert site.by("page", metrics) == {
        "/a": (3, 6.0, 60.0, pytest.approx(100 / 3), pytest.approx(200 / 3)),
        "/b": (2, None, None, 0.0, 0.0),
    }
    assert site.one(["time_on_page"]) == (6.0,)


def test_exits_are_of_the_page_a_visit_ended_on(site: Site) -> None:
    metrics = ["exits", "exit_rate", "pageviews"]
    assert site.by("page", metrics) == {"/a": (2, pytest.approx(200 / 3), 3), "/b": (2, 100.0, 2)}
    # by exit page the views are those of the page, not those of the visits that ended there
    assert site.by("exit_page", metrics) == {"/a": (2, pytest.approx(200 / 3), 2), "/b": (2, 100.0, 3)}
    assert site.one(["exits", "exit_rate"], where("IS", "page", "/c")) == (0, None)


def test_conversions_are_visitors_who_met_the_goal(site: Site) -> None:
    metrics = ["conversions", "conversion_rate", "events"]
    assert site.by("goal", metrics) == {
        "Menu": (1, 25.0, 1),
        "Reads": (1, 25.0, 1),
        "Sale": (2, 50.0, 3),
        "Signup": (1, 25.0, 1),
    }
    germans = where("IS", "segment", "seg_de")
    assert site.one(metrics, germans, where("IS", "goal", "Sale")) == (2, 100.0, 2)
    assert site.one(metrics, where("IS", "prop:plan", "pro"), where("IS", "goal", "Signup")) == (1, 25.0, 1)
    found = site.by("country", ["conversion_rate", "group_conversion_rate"], where("IS", "goal", "Signup"))
    assert found == {"DE": (25.0, 50.0)}
    assert site.by("country", ["visitors", "percentage"]) == {"DE": (2, 50.0), "FR": (2, 50.0)}


def test_a_goal_that_needs_scrolling_is_met_by_the_views_of_that_page(site: Site) -> None:
    assert site.one(["visits", "pageviews"], where("IS", "goal", "Reads")) == (1, 1)
    assert site.by("page", ["visits"], where("IS", "goal", "Reads", "Menu")) == {"/a": (2,)}


def test_revenue_is_exact_and_of_one_currency(site: Site) -> None:
    metrics = ["total_revenue", "average_revenue"]
    euros = [Amount("EUR", 11_500_001), Amount("EUR", 3_833_334)]
    assert site.by("currency", metrics, where("IS_NOT", "currency", "(none)")) == {
        "EUR": tuple(euros),
        "USD": (Amount("USD", 7_000_000), Amount("USD", 7_000_000)),
    }
    assert site.one(metrics, where("IS", "goal", "Sale")) == tuple(euros)
    assert site.one(metrics, where("IS", "country", "DE")) == (Amount("EUR", 12_500_001), Amount("EUR", 6_250_000))
    assert site.one(metrics, where("IS", "event", "signup")) == (None, None)
    with pytest.raises(MeshError, match=r'EUR, USD.*\["is","currency",\["EUR"\]\]') as caught:
        site.by("country", ["visits", "total_revenue"])
    assert caught.value.field == "metrics[1]"
    with pytest.raises(MeshError, match="which do not add up"):
        site.rows(["visits", "total_revenue"], ["country"], offset=500)


def test_what_a_visit_has_done_does_not_narrow_its_events(site: Site) -> None:
    signed_up = group("HAS_DONE", where("IS", "event", "signup"))
    assert site.one(["visits", "pageviews", "events"], signed_up) == (1, 2, 4)
    both = group("HAS_DONE", group("AND", where("IS", "event", "buy"), where("IS", "page", "/a")))
    assert site.one(["visits"], both) == (1,)
    # an event without a visit is of none that has done it
    assert site.one(["visits", "events"], group("HAS_NOT_DONE", where("IS", "event", "buy"))) == (1, 3)
    assert site.one(["visits"], group("HAS_DONE", where("IS", "element", "menu"))) == (1,)


def test_elements_titles_and_variants_are_dimensions(site: Site) -> None:
    assert site.by("element", ["visitors", "events"], where("IS_NOT", "element", "(not set)")) == {"menu": (1, 1)}
    assert site.by("page_title", ["visits"], where("CONTAINS", "page_title", "Ho")) == {"Home": (1,)}
    # the variant is that of the visit's first exposure
    assert site.by("experiment:blue", ["visits", "pageviews"]) == {"(none)": (3, 4), "B": (1, 1)}
    assert site.one(["visits"], where("IS", "experiment:blue", "B")) == (1,)


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_undefined_comes_last_in_either_order(site: Site, descending: bool) -> None:
    order = query_pb2.OrderBy(key="scroll_depth", descending=descending)
    found = site.rows(["scroll_depth", "visits"], ["page"], order_by=[order])
    assert [row.dimensions[0] for row in found] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        ("Europe/Berlin", "2026-03-28T23:29:00+00:00", 4),  # clocks skip the hour from 2 to 3
        ("Europe/Berlin", "2026-10-24T22:29:00+00:00", 5),  # and repeat it
        ("Australia/Lord_Howe", "2026-04-04T13:10:00+00:00", 5),  # repeat half of one
    ],
)
def test_hours_around_a_change_of_clocks_are_those_that_the_clock_showed(
    store: Store, runner: asyncio.Runner, zone: str, start: str, hours: int
) -> None:
    begin = datetime.fromisoformat(start)
    site = next(numbers)
    events = [
        event("pageview", begin + timedelta(minutes=minute), str(uuid.UUID(int=site << 64 | minute)), site=site)
        for minute in range(0, hours * 60, 20)
    ]
    store.replica.apply([commit_of(store.replica.state.position + 1, events)])
    request = query_pb2.QueryRequest(
        metrics=["visits", "pageviews"],
        dimensions=["time:hour"],
        date_range=[start, (begin + timedelta(hours=hours)).isoformat()],
        timezone=zone,
    )
    question = language.parse(request, site, ZoneInfo(zone), pages.Page(0, NOW), None)
    found = runner.run(answer(store.pool, question))
    shown = [(begin + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)) for minute in range(hours * 60)]
    labels = list(dict.fromkeys(f"{moment:%Y-%m-%d %H}:00:00" for moment in shown))
    assert [row.dimensions[0] for row in found.rows] == labels
    assert sum(int(row.metrics[0]) for row in found.rows) == len(events)
    expected = brute_answer.answer(events, request, question.span.start, question.span.end)
    assert [(row.dimensions, row.metrics) for row in found.rows] == expected
