"""`./run verify`, `rebuild` and `status` on one real mesh."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.ledger import HOST, Client, Ledger, Rows
from bench.mesh import ROOT, Mesh, environment

_RUN_ON_STORE = """
import sys, clickhouse_connect
client = clickhouse_connect.get_client(dsn=sys.argv[1], settings={"mutations_sync": 1})
for statement in sys.argv[2:]:
    client.command(statement)
client.close()
"""


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    started = Mesh(tmp_path_factory.mktemp("stores"))
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


@pytest.fixture(scope="module")
async def ledger(mesh: Mesh) -> Ledger:
    """It knows 400 events that both stores hold."""
    kept = Ledger("stores")
    await Client(kept, mesh, "grpc", 50, cut=0).send(400)
    await kept.settle(mesh)
    return kept


@pytest.fixture(scope="module")
async def sent(ledger: Ledger) -> list[str]:
    return sorted(ledger.acknowledged)


@contextlib.contextmanager
def query_held(mesh: Mesh) -> Iterator[None]:
    """Query is killed, and kept from coming back: its directory is ours."""
    mesh.kill("query")
    with (mesh.directory / "query" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def behind_the_back(mesh: Mesh, *statements: str) -> None:
    """Change ClickHouse without anybody's knowledge, and return when query is back."""
    with query_held(mesh):
        command = (sys.executable, "-c", _RUN_ON_STORE, f"chdb://{mesh.directory / 'clickhouse'}", *statements)
        process = await asyncio.create_subprocess_exec(*command, cwd=mesh.directory / "query")
        assert await process.wait() == 0
    await Ledger("stores").settle(mesh)


async def answers(mesh: Mesh) -> list[Any]:
    questions: list[tuple[Sequence[str], dict[str, Any]]] = [
        (["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"], {}),
        (["visitors", "pageviews"], {"dimensions": ["page"], "limit": 1_000}),
        (["visits"], {"dimensions": ["entry_page"], "limit": 1_000}),
    ]
    return [await mesh.query(metrics, **more) for metrics, more in questions]


async def test_two_stores_that_hold_the_same_are_equal(mesh: Mesh, sent: list[str]) -> None:
    today = datetime.now(UTC).date().isoformat()
    for arguments in ((), ("--site", mesh.site), ("--site", mesh.site, "--day", today), ("--day", "2001-01-01")):
        done = await mesh.run("verify", *arguments)
        assert (done.code, done.output.splitlines()[-1]) == (0, "equal"), done.output
    assert "400 events" in (await mesh.run("verify")).output
    assert "0 events" in (await mesh.run("verify", "--day", "2001-01-01")).output


async def test_an_event_that_postgresql_lost_is_named(mesh: Mesh, sent: list[str]) -> None:
    lost = sent[7]
    await mesh.sql("CREATE TABLE kept AS SELECT * FROM events WHERE false")
    await mesh.sql("INSERT INTO kept SELECT * FROM events WHERE event_id = $1", uuid.UUID(lost))
    await mesh.sql("DELETE FROM events WHERE event_id = $1", uuid.UUID(lost))
    try:
        done = await mesh.run("verify", "--site", mesh.site)
        assert done.code == 1
        assert f"{lost}  in ClickHouse alone" in done.output
        assert "399 in PostgreSQL, 400 in ClickHouse" in done.output
        assert "equal" not in done.output
        other_day = await mesh.run("verify", "--site", mesh.site, "--day", "2001-01-01")
        assert other_day.code == 0
    finally:
        await mesh.sql("INSERT INTO events SELECT * FROM kept")
        await mesh.sql("DROP TABLE kept")
    assert (await mesh.run("verify")).code == 0


async def test_what_clickhouse_lost_or_doubled_is_named_and_a_rebuild_mends_it(mesh: Mesh, ledger: Ledger) -> None:
    before = await answers(mesh)
    visits: dict[str, set[str]] = {}
    for event_id in ledger.acknowledged:
        visits.setdefault(ledger.content(event_id).session_id, set()).add(event_id)
    (gone, lost), (twice, doubled) = sorted(visits.items(), key=lambda visit: len(visit[1]))[-2:]
    # whole visits, in all three tables: the copy agrees with itself, and only the truth tells
    tables = ("events", "visits", "visit_pages")
    await behind_the_back(
        mesh,
        *(f"ALTER TABLE {table} DELETE WHERE visit_id = '{gone}'" for table in tables),
        *(f"INSERT INTO {table} SELECT * FROM {table} WHERE visit_id = '{twice}'" for table in tables),  # noqa: S608
    )
    done = await mesh.run("verify", "--site", mesh.site)
    assert done.code == 1
    assert f"400 in PostgreSQL, {400 - len(lost) + len(doubled)} in ClickHouse" in done.output
    told = [line.split(maxsplit=1) for line in done.output.splitlines() if line.startswith("  ")]
    assert {event_id for event_id, where in told if where == "in PostgreSQL alone"} <= lost
    assert {event_id for event_id, where in told if where == "in ClickHouse more than once"} <= doubled
    assert len(told) >= 20
    verdict = await ledger.verify(mesh)
    assert not verdict.holds
    assert (verdict.lost, verdict.twice) == (len(lost), len(doubled))

    done = await mesh.run("rebuild")
    assert (done.code, done.output.splitlines()[-1]) == (0, "equal"), done.output
    assert await answers(mesh) == before


