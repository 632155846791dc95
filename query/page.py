"""A dashboard's page: totals, series and lists, planned together so that few statements answer them.

A page is nothing but questions. Those that fit become one statement (`page_sql`); the others are asked as a query
would ask them, with the same numbers.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import query_pb2

from mesh.errors import MeshError, invalid
from query import language
from query.answer import Sessions, compared_rows, refused_patterns, rows_shown, warnings_of
from query.cache import Source
from query.compare import Compared, beside, compared_range, joined
from query.definitions import Definitions
from query.facts import Facts, facts_statement
from query.filters import of_events, own_leaves
from query.labels import Row, filled, nothing, time_label
from query.language import Question
from query.page_sql import METRICS, OF_EVENTS, OF_PAGES, OF_SESSIONS, Part, Shape, metrics_of, page_statement
from query.pages import Page
from query.ranges import Range, grain_of
from query.vocabulary import GRAINS, TIME, VISIT, is_event

MAX_LISTS, MAX_LIST_METRICS, MAX_LIST, DEFAULT_LIST = 40, 10, 1_000, 10
DEFAULT_METRICS = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration")
# Metrics that take no dimension, not even time.
_OF_TOTALS = frozenset({"views_per_visit"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A page's questions. `metrics` are those of the totals row; what they miss in `totals` is undefined here."""

    metrics: tuple[str, ...]
    totals: Question
    series: Question
    lists: tuple[Question, ...]
    compared: Range | None

    @property
    def spans(self) -> tuple[Range, ...]:
        return (self.totals.span, self.compared) if self.compared else (self.totals.span,)


@dataclass(frozen=True, slots=True)
class Found:
    """A question's rows; what stands beside each of them, where a comparison was asked for; whether there are more."""

    rows: list[Row]
    compared: list[Compared | None]
    more: bool


@dataclass(frozen=True, slots=True)
class PageAnswer:
    totals: Found
    series: Found
    lists: list[Found]
    warnings: list[str]


def asked(
    request: query_pb2.PageRequest,
    site: int,
    zone: ZoneInfo,
    now: datetime,
    first: datetime | None,
    definitions: Definitions,
) -> Asked:
    """The questions of a page. Raises INVALID_ARGUMENT at the place in the JSON, e.g. `lists[2].dimension`."""
    if len(request.lists) > MAX_LISTS:
        raise invalid("lists", f"{len(request.lists)} of them; give at most {MAX_LISTS}")
    if request.interval not in ("", *GRAINS):
        raise invalid("interval", f'"{request.interval[:40]}" is none; give one of {", ".join(GRAINS)}')

    def question(metrics: Sequence[str], dimension: str = "", limit: int = 1) -> Question:
        scope = request.scope
        query = query_pb2.QueryRequest(
            metrics=metrics, filters=scope.filters, date_range=scope.date_range, date=scope.date, limit=limit
        )
        query.dimensions.extend([dimension] if dimension else [])
        return language.parse(query, site, zone, Page(0, now), first, definitions)

    names = tuple(request.metrics) or DEFAULT_METRICS
    limits = definitions.limit.filters if definitions.limit else ()
    told = names if request.metrics else _default_of([*request.scope.filters, *limits])
    totals = question(told)
    interval = request.interval or grain_of("time", totals.span)
    with _at({"dimensions[0]": "interval"}):
        kept = [name for name in told if name not in _OF_TOTALS] or ["visitors"]
        series = question(kept, f"time:{interval}")
    lists: list[Question] = []
    for index, item in enumerate(request.lists):
        place = f"lists[{index}]"
        if item.dimension in TIME:
            raise invalid(f"{place}.dimension", f'"{item.dimension}" is of time, which the series tells')
        if len(item.metrics) > MAX_LIST_METRICS:
            raise invalid(f"{place}.metrics", f"{len(item.metrics)} of them; give at most {MAX_LIST_METRICS}")
        if item.limit > MAX_LIST:
            raise invalid(f"{place}.limit", f"{item.limit} is more than {MAX_LIST:,}")
        with _at({"dimensions[0]": f"{place}.dimension", "metrics": f"{place}.metrics"}):
            if not item.dimension:
                raise invalid("dimensions[0]", "give one dimension, like page")
            lists.append(question(item.metrics or ["visitors"], item.dimension, item.limit or DEFAULT_LIST))
    compared = compared_range(request.compare, totals.span) if request.HasField("compare") else None
    return Asked(names, totals, series, tuple(lists), compared)


async def answer_page(source: Source, page: Asked) -> PageAnswer:
    """The exact answer. Raises INVALID_ARGUMENT as a query would, at the page's own places."""
    questions = (page.totals, page.series, *page.lists)
    facts = await _facts(source, questions)
    parts = {place: Part(each, shape) for place, each in enumerate(questions) if (shape := shape_of(each, facts))}
    alone = {place: _alone(source, each, place) for place, each in enumerate(questions) if place not in parts}
    rows = await _rows(source, parts, facts, alone)
    shown = [
        filled(each, rows[place]) if each.grain else rows[place][: each.limit] for place, each in enumerate(questions)
    ]
    compared: list[list[Compared | None]] = [[None] * len(each) for each in shown]
    if page.compared:
        compared = await _compared(source, questions, page.compared, shown)
    found = [
        Found(shown[place], compared[place], not each.grain and len(rows[place]) > each.limit)
        for place, each in enumerate(questions)
    ]
    known = {metric.name: metric for question in questions for metric in question.metrics}
    warned = replace(page.totals, metrics=tuple(known.values()))
    warnings = warnings_of(warned, Sessions(facts.memory, facts.continued, facts.daily))
    return PageAnswer(found[0], found[1], found[2:], warnings)


