"""`python -m query` as a process: starts, answers to health, stops, and explains what it cannot do."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mesh import channel
from tests.query.conftest import SITES, serving
from tests.query.held import DAY
from tests.query.sample import event, new_visit
from tests.query.writer import MESH_TOKEN, Truth, Writer

ROOT = Path(__file__).parents[2]


async def start(folder: Path, **settings: str) -> Process:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
        "ANALYTICS_MESH_TOKEN": MESH_TOKEN,
        "ANALYTICS_DATA_DIR": str(folder),
        "ANALYTICS_QUERY_PORT": "0",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "query", cwd=ROOT, env=environment | settings, stdout=PIPE, stderr=PIPE
    )


async def listening(process: Process) -> str:
    """The address, once the process says it."""
    assert process.stderr is not None
    async for line in process.stderr:
        if b'"listening"' in line:
            port = line.split(b'"port": ')[1].split(b",")[0]
            return f"127.0.0.1:{int(port)}"
    raise AssertionError("it never listened")


@pytest.fixture
async def writer() -> AsyncIterator[Writer]:
    truth = Truth()
    truth.commit([event("pageview", DAY, new_visit())])
    double = Writer(truth, SITES)
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
async def process(tmp_path: Path, writer: Writer) -> AsyncIterator[Process]:
    running = await start(tmp_path, ANALYTICS_WRITER_ADDRESS=writer.address)
    yield running
    if running.returncode is None:
        running.kill()
    await running.communicate()


async def test_it_serves_once_caught_up_and_stops_on_sigterm(process: Process) -> None:
    caller = channel.connect(await listening(process))
    await serving(caller)
    await caller.close()
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_a_second_process_on_the_same_directory_says_so_and_ends(
    process: Process, writer: Writer, tmp_path: Path
) -> None:
    await listening(process)
    second = await start(tmp_path, ANALYTICS_WRITER_ADDRESS=writer.address)
    _, complaint = await second.communicate()
    assert second.returncode == 1
    assert b"another query process" in complaint
    assert len(complaint.splitlines()) == 1


async def test_a_bad_setting_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    process = await start(tmp_path, ANALYTICS_CLICKHOUSE_DSN="postgres://x")
    _, complaint = await process.communicate()
    assert process.returncode == 2
    assert complaint.startswith(b"ANALYTICS_CLICKHOUSE_DSN: ")
    assert len(complaint.splitlines()) == 1