async def test_a_rebuild_that_is_killed_half_way_is_finished_by_query_itself(mesh: Mesh, sent: list[str]) -> None:
    before = await answers(mesh)
    record = mesh.directory / "query" / "applied.json"
    command = (sys.executable, "-m", "cli", "rebuild", "--data", str(mesh.directory))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    while True:
        if not record.exists():
            process.kill()
            break
        await asyncio.sleep(0.001)
    assert await process.wait() == -signal.SIGKILL

    await Ledger("stores").settle(mesh)
    assert await answers(mesh) == before
    assert (await mesh.run("verify")).code == 0


async def test_two_rebuilds_at_once_end_without_a_traceback_and_the_copy_is_whole(mesh: Mesh, sent: list[str]) -> None:
    for done in await asyncio.gather(mesh.run("rebuild"), mesh.run("rebuild")):
        assert "Traceback" not in done.output
        assert done.code == 0 or done.output.splitlines()[-1].startswith(("run: ", "differs")), done.output
    await Ledger("stores").settle(mesh)
    assert (await mesh.run("verify")).code == 0


async def test_a_rebuild_that_cannot_empty_the_store_is_one_line(mesh: Mesh, sent: list[str]) -> None:
    in_the_way = mesh.directory / "clickhouse.old"
    in_the_way.write_text("")
    try:
        done = await mesh.run("rebuild")
    finally:
        in_the_way.unlink()
    assert (done.code, done.output.count("\n")) == (1, 1), done.output
    assert "ClickHouse's directory cannot be emptied: Not a directory" in done.output
    await Ledger("stores").settle(mesh)
    assert (await mesh.run("verify")).code == 0


async def test_events_are_taken_during_a_rebuild_and_are_in_the_copy_after_it(mesh: Mesh, sent: list[str]) -> None:
    ledger = Ledger("during")
    clients = [asyncio.create_task(Client(ledger, mesh, door, 5, cut=0).run()) for door in ("http", "grpc")]
    done = await mesh.run("rebuild")
    assert (done.code, done.output.splitlines()[-1]) == (0, "equal"), done.output
    ledger.stopped = True
    await asyncio.gather(*clients)
    await ledger.settle(mesh)
    verdict = await ledger.verify(mesh)
    assert verdict.holds
    assert verdict.acknowledged > 0
    assert ledger.tries_again == 0


async def test_the_ledger_knows_what_was_never_sent_and_what_is_not_as_it_was_sent(mesh: Mesh, ledger: Ledger) -> None:
    assert (await ledger.verify(mesh)).holds
    assert (await Ledger("stores").verify(mesh)).spurious == 400
    event_id = ledger.issue()
    said = ledger.content(event_id)
    whole = (event_id, HOST + said.page, said.title, said.session_id)
    assert Rows([whole]).corrupted(ledger) == set()
    for changed in range(1, 4):
        row = [value if at != changed else value + "x" for at, value in enumerate(whole)]
        assert Rows([row]).corrupted(ledger) == {event_id}
    ledger.issued.discard(event_id)


async def test_a_store_that_is_away_and_a_wrong_name_are_refused_in_one_line(mesh: Mesh, sent: list[str]) -> None:
    for arguments, words in (
        (("verify", "--site", "nope"), 'there is no site "nope"'),
        (("verify", "--day", "yesterday"), "--day"),
    ):
        done = await mesh.run(*arguments)
        assert done.code != 0
        assert words in done.output
        assert "Traceback" not in done.output
    with query_held(mesh):
        done = await mesh.run("verify")
        assert (done.code, done.output.count("\n")) == (1, 1)
        assert "ClickHouse does not answer" in done.output
    await Ledger("stores").settle(mesh)


async def test_the_status_shows_health_spool_followers_balance_and_disk(mesh: Mesh, sent: list[str]) -> None:
    done = await mesh.run("status")
    assert done.code == 0, done.output
    ((head, events),) = await mesh.sql("SELECT (SELECT position FROM stream_head), (SELECT count(*) FROM events)")
    for words in (
        *(f"{name} " for name in ("gateway", "edge", "writer", "query", "realtime")),
        f"query: position {head:,}, 0 commits behind",
        f"realtime: position {head:,}, 0 commits behind, hears the writer",
        f"position {head:,}, {events:,} events, 0 rejected",
        "0 chunks, 0.0 of",
        "acknowledged",
        "in flight 0",
        "postgres",
        "free",
    ):
        assert words in done.output


async def test_a_spool_in_trouble_makes_the_status_exit_with_1(mesh: Mesh, sent: list[str]) -> None:
    frozen = mesh.kill("redis", signal.SIGSTOP)
    try:
        async with asyncio.timeout(60):
            while (done := await mesh.run("status")).code == 0:
                pass
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert "not serving" not in done.output
    async with asyncio.timeout(60):
        while (await mesh.run("status")).code:
            pass


async def test_the_status_says_which_follower_is_away(mesh: Mesh, sent: list[str]) -> None:
    frozen = [mesh.kill(name, signal.SIGSTOP) for name in ("realtime", "writer")]
    try:
        done = await mesh.run("status")
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert done.code == 1
    assert "realtime: unknown" in done.output
    assert "query: position" in done.output


def test_nothing_of_an_old_store_is_left(mesh: Mesh, sent: list[str]) -> None:
    assert not (mesh.directory / "clickhouse.old").exists()
    assert Path(mesh.directory / "clickhouse").stat().st_mode & 0o777 == 0o700
