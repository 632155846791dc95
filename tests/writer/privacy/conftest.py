"""Writers beside a worker on one database; the worker works when a test says so."""

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from analytics.v1 import privacy_pb2
from analytics.v1.event_pb2 import NormalizedEvent

from mesh.ids import new_id
from tests.writer.conftest import NOON, Rig, sealed
from writer.database import open_pool, raw_codecs
from writer.ingest.identity import Keyring
from writer.ingest.pipeline import Pipeline
from writer.ingest.store import Store
from writer.privacy.reading import Task
from writer.privacy.receipts import Receipts
from writer.privacy.room import PrivacyRoom
from writer.privacy.store import PrivacyStore
from writer.privacy.tombstones import Tombstones
from writer.wrap import Wrapper

_SITE = """
    INSERT INTO sites (id, timezone, identity, domains, retention_months, ignore_privacy_signals, query_parameters,
                       hash_routing, key_wrapped)
    VALUES ($1, 'UTC', $2, '{}', $3, false, '{}', false, $4)
"""


@dataclass
class Bench:
    """One site in memory mode, one in daily mode; `room` has the worker."""

    rig: Rig
    room: PrivacyRoom
    store: PrivacyStore
    tombstones: Tombstones
    keyring: Keyring
    wrapper: Wrapper
    receipts: Receipts
    commits: list[int]
    pools: list[Any]
    pipelines: list[Pipeline] = field(default_factory=list)

    async def pipeline(self, number: int = 0) -> Pipeline:
        """That of one of the writers."""
        while len(self.pipelines) <= number:
            self.pipelines.append(await self.rig.pipeline())
        return self.pipelines[number]

    def die(self) -> None:
        for pool in self.pools:
            pool.terminate()

    async def erase(self, site: int, *, user: str = "", visit: str = "", task_id: str = "") -> Task:
        """Make a task and work it off."""
        made = await self.make(site, user=user, visit=visit, task_id=task_id)
        await self.room.worker.work()
        done = await self.store.task(made.id)
        assert done and done.state == privacy_pb2.PRIVACY_TASK_STATE_DONE
        return done

    async def make(self, site: int, *, user: str = "", visit: str = "", task_id: str = "") -> Task:
        await self.keyring.ensure((), (site,))
        if user:
            kind = privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER
            subject = self.keyring.user_hash(site, user)
            assert subject
            digest = self.tombstones.of_user(site, subject)
        elif visit:
            kind = privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT
            subject = bytes.fromhex(visit.replace("-", ""))
            digest = self.tombstones.of_id(site, subject)
        else:
            kind, subject, digest = privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE, None, b""
        wrapped = self.wrapper.wrap(subject) if subject else None
        made = await self.store.make(task_id or f"era_{new_id()}", site, kind, wrapped, digest, self.rig.now)
        assert made
        return made

    async def ingest(self, pipeline: Pipeline, *events: Any) -> list[str]:
        """The verdicts, as words."""
        verdicts = await pipeline.ingest(sealed(*events))
        return [verdict.reason or str(verdict.code) for verdict in verdicts]

    async def events(self, site: int) -> list[NormalizedEvent]:
        rows = await self.rig.fetch("SELECT event FROM events WHERE site_id = $1 ORDER BY occurred_at, event_id", site)
        return [NormalizedEvent.FromString(row[0]) for row in rows]

    async def proof_holds(self) -> bool:
        """Every commit promises what is stored of it."""
        wrong = await self.rig.fetch(
            """
            SELECT s.position FROM stream AS s LEFT JOIN (
                SELECT batch_id, count(*) AS count, sum(octet_length(event)) AS bytes,
                       bit_xor(('x' || substr(md5(event_id::text), 1, 16))::bit(64)::bigint) AS xored
                FROM events GROUP BY batch_id
            ) AS e USING (batch_id)
            WHERE s.kind = 1 AND (s.count, s.bytes, s.fingerprint)
                IS DISTINCT FROM (coalesce(e.count, 0), coalesce(e.bytes, 0), coalesce(e.xored, 0))
            """
        )
        return not wrong

    async def mentions(self, *values: bytes | str) -> list[str]:
        """The tables that hold a value in any row, but for what followers are told until ./run shred."""
        found: list[str] = []
        for (table,) in await self.rig.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            if table == "erased":
                continue
            rows = await self.rig.fetch(f'SELECT * FROM "{table}"')  # noqa: S608
            cells = [cell for row in rows for cell in row.values()]
            flat = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
            found += [table for value in values if (value if isinstance(value, bytes) else value.encode()) in flat]
        return found


def session(at_us: int = NOON) -> str:
    """A session id as the SDK makes it at an instant."""
    return str(uuid.UUID(f"{at_us // 1_000:012x}7{uuid.uuid4().hex[13:]}"))


@pytest.fixture(scope="module")
async def bench(rig: Rig) -> AsyncIterator[Bench]:
    wrapper = Wrapper(b"w" * 32)
    for id, identity, months in (("demo", 1, 0), ("daily", 2, 25)):
        await rig.fetch(_SITE, id, identity, months, wrapper.wrap(b"k" * 32))
    made = await bench_on(rig)
    yield made


async def bench_on(rig: Rig, kind: Callable[[Any], PrivacyStore] = PrivacyStore) -> Bench:
    """A room of its own, as another writer process has it, over a store of some kind."""
    wrapper, sealer = Wrapper(b"w" * 32), Wrapper(b"s" * 32)
    pools = [await open_pool(rig.url, 4, raw_codecs, statement_limit_s=30) for _ in range(2)]
    rig.pools += pools
    tombstones = Tombstones(b"t" * 32)
    events = Store(pools[0], sealer, lambda: rig.now, tombstones)
    keyring = Keyring(events, wrapper, lambda: rig.now)
    receipts, commits, store = Receipts(b"r" * 32), [], kind(pools[1])
    room = PrivacyRoom(store, events, keyring, wrapper, sealer, receipts, lambda: rig.now, commits.append)
    return Bench(rig, room, store, tombstones, keyring, wrapper, receipts, commits, pools)
