"""The list of visits, page by page, and one visit's timeline."""

import asyncio
import random
import uuid
from collections.abc import Iterator
from datetime import timedelta

import grpc
import pytest
from analytics.v1 import event_pb2, query_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query.cursor import Cursor, cursor_of, token_of
from query.visits import get_visit, list_visits
from tests.query import brute, brute_ways, ways
from tests.query.conftest import NOW, Store
from tests.query.sample import event, micros

Request = query_pb2.ListVisitsRequest
SHOWN = ("country", "source", "entry_page", "exit_page")


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


requests = st.builds(Request, scope=ways.scopes, limit=st.sampled_from([1, 2, 5]))


@given(st.lists(ways.visits(), max_size=12), st.lists(requests, min_size=2, max_size=4), st.randoms())
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_list_of_visits_equals_its_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[Request],
    shuffle: random.Random,
) -> None:
    site, events = ways.store_site(store.replica, made, shuffle)
    sessions = brute_ways.sessions_of(events)
    for request in asked:
        scoped = ways.scoped_of(request.scope, site)
        filters = list(request.scope.filters)
        single = any(brute.single(name) for name in brute.dimensions_of(filters))
        chosen = [
            visit
            for visit, session in sessions.items()
            if session.counts
            and scoped.span.start <= session.start < scoped.span.end
            and brute_ways.admitted(session, filters)
            and (single or not session.continues)
        ]
        chosen.sort(key=lambda visit: (sessions[visit].start, visit), reverse=True)
        found = all_pages(runner, store, request, site)
        assert [visit.id for visit in found] == chosen, request
        for visit in found:
            session = sessions[visit.id]
            assert visit.started_at_us == micros(session.start)
            assert visit.duration_s == pytest.approx(max(session.seconds, 0))
            assert visit.pageviews == session.views
            assert visit.events == sum(each.name not in brute.NOT_EVENTS for each in session.events)
            for name in SHOWN:
                assert getattr(visit, name) == brute.label(name, brute.value(name, None, session))
            assert visit.identified == any(each.user_hash for each in session.events)
            assert visit.continuation == session.continues
            assert visit.identity == session.events[0].identity


def all_pages(runner: asyncio.Runner, store: Store, request: Request, site: int) -> list[query_pb2.Visit]:
    found: list[query_pb2.Visit] = []
    while True:
        cursor = cursor_of(request, NOW)
        page = runner.run(list_visits(store.pool, request, ways.scoped_of(request.scope, site), cursor))
        assert len(page.visits) <= request.limit
        found += page.visits
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def test_a_timeline_is_in_order_and_holds_nothing_of_a_person(store: Store) -> None:
    visit, start = str(uuid.UUID(int=77)), ways.FIRST
    shared = {"site": 901, "started": start, "user_hash": "c0ffee" * 5, "visitor_id": str(uuid.UUID(int=0xBEEF))}
    made = [
        event("pageview", start, visit, page="/", page_title="Home", sequence=2, **shared),
        event("pageview", start, visit, page="/a", sequence=1, **shared),
        event("click", start + timedelta(seconds=2), visit, page="/a", element_id="go", element_text="Go", **shared),
        event("scroll", start + timedelta(seconds=3), visit, page="/a", scroll_depth=75, **shared),
        event(
            *("buy", start + timedelta(seconds=4), visit),
            **shared,
            props={"plan": "pro"},
            revenue_micros=12_345_600,
            revenue_currency="EUR",
        ),
    ]
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
    answer = await get_visit(store.pool, query_pb2.GetVisitRequest(id=visit.upper()), 901)
    assert [(each.name, each.page) for each in answer.events] == [
        *(("pageview", "/a"), ("pageview", "/")),
        *(("click", "/a"), ("scroll", "/a"), ("buy", "")),
    ]
    _, titled, click, scroll, bought = answer.events
    assert (titled.page_title, click.element_id, click.element_text) == ("Home", "go", "Go")
    assert (scroll.kind, scroll.scroll_depth, scroll.HasField("revenue")) == (event_pb2.EVENT_KIND_SCROLL, 75, False)
    assert (dict(bought.props), bought.revenue.currency, bought.revenue.amount) == ({"plan": "pro"}, "EUR", "12.3456")
    assert bought.occurred_at_us == micros(start + timedelta(seconds=4))
    assert (answer.visit.duration_s, answer.visit.identified, answer.more) == (4.0, True, False)
    for secret in ("c0ffee", "beef"):
        assert secret not in str(answer)


@pytest.mark.parametrize("wrong", ["another site's", "unknown"])
async def test_a_visit_that_the_site_does_not_have_is_not_found(store: Store, wrong: str) -> None:
    visit = str(uuid.UUID(int=78 if wrong == "another site's" else 79))
    if wrong == "another site's":
        made = [event("pageview", ways.FIRST, visit, site=902)]
        store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
        assert (await get_visit(store.pool, query_pb2.GetVisitRequest(id=visit), 902)).visit.id == visit
    with pytest.raises(MeshError) as caught:
        await get_visit(store.pool, query_pb2.GetVisitRequest(id=visit), 903)
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.NOT_FOUND, "id")


async def test_what_is_no_uuid_is_refused(store: Store) -> None:
    with pytest.raises(MeshError) as caught:
        await get_visit(store.pool, query_pb2.GetVisitRequest(id="1' OR '1'='1"), 1)
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, "id")


async def test_a_timeline_ends_after_ten_thousand_events_and_says_so(store: Store) -> None:
    visit = str(uuid.UUID(int=80))
    made = [
        event("pageview", ways.FIRST + timedelta(seconds=second), visit, site=904, started=ways.FIRST)
        for second in range(10_001)
    ]
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made[1:])])
    answer = await get_visit(store.pool, query_pb2.GetVisitRequest(id=visit), 904)
    assert (len(answer.events), answer.more, answer.visit.pageviews) == (10_000, False, 10_000)
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made[:1])])
    answer = await get_visit(store.pool, query_pb2.GetVisitRequest(id=visit), 904)
    assert (len(answer.events), answer.more, answer.visit.pageviews) == (10_000, True, 10_001)


def test_a_token_goes_on_with_its_own_request_alone_as_of_its_first_page() -> None:
    request = Request(scope=query_pb2.Scope(site="demo", date_range=["7d"]))
    shown = Cursor(NOW, 1_700_000_000_000_000, str(uuid.UUID(int=5)))
    request.page_token = token_of(request, shown)
    request.limit = 7
    assert cursor_of(request, NOW + timedelta(days=1)) == shown
    request.scope.site = "other"
    for token in (request.page_token, "rubbish", "W10", "bnVsbA", "WzEsIDIsIDMsIDRd", request.page_token[:-3]):
        request.page_token = token
        with pytest.raises(MeshError) as caught:
            cursor_of(request, NOW)
        assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, "page_token")
