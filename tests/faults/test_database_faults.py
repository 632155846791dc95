"""Faults of PostgreSQL while the writer is up: nothing acknowledged is lost, and nothing is refused for good."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest

from bench.mesh import Mesh
from mesh.ids import new_id
from tests.faults.obligations import Obligations, ingest, rejected, spool_of, stored
from tests.faults.processes import fill, frozen, small_disk, until_serving

Channels = dict[str, grpc.aio.Channel]
Fault = Callable[[Mesh], AbstractAsyncContextManager[None]]

_OUTAGE_S = 600.0 if os.environ.get("ANALYTICS_FULL") else 2.0


@contextlib.asynccontextmanager
async def away(mesh: Mesh) -> AsyncIterator[None]:
    """No server: its cluster is elsewhere, so that the supervisor's attempts to start it again fail."""
    cluster = mesh.directory / "postgres"
    hidden = cluster.rename(cluster.with_name("postgres.hidden"))
    mesh.kill("postgres", signal.SIGQUIT)
    try:
        yield
    finally:
        hidden.rename(cluster)


@contextlib.asynccontextmanager
async def read_only(mesh: Mesh) -> AsyncIterator[None]:
    """Every transaction is read-only unless it says otherwise."""
    connection = await _superuser(mesh)
    try:
        await connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        await connection.execute("SELECT pg_reload_conf()")
        yield
    finally:
        await connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


@contextlib.asynccontextmanager
async def in_recovery(mesh: Mesh) -> AsyncIterator[None]:
    """A standby that waits for a primary, until it is promoted."""
    (mesh.directory / "postgres" / "standby.signal").touch()
    shutil.chown(mesh.directory / "postgres" / "standby.signal", (mesh.directory / "postgres").owner())
    mesh.kill("postgres", signal.SIGINT)
    connection = await _superuser(mesh, recovering=True)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_promote()")
        await connection.close()


@contextlib.asynccontextmanager
async def disk_full(mesh: Mesh, place: Path) -> AsyncIterator[None]:
    """The events' own disk has no space left. (Where the log's has none PostgreSQL ends itself, which is `away`.)"""
    connection = await _superuser(mesh)
    with small_disk(place / "disk", 8) as disk:
        shutil.chown(disk, (mesh.directory / "postgres").owner())
        await connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        await connection.execute("ALTER TABLE events SET TABLESPACE small")
        ballast = fill(disk)
        try:
            yield
        finally:
            ballast.unlink()
            await connection.execute("ALTER TABLE events SET TABLESPACE pg_default")
            await connection.execute("DROP TABLESPACE small")
            await connection.close()


async def test_f04_without_postgresql_views_are_spooled_and_nothing_is_rejected(mesh: Mesh, channels: Channels) -> None:
    owed, loop = Obligations(mesh, "f04"), asyncio.get_running_loop()
    await owed.send(5)
    before = await rejected(mesh)
    async with away(mesh):
        ends = loop.time() + _OUTAGE_S
        await until_serving(channels["writer"], False)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ingest(mesh, channels["writer"], [owed.envelope(owed.ledger.issue(), 1)])
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        await owed.send(40)
        while loop.time() < ends:
            await owed.send(5)
            await asyncio.sleep(0.1)
        assert (await spool_of(mesh, channels["edge"])).balance.spooled >= 40
        await until_serving(channels["writer"], False)
    await until_serving(channels["writer"], True)
    await owed.proven()
    assert await rejected(mesh) == before
    assert (await spool_of(mesh, channels["edge"])).balance.rejected == 0


@pytest.mark.parametrize("fault", [read_only, in_recovery], ids=lambda fault: fault.__name__)
async def test_f05_a_postgresql_that_takes_no_writes_is_not_served_and_nothing_is_rejected(
    mesh: Mesh, channels: Channels, fault: Fault
) -> None:
    owed = Obligations(mesh, f"f05-{fault.__name__}")
    await owed.send(5)
    before = await rejected(mesh)
    async with fault(mesh):
        ids = await owed.send(40)
        await until_serving(channels["writer"], False)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ingest(mesh, channels["writer"], [owed.envelope(owed.ledger.issue(), 1)])
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        ids += await owed.send(40)
        assert (await spool_of(mesh, channels["edge"])).balance.spooled == 80
        assert await stored(mesh, ids) == 0
        said = _said(mesh)
        async with asyncio.timeout(60):
            while _said(mesh)["postgresql_unavailable"] < said["postgresql_unavailable"] + 5:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert _said(mesh)["serving"] == said["serving"]
    await until_serving(channels["writer"], True)
    await owed.proven()
    assert await rejected(mesh) == before
    assert (await spool_of(mesh, channels["edge"])).balance.rejected == 0


async def test_f05_on_a_full_disk_views_are_spooled_and_stored_when_there_is_space(
    mesh: Mesh, channels: Channels, tmp_path: Path
) -> None:
    owed, before = Obligations(mesh, "f05-full"), await rejected(mesh)
    async with disk_full(mesh, tmp_path):
        async with asyncio.timeout(60):
            while not (await spool_of(mesh, channels["edge"])).balance.spooled:  # until the last page has no room
                await owed.send(50)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ingest(mesh, channels["writer"], [owed.envelope(owed.ledger.issue(), 1) for _ in range(50)])
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        ids = await owed.send(100)
        assert await stored(mesh, ids) < 100
        assert (await spool_of(mesh, channels["edge"])).balance.spooled > 0
    await owed.proven()
    assert await rejected(mesh) == before
    assert (await spool_of(mesh, channels["edge"])).balance.rejected == 0


async def test_f06_one_failing_row_in_the_spool_is_put_aside_alone_and_holds_up_nothing(
    mesh: Mesh, channels: Channels, eventually: Any
) -> None:
    owed, poison = Obligations(mesh, "f06"), new_id()
    before, aside = (await spool_of(mesh, channels["edge"])).balance, await rejected(mesh)
    await mesh.sql("ALTER TABLE events ADD CONSTRAINT no_poison CHECK (name <> 'poison')")
    with frozen(mesh.pid("writer")):
        ids = await owed.send(20)
        assert (await mesh.track("event", {"name": "poison", "eventId": poison})).status == 202
        ids += await owed.send(20)
        assert (await spool_of(mesh, channels["edge"])).balance.spooled == 41
    await eventually(lambda: stored(mesh, ids), 40)
    await owed.proven()
    await mesh.sql("ALTER TABLE events DROP CONSTRAINT no_poison")
    (reason,) = (await rejected(mesh))[len(aside) :]
    assert "no_poison" in reason
    assert await stored(mesh, [poison]) == 0
    status = await spool_of(mesh, channels["edge"])
    assert (status.balance.rejected - before.rejected, status.set_aside) == (1, 0)


def _said(mesh: Mesh) -> Counter[str]:
    """How often the writer logged which event."""
    lines = (mesh.directory / "log" / "writer.log").read_text().splitlines()
    return Counter(json.loads(line)["event"] for line in lines if line.startswith("{"))


async def _superuser(mesh: Mesh, *, recovering: bool = False) -> Any:
    """A connection that may write whatever the default is, once the server takes one."""
    async with asyncio.timeout(60):
        while True:
            try:
                url, settings = mesh.ready["database"], {"default_transaction_read_only": "off"}
                connection = await asyncpg.connect(url, server_settings=settings)
                if not recovering or await connection.fetchval("SELECT pg_is_in_recovery()"):
                    return connection
                await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pass
            await asyncio.sleep(0.05)
