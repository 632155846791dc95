"""How long an export and an erasure take among many events, in a mesh of its own; and one sign-in's hashing.

The events are put into PostgreSQL as the writer stores them, and the columnar copy follows them before anything is
measured. Two users are among them: one with 100,000 events, who is exported, and one with a thousand, who is erased.
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from analytics.v1 import event_pb2, query_pb2, query_pb2_grpc
from analytics.v1.event_pb2 import NormalizedEvent

from bench.auditing import audited
from bench.mesh import Mesh
from bench.processes import pss_bytes
from bench.report import Measure
from mesh.channel import bearer, connect
from mesh.clock import DAY, MINUTE, now_us
from writer.control.passwords import Passwords
from writer.database import raw_codecs
from writer.ingest.identity import user_hash_of
from writer.wrap import Wrapper

DAYS, PER_VISIT, BATCH = 90, 5, 1_000
MANY, FEW = 100_000, 1_000
MANY_USER, FEW_USER = "many", "few"
MB = 1e6
_LIMIT_S = 1_800.0
_SIGHT_S = 0.2
_SIGN_INS = 7
_COLUMNS = ["site_id", "event_id", "batch_id", "received_at", "occurred_at", "name", "visit_id", "visitor_id"]
_COMMITS = """
    INSERT INTO stream (position, kind, batch_id, committed_at, count, bytes, fingerprint)
    SELECT (SELECT position FROM stream_head) + row_number() OVER (ORDER BY batch_id), 1, batch_id, max(received_at),
           count(*), sum(octet_length(event)),
           bit_xor(('x' || substr(md5(event_id::text), 1, 16))::bit(64)::bigint)
    FROM events WHERE batch_id > $1 GROUP BY batch_id
