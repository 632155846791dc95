"""Every answer equals the definitions evaluated event by event, over sites, events and queries made by hypothesis."""

import asyncio
import itertools
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import event_pb2, query_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from query import language, pages
from query.answer import answer
from tests.query import brute
from tests.query.conftest import NOW, Store
from tests.query.sample import DAILY, MEMORY, event
from tests.query.writer import commit_of

# Around the spring change of clocks in Europe (29 March), a Sunday at the end of a week and near the end of a month.
FIRST = datetime(2026, 3, 27, 18, 0, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"]
NAMES = ["pageview", "pageview", "pageview", "click", "scroll", "engagement", "session_start", "signup", "Buy it"]
PAGES = ["/", "/a", "/A", "/b%c", ""]
HOSTS = ["example.org", "shop.example.org"]
TEXTS = {
    "source": ["", "Google", "news'letter"],
    "channel": ["", "Organic Search"],
    "country": ["", "DE", "FR"],
    "browser": ["", "Chrome", "Firefox"],
    "utm_source": ["", "x_y"],
}
PROPS = [{}, {}, {"plan": "pro"}, {"plan": ""}, {"plan": "(none)", "k'ey": "v\\1"}]
VISIT_DIMENSIONS = [*TEXTS, "entry_page", "exit_page", "entry_hostname", "exit_hostname"]
EVENT_DIMENSIONS = ["page", "hostname", "event", "prop:plan", "prop:k'ey"]
TIMES = ["time:hour", "time:day", "time:week", "time:month"]
VALUES = {
    **TEXTS,
    **dict.fromkeys(("page", "entry_page", "exit_page"), PAGES),
    **dict.fromkeys(("hostname", "entry_hostname", "exit_hostname"), HOSTS),
    "event": NAMES,
    "prop:plan": ["pro", "", "(none)"],
    "prop:k'ey": ["v\\1"],
}
Operator = query_pb2.Filter.Operator
minutes = st.integers(0, 4 * 24 * 60)


@st.composite
def visits(draw: st.DrawFn) -> list[event_pb2.NormalizedEvent]:
    """One visit, or a few events that belong to none."""
    mode = draw(st.sampled_from([MEMORY, DAILY]))
    start = FIRST + timedelta(minutes=draw(minutes), seconds=draw(st.sampled_from([0, 0, 30])))
    visit = "a visit" if draw(st.integers(0, 9)) else ""
    visitor = str(uuid.UUID(int=1 + draw(st.integers(0, 3)))) if mode == DAILY else ""
    texts = {name: draw(st.sampled_from(values)) for name, values in TEXTS.items()}
    placed = start + timedelta(hours=draw(st.sampled_from([-40, 0, 0, 5])))
    continuation = mode == MEMORY and draw(st.integers(0, 3)) == 0
    found = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(NAMES))
        # some events do not know the first touch
        own = texts if draw(st.integers(0, 3)) else dict.fromkeys(TEXTS, "")
        found.append(
            event(
                name,
                start + timedelta(minutes=draw(st.sampled_from([0, 0, 1, 20, 70, 600]))),
                visit,
                started=placed,
                identity=mode,
                visitor_id=visitor,
                continuation=continuation,
                sequence=draw(st.integers(0, 2)),
                page=draw(st.sampled_from(PAGES)),
                hostname=draw(st.sampled_from(HOSTS)),
                props=draw(st.sampled_from(PROPS)),
                interactive=name in ("signup", "Buy it") and draw(st.booleans()),
                event_id=str(draw(st.uuids())),
                **own,
            )
        )
    return found


@st.composite
def conditions(draw: st.DrawFn) -> query_pb2.Filter:
    name = draw(st.sampled_from([*VISIT_DIMENSIONS, *EVENT_DIMENSIONS]))
    operator = draw(st.sampled_from(["IS", "IS_NOT", "CONTAINS", "CONTAINS_NOT", "MATCHES", "MATCHES_NOT"]))
    blank = brute.label(name, "")
    values = st.sampled_from([*VALUES[name], blank])
    if operator.startswith("MATCHES"):
        values = st.sampled_from(["^/a", "o", "(pro|Chrome)$", "[A-Z]", "", "^$"])
    elif operator.startswith("CONTAINS"):
        values = st.sampled_from(["a", "%", "_", "'", "\\", "Direct", "o", "E"])
    return query_pb2.Filter(
        operator=Operator.Value(f"OPERATOR_{operator}"),
        dimension=name,
        values=draw(st.lists(values, min_size=1, max_size=2)),
        case_insensitive=draw(st.booleans()),
    )


