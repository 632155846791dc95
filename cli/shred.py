"""`./run shred`: makes the bytes of what was erased leave the disk, not only the rows.

PostgreSQL writes every table anew, its statistics too, which quote values; its log files are used up and unlinked
instead of used again. ClickHouse drops parts that an erasure replaced by itself: they are waited for. While a table is
written anew nothing is stored in it: events wait in the edges' spools. Files that were unlinked leave blocks on the
disk that only the disk itself can overwrite.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import asyncpg
import grpc
from analytics.v1 import query_pb2, query_pb2_grpc
from rich.console import Console

from cli.errors import Refusal
from cli.statement import ask
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

TABLES = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
# Only what query has applied: it could not ask for it again.
FORGET = """
    WITH known AS (
        UPDATE stream_head SET erased_until = greatest(erased_until, $1) RETURNING erased_until
    )
    DELETE FROM erased AS e USING stream AS s, known
    WHERE s.batch_id = e.batch_id AND s.position <= known.erased_until
"""
# An analysis leaves the old values of a table that has become empty.
FORGET_STATISTICS = """
    DELETE FROM pg_statistic
    WHERE starelid IN (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace)
"""
AHEAD = """
    SELECT count(*) FROM pg_ls_waldir()
    WHERE length(name) = 24 AND name > pg_walfile_name(pg_current_wal_insert_lsn())
"""
NEXT_FILE = "SELECT pg_logical_emit_message(true, 'analytics', 'shred'), pg_switch_wal()"
OLD_PARTS = "SELECT count() FROM system.parts WHERE NOT active AND database = currentDatabase()"

_ROUNDS = 3
_LIMIT_S = 600.0
_RELOAD_S = 10.0
_LOOK_EVERY_S = 0.5


def shred(ready: Mapping[str, Any], console: Console) -> None:
    """Return when the bytes have left. Raises Refusal where a store does not answer or does not let go."""
    began = time.monotonic()
    try:
        asyncio.run(_shred(ready, console))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Refusal(f"the database does not let go: {str(error) or type(error).__name__}") from None
    except grpc.aio.AioRpcError as error:
        raise Refusal(f"the columnar store does not answer: {from_rpc(error)}") from None
    console.print(f"shredded in {time.monotonic() - began:.1f} s", highlight=False)


async def _shred(ready: Mapping[str, Any], console: Console) -> None:
    connection = await asyncpg.connect(ready["database"], timeout=10, command_timeout=_LIMIT_S)
    try:
        with console.status("waiting for the columnar copy"):
            position = await _applied(ready, await connection.fetchval("SELECT position FROM stream_head"))
        await connection.execute(FORGET, position)
        await connection.execute(FORGET_STATISTICS)
        for (table,) in await connection.fetch(TABLES):
            with console.status(f"writing {table} anew"):
                await connection.execute(f"VACUUM (FULL, ANALYZE) {table}")
        await connection.execute("VACUUM FULL pg_statistic")
        with console.status("using up log files"):
            await _renew_log(connection)
    finally:
        await connection.close()
    with console.status("waiting for ClickHouse to drop what it replaced"):
        await _old_parts_gone(ready)


async def _applied(ready: Mapping[str, Any], head: int) -> int:
    """The position that query has applied, once that is at least `head`."""
    deadline = time.monotonic() + _LIMIT_S
    async with connect(ready["query"]) as channel:
        stub: Any = query_pb2_grpc.QueryServiceStub(channel)
        while time.monotonic() < deadline:
            told = await stub.Status(query_pb2.StatusRequest(), metadata=bearer(ready["admin_token"]), timeout=10)
            if told.position >= head:
                return told.position
            await asyncio.sleep(_LOOK_EVERY_S)
    raise Refusal(f"the columnar copy has not reached commit {head:,}: nothing was shredded")


async def _renew_log(connection: Any) -> None:
    """Write on until no log file lies ahead that still has old content, and have the old ones unlinked."""
    await connection.execute("ALTER SYSTEM SET wal_recycle = off")
    try:
        await connection.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + _RELOAD_S
        while await connection.fetchval("SHOW wal_recycle") != "off":
            if time.monotonic() > deadline:
                raise Refusal("the database does not take wal_recycle = off: its log would be used again")
            await asyncio.sleep(_LOOK_EVERY_S)
        for _ in range(_ROUNDS):
            for _ in range(1 + await connection.fetchval(AHEAD)):
                await connection.fetch(NEXT_FILE)
            await connection.execute("CHECKPOINT")
    finally:
        await connection.execute("ALTER SYSTEM RESET wal_recycle")
        await connection.execute("SELECT pg_reload_conf()")


async def _old_parts_gone(ready: Mapping[str, Any]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while time.monotonic() < deadline:
        answer = await ask(ready["query"], ready["admin_token"], OLD_PARTS)
        if not int(json.loads(answer.rows[0])[0]):
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise Refusal("ClickHouse still keeps parts that it replaced; try again later")
