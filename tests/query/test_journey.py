"""Journeys equal their definition, and their numbers agree with each other."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, query_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query.journey import journey
from query.journey_question import journey_question
from tests.query import brute_ways, ways
from tests.query.conftest import Store
from tests.query.sample import event

Match = query_pb2.EventMatch
Request = query_pb2.JourneyRequest


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def request_of(backwards: bool, match: Match, **fields: Any) -> Request:
    return Request(**{"end" if backwards else "start": match}, **fields)


requests = st.builds(
    request_of,
    st.booleans(),
    st.sampled_from(ways.MATCHES),
    scope=ways.scopes,
    steps=st.sampled_from([0, 1, 2, 5]),
    of=st.sampled_from([Request.OF_UNSPECIFIED, Request.OF_PAGES, Request.OF_EVENTS, Request.OF_EVENTS]),
    limit=st.sampled_from([0, 1, 2]),
    breakdown=st.sampled_from(ways.BREAKDOWNS),
)


@given(st.lists(ways.visits(), max_size=12), st.lists(requests, min_size=3, max_size=6), st.randoms())
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_journey_equals_its_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[Request],
    shuffle: random.Random,
) -> None:
    site, events = ways.store_site(store.replica, made, shuffle)
    for request in asked:
        scoped = ways.scoped_of(request.scope, site)
        groups = runner.run(journey(store.pool, request, scoped))
        expected = brute_ways.journey(events, request, ways.GOALS, scoped.span.start, scoped.span.end)
        order = sorted(expected, key=lambda value: (-expected[value][0], value.encode()))[: request.limit or 10]
        assert [group.value for group in groups] == order, request
        for group in groups:
            nodes = {(node.step, node.value): (node.visits, node.left) for node in group.nodes}
            links = {(link.step, getattr(link, "from"), link.to): link.visits for link in group.links}
            assert (group.visits, nodes, links) == expected[group.value], request
            agrees(group, request.steps or 3)


def agrees(group: query_pb2.JourneyGroup, steps: int) -> None:
    """Whoever is at a step came there by a link, and leaves or goes on by one."""
    came: Counter[tuple[int, str]] = Counter()
    went: Counter[tuple[int, str]] = Counter()
    for link in group.links:
        came[link.step + 1, link.to] += link.visits
        went[link.step, getattr(link, "from")] += link.visits
    assert sum(node.visits for node in group.nodes if node.step == 0) == group.visits
    for node in group.nodes:
        assert node.step == 0 or came[node.step, node.value] == node.visits
        assert node.step == steps or went[node.step, node.value] + node.left == node.visits
    shown = [(node.step, -node.visits) for node in group.nodes]
    assert shown == sorted(shown)


DAY = query_pb2.Scope(date_range=["2026-03-28", "2026-03-28"], timezone="UTC")


async def test_a_journey_tells_where_visits_went_and_where_they_left(store: Store) -> None:
    site, made = 30_000_000, list[event_pb2.NormalizedEvent]()
    for pages in (["/", "/", "/a", "/b"], ["/x", "/", "/a"], ["/", "/c"], ["/"], ["/x"]):
        visit = str(uuid.uuid4())
        made += [
            event("pageview", ways.FIRST + timedelta(seconds=second), visit, site=site, page=page, started=ways.FIRST)
            for second, page in enumerate(pages)
        ]
    store.replica.apply([ways.commit_of(store.replica.state.position + 1, made)])
    request = Request(scope=DAY, start=Match(page="/"), steps=1, limit=1)
    (group,) = await journey(store.pool, request, ways.scoped_of(DAY, site))
    assert group.visits == 4
    nodes = [(node.step, node.value, node.visits, node.left) for node in group.nodes]
    assert nodes == [(0, "/", 4, 1), (1, "/a", 2, 1), (1, "(other)", 1, 1)]
    assert [(getattr(link, "from"), link.to, link.visits) for link in group.links] == [
        ("/", "/a", 2),
        ("/", "(other)", 1),
    ]
    back = Request(scope=DAY, end=Match(page="/a"), steps=2)
    (group,) = await journey(store.pool, back, ways.scoped_of(DAY, site))
    nodes = [(node.step, node.value, node.visits, node.left) for node in group.nodes]
    assert nodes == [(0, "/a", 2, 0), (1, "/", 2, 1), (2, "/x", 1, 1)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "start"),
        ({"start": Match(page="/"), "end": Match(page="/")}, "start"),
        ({"start": Match()}, "start"),
        ({"end": Match(goal="Signip")}, "end.goal"),
        ({"start": Match(page="/"), "steps": 11}, "steps"),
        ({"start": Match(page="/"), "limit": 101}, "limit"),
        ({"start": Match(page="/"), "of": 9}, "of"),
        ({"start": Match(page="/"), "breakdown": "prop:plan"}, "breakdown"),
    ],
)
def test_what_makes_no_journey_is_refused_at_its_place(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(MeshError) as caught:
        journey_question(Request(**fields), ways.scoped_of(DAY, 1))
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, path)
