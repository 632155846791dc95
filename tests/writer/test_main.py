"""The writer as a process: it waits, serves, says when it cannot, and leaves cleanly."""

import asyncio
import base64
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import grpc
import pytest
from analytics.v1 import import_pb2, import_pb2_grpc, ingest_pb2, ingest_pb2_grpc, site_pb2, site_pb2_grpc
from analytics.v1.ingest_pb2 import IngestOutcome
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.channel import bearer, connect
from tests.writer.conftest import sealed, view

ROOT = Path(__file__).parents[2]
TOKEN, ADMIN = "mesh-token-of-the-test", "am_key_of-the-test-0123456789"
KEY = base64.b64encode(b"k" * 32).decode()
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def environment(url: str, port: int) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
        "ANALYTICS_MESH_TOKEN": TOKEN,
        "ANALYTICS_DATABASE_URL": url,
        "ANALYTICS_WRITER_PORT": str(port),
        "ANALYTICS_WRAP_KEY": KEY,
        "ANALYTICS_SEAL_KEY": KEY,
        "ANALYTICS_BOOTSTRAP_SITE": "demo",
        "ANALYTICS_BOOTSTRAP_INGEST_KEY": "am_ingest_of-the-test-0123456789",
        "ANALYTICS_BOOTSTRAP_ADMIN_TOKEN": ADMIN,
        "ANALYTICS_BOOTSTRAP_ADMIN_EMAIL": "admin@example.org",
        "ANALYTICS_BOOTSTRAP_ADMIN_PASSWORD": "a long enough password",
    }


async def start(environ: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "writer", cwd=ROOT, env=environ, stderr=asyncio.subprocess.PIPE
    )


