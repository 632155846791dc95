"""The package in Node: its own tests, and both ways to the mesh."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from analytics.v1 import track_pb2

from tests.gateway.doubles import INGEST, running
from tests.sdk_python.conftest import Code, Edge, fail

SENT = 9


def node(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("node")
    assert found, "Node is missing: ./run test installs it"
    return subprocess.run((found, *arguments), cwd=package, capture_output=True, text=True, timeout=90)


def send(package: Path, way: str, address: str, key: str = INGEST) -> tuple[dict[str, int], str]:
    """What became of the events of send.mjs, and what went wrong on the way."""
    done = node(package, "test/send.mjs", way, address, key)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture
def edge() -> Iterator[Edge]:
    started = Edge()
    yield started
    started.stop()


def test_what_the_package_promises_for_node_holds(package: Path) -> None:
    tests = [str(file.relative_to(package)) for file in sorted((package / "test").glob("*.test.mjs"))]
    done = node(package, "--test", *tests)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_both_ways_bring_the_same_events(package: Path, edge: Edge, tmp_path: Path) -> None:
    stats, _ = await asyncio.to_thread(send, package, "grpc", edge.target)
    assert stats["accepted"] == SENT
    assert edge.keys == {f"Bearer {INGEST}"}
    async with running(tmp_path) as mesh:
        stats, _ = await asyncio.to_thread(send, package, "http", mesh.url)
        assert stats["accepted"] == SENT
        over_http = [plain(event) for event in mesh.edge.events]
    assert [plain(event) for call in edge.calls for event in call] == over_http


def plain(event: track_pb2.TrackEvent) -> track_pb2.TrackEvent:
    """Without what differs from call to call; over gRPC the key alone names the site."""
    for field in ("event_id", "age_ms", "site"):
        event.ClearField(field)
    return event


def test_what_an_edge_cannot_store_is_sent_again_no_sooner_than_it_says(package: Path, edge: Edge) -> None:
    at: list[float] = []
    edge.faults = [
        lambda: (at.append(time.monotonic()), fail(grpc.StatusCode.UNAVAILABLE, 1.0)())[1],
        lambda: at.append(time.monotonic()),
    ]
    stats, said = send(package, "grpc", edge.target)
    assert stats["accepted"] == SENT
    assert at[1] - at[0] >= 1.0
    assert "UNAVAILABLE" in said
    assert len({event.event_id for call in edge.calls for event in call}) == SENT


def test_each_event_has_an_outcome_of_its_own(package: Path, edge: Edge) -> None:
    tried: set[str] = set()

    def decide(event: track_pb2.TrackEvent) -> track_pb2.TrackResult | None:
        if event.name == "quiet":
            return track_pb2.TrackResult(code=Code.CODE_INVALID, field="name", reason="as the test wants it")
        if event.name == "order" and event.event_id not in tried:
            tried.add(event.event_id)
            return track_pb2.TrackResult(code=Code.CODE_UNAVAILABLE)
        return track_pb2.TrackResult(code=Code.CODE_IGNORED, reason="bot") if event.name == "nightly_job" else None

    edge.decide = decide
    stats, said = send(package, "grpc", edge.target)
    assert (stats["accepted"], stats["refused"], stats["ignored"]) == (SENT - 2, 1, 1)
    assert "name: as the test wants it" in said
    assert [len(call) for call in edge.calls] == [SENT, 1]


def test_a_key_that_the_edge_refuses_is_told_and_not_tried_again(package: Path, edge: Edge) -> None:
    edge.faults = [fail(grpc.StatusCode.UNAUTHENTICATED)]
    stats, said = send(package, "grpc", edge.target)
    assert (stats["refused"], len(edge.calls)) == (SENT, 1)
    assert "UNAUTHENTICATED" in said
