"""`./run status`: one screen that says how the mesh is."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import grpc
from analytics.v1 import follow_pb2, query_pb2, query_pb2_grpc, spool_pb2, spool_pb2_grpc
from rich.console import Console
from rich.table import Table

from cli.data_directory import DataDirectory
from cli.probes import answers_200, serving
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

_LIMIT_S = 3
_SERVICES = ("edge", "writer", "query", "realtime")


def show_status(data: DataDirectory, console: Console) -> bool:
    """Print the screen; True if every service is healthy. Raises Refusal when no mesh is ready."""
    return asyncio.run(_show(data, data.read_ready(), console))


async def _show(data: DataDirectory, ready: dict[str, Any], console: Console) -> bool:
    token = ready["admin_token"]
    health, spool, copy, head, disk = await asyncio.gather(
        _health(ready),
        _spool(ready["edge"], token),
        _copy(ready["query"], token),
        _head(ready["database"]),
        _disk(data),
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, healthy in health.items():
        pid = data.pid_file(name)
        words = "[green]serving[/]" if healthy else "[red]not serving[/]"
        table.add_row(name, words, f"{ready[name]}  pid {pid.read_text().strip() if pid.exists() else 'none'}")
    for title, rows in (("spool", spool), ("query's copy", copy), ("truth", head), ("disk", disk)):
        for at, row in enumerate(rows):
            table.add_row("" if at else title, "", row)
    console.print(table, highlight=False)
    return all(health.values())


async def _health(ready: dict[str, Any]) -> dict[str, bool]:
    answers = await asyncio.gather(
        answers_200(f"{ready['gateway']}/readyz"), *(serving(ready[name]) for name in _SERVICES)
    )
    return dict(zip(("gateway", *_SERVICES), answers, strict=True))


async def _spool(address: str, token: str) -> list[str]:
    try:
        async with connect(address) as channel:
            stub: Any = spool_pb2_grpc.SpoolServiceStub(channel)
            request = spool_pb2.SpoolServiceStatusRequest()
            told: spool_pb2.SpoolServiceStatusResponse = await stub.Status(
                request, metadata=bearer(token), timeout=_LIMIT_S
            )
    except grpc.aio.AioRpcError as error:
        return [f"unknown: {from_rpc(error)}"]
    balance = told.balance
    kept = balance.stored + balance.duplicate + balance.ignored + balance.rejected + balance.spooled
    open_ = balance.acknowledged + balance.carried - kept
    drain = "paused" if told.paused else "draining" if told.draining else "idle"
    full = f", full in {told.hours_left:.1f} h" if told.HasField("hours_left") else ""
    return [
        f"{told.entries:,} chunks, {told.bytes / 1e6:.1f} of {told.max_bytes / 1e6:,.0f} MB,"
        f" oldest {told.oldest_s:.0f} s{full}",
        f"drain {drain}, breaker {told.breaker}, set aside {told.set_aside:,}",
        f"acknowledged {balance.acknowledged:,} + carried {balance.carried:,} = stored {balance.stored:,}"
        f" + duplicate {balance.duplicate:,} + ignored {balance.ignored:,} + rejected {balance.rejected:,}"
        f" + spooled {balance.spooled:,}" + ("" if open_ == 0 else f" [yellow]+ {open_:,} open[/]"),
        f"in flight {balance.in_flight:,}",
    ]


async def _copy(address: str, token: str) -> list[str]:
    try:
        async with connect(address) as channel:
            stub: Any = query_pb2_grpc.QueryServiceStub(channel)
            request = query_pb2.StatusRequest()
            told: query_pb2.StatusResponse = await stub.Status(request, metadata=bearer(token), timeout=_LIMIT_S)
    except grpc.aio.AioRpcError as error:
        return [f"unknown: {from_rpc(error)}"]
    behind = max(0, told.head - told.position)
    return [
        f"position {told.position:,}, {behind:,} commits behind, as of {told.freshness_s:.1f} s ago,"
        f" {told.repaired_ranges:,} ranges repaired"
    ]


async def _head(database: str) -> list[str]:
    try:
        connection = await asyncpg.connect(database, timeout=_LIMIT_S)
        try:
            row = await connection.fetchrow(
                "SELECT (SELECT position FROM stream_head) AS head, (SELECT count(*) FROM rejected_events) AS rejected,"
                " (SELECT coalesce(sum(count), 0)::bigint FROM stream WHERE kind = $1) AS events",
                follow_pb2.COMMIT_KIND_EVENTS,
            )
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return [f"unknown: {error}"]
    return [f"position {row['head']:,}, {row['events']:,} events, {row['rejected']:,} rejected and kept"]


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
