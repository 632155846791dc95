"""What statements an answer took, and what they read: recorded while an administrator's question is answered."""

import contextlib
import json
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.binding import bind_query


@dataclass(frozen=True, slots=True)
class Explained:
    """A statement as it ran. `took_ms` is the engine's own time."""

    sql: str
    parameters: str
    rows_read: int
    bytes_read: int
    took_ms: float


@dataclass(slots=True)
class Recorder:
    """Statements in the order they ended."""

    statements: list[Explained] = field(default_factory=list)

    def add(self, sql: str, parameters: Mapping[str, Any], rows: int, size: int, took_ms: float) -> None:
        text = json.dumps(dict(parameters), default=str, ensure_ascii=False)
        self.statements.append(Explained(sql, text, rows, size, took_ms))


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def recording() -> Recorder | None:
    """The recorder of the question being answered; None where nobody asked to explain it."""
    return _recorder.get()


@contextlib.contextmanager
def explaining() -> Generator[Recorder]:
    """Record every statement that is run meanwhile, by this task or those it makes."""
    recorder = Recorder()
    token = _recorder.set(recorder)
    try:
        yield recorder
    finally:
        _recorder.reset(token)


def read_by(
    folder: Path, statement: str, parameters: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[int, int]:
    """Rows and bytes that the embedded engine reads from its tables for a statement: it is run once more.

    The driver passes on how large the result was, not what was read; the engine's own handle tells that.
    """
    import chdb  # half a gigabyte that a service on a server's store never loads

    text, bound = bind_query(statement, dict(parameters), UTC)
    given = ", ".join(f"{name} = {value}" for name, value in settings.items())
    handle = chdb.connect(str(folder.resolve()))
    try:
        result = handle.query(
            f"{text if isinstance(text, str) else text.decode()} SETTINGS {given}",
            "Null",
            params={name.removeprefix("param_"): value for name, value in bound.items()},
        )
        return result.storage_rows_read(), result.storage_bytes_read()
    finally:
        handle.close()
