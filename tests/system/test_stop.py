"""SIGTERM stops everything and loses nothing; a directory is one mesh's at a time."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.mesh import PROCESSES, Mesh, free_port


def left_of(directory: Path) -> list[str]:
    """Command lines of processes that name the directory or run in it."""
    found: list[str] = []
    for process in psutil.process_iter():
        try:
            text = " ".join(process.cmdline())
            if str(directory) in text or str(directory) in str(process.environ().get("ANALYTICS_DATA_DIR", "")):
                found.append(text)
        except psutil.Error:
            continue
    return found


async def test_sigterm_leaves_no_process_and_a_second_start_finds_all_data(mesh: Mesh, eventually: Any) -> None:
    for number in range(20):
        assert (await mesh.view(f"/kept/{number}")).status == 202

    async def views() -> Any:
        return await mesh.query(["pageviews", "visits"], filters=[["contains", "page", ["/kept/"]]])

    await eventually(views, [([], [20, 20])])
    pids = [mesh.pid(name) for name in PROCESSES]
    assert all(psutil.pid_exists(pid) for pid in pids)

    began = time.monotonic()
    assert await mesh.stop() == 0
    assert time.monotonic() - began < 30  # the promise is 10 s, the bench's figure; a test does not fail on time
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []
    assert left_of(mesh.directory) == []
    assert not (mesh.directory / "ready.json").exists()

    old = mesh.ready
    await mesh.start()
    assert {key: mesh.ready[key] for key in ("site", "ingest_key", "admin_token", "admin_password")} == {
        key: old[key] for key in ("site", "ingest_key", "admin_token", "admin_password")
    }
    await eventually(views, [([], [20, 20])])


async def test_an_event_acknowledged_just_before_the_stop_is_there(mesh: Mesh, eventually: Any) -> None:
    replies = [await mesh.view("/last-word") for _ in range(5)]
    assert [reply.status for reply in replies] == [202] * 5
    assert await mesh.stop() == 0
    await mesh.start()
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/last-word"]]]), [([], [5])])


async def test_a_second_start_on_the_directory_says_so_and_changes_nothing(mesh: Mesh) -> None:
    second = await mesh.run("--port", str(free_port()))
    assert second.code != 0
    assert "already runs" in second.output
    assert len(second.output.strip().splitlines()) == 1
    assert (mesh.directory / "ready.json").exists()
    assert (await mesh.http("GET", "/readyz")).status == 200


async def test_a_requested_port_in_use_is_one_clear_line(mesh: Mesh, tmp_path: Path) -> None:
    port = mesh.ready["gateway"].rsplit(":", 1)[1].rstrip("/")
    refused = await Mesh(tmp_path / "data").run("--port", port)
    assert refused.code != 0
    assert port in refused.output
    assert left_of(tmp_path) == []


@pytest.mark.parametrize("name", ["secrets.json", "ready.json"])
async def test_what_holds_secrets_is_private(mesh: Mesh, name: str) -> None:
    assert (mesh.directory / name).stat().st_mode & 0o777 == 0o600


async def test_a_killed_supervisor_leaves_no_orphan(mesh: Mesh, eventually: Any) -> None:
    pids = [mesh.pid(name) for name in PROCESSES]
    psutil.Process(mesh.supervisor_pid).kill()

    async def living() -> list[int]:
        return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]

    await eventually(living, [])
    assert left_of(mesh.directory) == []
    await mesh.stop()
    await mesh.start()
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/last-word"]]]), [([], [5])])
