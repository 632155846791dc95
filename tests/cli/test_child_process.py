"""A process is heard of when it ends after it was ready; before that its refusal says it all."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cli.child_process import ChildProcess
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.programs import Program, nothing


async def never() -> bool:
    return False


def child(
    place: Path,
    code: str,
    ready: Callable[[], Awaitable[bool]],
    tell: Callable[[str], None],
    prepare: Callable[[], str | None] = nothing,
) -> ChildProcess:
    data = DataDirectory(place)
    data.prepare()
    program = Program("odd", (sys.executable, "-c", code), os.environ, place, ready, prepare=prepare)
    return ChildProcess(program, data, tell)


@pytest.mark.parametrize("code", [1, 2])
async def test_a_failing_start_says_nothing_but_its_refusal(tmp_path: Path, code: int) -> None:
    heard: list[str] = []
    process = child(tmp_path, f"import sys; print('why'); sys.exit({code})", never, heard.append)
    with pytest.raises(Refusal, match="odd did not start: why"):
        await process.start()
    await process.stop(1)
    assert heard == []


async def test_an_end_after_it_was_ready_is_told(tmp_path: Path) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    pid_file = DataDirectory(tmp_path).pid_file("odd")

    async def runs() -> bool:
        return pid_file.exists()

    process = child(tmp_path, "import time; time.sleep(600)", runs, heard.put_nowait)
    await process.start()
    os.kill(int(pid_file.read_text()), signal.SIGKILL)
    assert await heard.get() == "odd was ended by SIGKILL; it starts again in 0.1 s"
    await process.stop(1)


async def test_another_reason_for_which_it_is_put_off_is_told_of_one_the_mesh_goes_on_without(tmp_path: Path) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    reasons = ["one"]

    def prepare() -> str | None:
        raise Refusal(reasons[-1])

    process = child(tmp_path, "", never, heard.put_nowait, prepare)
    with pytest.raises(Refusal, match="odd did not start: one"):
        await process.start()
    late = asyncio.create_task(process.until_ready())
    await asyncio.sleep(0)
    reasons.append("two")
    assert await heard.get() == "odd still does not start: two"
    late.cancel()
    await process.stop(1)
    assert heard.empty()
