"""One real mesh in a directory of its own, started as `./run` starts it, with the doors a person would use."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import websockets

from mesh.ids import new_id

ROOT = Path(__file__).parents[1]
PROCESSES = ("gateway", "edge", "writer", "query", "realtime", "postgres", "redis")
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
_START_LIMIT_S = 120.0
_STOP_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended; output and errors together."""

    code: int
    output: str


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment() -> dict[str, str]:
    """Ours, with the project on Python's path: what `./run` sets before it executes the command line."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}"}


class Mesh:
    """A mesh under `directory`. `ready` is what its ready.json says; each start reads it anew."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ready: dict[str, Any] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._port = free_port()

    async def start(self) -> float:
        """Start and wait for ready.json; returns the seconds it took. Raises RuntimeError if it ends before."""
        began = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "supervisor.log").open("ab") as log:
            command = ("-m", "cli", "--data", str(self.directory), "--port", str(self._port))
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, env=environment(), stdout=log, stderr=subprocess.STDOUT
            )
        file = self.directory / "ready.json"
        while not file.exists():
            if self._process.returncode is not None or time.monotonic() - began > _START_LIMIT_S:
                raise RuntimeError(f"the mesh did not start:\n{self.log_tails()}")
            await asyncio.sleep(0.02)
        self.ready = json.loads(file.read_text())
        return time.monotonic() - began

    async def stop(self) -> int:
        """SIGTERM, then wait; returns the exit code. Kills what is left after 30 s and raises TimeoutError."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_LIMIT_S):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise
        finally:
            self._process = None

    async def run(self, *arguments: str) -> Finished:
        """`./run ARGUMENTS --data DIRECTORY`, to its end."""
        command = (sys.executable, "-m", "cli", *arguments, "--data", str(self.directory))
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output, _ = await process.communicate()
        return Finished(await process.wait(), output.decode())

    @property
    def site(self) -> str:
        return self.ready["site"]

    @property
    def supervisor_pid(self) -> int:
        """Pid of the process that runs the others. Raises RuntimeError when the mesh is not running."""
        if self._process is None:
            raise RuntimeError("the mesh is not running")
        return self._process.pid

    def pid(self, name: str) -> int:
        """Pid of a process by its pid file; 0 where there is none."""
        try:
            return int((self.directory / "run" / f"{name}.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return 0

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process of the mesh; returns the pid it had."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    async def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout_s: float = 30,
    ) -> Reply:
        """One request to the gateway on a connection of its own; a body that is no text or bytes is sent as JSON."""
        content = body if isinstance(body, bytes | str | None) else json.dumps(body)
        sent = {"content-type": "application/json", "user-agent": AGENT} | dict(headers or {})

        def exchange() -> Reply:
            address = urlsplit(self.ready["gateway"])
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout_s)
            try:
                connection.request(method, path, content, sent)
                response = connection.getresponse()
                fields = {name.lower(): value for name, value in response.getheaders()}
                return Reply(response.status, fields, response.read())
            finally:
                connection.close()

        return await asyncio.to_thread(exchange)

    async def track(self, path: str, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        """`POST /track/PATH` for the demo site, unless the payload names another."""
        return await self.http("POST", f"/track/{path}", {"appName": self.site, **payload}, headers)

    async def view(self, page: str, **more: Any) -> Reply:
        """A page view of a session of its own, unless `sessionId` is given; `page` is a path or a URL."""
        url = page if "://" in page else f"https://shop.example{page}"
        return await self.track("view", {"pageUrl": url, "sessionId": new_id(), **more})

    async def api(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Reply:
        """A request under /api/v1 with the administrator's token, or another one."""
        bearer = {"authorization": f"Bearer {token or self.ready['admin_token']}"}
        return await self.http(method, f"/api/v1/{path}", body, bearer | headers)

    async def query(self, metrics: Sequence[str], site: str = "", **question: Any) -> list[tuple[list[Any], list[Any]]]:
        """Rows of an answer as (dimensions, metrics); of the last 24 hours unless `date_range` is given."""
        asked = {"site": site or self.site, "metrics": list(metrics), "date_range": "24h"} | question
        reply = await self.api("POST", "query", asked)
        if reply.status != 200:
            raise RuntimeError(f"query gave {reply.status}: {reply.body[:500]!r}")
        return [(row["dimensions"], row["metrics"]) for row in reply.json()["results"]]

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of a statement on PostgreSQL, over TCP as psql would."""
        connection = await asyncpg.connect(self.ready["database"], timeout=30)
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()

    def live(self, site: str = "", token: str = "") -> websockets.connect:
        """The live socket of a site, to be entered with `async with`."""
        address = self.ready["gateway"].replace("http://", "ws://")
        bearer = {"authorization": f"Bearer {token or self.ready['admin_token']}"}
        return websockets.connect(f"{address}/api/v1/live?site={site or self.site}", additional_headers=bearer)

    def log_tails(self, lines: int = 15) -> str:
        """The last lines of every log of the mesh."""
        files = [self.directory / "supervisor.log", *sorted((self.directory / "log").glob("*.log"))]
        tails = [f"--- {file.name}\n" + "\n".join(_last(file, lines)) for file in files if file.exists()]
        return "\n".join(tails)


def _last(file: Path, lines: int) -> list[str]:
    return file.read_text(errors="replace").splitlines()[-lines:]
