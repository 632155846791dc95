"""The real mesh: one a module, in a directory of its own, with every store and process that `./run` starts."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import grpc
import pytest

from bench.mesh import Mesh
from mesh.channel import connect

_running: dict[str, Mesh] = {}

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
async def mesh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    _running[request.node.nodeid] = started
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


@pytest.fixture(scope="module")
async def other_site(mesh: Mesh) -> AsyncIterator[dict[str, str]]:
    """A second site in daily mode, `shop`, with a key of each scope by its name: ingest, read, admin."""
    made = await mesh.api("POST", "sites", {"id": "shop", "identity": "daily", "domains": ["shop.example"]})
    assert made.status == 201, made.body
    keys: dict[str, str] = {}
    for scope in ("ingest", "read", "admin"):
        key = await mesh.api("POST", "keys", {"name": scope, "site": "shop", "scope": scope})
        assert key.status == 201, key.body
        keys[scope] = key.json()["secret"]
    yield keys


@pytest.fixture(scope="module")
async def channels(mesh: Mesh) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    """A channel to each gRPC service by its name."""
    opened = {name: connect(mesh.ready[name]) for name in ("edge", "writer", "query", "realtime")}
    yield opened
    await asyncio.gather(*(channel.close() for channel in opened.values()))


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Coroutine[Any, Any, Any]], Any], Coroutine[Any, Any, None]]:
    """`await eventually(ask, expected)`: ask until the answer is as expected; what is last answered is compared."""

    async def wait(ask: Callable[[], Coroutine[Any, Any, Any]], expected: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        answer: Any = None
        while time.monotonic() < deadline:
            try:
                answer = await ask()
            except Exception as error:  # a service that is coming back: asked again until the deadline
                answer = error
            if answer == expected:
                return
            await asyncio.sleep(0.1)
        assert answer == expected

    return wait


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the last lines of its mesh's logs."""
    report = yield
    module = item.getparent(pytest.Module)
    if report.failed and module and (mesh := _running.get(module.nodeid)):
        report.sections.append(("logs of the mesh", mesh.log_tails()))
    return report


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's Chromium; `./run test` installs it."""
    found = shutil.which("chromium")
    assert found, "chromium is missing: ./run test installs it"
    return Path(found)


@pytest.fixture(scope="session")
def grpcurl() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run grpcurl as the README shows it; `./run test` installs it."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["grpcurl", "-plaintext", "-max-time", "20", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run
