"""Followers get every commit, in order, once, whatever writers and connections do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import grpc
import pytest
from analytics.v1 import follow_pb2, follow_pb2_grpc
from analytics.v1.event_pb2 import NormalizedEvent
from analytics.v1.follow_pb2 import Commit, FollowRequest
from google.protobuf.internal.decoder import _DecodeVarint32 as decode_varint

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.clock import NowUs
from mesh.guard import Guard
from mesh.server import Server
from tests.writer.conftest import NOON, Rig, sealed, view
from writer.database import open_pool, raw_codecs
from writer.ingest.follow import FollowServicer
from writer.ingest.log import CommitLog, framed
from writer.ingest.store import STORE_BATCH

TOKEN = "a token of the mesh"


class Tail:
    """A running FollowService and calls to it."""

    def __init__(self, channel: grpc.aio.Channel, log: CommitLog, server: Server) -> None:
        self.stub = follow_pb2_grpc.FollowServiceStub(channel)
        self.log = log
        self.server = server

    def call(self, after: int = 0, **start: int):
        request = FollowRequest(follower="test", **(start or {"after_position": after}))
        return self.stub.Follow(request, metadata=bearer(TOKEN), timeout=60)

    async def until(self, head: int, after: int = 0) -> list[Commit]:
        """All commits after a position up to another."""
        call, commits = self.call(after), []
        async for response in call:
            commits += response.commits
            if commits and commits[-1].position >= head:
                break
        call.cancel()
        return commits


@contextlib.asynccontextmanager
async def serving(rig: Rig, stalled_s: float = 30.0, now_us: NowUs | None = None) -> AsyncIterator[Tail]:
    log = await rig.log()
    server = Server(
        ["analytics.v1.FollowService"], Guard(Authenticator(TOKEN, lambda: rig.directory.snapshot, lambda: rig.now))
    )
    servicer = FollowServicer(log, server.stopping, now_us or (lambda: rig.now), stalled_s=stalled_s)
    follow_pb2_grpc.add_FollowServiceServicer_to_server(servicer, server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    listening = asyncio.create_task(log.look())
    try:
        async with connect(f"127.0.0.1:{port}") as channel:
            yield Tail(channel, log, server)
    finally:
        await server.stop(0.5)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture(scope="module")
async def tail(rig: Rig) -> AsyncIterator[Tail]:
    async with serving(rig) as made:
        yield made


def events_of(commit: Commit) -> list[NormalizedEvent]:
    found, at = [], 0
    while at < len(commit.events):
        size, at = decode_varint(commit.events, at)
        found.append(NormalizedEvent.FromString(commit.events[at : at + size]))
        at += size
    return found


async def head(rig: Rig) -> int:
    return (await rig.fetch("SELECT position FROM stream_head"))[0]["position"]


async def test_commits_come_in_order_with_position_count_and_fingerprint(rig: Rig, tail: Tail) -> None:
    writer = await rig.pipeline()
    for size in (1, 3, 40):
        await writer.ingest(sealed(*(view() for _ in range(size))))
    commits = await tail.until(3)
    assert [commit.position for commit in commits] == [1, 2, 3]
    rows = await rig.fetch("SELECT * FROM stream ORDER BY position")
    for commit, row in zip(commits, rows, strict=True):
        events = events_of(commit)
        assert {event.position for event in events} == {commit.position}
        assert commit.count == len(events) == row["count"]
        assert commit.fingerprint == row["fingerprint"]
        assert commit.committed_at_us == int(row["committed_at"].timestamp() * 1e6 + 0.5)
    assert await tail.until(3, after=2) == commits[2:]


async def test_a_new_commit_is_heard_and_silence_is_a_heartbeat(rig: Rig, tail: Tail) -> None:
    call = tail.call(await head(rig))
    assert not (await call.read()).commits
    heartbeat = await call.read()
    assert (list(heartbeat.commits), heartbeat.head, heartbeat.sent_at_us) == ([], await head(rig), NOON)
    event = view()
    await (await rig.pipeline()).ingest(sealed(event))
    while not (response := await call.read()).commits:
        pass
    assert events_of(response.commits[0])[0].event_id == event.event_id
    call.cancel()


async def test_two_writers_and_a_rolled_back_one_leave_no_gap(rig: Rig, tail: Tail) -> None:
    before = await head(rig)
    writers = [await rig.pipeline(2), await rig.pipeline(2)]
    pool = await open_pool(rig.url, 1, raw_codecs)
    rig.pools.append(pool)

    async def write(writer, batches: int) -> list[str]:
        ids = []
        for _ in range(batches):
            events = [view() for _ in range(5)]
            await writer.ingest(sealed(*events))
            ids += [event.event_id for event in events]
        return ids

    async def roll_back() -> None:
        for n in range(10):
            async with pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                row = (1,), (n.to_bytes(16, "big"),), (NOON,), (NOON,), ("x",), (None,), (None,), (None,), (b"",)
                await connection.fetch(STORE_BATCH, *row, True, 0)
                await asyncio.sleep(0.01)  # the others wait on the head row
                await transaction.rollback()

    following = asyncio.create_task(tail.until(before + 60, after=before))
    *ids, _ = await asyncio.gather(*(write(writer, 30) for writer in writers), roll_back())
    commits = await following
    assert [commit.position for commit in commits] == list(range(before + 1, before + 61))
    assert sorted(e.event_id for c in commits for e in events_of(c)) == sorted(ids[0] + ids[1])


async def test_following_starts_at_an_instant(rig: Rig, tail: Tail) -> None:
    rows = await rig.fetch("SELECT position, committed_at FROM stream ORDER BY position")
    third = rows[2]
    call = tail.call(since_us=int(third["committed_at"].timestamp() * 1e6 + 0.5))
    assert (await call.read()).commits[0].position == third["position"]
    call.cancel()


async def test_following_since_before_all_time_starts_at_the_first_commit(tail: Tail) -> None:
    call = tail.call(since_us=-(2**63))
    assert (await call.read()).commits[0].position == 1
    call.cancel()


async def test_an_erasure_tells_which_visits_are_gone(rig: Rig, tail: Tail) -> None:
    before = await head(rig)
    visit, event = "0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"
    connection = await asyncpg.connect(rig.url)
    async with connection.transaction():
        batch = await connection.fetchval("SELECT nextval('batch_ids')")
        await connection.execute("INSERT INTO erased VALUES ($1, $2, NULL), ($1, NULL, $3)", batch, visit, event)
        await connection.execute(
            "WITH h AS (UPDATE stream_head SET position = position + 1 RETURNING position) "
            "INSERT INTO stream SELECT position, 2, $1, now(), 0, 0, 0 FROM h",
            batch,
        )
    await connection.close()
    (commit,) = await tail.until(before + 1, after=before)
    assert commit.kind == follow_pb2.COMMIT_KIND_ERASURE
    assert (list(commit.erased_visit_ids), list(commit.erased_event_ids)) == ([visit], [event])


async def test_a_follower_ahead_of_the_store_is_told_to_start_again(rig: Rig, tail: Tail) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="start again from 0") as caught:
        await tail.call(await head(rig) + 5).read()
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


async def test_following_goes_on_after_the_logs_connections_are_cut(rig: Rig, tail: Tail) -> None:
    before = await head(rig)
    call = tail.call(before)
    await call.read()
    await rig.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE query LIKE '%stream_head%' AND pid <> pg_backend_pid()"
    )
    await (await rig.pipeline()).ingest(sealed(view()))
    while not (response := await call.read()).commits:
        pass
    assert response.commits[0].position == before + 1
    call.cancel()


async def test_a_follower_that_does_not_read_is_cut_off(rig: Rig) -> None:
    writer = await rig.pipeline()
    bulky = {f"key{n}": "x" * 2_000 for n in range(30)}
    for _ in range(16):  # far more than the transport takes unread
        await writer.ingest(sealed(*(view(props=bulky) for _ in range(64))))
    offered: list[int] = []

    def now_us() -> int:
        offered.append(rig.now)  # the time of a response is asked for when it is offered
        return rig.now

    async with serving(rig, stalled_s=0.3, now_us=now_us) as tail:
        call = tail.call(0)
        await call.read()
        seen = 0
        while seen != len(offered):  # until one waits to be read
            seen = len(offered)
            await asyncio.sleep(3)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            while True:
                assert (await call.read()) is not grpc.aio.EOF
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "resume" in str(caught.value.details())


def test_framing_holds_for_every_length_of_the_prefix() -> None:
    bodies = [NormalizedEvent(page="x" * size).SerializeToString() for size in (0, 100, 127, 128, 20_000)]
    events = events_of(Commit(events=framed(bodies, 2**40)))
    assert [len(event.page) for event in events] == [0, 100, 127, 128, 20_000]
    assert {event.position for event in events} == {2**40}
