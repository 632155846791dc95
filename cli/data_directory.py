"""The one directory that holds everything of a mesh: stores, secrets, logs, pids, and who runs it."""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import Refusal, reason

DEFAULT = Path("~/.local/share/analytics-mesh")

_UNFIT = frozenset('?#%"\\')  # they mean something else in the stores' addresses and configuration
_ROOMS = ("run", "log", "spool", "clickhouse", "edge", "query")


def write_private(file: Path, text: str) -> None:
    """Write a file of mode 0600 at once: a reader sees the old text or the new, whole."""
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Paths inside the directory; its parts are made by `prepare`."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataDirectory":
        return cls(path.expanduser().absolute())

    def prepare(self) -> None:
        """Make the directory and its rooms, each for this user alone. Raises Refusal if it cannot be written."""
        if not str(self.root).isprintable() or _UNFIT & set(str(self.root)):
            raise Refusal(
                f"a data directory's path may have none of ? # % \" \\ and no control character: {str(self.root)!r}"
            )
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for room in _ROOMS:
                (self.root / room).mkdir(mode=0o700, exist_ok=True)
            probe = self.root / "run" / "writable"
            write_private(probe, "")
            probe.unlink()
        except OSError as error:
            raise Refusal(f"the data directory {self.root} cannot be written: {reason(error)}") from None

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def ready(self) -> Path:
        return self.root / "ready.json"

    @property
    def restored(self) -> Path:
        """There from a restore until the audit log has an entry of it, which no service was there to take."""
        return self.root / "restored"

    def log(self, name: str) -> Path:
        return self.root / "log" / f"{name}.log"

    def pid_file(self, name: str) -> Path:
        return self.root / "run" / f"{name}.pid"

    def write_ready(self, content: Mapping[str, Any]) -> None:
        write_private(self.ready, json.dumps(content, indent=2) + "\n")

    def read_ready(self) -> dict[str, Any]:
        """What ready.json says. Raises Refusal when no mesh is ready here."""
        try:
            if self.supervisor() is not None:
                return json.loads(self.ready.read_text())
        except FileNotFoundError:
            raise Refusal(f"the mesh of {self.root} is not ready yet: wait, or look into {self.root}/log") from None
        except OSError as error:
            raise Refusal(f"{self.ready} cannot be read: {reason(error)}") from None
        raise Refusal(f"no mesh runs on {self.root}: start one with ./run --data {self.root}")

    def claim(self) -> int:
        """Take the directory for this process and its life; returns the lock's descriptor, which frees it when closed.

        Raises Refusal if another process has it.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(descriptor):
            os.close(descriptor)
            raise Refusal(f"a mesh already runs on {self.root} (pid {self.supervisor()}): ./run stop ends it")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def supervisor(self) -> int | None:
        """The pid of the process that runs the mesh here; None where none does."""
        try:
            descriptor = os.open(self.root / "lock", os.O_RDWR)
        except OSError:
            return None
        try:
            if _try_lock(descriptor):
                return None
            return _pid_in(descriptor)
        finally:
            os.close(descriptor)

    def await_stopped(self, limit_s: float) -> bool:
        """True as soon as nothing runs here, False after `limit_s` seconds."""
        deadline = time.monotonic() + limit_s
        while self.supervisor() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(descriptor: int) -> int:
    """The pid in a locked lock file; it is written a moment after the lock is taken."""
    for _ in range(100):
        text = os.pread(descriptor, 32, 0).decode()
        if text.endswith("\n"):
            return int(text)
        time.sleep(0.01)
    return 0
