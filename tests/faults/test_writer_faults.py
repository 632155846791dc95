"""Faults of the writer: dead, hung, cut off, two at once. What was acknowledged is there once, whatever happened."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, follow_pb2, follow_pb2_grpc, track_pb2, track_pb2_grpc
from analytics.v1.ingest_pb2 import IngestOutcome
from google.protobuf.internal.decoder import _DecodeVarint32 as decode_varint

from bench.ledger import Client, Ledger
from bench.mesh import Mesh
from mesh.channel import bearer
from mesh.ids import new_id
from tests.edge.conftest import Valkey
from tests.faults.commit_gate import before_row, commit_gate
from tests.faults.obligations import Obligations, ingest, spool_of, stored
from tests.faults.processes import beside, frozen, killed, told_to
from tests.faults.proxy import Proxy

Channels = dict[str, grpc.aio.Channel]
STORED, DUPLICATE = IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE
SERVICES = ("gateway", "edge", "writer", "query", "realtime")


@pytest.fixture(scope="module")
async def second_writer(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[grpc.aio.Channel]:
    async with beside(mesh, "writer", tmp_path_factory.mktemp("writer")) as channel:
        yield channel


async def test_f01_a_writer_killed_when_its_commit_goes_through_costs_nothing(mesh: Mesh, channels: Channels) -> None:
    """The whole batch is one statement: PostgreSQL commits it without its writer, and the spool brings it again."""
    owed = Obligations(mesh, "f01")
    before = (await spool_of(mesh, channels["edge"])).balance
    async with commit_gate(mesh.ready["database"]) as gate:
        sending = asyncio.create_task(owed.send(40))
        await gate.caught()
        killed(mesh.pid("writer"))
        ids = await sending
        assert await stored(mesh, ids) == 0
        assert (await spool_of(mesh, channels["edge"])).entries > 0
    await owed.proven()
    after = (await spool_of(mesh, channels["edge"])).balance
    assert after.duplicate - before.duplicate >= 40


async def test_f01_a_writer_killed_before_its_commit_costs_nothing(
    mesh: Mesh, channels: Channels, other_site: dict[str, str], eventually: Any
) -> None:
    """Where visits are minted COMMIT is the writer's word: its death rolls the batch back, and the spool brings it."""
    ids = [new_id() for _ in range(20)]
    events = [{"kind": "view", "eventId": each, "pageUrl": "https://shop.example/f01-daily"} for each in ids]
    async with commit_gate(mesh.ready["database"]) as gate:
        sending = asyncio.create_task(mesh.track("batch", {"appName": "shop", "events": events}))
        backend = await gate.caught()
        killed(mesh.pid("writer"))
        assert (await sending).status == 202
        await gate.open()
        await gate.state(backend, None)
        assert await stored(mesh, ids) == 0
    await eventually(lambda: stored(mesh, ids), 20)
    views = {"site": "shop", "metrics": ["pageviews"], "filters": [["is", "page", ["/f01-daily"]]]}
    await eventually(lambda: mesh.query(**views), [([], [20])])
    assert (await spool_of(mesh, channels["edge"])).set_aside == 0


@pytest.mark.parametrize("hedge_ms", ["250", "20000"], ids=["after_the_hedge_spooled_it", "before_the_hedge"])
async def test_f02_a_reply_cut_after_the_commit_makes_no_second_row(
    mesh: Mesh, eventually: Any, tmp_path: Path, hedge_ms: str
) -> None:
    owed = Obligations(mesh, f"f02-{hedge_ms}")
    host, _, port = mesh.ready["writer"].rpartition(":")
    proxy, valkey = Proxy(host, int(port)), Valkey(tmp_path)
    await valkey.start()
    told = {
        "writer_address": f"127.0.0.1:{await proxy.start()}",
        "spool_url": valkey.url,
        "data_dir": str(tmp_path),
        "edge_id": "cut-off",
        "edge_hedge_ms": hedge_ms,
    }
    try:
        async with beside(mesh, "edge", tmp_path, **told) as edge:
            ids = [owed.ledger.issue() for _ in range(30)]
            proxy.mode = "drop_replies"
            sending = asyncio.create_task(_track(mesh, edge, [owed.ledger.event(each) for each in ids]))
            await eventually(lambda: stored(mesh, ids), 30)
            head = await mesh.sql("SELECT position FROM stream_head")
            if hedge_ms == "250":
                assert await sending == ids
                assert (await spool_of(mesh, edge)).balance.spooled == 30
            else:
                assert not sending.done()
            assert proxy.swallowed > 0
            proxy.mode = "cut"
            assert await sending == ids
            for each in ids:
                owed.ledger.acknowledge(each)
            assert (await spool_of(mesh, edge)).balance.spooled == 30

            proxy.mode = "pass"

            async def spooled() -> int:
                return (await spool_of(mesh, edge)).entries

            await eventually(spooled, 0)
            status = await spool_of(mesh, edge)
            counts = status.balance
            assert (counts.duplicate, counts.stored, counts.rejected, status.set_aside) == (30, 0, 0, 0)
            assert await mesh.sql("SELECT position FROM stream_head") == head
            await owed.proven()
    finally:
        await proxy.stop()
        await valkey.kill()


