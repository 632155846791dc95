"""Starts the mesh in order, keeps each process alive, stops all in order."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from cli.child_process import ChildProcess
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.programs import Program
from cli.services import START_ORDER, STOP_ORDER

_STOP_LIMIT_S = 9.0
_STORES_NEED_S = 3.0
_LOG_LIMIT_BYTES = 16 * 1024 * 1024
_LOG_CHECK_S = 5.0


class Supervisor:
    """Every process of one mesh. `tell` hears one line for each thing that happens."""

    def __init__(self, programs: Mapping[str, Program], data: DataDirectory, tell: Callable[[str], None]) -> None:
        self._data = data
        self._tell = tell
        self._late: list[asyncio.Task[None]] = []
        self._children = {name: ChildProcess(program, data, tell) for name, program in programs.items()}

    async def start(self, on_ready: Callable[[Program, float], None]) -> None:
        """Start stage by stage, each when the one before is ready. Raises Refusal at the first that does not start and
        that a mesh needs; what runs by then is the caller's to `stop`."""
        for stage in START_ORDER:
            tasks = [asyncio.create_task(self._start_one(self._children[name], on_ready)) for name in stage]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Stop stage by stage, all within ten seconds: first what takes events, last what keeps them."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        deadline = time.monotonic() + _STOP_LIMIT_S
        for position, stage in enumerate(STOP_ORDER):
            left = deadline - time.monotonic()
            is_last = position == len(STOP_ORDER) - 1
            limit = max(_STORES_NEED_S, left) if is_last else min(2.0, max(0.2, left - _STORES_NEED_S))
            await asyncio.gather(*(self._children[name].stop(limit) for name in stage))

    async def cap_logs(self) -> None:
        """Keep each log below its limit for ever: the full one becomes `NAME.log.1`."""
        while True:
            for name in self._children:
                with contextlib.suppress(OSError):  # a full disk leaves the log as it is
                    await asyncio.to_thread(_cap, self._data.log(name))
            await asyncio.sleep(_LOG_CHECK_S)

    async def _start_one(self, child: ChildProcess, on_ready: Callable[[Program, float], None]) -> None:
        began = time.monotonic()
        try:
            await child.start()
        except Refusal as refusal:
            if not child.program.without:
                raise
            self._tell(f"{refusal}")
            self._tell(f"the mesh goes on without {child.program.name}: {child.program.without}")
            self._late.append(asyncio.create_task(self._start_late(child, began, on_ready)))
        else:
            on_ready(child.program, time.monotonic() - began)

    async def _start_late(self, child: ChildProcess, began: float, on_ready: Callable[[Program, float], None]) -> None:
        await child.until_ready()
        on_ready(child.program, time.monotonic() - began)


def _cap(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        # copied and cut, not renamed: the process goes on appending to the file it has open
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
