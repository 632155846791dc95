"""The columnar store: a few clients, each a thread, over the embedded engine or a server; one DSN decides."""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import clickhouse_connect
import grpc
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from mesh.errors import MeshError, invalid, unavailable
from query.explain import Recorder, read_by, recording

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]

# The engine's codes that mean something to a caller (system.errors).
_TOO_SLOW, _TOO_MUCH_MEMORY, _TOO_MANY_ROWS, _TIMEOUT_BEFORE_START = 159, 241, 396, 160
_SYNTAX, _BAD_PATTERN = 62, 427
_TOO_LARGE = frozenset({167, 168, 306})  # of a statement: too deep, too big

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

# Places for merges and mutations on each of the 2 threads that the engine has for them. With its own 2 a thread, each
# part above that makes a mutation wait idly; with more threads answers would wait.
_ENGINE = {"background_merges_mutations_concurrency_ratio": 8}


class BadPattern(MeshError):
    """A pattern that is no RE2 pattern; its place in the question is known to whoever asked."""

    def __init__(self, error: DatabaseError) -> None:
        found = re.search(r"cannot compile re2: (.*?), error: (.*?)\.? Look at", str(error), re.DOTALL)
        said = f'"{found[1][:100]}" is no RE2 pattern: {found[2][:100]}' if found else "a pattern is no RE2 pattern"
        super().__init__(
            grpc.StatusCode.INVALID_ARGUMENT, f"{said} (in a filter, a goal or a segment)", field="filters"
        )


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
    folder = embedded(dsn)
    engine: dict[str, Any] = {"chdb_options": _ENGINE} if folder else {}
    try:
        return clickhouse_connect.get_client(dsn=dsn, settings=_ALWAYS | (settings or {}), **engine)
    except ClickHouseError as error:
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


class Seat:
    """A client that is exchanged for a new one whenever a statement fails on it.

    What the embedded engine had already written of a failed answer stays in its connection, and would stand in front of
    the next one's rows.
    """

    def __init__(self, dsn: str, first: Sequence[str] = ()) -> None:
        """`first` are statements that each new client begins with."""
        self._dsn, self._first = dsn, first
        self._client: Client | None = self._opened()

    def use(self, work: Callable[[Client], T]) -> T:
        """What `work` makes of the client; calls come one after the other."""
        client = self._client or self._opened()
        self._client = None
        try:
            result = work(client)
        except BaseException:
            client.close()
            raise
        self._client = client
        return result

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _opened(self) -> Client:
        client = connect(self._dsn)
        for statement in self._first:
            client.command(statement)
        return client


class Pool:
    """Clients for answers. A statement waits for a free one; blocking calls run on threads of the pool's own."""

    def __init__(
        self,
        dsn: str,
        size: int,
        timeout_s: float,
        memory_mb: int = 1_000,
        more_settings: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.on_damage: Callable[[], None] = lambda: None
        self._dsn = dsn
        self._settings = {
            "max_execution_time": timeout_s,
            "max_memory_usage": memory_mb * 1_000_000,
            "do_not_merge_across_partitions_select_final": 1,
            "max_query_size": 4_000_000,
            **more_settings,
        }
        self._seats = [Seat(dsn) for _ in range(size)]
        self._free: asyncio.Queue[Seat] = asyncio.Queue()
        for seat in self._seats:
            self._free.put_nowait(seat)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="answer")
        self._ending = _Ending(dsn)

    async def rows(self, statement: str, parameters: dict[str, Any]) -> Rows:
        """Rows of a statement with bound parameters. A caller that is cancelled has its statement ended.

        Raises DEADLINE_EXCEEDED or RESOURCE_EXHAUSTED when it would cost too much, UNAVAILABLE when the store turns out
        to be damaged; `on_damage` hears of that.
        """
        mark, recorder = uuid.uuid4().hex, recording()

        def ask(client: Client) -> Rows:
            settings = self._settings | {"log_comment": mark}
            result = client.query(statement, parameters=parameters, settings=settings)
            if recorder:
                self._explain(recorder, statement, parameters, result.summary)
            return result.result_rows

        try:
            return await self._run(ask, mark)
        except DatabaseError as error:
            if tells_damage(error):
                self.on_damage()
                raise not_ready() from error
            if error.code == _BAD_PATTERN:
                raise BadPattern(error) from error
            if error.code in _TOO_LARGE or (error.code == _SYNTAX and "Max query size" in str(error)):
                raise invalid("", "the question is too large; take fewer filters, values, steps or goals") from error
            if error.code in (_TOO_SLOW, _TIMEOUT_BEFORE_START):
                raise MeshError(grpc.StatusCode.DEADLINE_EXCEEDED, "the answer would take too long") from error
            if error.code in (_TOO_MUCH_MEMORY, _TOO_MANY_ROWS):
                message = "the answer would take too much memory; ask for less, as for a shorter range"
                raise MeshError(grpc.StatusCode.RESOURCE_EXHAUSTED, message, reason="QUERY_MEMORY") from error
            raise

    async def _run(self, work: Callable[[Client], T], mark: str) -> T:
        seat = await self._free.get()
        job = self._threads.submit(seat.use, work)
        loop = asyncio.get_running_loop()

        def give_back(_: Future[T]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._free.put_nowait, seat)

        # the seat is free when its statement has ended, whoever has gone away
        job.add_done_callback(give_back)
        answer = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            answer.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._ending.end(mark, job)
            raise

    def _explain(self, recorder: Recorder, statement: str, parameters: dict[str, Any], summary: dict[str, Any]) -> None:
        folder = embedded(self._dsn)
        rows, size = (
            read_by(folder, statement, parameters, self._settings)
            if folder
            else (
                int(summary.get("read_rows", 0)),
                int(summary.get("read_bytes", 0)),
            )
        )
        recorder.add(statement, parameters, rows, size, float(summary.get("elapsed_ns", 0)) / 1e6)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._ending.close()
        for seat in self._seats:
            seat.close()


class _Ending:
    """Ends statements that nobody waits for any more, by the mark they carry."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._client: Client | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ending")

    def end(self, mark: str, job: Future[Any]) -> None:
        if not job.cancel():
            self._thread.submit(self._kill, mark, job)

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        if self._client:
            self._client.close()

    def _kill(self, mark: str, job: Future[Any]) -> None:
        # again, since a statement that was only just sent is not known to the engine yet
        while not job.done():
            self._client = self._client or connect(self._dsn)
            self._client.query(
                "KILL QUERY WHERE Settings['log_comment'] = {mark:String} ASYNC", parameters={"mark": mark}
            )
            with contextlib.suppress(Exception):
                job.result(timeout=0.05)


def not_ready() -> MeshError:
    return unavailable("the columnar copy is being built from the writer's events; ask again soon", retry_after_s=2.0)
