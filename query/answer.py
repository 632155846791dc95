"""From a question to its answer: plan, statement, rows, and the sentences a reader of the numbers should know."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mesh.errors import invalid
from query import sql
from query.cache import Source
from query.clickhouse import BadPattern
from query.filters import Filter, leaves
from query.labels import Row, filled, rows_of
from query.language import Question, Scoped
from query.plan import asks_sessions, plan
from query.ranges import Range
from query.vocabulary import TIME, Of

_EVERY_ROW = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of one page; `more` when others follow; `total_rows` where it was asked for."""

    rows: list[Row]
    more: bool
    total_rows: int | None
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Sessions:
    """How many sessions a range holds, by the mode they were recorded in."""

    memory: int
    continued: int
    daily: int


async def first_event(pool: Source, site: int) -> datetime | None:
    """When the site's first event happened; None where it has none."""
    count, first = (await pool.rows(sql.FIRST_EVENT, {"site": site}))[0]
    return first if count else None


async def answer(pool: Source, question: Question) -> Answer:
    """The exact answer. Raises INVALID_ARGUMENT for a pattern that is no RE2, or amounts of several currencies."""
    rows = await rows_shown(pool, question)
    total = None
    if question.by_time_alone and question.fill:
        total = len(rows)
        rows = rows[question.offset : question.offset + question.limit + 1]
    elif question.total_rows:
        statement = sql.count_statement(question, plan(question))
        total = (await _rows(pool, statement))[0][0] if question.dimensions else 1
    warnings = []
    if asks_sessions(question):
        sessions = Sessions(*(await _rows(pool, sql.sessions_statement(question)))[0])
        warnings = warnings_of(question, sessions)
    return Answer(
        rows=rows[: question.limit],
        more=len(rows) > question.limit,
        total_rows=total if question.total_rows else None,
        warnings=warnings,
    )


async def rows_shown(pool: Source, question: Question) -> list[Row]:
    """Rows from the offset on, one more than the limit if there are more; a filled series in full."""
    async with refused_patterns(pool, question.filters):
        rows = rows_of(question, await _rows(pool, sql.statement(question, plan(question))))
        if not rows and question.offset and any(metric.of is Of.REVENUE for metric in question.metrics):
            # past the last row it is refused as it is before
            first = replace(question, offset=0, limit=1)
            rows_of(first, await _rows(pool, sql.statement(first, plan(first))))
    return filled(question, rows) if question.by_time_alone and question.fill else rows


def warnings_of(question: Question, sessions: Sessions) -> list[str]:
    """semantics: Identity. What the modes of identity mean for these numbers."""
    found = _continued(
        sessions,
        "they are no visits and no visitors, and bounce rate and duration see only the first page of such a visit",
    )
    names = {metric.name for metric in question.metrics}
    if sessions.daily and "visitors" in names and question.span.length > timedelta(days=1):
        found.append("Visitors are the sum of daily unique visitors: a person is not recognised on another day")
    if sessions.daily and sessions.memory:
        found.append(
            "This range holds sessions of both identity modes (an imported log, or a changed mode): "
            "visitors of the two differ in meaning"
        )
    return found


async def warnings_of_paths(pool: Source, scoped: Scoped) -> list[str]:
    """semantics: Identity. What continuations mean for ways through several pages."""
    sessions = Sessions(*(await _rows(pool, sql.sessions_statement(scoped)))[0])
    return _continued(sessions, "a way over several pages ends where the next session begins")


def _continued(sessions: Sessions, so: str) -> list[str]:
    if not sessions.continued:
        return []
    share = 100 * sessions.continued / sessions.memory
    return [f"Of the sessions in this range, {share:.1f} % continued an earlier one: {so}"]


async def compared_rows(pool: Source, question: Question, span: Range, rows: Sequence[Row]) -> list[Row]:
    """Of another range, the rows of those groups that an answer shows. Their time buckets are not told apart."""
    other = replace(question, span=span, limit=_EVERY_ROW, offset=0, fill=False)
    statement = sql.statement(other, plan(other))
    text, parameters = statement.text, dict(statement.parameters)
    shown: list[str] = []
    for index, name in enumerate(question.dimensions):
        if name not in TIME:
            parameters[f"shown{index}"] = sorted({row.dimensions[index] for row in rows})
            shown.append(f"d{index} IN (SELECT arrayJoin({{shown{index}:Array(String)}}))")
    if shown:
        text = f"SELECT * FROM ({text}) WHERE {' AND '.join(shown)}"  # noqa: S608  (names are made here)
    return rows_of(other, await pool.rows(text, parameters))


@contextlib.asynccontextmanager
async def refused_patterns(pool: Source, filters: Sequence[Filter]) -> AsyncGenerator[None]:
    """Names the place of a pattern that the store cannot read; one of a goal or a segment has none in the question."""
    try:
        yield
    except BadPattern as error:
        for leaf in leaves(filters):
            for index, pattern in enumerate(leaf.values if leaf.word == "matches" else ()):
                try:
                    await pool.rows("SELECT match('', {pattern:String})", {"pattern": pattern})
                except BadPattern:
                    raise invalid(f"{leaf.path}[{index}]", f'"{pattern[:100]}" is no RE2 pattern') from error
        raise


async def _rows(pool: Source, statement: sql.Statement) -> Sequence[Sequence[Any]]:
    return await pool.rows(statement.text, statement.parameters)
