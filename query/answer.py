"""From a question to its answer: plan, statement, rows, and the sentences a reader of the numbers should know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clickhouse_connect.driver.exceptions import DatabaseError

from mesh.errors import invalid
from query import sql
from query.clickhouse import Pool
from query.labels import Row, filled, rows_of
from query.language import Question, leaves
from query.plan import asks_sessions, plan

_BAD_PATTERN = 427


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


async def first_event(pool: Pool, site: int) -> datetime | None:
    """When the site's first event happened; None where it has none."""
    count, first = (await pool.rows(sql.FIRST_EVENT, {"site": site}))[0]
    return first if count else None


async def answer(pool: Pool, question: Question) -> Answer:
    """The exact answer. Raises INVALID_ARGUMENT for a pattern that is no RE2."""
    legs = plan(question)
    try:
        rows = rows_of(question, await _rows(pool, sql.statement(question, legs)))
    except DatabaseError as error:
        if error.code == _BAD_PATTERN:
            await _refuse_pattern(pool, question)
        raise
    total = None
    if question.by_time_alone and question.fill:
        series = filled(question, rows)
        total = len(series)
        rows = series[question.offset : question.offset + question.limit + 1]
    elif question.total_rows:
        total = (await _rows(pool, sql.count_statement(question, legs)))[0][0] if question.dimensions else 1
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


def warnings_of(question: Question, sessions: Sessions) -> list[str]:
    """semantics: Identity. What the modes of identity mean for these numbers."""
    found: list[str] = []
    if sessions.continued:
        share = 100 * sessions.continued / sessions.memory
        found.append(
            f"Of the sessions in this range, {share:.1f} % continued an earlier one: they are no visits and no "
            "visitors, and bounce rate and duration see only the first page of such a visit"
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


async def _rows(pool: Pool, statement: sql.Statement) -> Sequence[Sequence[Any]]:
    return await pool.rows(statement.text, statement.parameters)


async def _refuse_pattern(pool: Pool, question: Question) -> None:
    for leaf in leaves(question.filters):
        for index, pattern in enumerate(leaf.values if leaf.word == "matches" else ()):
            try:
                await pool.rows("SELECT match('', {pattern:String})", {"pattern": pattern})
            except DatabaseError:
                raise invalid(f"{leaf.path}[{index}]", f'"{pattern[:100]}" is no RE2 pattern') from None
