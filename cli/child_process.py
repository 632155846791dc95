"""One supervised process: started, started again with back-off when it dies, stopped within a limit."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable

from cli.data_directory import DataDirectory
from cli.errors import Refusal, reason
from cli.programs import Program

_FIRST_DELAY_S, _LAST_DELAY_S = 0.1, 2.0
_HEALTHY_AFTER_S = 10.0
_START_ATTEMPTS = 5
_START_LIMIT_S = 60.0
_LATE_CHECK_S = 0.5
_BAD_SETTINGS = 2  # the exit code of a service that refuses its settings: another attempt would end the same


class ChildProcess:
    """Runs a program until `stop`. `tell` hears, for people, of each end after it was ready once, and of
    each reason for which it is put off once `start` has returned or was refused."""

    def __init__(self, program: Program, data: DataDirectory, tell: Callable[[str], None]) -> None:
        self.program = program
        self._log = data.log(program.name)
        self._pid_file = data.pid_file(program.name)
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._ends = 0
        self._was_ready = False
        self._is_late = False
        self._how = "said nothing"
        self._hopeless = False
        self._put_off = ""
        self._said_before = 0

    async def start(self) -> None:
        """Return when it is ready. Raises Refusal with the log's last line when it does not get there."""
        self._task = asyncio.create_task(self._keep_alive())
        deadline = time.monotonic() + _START_LIMIT_S
        while not await self.program.ready():
            if self._ends >= _START_ATTEMPTS or self._hopeless:
                raise Refusal(f"{self.program.name} did not start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise Refusal(f"{self.program.name} is not ready after {_START_LIMIT_S:.0f} s: {self._last_words()}")
            await asyncio.sleep(0.05)
        self._was_ready = True

    async def until_ready(self) -> None:
        """After a `start` that was refused: return when it is ready all the same, however long that takes."""
        self._is_late = True
        while not await self.program.ready():  # noqa: ASYNC110
            await asyncio.sleep(_LATE_CHECK_S)
        self._was_ready = True

    async def stop(self, limit_s: float) -> None:
        """End it: by its own signal, and after `limit_s` seconds by force."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(self.program.stop_signal)
        done, _ = await asyncio.wait([self._task], timeout=limit_s)
        if not done:
            # PostgreSQL's own way to end at once, which takes its sessions with it; others are killed
            self._signal(signal.SIGQUIT if self.program.stop_signal == signal.SIGINT else signal.SIGKILL)
            done, _ = await asyncio.wait([self._task], timeout=0.5)
        if not done:
            self._signal(signal.SIGKILL)
            await asyncio.wait([self._task])

    async def _keep_alive(self) -> None:
        delay = _FIRST_DELAY_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                code = await self._run_once()
                self._how = _how_it_ended(code)
                self._hopeless = code == _BAD_SETTINGS
            except OSError as error:
                self._how = f"cannot be started: {reason(error)}"
            except Refusal as refusal:
                if (self._was_ready or self._is_late) and self._put_off != str(refusal):
                    again = "does not start again" if self._was_ready else "still does not start"
                    self._tell(f"{self.program.name} {again}: {refusal}")
                self._put_off, self._hopeless = str(refusal), True
            if self._stopping.is_set():
                return
            self._ends += 1
            if time.monotonic() - began > _HEALTHY_AFTER_S:
                delay = _FIRST_DELAY_S
            if self._was_ready and not self._put_off:
                self._tell(f"{self.program.name} {self._how}; it starts again in {delay:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, _LAST_DELAY_S)

    async def _run_once(self) -> int:
        # in a thread: preparing may wait for an orphan to end
        if told := await asyncio.to_thread(self.program.prepare):
            self._tell(f"{self.program.name}: {told}")
        self._put_off = ""
        with self._log.open("ab") as log:
            self._said_before = log.tell()
            # a session of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops all in order
            self._process = process = await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.program.directory,
                env=dict(self.program.environment),
                start_new_session=True,
            )
        self._write_pid(process.pid)
        if self._stopping.is_set():
            self._signal(self.program.stop_signal)
        code = await process.wait()
        self._process = None
        self._pid_file.unlink(missing_ok=True)
        return code

    def _write_pid(self, pid: int) -> None:
        draft = self._pid_file.with_suffix(".draft")
        draft.write_text(f"{pid}\n")
        draft.replace(self._pid_file)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def _last_words(self) -> str:
        """Why it was put off, the last line of its log since its last start, else how it ended."""
        if self._put_off:
            return self._put_off
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(self._said_before)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
            if lines:
                return f"{lines[-1].strip()[:300]} ({self._log})"
        return f"it {self._how} ({self._log})"


def _how_it_ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