@contextlib.asynccontextmanager
async def writer(url: str) -> AsyncIterator[tuple[grpc.aio.Channel, asyncio.subprocess.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await start(environment(url, port))
    async with connect(f"127.0.0.1:{port}") as channel:
        try:
            yield channel, process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            log = (await process.communicate())[1].decode()
    assert process.returncode == 0, log


async def until_health(channel: grpc.aio.Channel, wanted: int) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    while True:
        with contextlib.suppress(grpc.aio.AioRpcError):
            request = health_pb2.HealthCheckRequest(service="analytics.v1.IngestService")
            if (await stub.Check(request, timeout=2)).status == wanted:
                return
        await asyncio.sleep(0.05)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def ingest(channel: grpc.aio.Channel, *events) -> list[int]:
    request = ingest_pb2.IngestRequest(envelopes=sealed(*events))
    stub = ingest_pb2_grpc.IngestServiceStub(channel)
    response = await stub.Ingest(request, metadata=bearer(TOKEN), timeout=10)
    return [outcome.code for outcome in response.outcomes]


async def test_it_serves_stores_and_stops_with_code_0(empty_database: str) -> None:
    async with writer(empty_database) as (channel, _):
        await until_health(channel, SERVING)
        sites = site_pb2_grpc.SiteServiceStub(channel)
        (demo,) = (await sites.ListSites(site_pb2.ListSitesRequest(), metadata=bearer(ADMIN), timeout=5)).sites
        assert demo.id == "demo"
        event = view(site_id=demo.number, user_id="anna")
        assert await ingest(channel, event, event) == [IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE]
        made = await sites.CreateSite(
            site_pb2.CreateSiteRequest(site=site_pb2.Site(id="second")), metadata=bearer(ADMIN), timeout=5
        )
        assert await ingest(channel, view(site_id=made.site.number)) == [IngestOutcome.CODE_STORED]


async def test_what_is_not_allowed_or_too_much_is_refused(empty_database: str) -> None:
    async with writer(empty_database) as (channel, _):
        await until_health(channel, SERVING)
        stub = ingest_pb2_grpc.IngestServiceStub(channel)
        for credential, count, code in (
            (ADMIN, 1, grpc.StatusCode.PERMISSION_DENIED),
            ("nobody's token at all", 1, grpc.StatusCode.UNAUTHENTICATED),
            (TOKEN, 0, grpc.StatusCode.INVALID_ARGUMENT),
            (TOKEN, 501, grpc.StatusCode.INVALID_ARGUMENT),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.Ingest(
                    ingest_pb2.IngestRequest(envelopes=[b""] * count), metadata=bearer(credential), timeout=5
                )
            assert caught.value.code() == code
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            stub = import_pb2_grpc.ImportServiceStub(channel)
            await stub.Import(import_pb2.ImportRequest(site="demo"), metadata=bearer(TOKEN), timeout=5)
        assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_f04_while_the_database_is_away_it_is_unavailable_and_rejects_nothing(empty_database: str) -> None:
    base, _, name = empty_database.rpartition("/")
    async with writer(empty_database) as (channel, process):
        await until_health(channel, SERVING)
        admin = await asyncpg.connect(f"{base}/postgres")
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await until_health(channel, NOT_SERVING)
        event = view(site_id=1)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest(channel, event)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await admin.close()
        await until_health(channel, SERVING)
        assert await ingest(channel, event) == [IngestOutcome.CODE_STORED]
        assert process.returncode is None


async def test_it_waits_for_a_database_that_is_not_there_yet(postgres: str, empty_database: str) -> None:
    name = "later_" + empty_database.rpartition("/")[2]
    async with writer(f"{postgres}/{name}") as (channel, process):
        assert process.stderr
        while b"waiting_for_postgresql" not in await process.stderr.readline():
            pass
        admin = await asyncpg.connect(f"{postgres}/postgres")
        await admin.execute(f'CREATE DATABASE "{name}"')
        await admin.close()
        await until_health(channel, SERVING)


async def test_a_newer_database_ends_it_with_code_3(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("INSERT INTO schema_version (version, name) VALUES (999, 'future')")
    process = await start(environment(empty_database, 0))
    log = (await process.communicate())[1].decode()
    assert process.returncode == 3
    assert "schema version 999" in log.strip().splitlines()[-1]
    await connection.execute("DELETE FROM schema_version WHERE version = 999")
    await connection.close()


async def test_a_wrong_key_ends_it_with_code_2_naming_the_variable(empty_database: str) -> None:
    process = await start(environment(empty_database, 0) | {"ANALYTICS_WRAP_KEY": "c2hvcnQ="})
    (line,) = (await process.communicate())[1].decode().strip().splitlines()
    assert process.returncode == 2
    assert line.startswith("ANALYTICS_WRAP_KEY: ")


@pytest.mark.parametrize("kind", ["missing", "directory", "other"])
async def test_a_city_file_that_cannot_be_read_ends_it_with_code_2_naming_the_variable(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "other").write_bytes(b"not a database")
    environ = environment("postgresql://nobody@127.0.0.1:1/none", 0) | {"ANALYTICS_CITY_FILE": str(tmp_path / kind)}
    process = await start(environ)
    (line,) = (await process.communicate())[1].decode().strip().splitlines()
    assert process.returncode == 2
    assert line.startswith("ANALYTICS_CITY_FILE: ")


async def test_another_wrap_key_than_the_databases_ends_it_with_code_2(empty_database: str) -> None:
    other = base64.b64encode(b"o" * 32).decode()
    process = await start(environment(empty_database, 0) | {"ANALYTICS_WRAP_KEY": other})
    log = (await process.communicate())[1].decode()
    assert process.returncode == 2
    assert log.strip().splitlines()[-1].startswith("ANALYTICS_WRAP_KEY: not the key of this database")


async def test_f04_a_database_that_hangs_is_not_served(empty_database: str) -> None:
    """The whole server stops answering, connections and all, and goes on."""
    async with writer(empty_database) as (channel, _):
        await until_health(channel, SERVING)
        connection = await asyncpg.connect(empty_database)
        backends = [row["pid"] for row in await connection.fetch("SELECT pid FROM pg_stat_activity")]
        frozen = [parent_of(connection.get_server_pid()), *backends]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            await until_health(channel, NOT_SERVING)
            event = view(site_id=1)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await ingest(channel, event)
            assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        await until_health(channel, SERVING)
        (code,) = await ingest(channel, event)
        assert code in (IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE)
        assert await connection.fetchval("SELECT count(*) FROM events WHERE event_id = $1", event.event_id) == 1
        await connection.close()


async def test_f01_killed_in_the_middle_it_has_stored_each_acknowledged_event_once(empty_database: str) -> None:
    acknowledged: list[str] = []
    enough = asyncio.Event()
    sent: list[list] = []

    async def send(channel: grpc.aio.Channel) -> None:
        while True:
            events = [view(site_id=1) for _ in range(20)]
            sent.append(events)
            await ingest(channel, *events)
            acknowledged.extend(event.event_id for event in events)
            if len(acknowledged) > 200:
                enough.set()

    with contextlib.suppress(AssertionError):  # it ends by a signal
        async with writer(empty_database) as (channel, process):
            await until_health(channel, SERVING)
            senders = [asyncio.create_task(send(channel)) for _ in range(4)]
            await enough.wait()
            process.kill()
            await asyncio.gather(*senders, return_exceptions=True)
    async with writer(empty_database) as (channel, _):
        await until_health(channel, SERVING)
        for events in sent:
            await ingest(channel, *events)
    connection = await asyncpg.connect(empty_database)
    everything = [event.event_id for events in sent for event in events]
    rows = await connection.fetch("SELECT event_id::text FROM events WHERE event_id = ANY($1::uuid[])", everything)
    assert sorted(row["event_id"] for row in rows) == sorted(everything)
    gaps = await connection.fetchval("SELECT max(position) - count(*) FROM stream")
    assert gaps == 0
    await connection.close()


async def test_it_stops_with_code_0_while_it_waits_for_a_database() -> None:
    process = await start(environment("postgresql://nobody@127.0.0.1:1/none", 0))
    assert process.stderr
    while b"waiting_for_postgresql" not in await process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0
