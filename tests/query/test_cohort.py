"""Cohorts equal the definition read user by user, and refusals name their place in the JSON."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from analytics.v1 import definition_pb2, event_pb2, query_pb2, site_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query import cohort as subject
from query import language
from query.definitions import Definitions
from tests.query import brute_users, people
from tests.query.conftest import Store
from tests.query.sample import event, new_visit

GOALS = {
    "Signup": definition_pb2.Goal(name="Signup", event="signup"),
    "Bought": definition_pb2.Goal(name="Bought", event="buy", currency="EUR"),
}
DEFINITIONS = Definitions(GOALS)
Request = query_pb2.CohortRequest
numbers = itertools.count(100)
Row = tuple[str, str, int, list[int], bool]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@st.composite
def requests(draw: st.DrawFn) -> Request:
    request = Request(
        scope=draw(people.scopes()),
        period=draw(st.sampled_from([Request.PERIOD_DAY, Request.PERIOD_WEEK, Request.PERIOD_MONTH, 0])),
        count=draw(st.sampled_from([Request.COUNT_ON, Request.COUNT_ON_OR_AFTER, 0])),
        first_in_range=draw(st.booleans()),
        breakdown=draw(st.sampled_from(["", "", "country", "source", "entry_page", "experiment:button"])),
    )
    for field in ("start", "back"):
        if draw(st.booleans()):
            getattr(request, field).CopyFrom(draw(people.matches))
    if request.HasField("start") and draw(st.booleans()):
        request.back.CopyFrom(request.start)
    if request.breakdown:
        request.limit = draw(st.sampled_from([0, 1, 2]))
    return request


def scoped_of(request: Request, site: int, now: datetime) -> language.Scoped:
    return language.scope_of(request.scope, site_pb2.Site(id="demo", number=site), now, DEFINITIONS, None)


def ask(store: Store, runner: asyncio.Runner, request: Request, site: int, now: datetime) -> list[Row]:
    found = runner.run(subject.cohort(store.pool, request, scoped_of(request, site, now), now))
    return [(row.period, row.value, row.size, [*row.returned], row.unfinished) for row in found]


@given(
    st.lists(people.visits(), min_size=4, max_size=16),
    st.lists(requests(), min_size=4, max_size=8),
    st.sampled_from([people.LAST + timedelta(days=30), people.LAST - timedelta(days=9, hours=5)]),
)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_cohort_equals_its_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[Request],
    now: datetime,
) -> None:
    site = next(numbers)
    events = people.keep(store, site, made)
    for request in asked:
        span = scoped_of(request, site, now).span
        expected = brute_users.cohort(events, request, GOALS, span.start, span.end, now)
        assert ask(store, runner, request, site, now) == expected, request


NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(store: Store) -> int:
    """Three users: one comes weekly, one once, one began before March; and somebody anonymous."""
    site = next(numbers)
    seen = [
        *(("1", f"2026-03-{day:02} 10:00") for day in (2, 10, 17)),
        ("2", "2026-03-03 09:00"),
        *(("3", f"2026-{day} 11:00") for day in ("02-27", "03-09", "03-30")),
        *(("", f"2026-03-{day:02} 08:00") for day in (2, 9)),
    ]
    visits = [[event("pageview", at(when), new_visit(), user_hash=user, country="DE")] for user, when in seen]
    people.keep(store, site, visits)
    return site


def march(**fields: object) -> Request:
    return Request(scope=query_pb2.Scope(date_range=["2026-03-01", "2026-03-31"]), **fields)


def test_a_table_of_weeks_reads_as_in_the_books(store: Store, runner: asyncio.Runner, shop: int) -> None:
    assert ask(store, runner, march(), shop, NOW) == [
        ("2026-03-01", "", 0, [0, 0, 0, 0, 0, 0], True),
        ("2026-03-02", "", 2, [2, 1, 1, 0, 0], True),
        ("2026-03-09", "", 0, [0, 0, 0, 0], True),
        ("2026-03-16", "", 0, [0, 0, 0], True),
        ("2026-03-23", "", 0, [0, 0], True),
        ("2026-03-30", "", 0, [0], True),
    ]


def test_whose_first_event_lies_before_the_range_is_in_a_cohort_only_where_the_range_is_all_that_counts(
    store: Store, runner: asyncio.Runner, shop: int
) -> None:
    rows = ask(store, runner, march(first_in_range=True), shop, NOW)
    assert rows[2] == ("2026-03-09", "", 1, [1, 0, 0, 1], True)


def test_on_or_after_counts_whoever_was_back_then_or_later(store: Store, runner: asyncio.Runner, shop: int) -> None:
    rows = ask(store, runner, march(first_in_range=True, count=Request.COUNT_ON_OR_AFTER), shop, NOW)
    assert [row[3] for row in rows[1:3]] == [[2, 1, 1, 0, 0], [1, 1, 1, 1]]


def test_the_last_period_is_finished_when_it_is_over(store: Store, runner: asyncio.Runner, shop: int) -> None:
    month = march(period=Request.PERIOD_MONTH)
    assert ask(store, runner, month, shop, NOW) == [("2026-03-01", "", 2, [2], False)]
    assert ask(store, runner, month, shop, at("2026-03-31 23:59"))[0][-1] is True


def test_periods_that_have_not_begun_are_not_told_of(store: Store, runner: asyncio.Runner, shop: int) -> None:
    assert len(ask(store, runner, march(period=Request.PERIOD_DAY), shop, at("2026-03-05 12:00"))) == 5
    assert ask(store, runner, march(), shop, at("2026-02-20 12:00")) == []


def test_the_groups_of_a_breakdown_are_the_answers_filtered_by_them(
    store: Store, runner: asyncio.Runner, shop: int
) -> None:
    by_country = ask(store, runner, march(breakdown="country"), shop, NOW)
    request = march()
    request.scope.filters.add(operator=query_pb2.Filter.OPERATOR_IS, dimension="country", values=["DE"])
    assert [(row[0], *row[2:]) for row in by_country] == [
        (row[0], *row[2:]) for row in ask(store, runner, request, shop, NOW)
    ]


def test_a_year_of_days_is_counted_though_no_number_has_so_many_bits(store: Store, runner: asyncio.Runner) -> None:
    site, days = next(numbers), ["2025-04-03", "2025-06-05", "2025-08-08", "2026-03-20"]
    people.keep(store, site, [[event("pageview", at(f"{day} 10:00"), new_visit(), user_hash="1" * 32)] for day in days])
    request = Request(scope=query_pb2.Scope(date_range=["2025-04-01", "2026-03-31"]), period=Request.PERIOD_DAY)
    rows = {row[0]: row for row in ask(store, runner, request, site, NOW)}
    assert len(rows) == 365
    assert [day for day, count in enumerate(rows["2025-04-03"][3]) if count] == [0, 63, 127, 351]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"back": query_pb2.EventMatch(goal="Signpu")}, "back.goal"),
        ({"start": query_pb2.EventMatch()}, "start"),
        ({"period": 9}, "period"),
        ({"count": 9}, "count"),
        ({"breakdown": "contry"}, "breakdown"),
        ({"breakdown": "page"}, "breakdown"),
        ({"breakdown": "country", "limit": 101}, "limit"),
        ({"breakdown": "country", "limit": 100, "period": Request.PERIOD_DAY}, "period"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(fields: dict[str, object], place: str) -> None:
    request = Request(scope=query_pb2.Scope(date_range=["2025-04-01", "2026-03-31"]), **fields)
    with pytest.raises(MeshError) as refused:
        subject.parse(request, scoped_of(request, 1, NOW), NOW)
    assert refused.value.field == place