def groups(children: st.SearchStrategy[query_pb2.Filter]) -> st.SearchStrategy[query_pb2.Filter]:
    many = st.builds(
        lambda word, inner: query_pb2.Filter(operator=word, children=inner),
        st.sampled_from([query_pb2.Filter.OPERATOR_AND, query_pb2.Filter.OPERATOR_OR]),
        st.lists(children, min_size=1, max_size=3),
    )
    one = children.map(lambda inner: query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_NOT, children=[inner]))
    return many | one


@st.composite
def queries(draw: st.DrawFn) -> query_pb2.QueryRequest:
    filters = draw(st.lists(st.recursive(conditions(), groups, max_leaves=4), max_size=2))
    time = draw(st.sampled_from([[], [], [draw(st.sampled_from(TIMES))]]))
    others = st.sampled_from([*VISIT_DIMENSIONS, *EVENT_DIMENSIONS, "page", "event"])
    dimensions = draw(st.permutations([*time, *draw(st.lists(others, max_size=2, unique=True))]))
    tested = brute.dimensions_of(filters)
    single = [name for name in dimensions if brute.single(name)]
    metrics = ["visitors", "visits", "pageviews", "events"]
    if single in ([], ["page"]):
        metrics += ["bounce_rate", "visit_duration"]
    if not dimensions and not any(brute.single(name) for name in tested):
        metrics.append("views_per_visit")
    metrics = draw(st.lists(st.sampled_from(metrics), min_size=1, max_size=len(metrics), unique=True))
    start = FIRST + timedelta(minutes=draw(minutes))
    ends = [start + timedelta(minutes=draw(st.integers(1, 5 * 24 * 60)))]
    words = [start.isoformat(), ends[0].isoformat()]
    if draw(st.booleans()):
        words = ["2026-03-28", draw(st.sampled_from(["2026-03-28", "2026-03-29", "2026-03-31"]))]
    order = draw(st.lists(st.sampled_from([*metrics, *dimensions]), max_size=2, unique=True))
    return query_pb2.QueryRequest(
        site="demo",
        metrics=metrics,
        dimensions=dimensions,
        filters=filters,
        date_range=words,
        timezone=draw(st.sampled_from(ZONES)),
        order_by=[query_pb2.OrderBy(key=key, descending=draw(st.booleans())) for key in order],
        limit=10_000,
    )


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


numbers = itertools.count(100)


@given(st.lists(visits(), max_size=12), st.lists(queries(), min_size=1, max_size=6), st.randoms())
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_answer_equals_its_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[query_pb2.QueryRequest],
    shuffle: random.Random,
) -> None:
    site = next(numbers)
    events: list[event_pb2.NormalizedEvent] = []
    for number, visit in enumerate(made, 1):
        name = str(uuid.UUID(int=site << 64 | number))
        for each in visit:
            each.site_id = site
            each.visit_id = name if each.visit_id else ""
            each.visitor_id = each.visitor_id if each.identity == DAILY else each.visit_id
        events += visit
    events = list({each.event_id: each for each in events}.values())
    shuffle.shuffle(events)
    cut = shuffle.randint(0, len(events))
    for batch in (events[:cut], events[cut:]):
        store.replica.apply([commit_of(store.replica.state.position + 1, batch)])
    assert not store.replica.state.repairing
    for request in asked:
        question = language.parse(request, site, ZoneInfo(request.timezone), pages.Page(0, NOW), None)
        found = runner.run(answer(store.pool, question))
        expected = brute.answer(events, request, question.span.start, question.span.end)
        rows = [(row.dimensions, row.metrics) for row in found.rows]
        assert [key for key, _ in rows] == [key for key, _ in expected], request
        for (_, got), (_, want) in zip(rows, expected, strict=True):
            assert got == pytest.approx(want, abs=1e-6), request


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
    expected = brute.answer(events, request, question.span.start, question.span.end)
    assert [(row.dimensions, row.metrics) for row in found.rows] == expected
