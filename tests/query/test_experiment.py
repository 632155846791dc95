"""An experiment's numbers equal the definition read unit by unit, and refusals name their place in the JSON."""

import asyncio
import itertools
import math
import statistics as means
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from analytics.v1 import definition_pb2, event_pb2, query_pb2, site_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query import experiment as subject
from query import language
from query.definitions import Definitions
from tests.query import brute_users, people
from tests.query.conftest import Store
from tests.query.sample import event, new_visit

GOALS = {
    "Signup": definition_pb2.Goal(name="Signup", event="signup"),
    "Bought": definition_pb2.Goal(name="Bought", event="buy", currency="EUR"),
}
Request = query_pb2.ExperimentRequest
NOW = people.LAST + timedelta(days=30)
numbers = itertools.count(100)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@st.composite
def requests(draw: st.DrawFn) -> Request:
    request = Request(
        scope=draw(people.scopes()),
        experiment=draw(st.sampled_from(["button", "button", "colour", "none"])),
        conversion=draw(people.matches),
        measure=draw(st.sampled_from([0, *Request.Measure.values()])),
        unit=draw(st.sampled_from([0, Request.UNIT_VISIT, Request.UNIT_USER, Request.UNIT_USER])),
        breakdown=draw(st.sampled_from(["", "", "country", "entry_page"])),
    )
    if request.measure == Request.MEASURE_REVENUE:
        request.currency = "EUR"
    if request.breakdown:
        request.limit = draw(st.sampled_from([0, 1, 2]))
    return request


def scoped_of(request: Request, site: int) -> language.Scoped:
    return language.scope_of(request.scope, site_pb2.Site(id="demo", number=site), NOW, Definitions(GOALS), None)


def ask(store: Store, runner: asyncio.Runner, request: Request, site: int) -> list[query_pb2.ExperimentGroup]:
    return runner.run(subject.experiment(store.pool, request, scoped_of(request, site)))


@given(st.lists(people.visits(), min_size=4, max_size=16), st.lists(requests(), min_size=4, max_size=8))
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_variant_s_numbers_equal_their_definition(
    store: Store,
    runner: asyncio.Runner,
    made: list[list[event_pb2.NormalizedEvent]],
    asked: list[Request],
) -> None:
    site = next(numbers)
    events = people.keep(store, site, made)
    for request in asked:
        span, found = scoped_of(request, site).span, ask(store, runner, request, site)
        expected = brute_users.trial(events, request, GOALS, span.start, span.end)
        if not request.breakdown and not expected:
            expected = [("", 0, {})]
        names = {name for _, _, variants in expected for name in variants}
        control = "control" if "control" in names else min(names, default="")
        assert [(group.value, group.several_variants) for group in found] == [each[:2] for each in expected], request
        for group, (_, _, variants) in zip(found, expected, strict=True):
            assert [row.variant for row in group.variants] == sorted(names, key=lambda name: (name != control, name))
            for row in group.variants:
                did = variants.get(row.variant, [])
                assert (row.exposures, row.conversions) == (len(did), sum(count > 0 for count, _ in did)), request
                assert row.rate == pytest.approx(100 * row.conversions / len(did) if did else 0)
                if request.measure in (Request.MEASURE_COUNT, Request.MEASURE_REVENUE) and did:
                    scale = 1e-6 if request.measure == Request.MEASURE_REVENUE else 1
                    amounts = [amount for _, amount in did]
                    assert row.mean == pytest.approx(means.mean(amounts) * scale), request
                    if len(did) > 1:
                        assert row.standard_deviation == pytest.approx(means.stdev(amounts) * scale), request


def at(minute: float) -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(minutes=minute)


def exposure(minute: float, variant: str, visit: str, **more: object) -> event_pb2.NormalizedEvent:
    props = {"experiment": "button", "variant": variant}
    return event("experiment_exposure", at(minute), visit, started=at(0), props=props, **more)


def act(name: str, minute: float, visit: str, **more: object) -> event_pb2.NormalizedEvent:
    return event(name, at(minute), visit, started=at(0), **more)


def button(**fields: object) -> Request:
    given = {"experiment": "button", "conversion": query_pb2.EventMatch(event="signup")} | fields
    return Request(scope=query_pb2.Scope(date_range=["2026-03-01", "2026-03-31"]), **given)


