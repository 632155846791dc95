"""The columnar store: a few clients, each a thread, over the embedded engine or a server; one DSN decides."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import clickhouse_connect
import grpc
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from mesh.errors import MeshError, unavailable

T = TypeVar("T")

# The engine's codes that mean something to a caller (system.errors).
_TOO_SLOW, _TOO_MUCH_MEMORY, _TOO_MANY_ROWS, _TIMEOUT_BEFORE_START = 159, 241, 396, 160

# And those that say that a file is not what was written: cut short, changed, or gone. Rubbish may fail in any way;
# the engine then adds what it was reading.
_DAMAGE = frozenset({32, 33, 39, 40, 107, 226, 228, 246, 271, 432, 740})
_PASSING = frozenset(
    {_TOO_SLOW, _TOO_MUCH_MEMORY, _TOO_MANY_ROWS, _TIMEOUT_BEFORE_START, 76, 394}
)  # no handles; killed
_WHILE_READING = "While reading or decompressing"

# Reads that a join's other side has thinned out may be remembered as "nothing here" for later statements: the engine's
# own tracker has several such wrong answers a year, and exact ones are what we promise.
_ALWAYS = {"use_query_condition_cache": 0}


class StoreInUseError(Exception):
    """The data directory belongs to another process."""


class DamagedStoreError(Exception):
    """The embedded engine cannot read its own directory."""


def settle(home: Path) -> int:
    """Make a folder this process's own: its working directory, and its temporary one, which is emptied.

    The engine writes its schema cache where it works, and bodies of inserts in clear to TMPDIR: a kill leaves them.
    Returns the descriptor of the lock, held until it is closed. Raises StoreInUseError where another process has it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StoreInUseError(f"{home}: another query process works in this directory") from None
    scratch = home / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = str(scratch)
    os.chdir(home)
    return lock


def connect(dsn: str, settings: dict[str, Any] | None = None) -> Client:
    """A client of its own; calls on it run one after the other.

    Raises StoreInUseError where another process holds the embedded engine's directory, DamagedStoreError where nobody
    does and it cannot be opened all the same.
    """
    try:
        return clickhouse_connect.get_client(dsn=dsn, settings=_ALWAYS | (settings or {}))
    except ClickHouseError as error:
        folder = embedded(dsn)
        if folder is None or "chdb engine" not in str(error):
            raise
        if _is_held(folder):
            raise StoreInUseError(f"{folder}: another process holds this directory") from error
        raise DamagedStoreError(f"{folder}: the engine cannot open it") from error


def embedded(dsn: str) -> Path | None:
    """The embedded engine's directory; None where the store is a server's."""
    return Path(dsn.removeprefix("chdb://")) if dsn.startswith("chdb://") else None


def discard(folder: Path) -> None:
    """Delete what the embedded engine made in its directory, and nothing else that may lie there."""
    for name in ("data", "metadata", "store", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)


def tells_damage(error: BaseException) -> bool:
    """Whether a statement failed because stored bytes are not those that were written."""
    if not isinstance(error, DatabaseError):
        return False
    return error.code in _DAMAGE or (_WHILE_READING in str(error) and error.code not in _PASSING)


def _is_held(folder: Path) -> bool:
    """Whether a running engine has its lock on the directory."""
    try:
        with (folder / "status").open() as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class Pool:
    """Clients for answers. A statement waits for a free one; blocking calls run on threads of the pool's own."""

    def __init__(self, dsn: str, size: int, timeout_s: float) -> None:
        self.on_damage: Callable[[], None] = lambda: None
        self._settings = {"max_execution_time": timeout_s, "do_not_merge_across_partitions_select_final": 1}
        self._clients = [connect(dsn) for _ in range(size)]
        self._free: asyncio.Queue[Client] = asyncio.Queue()
        for client in self._clients:
            self._free.put_nowait(client)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="answer")

    async def rows(self, statement: str, parameters: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """Rows of a statement with bound parameters.

        Raises DEADLINE_EXCEEDED or RESOURCE_EXHAUSTED when it would cost too much, UNAVAILABLE when the store turns out
        to be damaged; `on_damage` hears of that.
        """

        def ask(client: Client) -> Sequence[Sequence[Any]]:
            return client.query(statement, parameters=parameters, settings=self._settings).result_rows

        try:
            return await self._run(ask)
        except DatabaseError as error:
            if tells_damage(error):
                self.on_damage()
                raise not_ready() from error
            if error.code in (_TOO_SLOW, _TIMEOUT_BEFORE_START):
                raise MeshError(grpc.StatusCode.DEADLINE_EXCEEDED, "the answer would take too long") from error
            if error.code in (_TOO_MUCH_MEMORY, _TOO_MANY_ROWS):
                raise MeshError(grpc.StatusCode.RESOURCE_EXHAUSTED, "the answer would take too much memory") from error
            raise

    async def _run(self, work: Callable[[Client], T]) -> T:
        client = await self._free.get()
        job = asyncio.get_running_loop().run_in_executor(self._threads, work, client)
        # a caller that goes away leaves its statement running: the client is free when that ends
        job.add_done_callback(lambda _: self._free.put_nowait(client))
        return await asyncio.shield(job)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        for client in self._clients:
            client.close()


def not_ready() -> MeshError:
    return unavailable("the columnar copy is being built from the writer's events; ask again soon", retry_after_s=2.0)
