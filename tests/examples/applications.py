"""The examples as a developer starts them: installed with the packed package, built, served."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bench.mesh import ROOT, free_port
from tests.sdk.conftest import npm
from tests.sdk.packed import INSTALL

EXAMPLES = ROOT / "examples"
START_S = 60.0


def copied(name: str, place: Path) -> Path:
    """An example's own files, without what building it has left behind."""
    folder = place / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("node_modules", "dist", ".next"))
    return folder


def built(folder: Path, tarball: Path, environment: Mapping[str, str], *more: str) -> None:
    """Install an example with the package, and packages beside those of its lock file; build it."""
    npm(*INSTALL, str(tarball), *more, cwd=folder)
    done = subprocess.run(
        ("npm", "run", "build"), cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Application:
    url: str
    process: asyncio.subprocess.Process

    async def stop(self) -> int:
        """SIGTERM, as from whoever runs it; the exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def running(folder: Path, *command: str, environment: Mapping[str, str]) -> AsyncGenerator[Application]:
    """A Node process that listens on `PORT`, from when it answers."""
    port = free_port()
    given = {**os.environ, **environment, "PORT": str(port), "NODE_ENV": "production"}
    with (folder / "output.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            "node", *command, cwd=folder, env=given, stdout=log, stderr=subprocess.STDOUT
        )
    application = Application(f"http://127.0.0.1:{port}", process)
    try:
        async with asyncio.timeout(START_S):
            while not _listens(port):
                assert process.returncode is None, (folder / "output.log").read_text()
                await asyncio.sleep(0.05)
        yield application
    finally:
        await application.stop()


@asynccontextmanager
async def serving(folder: Path) -> AsyncGenerator[str]:
    """A folder's files, and its index.html for every other path, as hosts of single-page applications do."""

    async def file(request: Request) -> Response:
        found = folder / request.path_params["path"]
        return FileResponse(found if found.is_file() else folder / "index.html")

    application = Starlette(routes=[Route("/{path:path}", file)])
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off", access_log=False))
    server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"  # connections wait in its backlog
        server.should_exit = True
        server.force_exit = True
        await task


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