@pytest.fixture(scope="module")
def split(store: Store) -> int:
    """1,000 visits: 30 of 400 converted under `a`, 66 of 600 under `b`; every tenth unit of `b` paid twice 10.10."""
    site, made = next(numbers), []
    for index in range(1_000):
        name = new_visit()
        visit = [exposure(0, "a" if index < 400 else "b", name)]
        if index < 30 or index >= 934:
            visit.append(act("signup", 1, name))
        if index >= 400 and index % 10 == 0:
            visit += [act("buy", 2, name, revenue_micros=10_100_000, revenue_currency="EUR") for _ in range(2)]
        made.append(visit)
    people.keep(store, site, made)
    return site


def test_variants_are_compared_with_the_control(store: Store, runner: asyncio.Runner, split: int) -> None:
    (group,) = ask(store, runner, button(), split)
    control, other = group.variants
    assert (control.variant, control.rate, control.HasField("p_value")) == ("a", 7.5, False)
    assert (other.rate, other.difference, other.lift) == (11, 3.5, pytest.approx(100 * 3.5 / 7.5))
    # z = 0.035 / √(0.096 · 0.904 · (1/400 + 1/600)) = 0.035 / 0.0190158 = 1.84058, and 0.035 ± 1.959964 · 0.0183468
    assert other.p_value == pytest.approx(math.erfc(1.84058 / math.sqrt(2)), abs=2e-6)
    assert (other.confidence_low, other.confidence_high) == pytest.approx((-0.0959, 7.0959), abs=1e-5)
    assert other.p_value < other.always_valid_p <= 1
    assert other.chance_to_beat_control == pytest.approx(other.chance_to_be_best) == pytest.approx(0.968, abs=0.002)
    assert other.chance_to_be_best + control.chance_to_be_best == pytest.approx(1)
    assert other.credible_low == pytest.approx(other.confidence_low, abs=0.2)
    assert 0 < other.expected_loss < 0.1 < control.expected_loss


def test_a_split_that_is_not_as_meant_is_flagged(store: Store, runner: asyncio.Runner, split: int) -> None:
    (even,) = ask(store, runner, button(), split)
    assert even.ratio_mismatch and even.ratio_p == pytest.approx(2.54e-10, rel=0.01)
    (meant,) = ask(store, runner, button(weights={"a": 40, "b": 60}), split)
    assert not meant.ratio_mismatch and meant.ratio_p == 1
    (missing,) = ask(store, runner, button(weights={"a": 1, "b": 1, "c": 1}), split)
    assert missing.ratio_mismatch and [row.exposures for row in missing.variants] == [400, 600, 0]


def test_revenue_is_the_mean_of_a_unit_in_one_currency(store: Store, runner: asyncio.Runner, split: int) -> None:
    bought = query_pb2.EventMatch(event="buy")
    (group,) = ask(store, runner, button(conversion=bought, measure=Request.MEASURE_REVENUE, currency="EUR"), split)
    control, other = group.variants
    assert (control.mean, control.conversions, other.conversions) == (0, 0, 60)
    assert other.mean == pytest.approx(2.02, rel=1e-15) and other.p_value < 0.001
    (counted,) = ask(store, runner, button(conversion=bought, measure=Request.MEASURE_COUNT, control="b"), split)
    assert [(row.variant, row.mean) for row in counted.variants] == [("b", 0.2), ("a", 0)]


def test_only_what_follows_the_first_exposure_counts(store: Store, runner: asyncio.Runner) -> None:
    site, (early, late, tie) = next(numbers), (new_visit() for _ in range(3))
    first, second = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "12")
    people.keep(
        store,
        site,
        [
            [act("signup", 1, early), exposure(2, "a", early), exposure(3, "a", early)],
            [exposure(2, "a", late), act("signup", 2, late, sequence=1), exposure(3, "a", late)],
            [act("signup", 2, tie, event_id=first), exposure(2, "a", tie, event_id=second)],
        ],
    )
    ((row,),) = ([*group.variants] for group in ask(store, runner, button(), site))
    assert (row.exposures, row.conversions) == (3, 1)


