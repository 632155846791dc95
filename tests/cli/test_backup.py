"""`./run backup` while everything runs, the data directory destroyed, `./run restore`: the same answers and keys."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.ledger import Client, Ledger
from bench.mesh import Mesh
from cli.postgres import binaries


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
async def mesh(room: Path) -> AsyncIterator[Mesh]:
    started = Mesh(room / "data")
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


async def test_what_a_backup_holds_is_all_there_after_the_data_directory_is_destroyed(mesh: Mesh, room: Path) -> None:
    ledger = Ledger("backup")
    await Client(ledger, mesh, "grpc", 50, cut=0).send(300)
    await ledger.settle(mesh)
    before = sorted(await mesh.query(["pageviews", "visits"], dimensions=["page"]))
    beside = asyncio.create_task(Client(Ledger("beside"), mesh, "http", 5, cut=0).send(100))
    done = await mesh.run("backup", str(room / "kept"))
    assert done.code == 0, done.output
    await beside
    ready, folder = mesh.ready, room / "kept"
    assert await mesh.stop() == 0
    shutil.rmtree(mesh.directory)

    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    listed = await asyncio.to_thread(
        subprocess.run, [binaries() / "pg_restore", "--list", folder / "database.dump"], capture_output=True
    )
    tables = {line.split()[-2] for line in listed.stdout.decode().splitlines() if " TABLE DATA " in line}
    assert "events" in tables and "salts" not in tables
    done = await mesh.run("restore", str(folder))
    assert done.code == 0, done.output
    await mesh.start()
    assert (mesh.ready["admin_token"], mesh.ready["ingest_key"]) == (ready["admin_token"], ready["ingest_key"])
    await ledger.settle(mesh)
    found = sorted(await mesh.query(["pageviews", "visits"], dimensions=["page"]))
    assert [row for row in found if "/backup/" in row[0][0]] == [row for row in before if "/backup/" in row[0][0]]
    verdict = await ledger.verify(mesh)
    assert verdict.holds, verdict
    assert (await mesh.run("verify")).code == 0
    told = await mesh.run("audit", "--operation", "cli.restore", "--json")
    assert [json.loads(line)["kind"] for line in told.output.splitlines()] == ["mesh"]
    assert (await mesh.run("audit", "--verify")).code == 0
    # goes on as before
    await Client(ledger, mesh, "http").send(3)
    await ledger.settle(mesh)
    assert (await ledger.verify(mesh)).holds


async def test_nothing_is_overwritten_and_half_a_backup_is_refused(mesh: Mesh, room: Path) -> None:
    kept = room / "kept"
    assert "exists already; name a new folder" in (await mesh.run("backup", str(kept))).output
    assert "a mesh already runs" in (await mesh.run("restore", str(kept))).output
    other = Mesh(room / "other")
    assert "no mesh runs on" in (await other.run("backup", str(room / "more"))).output
    assert "is no backup" in (await other.run("restore", str(room / "nothing"))).output
    half = room / "half"
    shutil.copytree(kept, half)
    with (half / "database.dump").open("r+b") as file:
        file.truncate(1_000)
    assert "it is not whole" in (await other.run("restore", str(half))).output
    label = json.loads((half / "backup.json").read_text()) | {"bytes": 1_000}
    (half / "backup.json").write_text(json.dumps(label))
    done = await other.run("restore", str(half))
    assert (done.code, "pg_restore failed" in done.output) == (1, True), done.output
    assert not (room / "other" / "postgres").exists() and not (room / "other" / "secrets.json").exists()
    assert sorted(os.listdir(room)) == ["data", "half", "kept", "other"]
