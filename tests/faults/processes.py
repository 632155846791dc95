"""What can happen to a process and to its disk."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.mesh import ROOT, Mesh, environment, free_port
from mesh.channel import connect


def stop_process(pid: int) -> None:
    """SIGSTOP: its sockets stay open, it answers nothing."""
    os.kill(pid, signal.SIGSTOP)


def resume(pid: int) -> None:
    """SIGCONT; nothing for a process that has gone meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process hangs inside the block."""
    stop_process(pid)
    try:
        yield
    finally:
        resume(pid)


def killed(pid: int) -> None:
    """SIGKILL, stopped or not."""
    os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Path]:
    """A file system of so many MiB at `folder`, unmounted after. Needs root, as the suite in CI has."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0777", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all space of the file system; the file is returned, to be removed when space shall be back."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(64 * 1024)):
            pass
    return ballast


def told_to(pid: int) -> dict[str, str]:
    """The ANALYTICS_* variables that a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (entry.decode().partition("=") for entry in entries if entry.startswith(b"ANALYTICS_"))
    return {name: value for name, _, value in pairs}


@contextlib.asynccontextmanager
async def beside(mesh: Mesh, name: str, folder: Path, **told: str) -> AsyncIterator[grpc.aio.Channel]:
    """One more process of a service, told what the mesh's is told but for `told`; a channel to it, once it serves.

    It is stopped by SIGTERM, and has to end with code 0.
    """
    settings = {f"{name}_port": str(free_port()), "metrics_port": "0", **told}
    variables = {f"ANALYTICS_{key.upper()}": value for key, value in settings.items()}
    variables = environment() | told_to(mesh.pid(name)) | variables
    log = folder / f"{name}.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", name, cwd=ROOT, env=variables, stdout=file, stderr=file
        )
    channel = connect(f"127.0.0.1:{settings[f'{name}_port']}")
    try:
        await until_serving(channel, True)
        yield channel
    finally:
        await channel.close()
        resume(process.pid)
        process.terminate()
        assert await process.wait() == 0, log.read_text()


async def until_serving(channel: grpc.aio.Channel, serving: bool) -> None:
    """Return when a service says that it serves, or that it does not (which may be by being away)."""
    stub = health_pb2_grpc.HealthStub(channel)
    async with asyncio.timeout(60):
        while await _serves(stub) != serving:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _serves(stub: Any) -> bool:
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    except grpc.aio.AioRpcError:
        return False
    return answer.status == health_pb2.HealthCheckResponse.SERVING
