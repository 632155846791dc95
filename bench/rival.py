"""PostgreSQL over the same events: narrow tables with the usual indexes, filled from text, and asked."""

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

from bench.questions import POSTGRES_INDEXES, POSTGRES_TABLES
from cli import postgres
from cli.data_directory import DataDirectory
from cli.ports import Ports

# What such a server gets on a machine of some gigabytes; the mesh's own needs less.
_SETTINGS = ("-c", "shared_buffers=1GB", "-c", "work_mem=64MB", "-c", "maintenance_work_mem=512MB")
_ROUNDS = 3
_PASSWORD = "of-a-measurement"


async def asked(
    directory: Path, tables: Mapping[str, Path], questions: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Median seconds of each question's statements together, on a server made for it and removed with `directory`."""
    data, ports = DataDirectory.at(directory), Ports("127.0.0.1", {})
    data.prepare()
    program = postgres.program(data, ports, _PASSWORD)
    ports.release()
    process = await asyncio.create_subprocess_exec(
        *program.command, *_SETTINGS, env=program.environment, cwd=program.directory, stderr=subprocess.DEVNULL
    )
    try:
        connection = await _connected(postgres.url("127.0.0.1", ports["postgres"], _PASSWORD))
        for statement in POSTGRES_TABLES:
            await connection.execute(statement)
        for name, file in tables.items():
            with contextlib.closing(_Told(name, file)) as told:
                await connection.copy_to_table(name, source=told, timeout=3_600)
        for statement in POSTGRES_INDEXES:
            await connection.execute(statement, timeout=3_600)
        found = {name: await _timed(connection, statements) for name, statements in questions.items()}
        await connection.close()
        return found
    finally:
        process.send_signal(program.stop_signal)
        await process.wait()


async def _connected(url: str) -> asyncpg.Connection:
    async with asyncio.timeout(60):
        while True:
            try:
                return await asyncpg.connect(url)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.2)


class _Told:
    """A file that says how far it has been read."""

    def __init__(self, name: str, file: Path) -> None:
        self._name, self._stream, self._size, self._told = name, file.open("rb"), file.stat().st_size, 0

    def read(self, size: int) -> bytes:
        part = self._stream.read(size)
        tenth = self._stream.tell() * 10 // self._size
        if tenth > self._told:
            self._told = tenth
            print(f"  PostgreSQL: {tenth * 10} % of {self._name}", file=sys.stderr, flush=True)
        return part

    def close(self) -> None:
        self._stream.close()


async def _timed(connection: asyncpg.Connection, statements: Sequence[str]) -> float:
    async def rounds() -> list[float]:
        took: list[float] = []
        for _ in range(_ROUNDS + 1):
            began = time.perf_counter()
            for statement in statements:
                await connection.fetch(statement, timeout=3_600)
            took.append(time.perf_counter() - began)
        return took[1:]

    return statistics.median(await rounds())
