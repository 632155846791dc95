"""Faults of query's columnar copy: killed at any change of a file, deleted, damaged. The truth is with the writer."""

import asyncio
import itertools
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import query_pb2, query_pb2_grpc

from bench.mesh import ROOT, Mesh, environment
from mesh.channel import bearer, connect
from tests.faults.processes import told_to
from tests.query.conftest import SITES
from tests.query.held import expected, made
from tests.query.test_main import listening, start
from tests.query.writer import ADMIN_KEY, Truth, Writer

FULL = bool(os.environ.get("ANALYTICS_FULL"))
SAMPLE = 6


class Copying:
    """Follower processes on copies of one prepared directory, each killed before a given change of a file, or never."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.prepared = folder, folder / "prepared"
        self.truth = Truth()
        self.truth.commit(made(1, 40, days=7))
        code, _ = self.run(self.prepared)
        assert code == 0
        # two ranges of events, and an erasure of events of both kinds between them
        self.truth.commit(made(2, 25, days=7))
        visits = [each.visit_id for each in self.truth.events if each.visit_id]
        self.truth.erase(visits[:2], [each.event_id for each in self.truth.events if not each.visit_id][:1])
        self.truth.commit(made(3, 15, days=7))

    def run(self, home: Path, stop_at: int = 0) -> tuple[int, int]:
        """The exit code (137: killed), and how many changes it came to."""
        file = home.with_suffix(".truth")
        file.write_bytes(pickle.dumps(self.truth))
        copying = [sys.executable, "-m", "tests.query.copying", str(home), str(file), str(home.with_suffix(".result"))]
        tracer = [sys.executable, "-m", "tests.query.tracer", str(stop_at), f"{home}/"]
        done = subprocess.run(
            [*tracer, *copying], cwd=ROOT, env=environment(), timeout=120, capture_output=True, check=False
        )
        said = done.stderr.decode(errors="replace")
        assert done.returncode in (0, 128 + signal.SIGKILL), said[-2_000:]
        return done.returncode, int(said.rpartition("changes ")[2])

    def survives(self, stops: tuple[int, int]) -> int:
        """Kill before a change, kill the recovery before another, let it end: how many kills hit. The copy is whole."""
        home = self.folder / "-".join(map(str, stops))
        shutil.copytree(self.prepared, home, symlinks=True)
        kills = sum(self.run(home, stop)[0] != 0 for stop in stops)
        code, _ = self.run(home)
        assert code == 0
        position, repairing, tables = pickle.loads(home.with_suffix(".result").read_bytes())
        assert (position, repairing) == (self.truth.head, ()), stops
        assert tables == expected(self.truth.events), stops
        shutil.rmtree(home)
        return kills


@pytest.mark.timeout(14_400 if FULL else 170)
def test_f26_a_kill_at_any_change_of_a_file_and_again_in_the_recovery_leaves_the_tables_equal_to_the_truth(
    tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    copying, chance = Copying(tmp_path), random.Random(26)
    whole = tmp_path / "whole"
    shutil.copytree(copying.prepared, whole, symlinks=True)
    code, changes = copying.run(whole)
    assert code == 0
    assert changes > 300, "hardly a file was changed: the test proves nothing"
    step = 1 if FULL else changes // SAMPLE
    stops = [(first, chance.randint(1, changes)) for first in range(1 + chance.randrange(step), changes, step)]
    with ThreadPoolExecutor(2) as threads:
        kills = sum(threads.map(copying.survives, stops))
    record_property("changes", changes)
    record_property("kills", kills)
    # the last changes may not come about every time: merges go on beside
    assert kills >= len(stops), "hardly a kill hit: the test proves nothing"


QUESTIONS = (
    {"metrics": ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration"]},
    {"metrics": ["visitors", "pageviews"], "dimensions": ["page", "country"]},
    {"metrics": ["visits", "events"], "dimensions": ["time:day", "event"]},
    {"metrics": ["visits"], "dimensions": ["entry_page", "exit_page"]},
)


class Query:
    """A query process on a folder, begun again whenever it ends by itself, as a supervisor does."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        self.folder, self.writer, self.ends = folder, writer, 0
        self._process: Process | None = None
        self._said: asyncio.Task[bytes] | None = None
        self._channel: grpc.aio.Channel | None = None

    async def ask(self) -> list[Any] | grpc.StatusCode:
        """The rows of all questions, or why there are none."""
        if self._process is None or self._process.returncode is not None:
            await self.stop()
            # each answer is read from the store: a remembered one stays right when the store is damaged
            told = {"ANALYTICS_WRITER_ADDRESS": self.writer.address, "ANALYTICS_QUERY_CACHE_MB": "0"}
            self._process = await start(self.folder, **told)
            self._channel = connect(await listening(self._process))
            assert self._process.stderr is not None
            self._said = asyncio.create_task(self._process.stderr.read())
        assert self._channel is not None
        stub, found = query_pb2_grpc.QueryServiceStub(self._channel), []
        try:
            for question in QUESTIONS:
                request = query_pb2.QueryRequest(site="demo", date_range=["2026-03-01", "2026-04-30"], **question)
                answer = await stub.Query(request, metadata=bearer(ADMIN_KEY), timeout=20)
                found.append([row.SerializeToString() for row in answer.rows])
        except grpc.aio.AioRpcError as error:
            return error.code()
        return found

    async def answered(self) -> list[Any]:
        """The next answer; until then the service says that it is not ready, in that one way."""
        async with asyncio.timeout(60):
            while isinstance(found := await self.ask(), grpc.StatusCode):
                assert found is grpc.StatusCode.UNAVAILABLE
                await asyncio.sleep(0.05)
        return found

    async def stop(self) -> None:
        if self._channel:
            await self._channel.close()
        if self._process and self._said:
            if self._process.returncode is None:
                self._process.terminate()
            else:
                self.ends += 1
            await self._said
            await self._process.wait()
        self._process = self._channel = self._said = None


