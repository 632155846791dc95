"""`./run status`: one screen that says how the mesh is."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import grpc
from analytics.v1 import (
    follow_pb2,
    query_pb2,
    query_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    spool_pb2,
    spool_pb2_grpc,
)
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.data_directory import DataDirectory
from cli.probes import answers_200, serving
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

_LIMIT_S = 3
_SERVICES = ("edge", "writer", "query", "realtime")


def show_status(data: DataDirectory, console: Console) -> bool:
    """Print the screen; True if every service is healthy and the spool in no trouble.

    Raises Refusal when no mesh is ready.
    """
    return asyncio.run(_show(data, data.read_ready(), console))


async def _show(data: DataDirectory, ready: dict[str, Any], console: Console) -> bool:
    token = ready["admin_token"]
    health, (spool, in_trouble), copy, window, head, disk = await asyncio.gather(
        _health(ready),
        _spool(ready["edge"], token),
        _copy(ready["query"], token),
        _window(ready["realtime"], token, ready["site"]),
        _head(ready["database"]),
        _disk(data),
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, healthy in health.items():
        pid = data.pid_file(name)
        words = "[green]serving[/]" if healthy else "[red]not serving[/]"
        table.add_row(name, words, f"{ready[name]}  pid {pid.read_text().strip() if pid.exists() else 'none'}")
    followers = [_lag("query", copy, head.position), _lag("realtime", window, head.position)]
    for title, rows in (("spool", spool), ("truth", [head.words]), ("followers", followers), ("disk", disk)):
        for at, row in enumerate(rows):
            table.add_row("" if at else title, "", row)
    console.print(table, highlight=False)
    return all(health.values()) and not in_trouble


async def _health(ready: dict[str, Any]) -> dict[str, bool]:
    answers = await asyncio.gather(
        answers_200(f"{ready['gateway']}/readyz"), *(serving(ready[name]) for name in _SERVICES)
    )
    return dict(zip(("gateway", *_SERVICES), answers, strict=True))


async def _spool(address: str, token: str) -> tuple[list[str], bool]:
    """Its rows, and whether the edge tells of trouble with it."""
    try:
        async with connect(address) as channel:
            stub: Any = spool_pb2_grpc.SpoolServiceStub(channel)
            request = spool_pb2.SpoolServiceStatusRequest()
            told: spool_pb2.SpoolServiceStatusResponse = await stub.Status(
                request, metadata=bearer(token), timeout=_LIMIT_S
            )
    except grpc.aio.AioRpcError as error:
        return [f"unknown: {from_rpc(error)}"], False
    balance = told.balance
    kept = balance.stored + balance.duplicate + balance.ignored + balance.rejected + balance.spooled
    open_ = balance.acknowledged + balance.carried - kept - balance.missing
    drain = "paused" if told.paused else "draining" if told.draining else "idle"
    full = f", full in {told.hours_left:.1f} h" if told.HasField("hours_left") else ""
    rows = [
        f"{told.entries:,} chunks, {told.bytes / 1e6:.1f} of {told.max_bytes / 1e6:,.0f} MB,"
        f" oldest {told.oldest_s:.0f} s{full}",
        *([f"[red]{escape(told.trouble)}[/]"] if told.trouble else []),
        f"drain {drain}, breaker {told.breaker}, set aside {told.set_aside:,}",
        f"acknowledged {balance.acknowledged:,} + carried {balance.carried:,} = stored {balance.stored:,}"
        f" + duplicate {balance.duplicate:,} + ignored {balance.ignored:,} + rejected {balance.rejected:,}"
        f" + spooled {balance.spooled:,}"
        + (f" [red]+ missing {balance.missing:,}[/]" if balance.missing else "")
        + ("" if open_ == 0 else f" [yellow]+ {open_:,} open[/]"),
        f"in flight {balance.in_flight:,}",
    ]
    return rows, bool(told.trouble)


def _lag(name: str, follower: "_Place", head: int | None) -> str:
    if follower.position is None:
        return f"{name}: {follower.words}"
    # the two were asked at once: a follower may have heard of more by now
    behind = "" if head is None else f", {max(0, head - follower.position):,} commits behind"
    return f"{name}: position {follower.position:,}{behind}, {follower.words}"


@dataclass(frozen=True, slots=True)
class _Place:
    """How far one part has come in the commit order; None where it does not say. `words` tells the rest, or why not."""

    position: int | None
    words: str


async def _copy(address: str, token: str) -> _Place:
    try:
        async with connect(address) as channel:
            stub: Any = query_pb2_grpc.QueryServiceStub(channel)
            request = query_pb2.StatusRequest()
            told: query_pb2.StatusResponse = await stub.Status(request, metadata=bearer(token), timeout=_LIMIT_S)
    except grpc.aio.AioRpcError as error:
        return _Place(None, f"unknown: {from_rpc(error)}")
    return _Place(told.position, f"as of {told.freshness_s:.1f} s ago, {told.repaired_ranges:,} ranges repaired")


async def _window(address: str, token: str, site: str) -> _Place:
    """Realtime's place, by the first snapshot of a site."""
    try:
        async with connect(address) as channel:
            stub: Any = realtime_pb2_grpc.RealtimeServiceStub(channel)
            request = realtime_pb2.RealtimeServiceWatchRequest(site=site)
            call = stub.Watch(request, metadata=bearer(token), timeout=_LIMIT_S)
            told: realtime_pb2.RealtimeServiceWatchResponse = await anext(aiter(call))
            call.cancel()
    except grpc.aio.AioRpcError as error:
        return _Place(None, f"unknown: {from_rpc(error)}")
    return _Place(told.position, "hears the writer" if told.fresh else "[yellow]does not hear the writer[/]")


async def _head(database: str) -> _Place:
    try:
        connection = await asyncpg.connect(database, timeout=_LIMIT_S)
        try:
            row = await connection.fetchrow(
                "SELECT (SELECT position FROM stream_head) AS head, (SELECT count(*) FROM rejected_events) AS rejected,"
                " (SELECT coalesce(sum(count), 0)::bigint FROM stream WHERE kind = $1) AS events",
                follow_pb2.COMMIT_KIND_EVENTS,
                timeout=_LIMIT_S,
            )
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return _Place(None, f"unknown: {str(error) or type(error).__name__}")
    words = f"position {row['head']:,}, {row['events']:,} events, {row['rejected']:,} rejected and kept"
    return _Place(row["head"], words)


async def _disk(data: DataDirectory) -> list[str]:
    def measure() -> list[str]:
        parts = [
            f"{room} {_size(data.root / room) / 1e6:,.0f} MB" for room in ("postgres", "clickhouse", "spool", "log")
        ]
        return [", ".join(parts) + f", free {shutil.disk_usage(data.root).free / 1e9:,.0f} GB"]

    return await asyncio.to_thread(measure)


def _size(directory: Path) -> int:
    """Bytes of the files below; one that vanishes meanwhile counts nothing."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total
