"""The real command line, run as `./run` runs it, in directories of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Mesh:
    """A mesh started by the command line, and what it said."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            command("--data", str(directory), *arguments),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not (self.directory / "ready.json").exists():
            assert self.process.poll() is None, self.process.communicate()[0]
            assert time.monotonic() < deadline, "not ready in time"
            time.sleep(0.1)

    def pid(self, name: str) -> int:
        return int((self.directory / "run" / f"{name}.pid").read_text())

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Signal it and wait; its exit code and everything it said."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        said = self.process.communicate(timeout=PATIENCE_S)[0]
        return self.process.returncode, said


def command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "cli", *arguments)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}"}


@pytest.fixture(scope="module")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command to its end."""

    def to_its_end(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*arguments), cwd=ROOT, env=environment(), capture_output=True, text=True)

    return to_its_end


@pytest.fixture
def start() -> Iterator[Callable[..., Mesh]]:
    """Start meshes; each is stopped when the test ends."""
    started: list[Mesh] = []

    def begin(directory: Path, *arguments: str) -> Mesh:
        started.append(Mesh(directory, *arguments))
        return started[-1]

    yield begin
    for mesh in started:
        mesh.end()


@pytest.fixture(scope="session")
def processes_of() -> Callable[[Path], list[str]]:
    """Processes that name a directory in their arguments, their environment or as their working directory."""

    def look(directory: Path) -> list[str]:
        found: list[str] = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                where = os.readlink(process / "cwd")
            except OSError:
                continue
            if int(process.name) != os.getpid() and (
                str(directory).encode() in told or where.startswith(str(directory))
            ):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode() or process.name)
        return found

    return look