async def test_f03_a_writer_frozen_before_its_commit_holds_another_up_until_postgresql_ends_it(
    mesh: Mesh, second_writer: grpc.aio.Channel, other_site: dict[str, str], eventually: Any, record_property: Any
) -> None:
    """PostgreSQL ends what stands idle in a transaction for two seconds; nobody else does here."""
    owed, view = Obligations(mesh, "f03"), new_id()
    await owed.send(1)
    ((demo,),) = await mesh.sql("SELECT number FROM sites WHERE id = $1", mesh.site)
    one = owed.ledger.issue()
    pid = mesh.pid("writer")
    async with commit_gate(mesh.ready["database"]) as gate:
        sending = asyncio.create_task(mesh.view("/f03-daily", appName="shop", eventId=view))
        backend = await gate.caught()
        other = asyncio.create_task(ingest(mesh, second_writer, [owed.envelope(one, demo)]))
        await gate.waits_for(backend)
        with frozen(pid):
            await gate.open()
            began = asyncio.get_running_loop().time()
            await gate.state(backend, "idle in transaction")
            assert not other.done()
            assert await other == [STORED]
            record_property("seconds_held_up", round(asyncio.get_running_loop().time() - began, 2))
            await gate.state(backend, None)
            assert (await sending).status == 202
            assert await stored(mesh, [view]) == 0
    assert mesh.pid("writer") == pid
    await eventually(lambda: stored(mesh, [view]), 1)
    owed.ledger.acknowledge(one)
    await owed.proven()


@pytest.mark.parametrize("name", SERVICES)
async def test_f10_sigterm_under_load_ends_with_code_0_and_loses_nothing(
    mesh: Mesh, name: str, eventually: Any, record_property: Any
) -> None:
    ledger = Ledger(f"f10-{name}")
    doors = (("http", 1), ("http", 20), ("grpc", 1), ("grpc", 40))
    clients = [asyncio.create_task(Client(ledger, mesh, door, size).run()) for door, size in doors]
    try:
        await _acknowledged(ledger, 200)
        ended = _ends(mesh, name)
        began = asyncio.get_running_loop().time()
        mesh.kill(name, signal.SIGTERM)

        async def codes() -> list[str]:
            return _ends(mesh, name)[len(ended) :]

        await eventually(codes, ["0"])
        record_property("seconds_to_stop", round(asyncio.get_running_loop().time() - began, 2))
        await _acknowledged(ledger, len(ledger.acknowledged) + 200)
    finally:
        ledger.stopped = True
        await asyncio.gather(*clients)
    await ledger.settle(mesh)
    verdict = await ledger.verify(mesh)
    assert verdict.holds, verdict
    assert ledger.refused == {}


