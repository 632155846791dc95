"""One read-only statement of an operator: parsed by the engine first, then run by a client that may only read."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from mesh.errors import MeshError, invalid
from query.clickhouse import Seat

MAX_STATEMENT, MAX_ROWS, DEFAULT_ROWS = 100_000, 1_000_000, 10_000
_TOO_MANY_ROWS, _READONLY = 396, 164

# A reader of tables may not become a reader of the machine's files.
_REACHES_OUT = re.compile(r"^\s*Function (file|catboostEvaluate|getServerSetting|python\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Console:
    """A client whose session is `readonly`: no write, no DDL, no table function that reaches outside."""

    def __init__(self, dsn: str, timeout_s: float) -> None:
        self._seat = Seat(dsn, (f"SET max_execution_time = {timeout_s}", "SET readonly = 1"))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="console")

    async def ask(self, statement: str, max_rows: int) -> Table:
        """Raises INVALID_ARGUMENT for a statement that is no single SELECT or fails, OUT_OF_RANGE for too many rows."""
        if len(statement) > MAX_STATEMENT:
            raise invalid("statement", f"longer than {MAX_STATEMENT:,} characters")
        if max_rows > MAX_ROWS:
            raise invalid("max_rows", f"{max_rows} is more than {MAX_ROWS:,}")
        limit = max_rows or DEFAULT_ROWS
        job = asyncio.get_running_loop().run_in_executor(
            self._thread, self._seat.use, partial(_run, statement=statement, limit=limit)
        )
        table = await asyncio.shield(job)
        if len(table.rows) > limit:
            raise MeshError(
                grpc.StatusCode.OUT_OF_RANGE, f"more than {limit:,} rows; add a LIMIT or raise max_rows", "statement"
            )
        return table

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._seat.close()


def _run(client: Client, statement: str, limit: int) -> Table:
    try:
        # the engine's own parser: one statement, its comments gone
        parsed = client.query(
            "SELECT formatQuerySingleLine({statement:String})", parameters={"statement": statement}
        ).result_rows[0][0]
        # raw: the driver answers whatever ends in LIMIT 0 with columns alone
        _require_select(client.raw_query(f"EXPLAIN AST {parsed}", fmt="TabSeparated").decode().splitlines())
        found = client.query(f"SELECT * FROM ({parsed}) LIMIT {limit + 1}")  # noqa: S608
        # the engine names no columns where there are no rows
        named = found if found.column_names else client.query(f"SELECT * FROM ({parsed}) LIMIT 0")  # noqa: S608
    except ClickHouseError as error:
        raise invalid("statement", _first_line(error)) from error
    return Table(tuple(named.column_names), tuple(tuple(row) for row in found.result_rows))


def _require_select(tree: list[str]) -> None:
    # a second child beside the list of selects and our own FORMAT is INTO OUTFILE or a FORMAT
    if not re.match(r"SelectWithUnionQuery \(children [12]\)", tree[0]):
        raise invalid("statement", "one SELECT, without INTO OUTFILE, FORMAT or SETTINGS")
    for line in tree:
        if match := _REACHES_OUT.match(line):
            raise invalid("statement", f"the function {match[1]} is not allowed here")


def _first_line(error: ClickHouseError) -> str:
    text = str(error).split(": In scope SELECT formatQuerySingleLine", 1)[0].split("\n", 1)[0]
    if "Multi-statements are not allowed" in text:
        return "more than one; give one statement at a time"
    return re.sub(r"^.*?DB::Exception: ", "", text)[:500]