def test_a_user_who_saw_two_variants_is_in_none(store: Store, runner: asyncio.Runner) -> None:
    site, visits = next(numbers), [new_visit() for _ in range(4)]
    one, two = "1" * 32, "2" * 32
    people.keep(
        store,
        site,
        [
            [exposure(0, "a", visits[0], user_hash=one), act("signup", 1, visits[0], user_hash=one)],
            [exposure(5, "b", visits[1], user_hash=one)],
            [exposure(0, "b", visits[2], user_hash=two)],
            [act("signup", 9, visits[3], user_hash=two)],
        ],
    )
    (by_user,) = ask(store, runner, button(unit=Request.UNIT_USER), site)
    assert [(row.variant, row.exposures, row.conversions) for row in by_user.variants] == [("b", 1, 1)]
    assert by_user.several_variants == 1 and not by_user.HasField("ratio_p")
    (by_visit,) = ask(store, runner, button(), site)
    assert [(row.variant, row.exposures, row.conversions) for row in by_visit.variants] == [("a", 1, 1), ("b", 2, 0)]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"experiment": ""}, "experiment"),
        ({"conversion": None}, "conversion"),
        ({"conversion": query_pb2.EventMatch(goal="Signpu")}, "conversion.goal"),
        ({"measure": 9}, "measure"),
        ({"unit": 9}, "unit"),
        ({"weights": {"a": 1, "b": 0}}, "weights.b"),
        ({"weights": {"a": float("nan")}}, "weights.a"),
        ({"weights": {"a": float("inf")}}, "weights.a"),
        ({"weights": {"": 1}}, "weights"),
        ({"weights": {str(index): 1.0 for index in range(21)}}, "weights"),
        ({"weights": {"a": 1}, "control": "b"}, "control"),
        ({"currency": "EUR"}, "currency"),
        ({"measure": Request.MEASURE_REVENUE}, "currency"),
        ({"measure": Request.MEASURE_REVENUE, "currency": "euro"}, "currency"),
        (
            {
                "measure": Request.MEASURE_REVENUE,
                "currency": "USD",
                "conversion": query_pb2.EventMatch(goal="Bought"),
            },
            "currency",
        ),
        ({"breakdown": "page"}, "breakdown"),
        ({"breakdown": "country", "limit": 101}, "limit"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(fields: dict[str, object], place: str) -> None:
    request = button(**fields)
    with pytest.raises(MeshError) as refused:
        subject.parse(request, scoped_of(request, 1))
    assert refused.value.field == place


def test_revenue_is_in_the_goal_s_currency_by_default() -> None:
    request = button(measure=Request.MEASURE_REVENUE, conversion=query_pb2.EventMatch(goal="Bought"))
    assert subject.parse(request, scoped_of(request, 1)).currency == "EUR"


@pytest.mark.parametrize(
    ("fields", "place", "says"),
    [
        ({"weights": {"B": 1, "a": 1}}, "weights", '"B", "a" have'),
        ({"control": "c"}, "control", '"a", "b"'),
    ],
)
def test_variants_that_nobody_saw_are_refused_by_name(
    store: Store, runner: asyncio.Runner, split: int, fields: dict[str, object], place: str, says: str
) -> None:
    with pytest.raises(MeshError) as refused:
        ask(store, runner, button(**fields), split)
    assert refused.value.field == place and says in refused.value.message


def test_more_variants_than_can_be_compared_are_refused_with_the_way_to_choose_some(
    store: Store, runner: asyncio.Runner
) -> None:
    site = next(numbers)
    people.keep(store, site, [[exposure(0, f"v{index:02}", new_visit())] for index in range(21)])
    with pytest.raises(MeshError) as refused:
        ask(store, runner, button(), site)
    assert refused.value.field == "experiment" and "prop:variant" in refused.value.message
    request = button()
    request.scope.filters.add(operator=query_pb2.Filter.OPERATOR_IS, dimension="prop:variant", values=["v01", "v02"])
    (group,) = ask(store, runner, request, site)
    assert [row.variant for row in group.variants] == ["v01", "v02"]


def test_the_mathematics_is_loaded_by_the_first_experiment_alone() -> None:
    script = "import sys, query.experiment, query.cohort; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
