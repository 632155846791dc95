"""Every answer equals the definitions evaluated event by event, over sites and questions from the whole grammar."""

import asyncio
import itertools
import os
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import follow_pb2, query_pb2
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mesh.errors import MeshError
from query import language, pages
from query.answer import answer
from query.definitions import Definitions
from query.labels import Amount
from tests.query import brute_answer
from tests.query.brute import at
from tests.query.conftest import NOW, Store, opened
from tests.query.generated import DAYS, Site, site
from tests.query.questions import question
from tests.query.writer import commit_of

# 210 questions; 5,040 with the whole suite in full, in parts, since erasing takes the longer the more a store holds
SITES, QUESTIONS, EXAMPLES = 3, 7, 10
PARTS = 24 if os.environ.get("ANALYTICS_FULL") == "1" else 1


@pytest.fixture(scope="module", params=range(PARTS))
def part(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def numbers(part: int) -> Iterator[int]:
    """Of sites, in this part's store."""
    return itertools.count(1_000)


@pytest.fixture(scope="module")
def days(part: int) -> Iterator[tuple[str, date]]:
    """Each of `DAYS` in turn, in this part."""
    return itertools.cycle(DAYS)


@pytest.fixture(scope="module")
def store(part: int, home: Path) -> Iterator[Store]:
    """A store for each part."""
    with opened(home / str(part)) as store:
        yield store


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def copy_of(store: Store, made: list[Site]) -> None:
    """Commit by commit, then what was erased."""
    for commits in itertools.zip_longest(*(each.commits for each in made), fillvalue=[]):
        events = [event for commit in commits for event in commit]
        store.replica.apply([commit_of(store.replica.state.position + 1, events)])
    store.replica.erase(
        follow_pb2.Commit(
            position=store.replica.state.position + 1,
            kind=follow_pb2.COMMIT_KIND_ERASURE,
            erased_visit_ids=[visit for each in made for visit in each.erased_visits],
            erased_event_ids=[event for each in made for event in each.erased_events],
        )
    )
    assert not store.replica.state.repairing


def check(store: Store, runner: asyncio.Runner, made: Site, request: query_pb2.QueryRequest) -> None:
    zone, first = ZoneInfo(request.timezone), min(map(at, made.events), default=None)
    known = Definitions(made.known.goals, made.known.segments)
    asked = language.parse(request, made.number, zone, pages.Page(request.offset, NOW), first, known)
    try:
        expected = brute_answer.answer(made.events, request, asked.span.start, asked.span.end, made.known)
    except brute_answer.SeveralCurrenciesError:
        with pytest.raises(MeshError, match="do not add up") as caught:
            runner.run(answer(store.pool, asked))
        assert caught.value.field.startswith("metrics[")
        return
    found = runner.run(answer(store.pool, asked))
    page = expected[request.offset : request.offset + request.limit]
    assert [row.dimensions for row in found.rows] == [key for key, _ in page], request
    for row, (key, want) in zip(found.rows, page, strict=True):
        for got, wanted in zip(map(shown, row.metrics), want, strict=True):
            assert got == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted, float) else wanted), (key, request)
    assert found.total_rows == (len(expected) if request.total_rows else None), request
    assert found.more == (request.offset + request.limit < len(expected)), request


def shown(value: object) -> object:
    return (value.currency, value.micros) if isinstance(value, Amount) else value


@given(st.randoms(use_true_random=True))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    # a smaller question is found faster by hand than by loading a site for each attempt
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.timeout(60 * EXAMPLES)
def test_every_answer_equals_its_definition(
    part: int,
    numbers: Iterator[int],
    days: Iterator[tuple[str, date]],
    store: Store,
    runner: asyncio.Runner,
    chance: random.Random,
) -> None:
    chance.seed(f"{part} {chance.random()}")  # derandomized, each part would draw the same
    around = next(days)
    sites = [site(chance, next(numbers), around) for _ in range(SITES)]
    copy_of(store, sites)
    for made in sites:
        for _ in range(QUESTIONS):
            check(store, runner, made, question(chance, made))
