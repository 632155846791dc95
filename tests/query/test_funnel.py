"""Funnels equal their definition, every way tried; and ClickHouse's own windowFunnel where the two mean the same."""

import asyncio
import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, query_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query.funnel import funnel
from query.funnel_question import funnel_question
from tests.query import brute_ways, ways
from tests.query.conftest import Store
from tests.query.sample import DAILY, event

Request, Match = query_pb2.FunnelRequest, query_pb2.EventMatch
UNITS = [Request.UNIT_VISIT, Request.UNIT_VISITOR_DAY, Request.UNIT_USER]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


requests = st.builds(
    Request,
    scope=ways.scopes,
    steps=st.lists(st.sampled_from(ways.MATCHES), min_size=2, max_size=4),
    order=st.sampled_from([Request.ORDER_UNSPECIFIED, Request.ORDER_ORDERED, Request.ORDER_STRICT, Request.ORDER_ANY]),
    unit=st.sampled_from([Request.UNIT_UNSPECIFIED, *UNITS]),
    window_s=st.sampled_from([0, 0, 60, 2_400, 100_000]),
    breakdown=st.sampled_from(ways.BREAKDOWNS),
    limit=st.sampled_from([0, 1, 2]),
)


def plain(groups: list[query_pb2.FunnelGroup]) -> list[tuple[str, list[tuple[Any, ...]]]]:
    def quantile(step: query_pb2.FunnelStep, name: str) -> float | None:
        return getattr(step, name) if step.HasField(name) else None

    counts = ("entered", "converted", "dropped", "rate", "step_rate")
    return [
        (
            group.value,
            [
                (*(getattr(step, name) for name in counts), quantile(step, "median_s"), quantile(step, "p90_s"))
                for step in group.steps
            ],
        )
        for group in groups
    ]


@given(st.lists(ways.visits(), max_size=12), st.lists(requests, min_size=3, max_size=6), st.randoms())
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_funnel_equals_its_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[Request],
    shuffle: random.Random,
) -> None:
    site, events = ways.store_site(store.replica, made, shuffle)
    for request in asked:
        scoped = ways.scoped_of(request.scope, site)
        found = plain(runner.run(funnel(store.pool, request, scoped)))
        expected = brute_ways.funnel(events, request, ways.GOALS, scoped.span.start, scoped.span.end)
        assert [group for group, _ in found] == [group for group, _ in expected], request
        for (_, got), (_, want) in zip(found, expected, strict=True):
            for one, other in zip(got, want, strict=True):
                assert one == pytest.approx(other, abs=1e-6), request


DAY = query_pb2.Scope(date_range=["2026-03-28", "2026-03-28"], timezone="UTC")
HOME, SHOP, ANY, SIGNUP = Match(page="/"), Match(page="/shop"), Match(page="*"), Match(event="signup")


async def reached(store: Store, made: list[event_pb2.NormalizedEvent], *steps: Match, **fields: Any) -> list[int]:
    """Units that entered each step, of a site with these events alone."""
    site = 10_000_000 + store.replica.state.position
    for each in made:
        each.site_id = site
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
    request = Request(**{"scope": DAY, "steps": steps} | fields)
    (group,) = await funnel(store.pool, request, ways.scoped_of(request.scope, site))
    return [step.entered for step in group.steps]


def views(*pages: str, seconds: int = 1, **values: Any) -> list[event_pb2.NormalizedEvent]:
    """A visit of page views, some seconds apart."""
    visit, started = str(uuid.uuid4()), values.pop("at", ways.FIRST)
    times = [started + timedelta(seconds=seconds * index) for index in range(len(pages))]
    return [
        event("pageview", at, visit, page=page, started=started, sequence=index, **values)
        for index, (at, page) in enumerate(zip(times, pages, strict=True))
    ]


async def test_one_event_satisfies_one_step_only(store: Store) -> None:
    for order in (Request.ORDER_ORDERED, Request.ORDER_STRICT, Request.ORDER_ANY):
        assert await reached(store, views("/"), HOME, HOME, order=order) == [1, 0]
        assert await reached(store, views("/", "/"), HOME, HOME, order=order) == [1, 1]