@pytest.mark.parametrize("site", ["demo", "shop"])
async def test_f24_two_writers_with_the_same_ids_in_opposite_order_wait_and_never_deadlock(
    mesh: Mesh, channels: Channels, second_writer: grpc.aio.Channel, other_site: dict[str, str], site: str
) -> None:
    owed, writers = Obligations(mesh, f"f24-{site}"), (channels["writer"], second_writer)
    ((number,),) = await mesh.sql("SELECT number FROM sites WHERE id = $1", site)
    ids = [owed.ledger.issue() for _ in range(100)]
    batch = [owed.envelope(each, number) for each in ids]
    async with commit_gate(mesh.ready["database"], before_row(ids[50])) as gate:
        # in the order they came in, each would now have the half of the events that the other one still wants
        both = asyncio.gather(ingest(mesh, writers[0], batch), ingest(mesh, writers[1], batch[::-1]))
        await gate.queued(2)
        await gate.open()
        there, back = await both
    assert {*zip(there, back[::-1], strict=True)} <= {(STORED, DUPLICATE), (DUPLICATE, STORED)}
    assert await stored(mesh, ids) == 100
    assert "deadlock" not in (mesh.directory / "log" / "postgres.log").read_text()


async def test_f27_a_commit_rolled_back_leaves_no_gap_and_followers_miss_nothing(
    mesh: Mesh, channels: Channels, second_writer: grpc.aio.Channel, other_site: dict[str, str]
) -> None:
    """The first writer has taken a position and is rolled back; the second, waiting behind it, commits with it."""
    owed = Obligations(mesh, "f27")
    ((shop,),) = await mesh.sql("SELECT number FROM sites WHERE id = 'shop'")
    ((head,),) = await mesh.sql("SELECT position FROM stream_head")
    sent: list[set[str]] = []
    for _ in range(3):
        ours, theirs = [owed.ledger.issue() for _ in range(20)], [owed.ledger.issue() for _ in range(20)]
        batches = [[owed.envelope(each, shop) for each in ids] for ids in (ours, theirs)]
        async with commit_gate(mesh.ready["database"]) as gate:
            first = asyncio.create_task(ingest(mesh, channels["writer"], batches[0]))
            backend = await gate.caught()
            second = asyncio.create_task(ingest(mesh, second_writer, batches[1]))
            await gate.waits_for(backend)
            await gate.end(backend)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await first
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            await gate.caught()
            await gate.open()
            assert await second == [STORED] * 20
        assert await ingest(mesh, channels["writer"], batches[0]) == [STORED] * 20
        sent += [set(theirs), set(ours)]
    for writer in (channels["writer"], second_writer):
        assert await _followed(mesh, writer, head, len(sent)) == dict(enumerate(sent, head + 1))


async def _track(mesh: Mesh, edge: grpc.aio.Channel, events: list[track_pb2.TrackEvent]) -> list[str]:
    """Ids that the edge accepted."""
    stub, metadata = track_pb2_grpc.TrackServiceStub(edge), bearer(mesh.ready["ingest_key"])
    answer = await stub.TrackBatch(track_pb2.TrackBatchRequest(events=events), metadata=metadata, timeout=60)
    accepted = track_pb2.TrackResult.CODE_ACCEPTED
    return [result.event_id for result in answer.results if result.code == accepted]


async def _acknowledged(ledger: Ledger, count: int) -> None:
    async with asyncio.timeout(60):
        while len(ledger.acknowledged) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _ends(mesh: Mesh, name: str) -> list[str]:
    """Exit codes, or signals, of every end of a service that the supervisor told of."""
    lines = (mesh.directory / "supervisor.log").read_text().splitlines()
    ends = [line for line in lines if f"{name} ended with exit code " in line or f"{name} was ended by " in line]
    return [line.partition(";")[0].rpartition(" ")[2] for line in ends]


async def _followed(mesh: Mesh, writer: grpc.aio.Channel, after: int, count: int) -> dict[int, set[str]]:
    """Positions and event ids of the next `count` commits, as a follower gets them."""
    token = told_to(mesh.pid("edge"))["ANALYTICS_MESH_TOKEN"]
    request = follow_pb2.FollowRequest(after_position=after, follower="a-test")
    stream = follow_pb2_grpc.FollowServiceStub(writer).Follow(request, metadata=bearer(token), timeout=30)
    commits: dict[int, set[str]] = {}
    async for answer in stream:
        commits |= {commit.position: _ids(commit.events) for commit in answer.commits}
        if len(commits) >= count:
            break
    stream.cancel()
    return commits


def _ids(events: bytes) -> set[str]:
    ids, at = set[str](), 0
    while at < len(events):
        size, at = decode_varint(events, at)
        ids.add(event_pb2.NormalizedEvent.FromString(events[at : at + size]).event_id)
        at += size
    return ids
