"""`./run rebuild`: empties ClickHouse and has it follow the writer's commits from the first one.

The query service does the copying: it finds no record of what it applied, and no store, and starts at zero. So only
three things are done here, each harmless when it is the last: query is ended (its supervisor starts it again), its
directory is held until record and store are gone, and the copy is awaited.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import grpc
from analytics.v1 import query_pb2, query_pb2_grpc
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.data_directory import DataDirectory
from cli.errors import Refusal, reason
from cli.probes import answers_200, serving
from mesh.channel import bearer, connect

_LOCK, _RECORD = "lock", "applied.json"  # in query's directory: who works there, and what its store holds
_TRUTH_LIMIT_S = 5
_END_LIMIT_S = 15.0
_STANDSTILL_S = 120.0
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A copy that reached the commit that was the newest when it was begun."""

    position: int
    seconds: float


def rebuild(data: DataDirectory, console: Console) -> Rebuilt:
    """Return when the copy has caught up. Raises Refusal when no mesh runs here, or query does not come back."""
    ready = data.read_ready()
    began = time.monotonic()
    head = asyncio.run(_head(ready["database"]))
    old = data.root / "clickhouse.old"
    try:
        with _query_ended(data):
            shutil.rmtree(old, ignore_errors=True)
            (data.root / "query" / _RECORD).unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                (data.root / "clickhouse").rename(old)
            (data.root / "clickhouse").mkdir(mode=0o700)
    except OSError as error:
        raise Refusal(
            f"ClickHouse's directory cannot be emptied: {reason(error)}; once no other ./run rebuild runs, try again"
        ) from None
    shutil.rmtree(old, ignore_errors=True)
    asyncio.run(_await_copy(data, ready, head, console))
    return Rebuilt(head, time.monotonic() - began)


async def _head(database: str) -> int:
    try:
        connection = await asyncpg.connect(database, timeout=_TRUTH_LIMIT_S)
        try:
            return await connection.fetchval("SELECT position FROM stream_head", timeout=_TRUTH_LIMIT_S)
        finally:
            await connection.close(timeout=_TRUTH_LIMIT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Refusal(
            f"the truth does not answer, so nothing was emptied: {str(error) or type(error).__name__}"
        ) from None


@contextlib.contextmanager
def _query_ended(data: DataDirectory) -> Generator[None]:
    """End query and hold its directory, so that the one its supervisor starts next waits. Freed if we die, too."""
    lock = os.open(data.root / "query" / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        began = time.monotonic()
        ended: set[int] = set()
        while not _taken(lock):
            pid = _pid(data)
            overdue = time.monotonic() - began > _END_LIMIT_S
            if pid and (pid not in ended or overdue):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if overdue else signal.SIGTERM)
                ended.add(pid)
            if time.monotonic() - began > 2 * _END_LIMIT_S:
                raise Refusal(f"query (pid {pid}) does not end, so nothing was emptied: look into {data.log('query')}")
            time.sleep(0.01)
        yield
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(data: DataDirectory) -> int:
    try:
        return int(data.pid_file("query").read_text())
    except (FileNotFoundError, ValueError):
        return 0


async def _await_copy(data: DataDirectory, ready: Mapping[str, Any], head: int, console: Console) -> None:
    """Show how far the copy is until it holds `head` and answers."""
    columns = (TextColumn("following"), BarColumn(), MofNCompleteColumn(), TextColumn("commits"), TimeElapsedColumn())
    stood_since, reached = time.monotonic(), -1
    gateway = ready["gateway"]
    async with connect(ready["query"]) as channel:
        stub: Any = query_pb2_grpc.QueryServiceStub(channel)
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("following", total=head)
            while True:
                position = await _position(stub, ready["admin_token"])
                if position > reached:
                    stood_since, reached = time.monotonic(), position
                    progress.update(task, completed=min(position, head))
                # the gateway finds query again a moment later than we do
                if reached >= head and await serving(ready["query"]) and await answers_200(f"{gateway}/readyz"):
                    return
                if time.monotonic() - stood_since > _STANDSTILL_S:
                    raise Refusal(
                        f"the copy stands at commit {max(reached, 0):,} of {head:,}: look into {data.log('query')}"
                    )
                await asyncio.sleep(_LOOK_EVERY_S)


async def _position(stub: Any, token: str) -> int:
    """The copy's position; -1 while query is coming back."""
    try:
        told = await stub.Status(query_pb2.StatusRequest(), metadata=bearer(token), timeout=3)
    except grpc.aio.AioRpcError:
        return -1
    return told.position