async def test_in_any_order_an_event_is_taken_for_the_step_that_no_other_satisfies(store: Store) -> None:
    # the first event alone can be /shop, though it comes where any page would do
    assert await reached(store, views("/shop", "/"), ANY, SHOP, order=Request.ORDER_ANY) == [1, 1]
    assert await reached(store, views("/shop", "/"), SHOP, ANY, order=Request.ORDER_ANY) == [1, 1]
    assert await reached(store, views("/shop", "/"), ANY, SHOP) == [1, 0]


async def test_a_strict_funnel_ends_at_the_next_page_view_or_custom_event(store: Store) -> None:
    assert await reached(store, views("/", "/x", "/shop"), HOME, SHOP) == [1, 1]
    assert await reached(store, views("/", "/x", "/shop"), HOME, SHOP, order=Request.ORDER_STRICT) == [1, 0]
    assert await reached(store, views("/", "/x", "/", "/shop"), HOME, SHOP, order=Request.ORDER_STRICT) == [1, 1]
    clicked = views("/", "/click", "/shop")
    clicked[1].kind, clicked[1].name = event_pb2.EVENT_KIND_CLICK, "click"
    assert await reached(store, clicked, HOME, SHOP, order=Request.ORDER_STRICT) == [1, 1]


@pytest.mark.parametrize("order", [Request.ORDER_ORDERED, Request.ORDER_STRICT, Request.ORDER_ANY])
@pytest.mark.parametrize("unit", UNITS)
async def test_a_funnel_of_ten_steps_is_answered(store: Store, order: int, unit: int) -> None:
    made = views(*["/", "/shop"] * 5, user_hash="ada")
    steps = [HOME, SHOP, ANY, ANY, HOME, ANY, ANY, SHOP, HOME, SHOP]
    found = await reached(store, made, *steps, order=order, unit=unit, window_s=100)
    assert found == [1] * 10


async def test_events_of_one_instant_are_ordered_by_sequence(store: Store) -> None:
    assert await reached(store, views("/", "/shop", seconds=0), HOME, SHOP) == [1, 1]
    assert await reached(store, views("/shop", "/", seconds=0), HOME, SHOP) == [1, 0]


async def test_a_later_start_counts_where_the_first_ran_out_of_time(store: Store) -> None:
    seen = views("/", "/x", "/", "/shop", seconds=60)
    assert await reached(store, seen, HOME, SHOP, window_s=59) == [1, 0]
    assert await reached(store, seen, HOME, SHOP, window_s=60) == [1, 1]


async def test_a_user_may_go_on_after_the_range_within_the_window(store: Store) -> None:
    late = ways.FIRST + timedelta(days=13)
    made = [*views("/", user_hash="ada"), *views("/shop", user_hash="ada", at=late)]
    assert await reached(store, made, HOME, SHOP, unit=Request.UNIT_USER) == [1, 1]
    assert await reached(store, made, HOME, SHOP, unit=Request.UNIT_USER, window_s=86_400) == [1, 0]
    assert await reached(store, made, SHOP, HOME, unit=Request.UNIT_USER, order=Request.ORDER_ANY) == [1, 1]
    assert await reached(store, made[1:], SHOP, HOME, unit=Request.UNIT_USER, order=Request.ORDER_ANY) == [0, 0]
    assert await reached(store, made, HOME, SHOP) == [1, 0]


async def test_a_visitors_day_is_made_of_the_visits_that_started_on_it(store: Store) -> None:
    shared = {"identity": DAILY, "visitor_id": str(uuid.UUID(int=9)), "seconds": 60}
    evening = ways.FIRST.replace(hour=23, minute=59, second=30)
    made = [*views("/x", "/", at=evening, **shared), *views("/shop", at=evening + timedelta(minutes=50), **shared)]
    both = query_pb2.Scope(date_range=["2026-03-28", "2026-03-29"], timezone="UTC")
    assert await reached(store, made, HOME, SHOP, unit=Request.UNIT_VISITOR_DAY, scope=both) == [1, 0]
    both.timezone = "Europe/Berlin"  # where all of it is on the 29th
    assert await reached(store, made, HOME, SHOP, unit=Request.UNIT_VISITOR_DAY, scope=both) == [1, 1]
    assert await reached(store, made, HOME, SHOP, scope=both) == [1, 0]


