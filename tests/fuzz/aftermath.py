"""What must hold of a mesh that was fed at random, whatever it was fed with."""

import json
from typing import Any

import grpc
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.mesh import Mesh

OURS = ("gateway", "edge", "writer", "query", "realtime")
_TRACES = ("Traceback", "exc_info", '"level": "error"', '"level": "critical"', "Fatal Python error")
_SERVING = health_pb2.HealthCheckResponse.SERVING
_MIB = 1024 * 1024
GROWTH_MIB = 40
"""Of a process between the half and the end of a run: what caches and pools fill up with."""


def complaints(mesh: Mesh) -> list[str]:
    """The lines of the services' logs that tell of what nobody foresaw."""
    found: list[str] = []
    for name in OURS:
        text = (mesh.directory / "log" / f"{name}.log").read_text(errors="replace")
        found += [f"{name}: {_readable(line)}" for line in text.splitlines() if any(mark in line for mark in _TRACES)]
    return found


def memory(mesh: Mesh) -> dict[str, float]:
    """MiB that each of our processes has in memory, by its name and pid."""
    pids = {name: mesh.pid(name) for name in OURS}
    return {f"{name} {pid}": psutil.Process(pid).memory_info().rss / _MIB for name, pid in pids.items()}


def growth(before: dict[str, float], after: dict[str, float]) -> dict[str, str]:
    """Which processes have grown beyond the bound, or are others than before."""
    kept = {name: (before.get(name, 0.0), size) for name, size in after.items()}
    return {name: f"{was:.0f} to {now:.0f} MiB" for name, (was, now) in kept.items() if now - was > GROWTH_MIB}


async def unharmed(mesh: Mesh, channels: dict[str, grpc.aio.Channel], eventually: Any) -> None:
    """Every service says that it serves, and a view is counted."""
    for channel in channels.values():
        check: Any = health_pb2_grpc.HealthStub(channel).Check
        assert (await check(health_pb2.HealthCheckRequest(), timeout=10)).status == _SERVING
    assert (await mesh.http("GET", "/readyz")).status == 200
    viewed = await mesh.view("/afterwards")
    assert viewed.status == 202, viewed.body
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/afterwards"]]]), [([], [1])])


def _readable(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return "\n".join(f"{key}: {value}" for key, value in entry.items() if key != "timestamp")
