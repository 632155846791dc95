"""Starting, being killed, stopping: nothing half-started, nothing left behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Look = Callable[[Path], list[str]]
Start = Callable[..., Any]
ROOT = Path(__file__).parents[2]

KEYS = {"gateway", "edge", "writer", "query", "realtime", "database", "spool", "clickhouse", "site", "ingest_key"}
ADMIN = {"admin_token", "admin_email", "admin_password"}
NAMES = ("gateway", "edge", "writer", "query", "realtime", "postgres", "redis")


def until(holds: Callable[[], bool], patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_mesh_starts_heals_refuses_a_second_and_leaves_nothing_when_it_stops(
    tmp_path: Path, start: Start, run: Run, processes_of: Look
) -> None:
    mesh = start(tmp_path)
    mesh.until_ready()

    ready = json.loads((tmp_path / "ready.json").read_text())
    assert ready.keys() >= KEYS | ADMIN
    assert (tmp_path / "ready.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    secrets = json.loads((tmp_path / "secrets.json").read_text())
    shown = subprocess.run(("ps", "axww", "-o", "args"), capture_output=True, text=True).stdout
    assert not [name for name, secret in secrets.items() if secret in shown]

    assert "already runs" in one_line(run("--data", str(tmp_path)))
    status = run("status", "--data", str(tmp_path))
    assert status.returncode == 0
    assert [line for line in status.stdout.splitlines() if "acknowledged" in line and "spooled" in line]

    before = {name: mesh.pid(name) for name in NAMES}
    for name in ("postgres", "redis", "edge"):
        os.kill(before[name], signal.SIGKILL)
    until(lambda: all((tmp_path / "run" / f"{name}.pid").exists() for name in NAMES))
    until(lambda: run("status", "--data", str(tmp_path)).returncode == 0)
    assert {name for name in NAMES if mesh.pid(name) != before[name]} == {"postgres", "redis", "edge"}

    began = time.monotonic()
    code, said = mesh.end()
    assert (code, time.monotonic() - began < 10) == (0, True), said
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "ready.json").exists()
    assert list((tmp_path / "run").glob("*.pid")) == []


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_finds_all(
    tmp_path: Path, start: Start, processes_of: Look, run: Run
) -> None:
    first = start(tmp_path)
    first.until_ready()
    first.end(signal.SIGKILL)
    until(lambda: processes_of(tmp_path) == [])
    assert "no mesh runs" in one_line(run("status", "--data", str(tmp_path)))

    (tmp_path / "ready.json").unlink()
    second = start(tmp_path)
    second.until_ready()
    assert run("stop", "--data", str(tmp_path)).stdout == "stopped\n"
    assert second.process.wait(30) == 0
    assert run("stop", "--data", str(tmp_path)).returncode == 0


def test_a_stop_while_it_starts_leaves_nothing(tmp_path: Path, start: Start, processes_of: Look) -> None:
    mesh = start(tmp_path)
    until(lambda: (tmp_path / "run" / "writer.pid").exists())
    code, said = mesh.end(signal.SIGINT)
    assert (code, processes_of(tmp_path)) == (0, []), said
    assert not (tmp_path / "ready.json").exists()


def test_a_port_in_use_is_one_line_and_nothing_is_started(tmp_path: Path, run: Run, processes_of: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--data", str(tmp_path), "--port", str(port))
    assert f"port {port} for the gateway is in use" in one_line(done)
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "postgres").exists()


def test_an_unwritable_directory_is_one_line(run: Run, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert "cannot be written" in one_line(run("--data", str(in_the_way)))
    assert "cannot be written" in one_line(run("--data", "/proc/mesh"))


def test_a_path_that_would_break_an_address_is_one_line_and_nothing_is_made(tmp_path: Path, run: Run) -> None:
    assert "may have none of" in one_line(run("--data", str(tmp_path / "q?x%20#y")))
    assert list(tmp_path.iterdir()) == []


def test_a_bad_host_of_pages_is_one_line(tmp_path: Path, run: Run) -> None:
    words = ("import", "access-log", "/dev/null", "--site", "demo", "--host", "bad host/x", "--data", str(tmp_path))
    assert one_line(run(*words)).startswith("run: --host: 'bad host/x' is no host")


def test_a_failed_install_names_the_machines_that_have_packages(tmp_path: Path) -> None:
    """Those for which pyproject.toml has a wheel of each store."""
    shutil.copy(ROOT / "run", tmp_path)
    (tmp_path / "requirements.lock").write_text("")
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name, text in (("pip", "#!/bin/sh\n"), ("python", '#!/bin/sh\ntest "$1" = -c\n')):
        (binaries / name).write_text(text)
        (binaries / name).chmod(0o755)
    done = subprocess.run((tmp_path / "run", "stop"), capture_output=True, text=True)
    assert "packages for Linux on x86-64 (glibc) and macOS 14+ on arm64; this is" in done.stderr


def test_a_store_that_does_not_start_is_one_line_and_the_other_is_stopped(
    tmp_path: Path, start: Start, run: Run, processes_of: Look
) -> None:
    mesh = start(tmp_path)
    mesh.until_ready()
    mesh.end()
    (tmp_path / "postgres" / "global" / "pg_control").write_bytes(b"damaged")
    done = run("--data", str(tmp_path))
    assert one_line(done).startswith("run: postgres did not start: ")
    assert "starts again" not in done.stdout
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "ready.json").exists()


@pytest.mark.parametrize(
    "command",
    [
        "",
        "stop",
        "status",
        "events",
        "sql",
        "import",
        "import access-log",
        "import events",
        "check",
        "gen",
        "test",
        "bench",
        "chaos",
        "verify",
        "rebuild",
    ],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    "command",
    ["status", "verify", "rebuild", "events --site demo", "sql SELECT", "import events /dev/null --site demo"],
)
def test_a_command_without_a_mesh_says_how_to_start_one(run: Run, tmp_path: Path, command: str) -> None:
    assert "no mesh runs on" in one_line(run(*command.split(), "--data", str(tmp_path)))