async def test_times_are_of_the_earliest_chain_and_quantiles_are_interpolated(store: Store) -> None:
    made = [each for pages in (1, 2, 4) for each in views("/", *["/x"] * (pages - 1), "/shop", "/shop", seconds=10)]
    for each in made:
        each.site_id = 905
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
    request = Request(scope=DAY, steps=[HOME, SHOP, SHOP])
    (group,) = await funnel(store.pool, request, ways.scoped_of(DAY, 905))
    first, second, third = group.steps
    assert (first.entered, first.rate, first.step_rate, first.HasField("median_s")) == (3, 100, 100, False)
    assert (second.median_s, second.p90_s) == (20, pytest.approx(36))
    assert (third.median_s, third.p90_s, third.converted, third.dropped) == (10, 10, 3, 0)


@pytest.mark.parametrize("window_s", [200, 3_000, 10**6])
async def test_windowfunnel_finds_the_same_levels(store: Store, window_s: int) -> None:
    chance, site = random.Random(window_s), 20_000_000 + window_s
    made: list[event_pb2.NormalizedEvent] = []
    for _ in range(400):
        pages = [chance.choice(["/", "/shop", "/x", "/y"]) for _ in range(chance.randint(1, 9))]
        made += views(*pages, seconds=chance.choice([7, 90, 700]), site=site)
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
    # levels are counted by whole visits on both sides: each lies within the range
    steps = [HOME, SHOP, Match(page="/y")]
    request = Request(scope=query_pb2.Scope(date_range=["2026-03-28", "2026-03-29"]), steps=steps, window_s=window_s)
    (group,) = await funnel(store.pool, request, ways.scoped_of(request.scope, site))
    levels = await store.pool.rows(
        "SELECT countIf(level >= 1), countIf(level >= 2), countIf(level >= 3) FROM (SELECT windowFunnel"
        "({window:UInt64})(toDateTime(occurred_at), page = '/', page = '/shop', page = '/y') AS level"
        " FROM events WHERE site_id = {site:UInt32} GROUP BY visit_id)",
        {"window": window_s, "site": site},
    )
    found = [step.entered for step in group.steps]
    assert found == list(levels[0])
    assert 400 > found[0] > found[1] > found[2] > 0


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"steps": [HOME]}, "steps"),
        ({"steps": [HOME] * 11}, "steps"),
        ({"steps": [HOME, Match()]}, "steps[1]"),
        ({"steps": [HOME, Match(goal="Signip")]}, "steps[1].goal"),
        ({"steps": [Match(goal="Signup", page="/"), HOME]}, "steps[0].goal"),
        ({"steps": [HOME, Match(page="pricing")]}, "steps[1].page"),
        ({"window_s": 366 * 86_400 + 1}, "window_s"),
        ({"breakdown": "page"}, "breakdown"),
        ({"breakdown": "countri"}, "breakdown"),
        ({"limit": 101}, "limit"),
        ({"order": 7}, "order"),
        ({"unit": 7}, "unit"),
    ],
)
def test_what_makes_no_funnel_is_refused_at_its_place(fields: dict[str, Any], path: str) -> None:
    request = Request(**{"steps": [HOME, SIGNUP]} | fields)
    with pytest.raises(MeshError) as caught:
        funnel_question(request, ways.scoped_of(DAY, 1))
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, path)


async def test_a_pattern_that_is_no_re2_is_refused_at_its_step(store: Store) -> None:
    bad = ways.Filter(operator=ways.Filter.OPERATOR_MATCHES, dimension="prop:plan", values=["(?<=a)b"])
    bought = event("buy", ways.FIRST, str(uuid.uuid4()), site=906, props={"plan": "pro"})
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, [bought])])
    request = Request(scope=DAY, steps=[HOME, Match(event="buy", filters=[bad])])
    with pytest.raises(MeshError) as caught:
        await funnel(store.pool, request, ways.scoped_of(DAY, 906))
    assert caught.value.field == "steps[1].filters[0][2][0]"
