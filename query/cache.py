"""Answers about the past, remembered until what they were made of changes.

A statement's rows are kept under its text, its parameters, and the *mark* of the events it may read: how many lie in
the weeks of its range, and the newest position among them. Positions only grow and rows only leave by deletion, so two
states with the same mark hold the same events: a late event or an import raises the position, an erasure lowers the
count. Rows are kept only if nothing was applied from the mark to the answer, so that no mark finds an answer of
another state.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from query.clickhouse import Pool, Rows
from query.conditions import Conditions, Parameters
from query.definitions import NONE
from query.language import Scoped
from query.ranges import Range

_CELL_BYTES, _ROW_BYTES = 100, 200  # a short text in a tuple
_MOST_MARKS = 1_000

# What the copy holds, as far as it can be told without asking it; None while a range of commits is being applied.
State = tuple[int, int] | None


class Source(Protocol):
    """Where statements are answered: the pool, or what is remembered of it."""

    async def rows(self, statement: str, parameters: dict[str, Any]) -> Rows:
        """Rows of a statement with bound parameters."""
        ...


@dataclass(frozen=True, slots=True)
class _Mark:
    site: int
    span: Range
    count: int
    newest: int


@dataclass(frozen=True, slots=True)
class _Key:
    mark: _Mark
    statement: str
    parameters: str


class Cache:
    """Rows by statement and mark; the least recently used leave when they take more memory than allowed."""

    def __init__(self, pool: Pool, state: Callable[[], State], limit_mb: int) -> None:
        """`state` says what the copy holds: while it stays the same, so does every mark."""
        self._pool = pool
        self._state = state
        self._limit = limit_mb * 1_000_000
        self._used = 0
        self._rows: OrderedDict[_Key, tuple[Rows, int]] = OrderedDict()
        self._marks: dict[tuple[int, Range], tuple[State, _Mark]] = {}

    async def of(self, site: int, spans: Sequence[Range], now: datetime) -> Source:
        """Where to ask about ranges of a site: the pool itself where one is not over, or while the copy changes."""
        state = self._state()
        if not self._limit or state is None or any(span.end > now for span in spans):
            return self._pool
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        return _Remembered(self, await self._mark(site, Range(start, end, spans[0].zone), state), state)

    async def rows(self, mark: _Mark, state: State, statement: str, parameters: dict[str, Any]) -> Rows:
        key = _Key(mark, statement, repr(parameters))
        if known := self._rows.get(key):
            self._rows.move_to_end(key)
            return known[0]
        rows = await self._pool.rows(statement, parameters)
        if self._state() == state:
            self._keep(key, rows)
        return rows

    async def _mark(self, site: int, span: Range, state: State) -> _Mark:
        known = self._marks.get((site, span))
        if known and known[0] == state:
            return known[1]
        parameters = Parameters()
        placed = Conditions(parameters, Scoped(site, (), span, NONE)).placed()
        statement = f"SELECT count(), max(position) FROM events WHERE {placed}"  # noqa: S608  (values are bound)
        count, newest = (await self._pool.rows(statement, parameters.values))[0]
        mark = _Mark(site, span, count, newest)
        if self._state() == state:
            if len(self._marks) >= _MOST_MARKS:
                self._marks.clear()
            self._marks[site, span] = state, mark
        return mark

    def _keep(self, key: _Key, rows: Rows) -> None:
        size = (
            len(key.statement)
            + len(key.parameters)
            + len(rows) * (_ROW_BYTES + _CELL_BYTES * len(rows[0] if rows else ()))
        )
        if size > self._limit // 4 or key in self._rows:
            return
        self._rows[key] = rows, size
        self._used += size
        while self._used > self._limit:
            _, (_, left) = self._rows.popitem(last=False)
            self._used -= left


class _Remembered:
    """The pool as of one mark."""

    def __init__(self, cache: Cache, mark: _Mark, state: State) -> None:
        self._cache = cache
        self._mark = mark
        self._state = state

    async def rows(self, statement: str, parameters: dict[str, Any]) -> Rows:
        return await self._cache.rows(self._mark, self._state, statement, parameters)