def shape_of(question: Question, facts: Facts) -> Shape | None:
    """How the page's statement tells a question; None where it cannot."""
    names = {metric.name for metric in question.metrics}
    dimension = question.dimensions[0] if question.dimensions else ""
    tested = {leaf.dimension for leaf in own_leaves(question.filters)}
    if not names <= {*METRICS}:
        return None
    if names & {*OF_PAGES} and dimension != "page":
        return None
    if not dimension or dimension in TIME:
        # with a page, bounce rate is of the visits that entered there
        return None if "bounce_rate" in names and "page" in tested else Shape.VISITS
    if dimension in VISIT:
        return Shape.VISITS if names <= {*OF_SESSIONS} and not ("bounce_rate" in names and "page" in tested) else None
    if any(of_events(item) for item in question.filters) or not names <= {"visitors", "visits", *OF_EVENTS, *OF_PAGES}:
        return None
    if dimension == "page":
        return Shape.PAGES
    return Shape.NAMES if dimension == "event" and not facts.disguised else None


async def _facts(source: Source, questions: Sequence[Question]) -> Facts:
    statement = facts_statement(questions[0], {name for each in questions for name in each.dimensions})
    return Facts(*(await source.rows(statement.text, statement.parameters))[0])


async def _rows(
    source: Source, parts: Mapping[int, Part], facts: Facts, alone: Mapping[int, Awaitable[list[Row]]]
) -> dict[int, list[Row]]:
    """Rows of all questions by their place: those that fit together, the others each by itself."""
    together, single = await asyncio.gather(
        _together(source, list(parts.values()), facts), asyncio.gather(*alone.values())
    )
    return dict(zip([*parts, *alone], [*together, *single], strict=True))


async def _together(source: Source, parts: Sequence[Part], facts: Facts) -> list[list[Row]]:
    """Rows of each part by the page's one statement."""
    if not parts:
        return []
    statement = page_statement(parts[0].question, parts, facts)
    async with refused_patterns(source, parts[0].question.filters):
        raw = await source.rows(statement.text, statement.parameters)
    metrics, found = metrics_of(parts), [list[Row]() for _ in parts]
    for place, key, *values in raw:
        found[place].append(_row(parts[place], key, dict(zip(metrics, values, strict=True))))
    for rows, part in zip(found, parts, strict=True):
        if not part.dimension and not rows:
            rows.append(Row((), tuple(nothing(metric) for metric in part.question.metrics)))
    return found


def _row(part: Part, key: str, values: dict[str, Any]) -> Row:
    label = time_label(int(key)) if part.by_time and key.isdigit() else key
    shown = ((each, values[each.name]) for each in part.question.metrics)
    return Row(
        (label,) if part.dimension else (),
        tuple(None if value is None else int(value) if each.integral else float(value) for each, value in shown),
    )


async def _alone(source: Source, question: Question, place: int) -> list[Row]:
    with _at({"metrics": f"lists[{place - 2}].metrics"} if place > 1 else {}):
        return await rows_shown(source, question)


async def _compared(
    source: Source, questions: Sequence[Question], span: Range, rows: Sequence[list[Row]]
) -> list[list[Compared | None]]:
    """What stands beside the rows of each question."""
    others = [replace(each, span=span) for each in questions]
    facts = await _facts(source, others)
    parts = {
        place: Part(each, shape, tuple(row.dimensions[0] for row in rows[place]) if _is_list(each) else None)
        for place, each in enumerate(others)
        if (shape := shape_of(each, facts))
    }
    alone = {
        place: compared_rows(source, each, span, rows[place])
        for place, each in enumerate(questions)
        if place not in parts
    }
    before = await _rows(source, parts, facts, alone)
    return [
        joined(each.metrics, rows[place], before[place], beside(each.dimensions, each.grain, each.span, span))
        for place, each in enumerate(questions)
    ]


def _is_list(question: Question) -> bool:
    return bool(question.dimensions) and not question.grain


def _default_of(filters: Sequence[query_pb2.Filter]) -> tuple[str, ...]:
    """Those of the default metrics that the filters allow."""

    def tests_events(item: query_pb2.Filter) -> bool:
        return is_event(item.dimension) or item.dimension == "segment" or any(map(tests_events, item.children))

    single = any(map(tests_events, filters))
    return tuple(name for name in DEFAULT_METRICS if not (single and name in _OF_TOTALS))


@contextlib.contextmanager
def _at(places: dict[str, str]) -> Generator[None]:
    """Names an error's place in the page's JSON instead of the question's."""
    try:
        yield
    except MeshError as error:
        for old, new in places.items():
            if error.field == old or re.match(rf"{re.escape(old)}\[", error.field):
                error.field = new + error.field.removeprefix(old)
                break
        raise
