"""An open-loop load: so many page views a second leave when they are due, whatever has become of those before.

A view's time runs from when it was due, so that a stall costs every view that fell into it, and not one a connection.
As with browsers no view waits for another's answer: connections are kept, and where none is free another is opened.

`python -m bench.steady HOST PORT SITE RATE FILE` sends until SIGTERM, a process of its own so that the figures hold no
pause of the bench's. It says `started`, and writes FILE when the last answer is there.
"""

import asyncio
import json
import re
import resource
import signal
import struct
import sys
import tempfile
import time
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import uvloop

from bench.mesh import ROOT, environment
from bench.processes import cpu_s
from bench.traffic import PageView, Traffic
from mesh.ids import new_id

CONNECTIONS = 256  # at the start
_MOST_CONNECTIONS = 3_000
_TEMPLATES = 4_096
_LAST_ANSWER_S = 30.0
_RECORD = struct.Struct("<dd?16s")
_NO_ID = "00000000-0000-0000-0000-000000000000"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class View:
    """A view that was sent: when it was due (monotonic clock, seconds), how long its answer took from then on, whether
    that was a 202 for an event that is recorded, and its id. Without an answer `took_s` is infinite."""

    due: float
    took_s: float
    acknowledged: bool
    event_id: UUID


class Steady:
    """A running load; `async with`. After `stop`, `views` holds all of it and `cpu` the share of a core it took."""

    def __init__(self, gateway: str, site: str, rate: float) -> None:
        self.views: list[View] = []
        self.cpu = 0.0
        self._gateway = urlsplit(gateway)
        self._arguments = (site, str(rate))
        self._process: asyncio.subprocess.Process | None = None
        self._place = tempfile.TemporaryDirectory(prefix="mesh-bench-load-")
        self._began = 0.0

    async def __aenter__(self) -> "Steady":
        where = (self._gateway.hostname or "", str(self._gateway.port))
        command = (sys.executable, "-m", "bench.steady", *where, *self._arguments, self._file)
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout
        if await self._process.stdout.readline() != b"started\n":
            raise RuntimeError("the load did not start")
        self._began = time.monotonic()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._place.cleanup()

    async def stop(self) -> None:
        """Send no more; return when the last view is answered, or has not been for 30 s."""
        assert self._process
        self.cpu = cpu_s(self._process.pid) / (time.monotonic() - self._began)
        self._process.terminate()
        if await self._process.wait() != 0:
            raise RuntimeError("the load failed")
        content = await asyncio.to_thread(Path(self._file).read_bytes)
        self.views = [View(due, took, ok, UUID(bytes=name)) for due, took, ok, name in _RECORD.iter_unpack(content)]

    @property
    def _file(self) -> str:
        return f"{self._place.name}/views"


@dataclass(frozen=True, slots=True)
class _Template:
    """A request without its two ids."""

    opens_session: bool
    before: bytes
    between: bytes
    after: bytes

    @classmethod
    def of(cls, view: PageView, host: str, site: str) -> "_Template":
        body = json.dumps(view.payload(site, _NO_ID, _NO_ID), separators=(",", ":"), ensure_ascii=False).encode()
        head = (
            f"POST /track/view HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"User-Agent: {view.user_agent}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return cls(view.sequence == 1, *(head.encode() + body).split(_NO_ID.encode()))


class _Connection(asyncio.Protocol):
    """A kept connection with at most one request under way."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._load.is_free(self)

    def send(self, number: int, request: bytes) -> None:
        assert self._transport
        self._number = number
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data
        head = received.find(b"\r\n\r\n")
        length = _LENGTH.search(received, 0, head + 2)
        if head < 0 or not length or len(received) < head + 4 + int(length[1]):
            return
        self._load.answered(self._number, received[9:12] == b"202" and b'"ignored"' not in received[head:])
        self._received, self._number = b"", -1
        self._load.is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.has_lost(self, self._number)


class _Load:
    """All views of a run, by number."""

    def __init__(self, host: str, port: int, site: str) -> None:
        self._address = (host, port)
        self._templates = [_Template.of(view, host, site) for view in islice(Traffic(seed=1), _TEMPLATES)]
        self._due, self._took = array("d"), array("d")
        self._acknowledged, self._ids = bytearray(), list[str]()
        self._free: deque[_Connection] = deque()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._opening = 0
        self._open = 0
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, stop: asyncio.Event) -> None:
        for _ in range(CONNECTIONS):
            await self._connect()
        requests = self._requests()
        due = time.monotonic()
        print("started", flush=True)
        while not stop.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            now = time.monotonic()
            while due <= now:
                self._send(due, *next(requests))
                due += 1 / rate
        deadline = time.monotonic() + _LAST_ANSWER_S
        while self._under_way and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def write(self, file: Path) -> None:
        rows = zip(self._due, self._took, self._acknowledged, self._ids, strict=True)
        file.write_bytes(b"".join(_RECORD.pack(due, took, ok, UUID(name).bytes) for due, took, ok, name in rows))

    def answered(self, number: int, acknowledged: bool) -> None:
        self._took[number] = time.monotonic() - self._due[number]
        self._acknowledged[number] = acknowledged
        self._under_way -= 1

    def is_free(self, connection: _Connection) -> None:
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)

    def has_lost(self, connection: _Connection, number: int) -> None:
        self._open -= 1
        if number >= 0:
            self._under_way -= 1
        elif connection in self._free:
            self._free.remove(connection)

    def _send(self, due: float, event_id: str, request: bytes) -> None:
        number = len(self._due)
        self._due.append(due)
        self._took.append(float("inf"))
        self._acknowledged.append(False)
        self._ids.append(event_id)
        self._under_way += 1
        if self._free:
            self._free.popleft().send(number, request)  # the one that has rested longest: none is closed as idle
            return
        self._waiting.append((number, request))
        if self._opening < len(self._waiting) and self._open + self._opening < _MOST_CONNECTIONS:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        self._opening += 1
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Connection(self), *self._address)
            self._open += 1
        finally:
            self._opening -= 1

    def _requests(self) -> Iterator[tuple[str, bytes]]:
        """Event id and bytes, with ids of now; the templates come again and again."""
        session_id = b""
        for template in cycle(self._templates):
            if template.opens_session:
                session_id = new_id().encode()
            event_id = new_id()
            parts = (template.before, event_id.encode(), template.between, session_id, template.after)
            yield event_id, b"".join(parts)


async def _main(host: str, port: str, site: str, rate: str, file: str) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    load = _Load(host, int(port), site)
    await load.run(float(rate), stop)
    load.write(Path(file))


if __name__ == "__main__":
    uvloop.run(_main(*sys.argv[1:]))