@pytest.fixture
async def query(tmp_path: Path) -> AsyncIterator[Query]:
    truth = Truth()
    for number in range(3):
        truth.commit(made(280 + number, 150))
    writer = Writer(truth, SITES)
    await writer.start()
    running = Query(tmp_path, writer)
    yield running
    await running.stop()
    await writer.stop()


def _delete(store: Path) -> None:
    shutil.rmtree(store)


def _write_rubbish_into_definitions(store: Path) -> None:
    for file in store.glob("store/**/visits.sql"):
        file.write_text("rubbish")


def _change_bytes(store: Path) -> None:
    for table in ("events", "visits", "visit_pages"):
        for file in store.glob(f"data/default/{table}/*/data.bin"):
            content = bytearray(file.read_bytes())
            content[40::64] = bytes(byte ^ 0x5A for byte in content[40::64])
            file.write_bytes(content)


def _cut_short(store: Path) -> None:
    for file in store.glob("data/default/*/*/data.bin"):
        os.truncate(file, file.stat().st_size // 2)


def _lose_a_table(store: Path) -> None:
    for part in store.glob("data/default/visits/2*"):
        shutil.rmtree(part)


@pytest.mark.parametrize("damage", [_delete, _write_rubbish_into_definitions, _change_bytes, _cut_short, _lose_a_table])
async def test_f28_a_damaged_store_is_built_anew_and_no_answer_is_another_until_then(
    query: Query, damage: Callable[[Path], None]
) -> None:
    before = await query.answered()
    assert all(before)
    await query.stop()
    damage(query.folder / "query" / "clickhouse")
    truth, ends = query.writer.truth, query.ends
    everything = truth.commits
    truth.commits = lambda after: []  # the copying does not begin yet
    for _ in range(4):
        assert await query.ask() is grpc.StatusCode.UNAVAILABLE
        await asyncio.sleep(0.2)
    truth.commits = everything
    await query.writer.announce()
    for _ in range(3):
        assert await query.answered() == before
    assert query.ends - ends <= 1


async def test_f28_bytes_changed_beneath_a_running_process_are_noticed_by_the_next_answer(query: Query) -> None:
    before = await query.answered()
    _change_bytes(query.folder / "query" / "clickhouse")
    assert await query.ask() is grpc.StatusCode.UNAVAILABLE
    assert await query.answered() == before
    assert query.ends == 1


async def test_f28_a_store_deleted_beneath_the_running_mesh_is_built_anew_with_the_same_answers(
    mesh: Mesh, eventually: Any
) -> None:
    for number in range(40):
        assert (await mesh.view(f"/f28/{number % 7}", referrer="https://www.google.com/")).status == 202
    questions = [
        {"metrics": ["visitors", "visits", "pageviews", "bounce_rate"]},
        {"metrics": ["visitors", "pageviews"], "dimensions": ["page"]},
        {"metrics": ["visits"], "dimensions": ["source"]},
    ]

    async def ask() -> list[Any]:
        return [await mesh.query(**question) for question in questions]

    await eventually(lambda: mesh.query(["pageviews"]), [([], [40])])
    before = await ask()
    dsn = told_to(mesh.pid("query"))["ANALYTICS_CLICKHOUSE_DSN"]
    shutil.rmtree(dsn.removeprefix("chdb://"))
    mesh.kill("query")
    body = {"site": mesh.site, "date_range": "24h", **questions[0]}
    statuses: list[int] = []
    async with asyncio.timeout(60):
        while not statuses or statuses[-1] != 200:
            statuses.append((await mesh.api("POST", "query", body)).status)
            await asyncio.sleep(0.02)
    assert [status for status, _ in itertools.groupby(statuses)] == [503, 200]
    assert await ask() == before
    assert (await mesh.view("/f28/after")).status == 202
    await eventually(lambda: mesh.query(["pageviews"]), [([], [41])])