"""
_HEAD = "UPDATE stream_head SET position = (SELECT coalesce(max(position), 0) FROM stream) RETURNING position"


async def privacy(directory: Path, events: int, tell: Callable[[str], None]) -> list[Measure]:
    """All figures of one mesh that holds `events` events."""
    mesh = Mesh(directory)
    try:
        await mesh.start()
        tell("hashing")
        hashing = await _hashing()
        tell(f"storing {events:,} events")
        position = await _filled(mesh, events)
        tell("copying them")
        await _await(mesh, position)
        tell("asking")
        asked = await audited(mesh)
        return [*await _measured(mesh, tell), asked, hashing]
    finally:
        await mesh.stop()


async def _hashing() -> Measure:
    """What checking a password takes the writer, in the middle of several. More would let sign-ins hold it up, less
    would let a thief of the hashes guess too fast."""
    passwords, password = Passwords(), "correct horse battery"
    hashed = await passwords.hash(password)
    await passwords.matches(hashed, password)  # the first makes nobody's hash as well
    times: list[float] = []
    for _ in range(_SIGN_INS):
        began = time.monotonic()
        if not await passwords.matches(hashed, password):
            raise RuntimeError("the right password does not match")
        times.append((time.monotonic() - began) * 1e3)
    return Measure("argon2: one sign-in's hashing", statistics.median(times), "ms", at_most=250, at_least=50)


async def _measured(mesh: Mesh, tell: Callable[[str], None]) -> list[Measure]:
    before = pss_bytes(mesh.pid("writer"))
    tell("exporting")
    began = time.monotonic()
    watching = asyncio.create_task(_peak(mesh.pid("writer")))
    found, size = await _exported(mesh)
    exported = time.monotonic() - began
    watching.cancel()
    grown = max(0, (await watching) - before)
    if found != MANY:
        raise RuntimeError(f"the export holds {found:,} events of {MANY:,}")
    erased: dict[str, float] = {}
    for user, events in ((FEW_USER, FEW), (MANY_USER, MANY)):
        tell(f"erasing {events:,} events")
        began = time.monotonic()
        await _erased(mesh, user)
        erased[user] = time.monotonic() - began
    return [
        Measure(f"export of a user with {MANY:,} events", exported, "s", at_most=10),
        Measure("its size", size / MB, "MB"),
        Measure("memory of the writer that it takes", grown / MB, "MB", at_most=64),
        Measure(f"erasure of a user with {FEW:,} events, until no query shows them", erased[FEW_USER], "s", at_most=30),
        Measure(f"erasure of a user with {MANY:,} events, until no query shows them", erased[MANY_USER], "s"),
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    """An event as its table has it."""

    batch: int
    at: int
    name: str
    visit: uuid.UUID
    user_hash: bytes | None
    body: bytes
    id: uuid.UUID

    @property
    def values(self) -> tuple[Any, ...]:
        visit = self.visit.bytes
        return (1, self.id.bytes, self.batch, self.at, self.at, self.name, visit, visit, self.user_hash, self.body)


def _rows(events: int, start: int, hashes: dict[str, bytes]) -> Iterator[_Row]:
    """Visits of five events evenly over the days; every so many belong to one of the two users."""
    visits = events // PER_VISIT
    every = {user: max(1, visits * PER_VISIT // count) for user, count in ((MANY_USER, MANY), (FEW_USER, FEW))}
    left = {MANY_USER: MANY // PER_VISIT, FEW_USER: FEW // PER_VISIT}
    for number in range(visits):
        at = start + number * DAYS * DAY // visits
        user = next((user for user, step in every.items() if number % step == len(user) % step and left[user]), "")
        if user:
            left[user] -= 1
        visit = uuid.UUID(f"{at // 1_000:012x}7{os.urandom(10).hex()[1:4]}8{os.urandom(8).hex()[1:]}")
        for step in range(PER_VISIT):
            name = f"of-{user}" if user and step == PER_VISIT - 1 else "pageview"
            yield _row(number * PER_VISIT + step, at + step * MINUTE, name, visit, hashes.get(user))


def _row(number: int, at: int, name: str, visit: uuid.UUID, user_hash: bytes | None) -> _Row:
    id = uuid.UUID(bytes=hashlib.md5(number.to_bytes(8, "big")).digest())
    event = NormalizedEvent(
        event_id=str(id),
        site_id=1,
        kind=event_pb2.EVENT_KIND_PAGEVIEW if name == "pageview" else event_pb2.EVENT_KIND_CUSTOM,
        name=name,
        received_at_us=at,
        occurred_at_us=at,
        edge_id="bench",
        identity=event_pb2.IDENTITY_MODE_MEMORY,
        visit_id=str(visit),
        visitor_id=str(visit),
        visit_started_at_us=int(visit.hex[:12], 16) * 1_000,
        user_hash=user_hash.hex() if user_hash else "",
        hostname="shop.example",
        page=f"/page/{number % 5_000}",
        source="Google",
        channel="Organic Search",
        country="DE",
        browser="Chrome",
        browser_version="140",
        os="Windows",
        device="desktop",
        language="de-DE",
    )
    return _Row(1 + number // BATCH, at, name, visit, user_hash, event.SerializeToString(), id)


async def _filled(mesh: Mesh, events: int) -> int:
    """Store events and their commits; returns the last position."""
    secrets = json.loads((mesh.directory / "secrets.json").read_text())
    wrapper = Wrapper(base64.b64decode(secrets["wrap_key"]))
    (row,) = await mesh.sql("SELECT key_wrapped FROM sites WHERE number = 1")
    hashes = {user: user_hash_of(wrapper.unwrap(row[0]), user) for user in (MANY_USER, FEW_USER)}
    connection = await asyncpg.connect(mesh.ready["database"])
    try:
        await raw_codecs(connection)
        first = await connection.fetchval("SELECT setval('batch_ids', nextval('batch_ids') + $1)", events // BATCH + 1)
        offset = first - events // BATCH - 2
        rows = (
            (site, id, batch + offset, *rest)
            for site, id, batch, *rest in (row.values for row in _rows(events, now_us() - DAYS * DAY, hashes))
        )
        await connection.copy_records_to_table("events", records=rows, columns=[*_COLUMNS, "user_hash", "event"])
        await connection.execute(_COMMITS, offset, timeout=600)
        position = await connection.fetchval(_HEAD)
        await connection.execute("VACUUM (ANALYZE) events")
        return position
    finally:
        await connection.close()


async def _await(mesh: Mesh, position: int) -> None:
    """Return when the answers hold a position."""
    async with connect(mesh.ready["query"]) as channel:
        stub: Any = query_pb2_grpc.QueryServiceStub(channel)
        request = query_pb2.AwaitRequest(position=position)
        deadline = time.monotonic() + _LIMIT_S
        while time.monotonic() < deadline:
            try:
                await stub.Await(request, metadata=bearer(mesh.ready["admin_token"]), timeout=25)
                return
            except Exception:
                await asyncio.sleep(1)
    raise TimeoutError(f"the answers do not reach {position:,}")


async def _exported(mesh: Mesh) -> tuple[int, int]:
    """Events and bytes of the export of the user with many; what comes is counted and dropped."""
    made = (await mesh.api("POST", "privacy/exports", {"site": mesh.site, "userId": MANY_USER})).json()
    await _finished(mesh, f"privacy/exports/{made['id']}")
    address = urlsplit(mesh.ready["gateway"])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"GET /api/v1/privacy/exports/{made['id']}/content HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n"
        f"authorization: Bearer {mesh.ready['admin_token']}\r\n\r\n"
    )
    writer.write(head.encode())
    size, tail = 0, b""
    while piece := await reader.read(1 << 20):
        size, tail = size + len(piece), (tail + piece)[-200:]
    writer.close()
    told = re.search(rb'"type":"end","events":(\d+)', tail)
    return int(told[1]) if told else 0, size


async def _erased(mesh: Mesh, user: str) -> None:
    """Erase a user; return when no question finds an event of theirs."""
    made = (await mesh.api("POST", "privacy/erasures", {"site": mesh.site, "userId": user})).json()
    await _finished(mesh, f"privacy/erasures/{made['id']}")
    span: dict[str, Any] = {"date_range": "91d", "filters": [["is", "event", [f"of-{user}"]]]}
    deadline = time.monotonic() + _LIMIT_S
    while (await mesh.query(["events"], **span))[0][1] != [0]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{user} is still found")
        await asyncio.sleep(_SIGHT_S)


async def _finished(mesh: Mesh, path: str) -> None:
    while (task := (await mesh.api("GET", path)).json()).get("state") != "done":
        if "state" not in task:
            raise RuntimeError(f"{path}: {task}")
        await asyncio.sleep(_SIGHT_S)


async def _peak(pid: int) -> int:
    """The most memory that a process has until this is cancelled."""
    most = 0
    try:
        while True:
            most = max(most, await asyncio.to_thread(pss_bytes, pid))
            await asyncio.sleep(_SIGHT_S)
    except asyncio.CancelledError:
        return most
