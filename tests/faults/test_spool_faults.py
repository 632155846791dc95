"""Faults of the spool and of its disk. What was acknowledged is there once, and what cannot be kept is refused."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis.asyncio as redis
from analytics.v1 import track_pb2, track_pb2_grpc

from bench.ledger import Client
from bench.mesh import Mesh
from edge.seal import Sealer
from mesh.channel import bearer
from mesh.clock import now_us
from tests.edge.conftest import Valkey
from tests.faults.obligations import Obligations, rejected, spool_of, stored
from tests.faults.processes import beside, fill, frozen, killed, small_disk, told_to

Channels = dict[str, grpc.aio.Channel]
SPOOLED = 20_000
EDGES = 3


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    """One whose spool has a small disk of its own."""
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    with small_disk(started.directory / "spool", 64):
        try:
            await started.start()
            yield started
        finally:
            await started.stop()


def spool_file(mesh: Mesh) -> Path:
    return max((mesh.directory / "spool" / "appendonlydir").glob("*.incr.aof"))


def said(mesh: Mesh) -> list[str]:
    """What `./run` has printed."""
    return (mesh.directory / "supervisor.log").read_text().splitlines()


async def test_f07_a_body_of_any_bytes_is_cleaned_or_400_and_never_stops_the_drain(
    mesh: Mesh, channels: Channels
) -> None:
    owed = Obligations(mesh, "f07")
    url = "https://shop.example/odd"
    base = {"appName": mesh.site, "pageUrl": url}
    bodies = {
        "NUL in a path": (json.dumps(base | {"pageUrl": url + "\0x"}), 202),
        "lone surrogate": (json.dumps(base)[:-1] + ', "pageTitle": "a\\ud800b"}', 202),
        "invalid UTF-8": (json.dumps(base).encode()[:-1] + b', "pageTitle": "a\xffb"}', 400),
        "endless number": (json.dumps(base)[:-1] + f', "ageMs": {"9" * 50_000}}}', 400),
        "endless number in a property": (json.dumps(base)[:-1] + f', "props": {{"n": {"9" * 50_000}}}}}', 400),
        "longer than a body": (json.dumps(base)[:-1] + f', "ageMs": {"9" * 2_000_000}}}', 413),
    }
    with frozen(mesh.pid("writer")):
        for name, (body, status) in bodies.items():
            reply = await mesh.http("POST", "/track/view", body)
            assert reply.status == status, (name, reply)
        await owed.send(20)
        assert (await spool_of(mesh, channels["edge"])).entries > 0
    await owed.proven()
    assert (await spool_of(mesh, channels["edge"])).set_aside == 0


async def test_f08_what_cannot_be_opened_or_read_is_kept_with_its_reason_and_the_drain_goes_on(
    mesh: Mesh, channels: Channels
) -> None:
    owed = Obligations(mesh, "f08")
    key = base64.b64decode(told_to(mesh.pid("edge"))["ANALYTICS_SEAL_KEY"])
    foreign = Sealer([bytes(range(32))]).seal([b"of another installation"], now_us())
    unreadable = Sealer([key]).seal([b"\xff\xff no envelope"], now_us())
    client: Any = redis.Redis.from_url(mesh.ready["spool"])
    with frozen(mesh.pid("writer")):
        await owed.send(10)
        await client.rpush("spool:chunks", foreign, unreadable)
        await client.hincrby("spool:totals", "bytes", len(foreign + unreadable))
        await client.hincrby("spool:totals", "envelopes", 2)
        await owed.send(10)
    await owed.proven()
    assert (await spool_of(mesh, channels["edge"])).set_aside == 1
    assert await client.lrange("spool:aside", 0, -1) == [foreign]
    assert len(await rejected(mesh)) == 1
    logged = (mesh.directory / "log" / "edge.log").read_text()
    assert "chunk_set_aside" in logged and "is unknown (ANALYTICS_SEAL_KEYS_RETIRED can name it)" in logged
    await client.delete("spool:aside")
    await client.aclose()


async def test_f13_on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_when_there_is_space(
    mesh: Mesh, eventually: Any
) -> None:
    owed = Obligations(mesh, "f13")
    edge = mesh.pid("edge")

    async def view() -> int:
        event_id = owed.ledger.issue()
        reply = await mesh.track("view", owed.ledger.payload(event_id))
        if reply.status == 202:
            owed.ledger.acknowledge(event_id)
        else:
            assert int(reply.headers["retry-after"]) >= 1
        return reply.status

    with frozen(mesh.pid("writer")):
        await owed.send(20)
        ballast = fill(mesh.directory / "spool")
        await eventually(view, 503)
        assert await view() == 503
        ballast.unlink()
        await eventually(view, 202)
    await owed.proven()
    assert mesh.pid("edge") == edge


async def test_f18_several_edges_drain_at_once_and_live_traffic_goes_on(
    mesh: Mesh, channels: Channels, tmp_path: Path
) -> None:
    owed = Obligations(mesh, "f18")
    async with AsyncExitStack() as stack:
        edges = [channels["edge"]]
        for number in range(1, EDGES):
            folder = tmp_path / f"edge-{number}"
            folder.mkdir()
            valkey = Valkey(folder)
            await valkey.start()
            stack.push_async_callback(valkey.kill)
            told = {"edge_id": f"edge-{number}", "spool_url": valkey.url, "data_dir": str(folder)}
            edges.append(await stack.enter_async_context(beside(mesh, "edge", folder, **told)))
        with frozen(mesh.pid("writer")):
            spooled = [await _spool(mesh, owed, edges[at % EDGES]) for at in range(SPOOLED // 500)]
            books = [(await spool_of(mesh, edge)).balance for edge in edges]
            assert all(book.spooled >= SPOOLED // EDGES - 500 for book in books), books
        live: list[str] = []
        client = Client(owed.ledger, mesh, "http", cut=0)
        while any([(await spool_of(mesh, edge)).entries for edge in edges]):
            live += await client.send(5)
        states = [await spool_of(mesh, edge) for edge in edges]
        await owed.proven()
    assert [state.breaker for state in states] == ["closed"] * EDGES
    ids = [event_id for batch in spooled for event_id in batch]
    assert await stored(mesh, ids) == SPOOLED
    statement = (
        "SELECT {}(position) FROM stream WHERE batch_id IN"
        " (SELECT batch_id FROM events WHERE event_id = ANY($1::text[]::uuid[]))"
    )
    ((last_drained,),) = await mesh.sql(statement.format("max"), ids)
    ((first_live,),) = await mesh.sql(statement.format("min"), live)
    assert first_live < last_drained


async def _spool(mesh: Mesh, owed: Obligations, edge: grpc.aio.Channel) -> list[str]:
    ids = [owed.ledger.issue() for _ in range(500)]
    request = track_pb2.TrackBatchRequest(events=[owed.ledger.event(event_id, mesh.site) for event_id in ids])
    token = bearer(mesh.ready["ingest_key"])
    answer = await track_pb2_grpc.TrackServiceStub(edge).TrackBatch(request, metadata=token, timeout=30)
    for result in answer.results:
        assert result.code == track_pb2.TrackResult.CODE_ACCEPTED
        owed.ledger.acknowledge(result.event_id)
    return ids


async def test_f19_a_writer_that_flaps_loses_nothing_and_the_spool_ends_empty(
    mesh: Mesh, channels: Channels, eventually: Any
) -> None:
    owed = Obligations(mesh, "f19")

    async def entries() -> int:
        return (await spool_of(mesh, channels["edge"])).entries

    async def grows() -> bool:
        return await entries() > 5

    sending = [asyncio.create_task(Client(owed.ledger, mesh, "http", cut=0).run()) for _ in range(3)]
    for _ in range(3):
        with frozen(mesh.pid("writer")):
            await eventually(grows, True)
        await eventually(entries, 0)  # with traffic going on: it is drained faster than it grows
    owed.ledger.stopped = True
    await asyncio.gather(*sending)
    await owed.proven()


async def _repair(command: str) -> None:
    """Run the command that was printed, and answer its question."""
    process = await asyncio.create_subprocess_exec(
        *command.split(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(b"y\n")
    assert process.returncode == 0, output


async def test_f14_after_a_torn_append_it_starts_says_what_was_cut_and_has_all_that_was_acknowledged(
    mesh: Mesh, eventually: Any
) -> None:
    owed = Obligations(mesh, "f14")
    with frozen(mesh.pid("writer")):
        for _ in range(3):
            await owed.send(20)
        with frozen(mesh.supervisor_pid):
            killed(mesh.pid("redis"))
            content = spool_file(mesh).read_bytes()
            append = content.rindex(b"RPUSH")
            torn = content[content.rindex(b"*1\r\n$5\r\nMULTI\r\n", 0, append) : append + 500]
            with spool_file(mesh).open("ab") as file:
                file.write(torn)

        told = f"redis: the last {len(torn)} bytes of {spool_file(mesh)} were an append that a crash cut short; "

        async def is_told() -> bool:
            return any(line.startswith(told) for line in said(mesh))

        await eventually(is_told, True)
    await owed.proven()


async def test_f15_with_a_damaged_file_all_else_starts_and_after_its_repair_it_is_used(
    mesh: Mesh, eventually: Any
) -> None:
    owed, after = Obligations(mesh, "f15"), Obligations(mesh, "f15-after")
    with frozen(mesh.pid("writer")):
        before_damage = await owed.send(20)
        at = len(spool_file(mesh).read_bytes())
        await owed.send(20)
        await mesh.stop()
    content = bytearray(spool_file(mesh).read_bytes())
    content[at : at + 2] = b"\0\0"
    spool_file(mesh).write_bytes(content)
    await mesh.start()
    damage = [line for line in said(mesh) if "is damaged at byte" in line]
    assert len(damage) == 1 and damage[0].startswith("redis did not start: ")
    assert any(line.startswith("the mesh goes on without redis: ") for line in said(mesh))
    edge = mesh.pid("edge")
    ids = await after.send(10)
    assert await stored(mesh, ids) == 10
    assert spool_file(mesh).read_bytes() == content
    await _repair(damage[0].split(", then run ")[1])

    async def drained() -> int:
        return await stored(mesh, before_damage)

    await eventually(drained, 20)
    with frozen(mesh.pid("writer")):
        await after.send(10)
    await after.proven()
    assert mesh.pid("edge") == edge
    assert len([line for line in said(mesh) if "is damaged at byte" in line]) == 1
