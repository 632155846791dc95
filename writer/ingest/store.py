"""All SQL of events, visits, salts, refusals and the commit order.

A batch is one transaction, READ COMMITTED, its statements in an order that was tried with killed writers and databases:
fence, visits' locks, known ids, minting, events, and the stream's head last. Without claims to visits all of it is the
function store_batch: one round trip. Connections are those of `database.raw_codecs`: ids are bytes, times microseconds.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import asyncpg
from analytics.v1.event_pb2 import NormalizedEvent
from analytics.v1.ingest_pb2 import IngestOutcome

from mesh.clock import HOUR, NowUs
from mesh.errors import MeshError, unavailable
from mesh.ids import from_bytes
from mesh.telemetry import log
from writer.database import FAILURES, Connection, Pool
from writer.ingest.identity import SaltKey, StoredSalt
from writer.ingest.normalize import Draft
from writer.ingest.visits import DAILY, MEMORY, Arrival, Claim, Key, Placement, Visit, mint
from writer.privacy.tombstones import Tombstone, Tombstones
from writer.wrap import Wrapper

STORE_BATCH = """
    SELECT stored, head, stored_sites, stored_ids FROM store_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
FENCE = """
    SELECT pg_advisory_xact_lock_shared(7, s.site_id)
    FROM (SELECT DISTINCT unnest($1::integer[]) AS site_id ORDER BY 1) AS s
"""
# Makes the row where there is none: a lock on nothing would hold nobody up.
LOCK_VISITS = """
    INSERT INTO visit_state AS v (site_id, visitor_id, identity, touched)
    SELECT k.site_id, k.visitor_id, $3, $4 FROM unnest($1::integer[], $2::uuid[]) AS k (site_id, visitor_id)
    ORDER BY 1, 2
    ON CONFLICT (site_id, visitor_id) DO UPDATE SET touched = excluded.touched
    RETURNING site_id, visitor_id, visit_ids, started, first_at, last_at, first_touch
"""
# Of the day before only visits that are there matter.
LOCK_EARLIER_VISITS = """
    SELECT site_id, visitor_id, visit_ids, started, first_at, last_at, first_touch FROM visit_state AS v
    WHERE (site_id, visitor_id) IN (SELECT * FROM unnest($1::integer[], $2::uuid[]))
    ORDER BY site_id, visitor_id
    FOR UPDATE OF v
"""
KNOWN = """
    SELECT e.site_id, e.event_id
    FROM unnest($1::integer[], $2::uuid[]) AS k (site_id, event_id) JOIN events AS e USING (site_id, event_id)
"""
SAVE_VISITS = """
    UPDATE visit_state AS v
    SET visit_ids = n.visit_ids, started = n.started, first_at = n.first_at, last_at = n.last_at,
        first_touch = n.first_touch
    FROM (
        SELECT site_id, visitor_id,
               array_agg(visit_id ORDER BY n) AS visit_ids, array_agg(started ORDER BY n) AS started,
               array_agg(first_at ORDER BY n) AS first_at, array_agg(last_at ORDER BY n) AS last_at,
               array_agg(first_touch ORDER BY n) AS first_touch
        FROM unnest($1::integer[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                    $7::bytea[]) WITH ORDINALITY
            AS u (site_id, visitor_id, visit_id, started, first_at, last_at, first_touch, n)
        GROUP BY 1, 2
    ) AS n
    WHERE v.site_id = n.site_id AND v.visitor_id = n.visitor_id
"""
FORGET_VISITS = """
    DELETE FROM visit_state WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM visit_state WHERE identity = $1 AND touched < $2 LIMIT 5000 FOR UPDATE SKIP LOCKED
    ))
"""
# What was erased is not kept either: a tombstone that this writer does not know yet is found here, behind the fence.
REJECT = """
    INSERT INTO rejected_events (digest, site_id, reason, sealed)
    SELECT $1, $2, $3, $4
    WHERE NOT EXISTS (
        SELECT FROM tombstones AS t
        WHERE t.site_id = $2 AND (t.digest = ANY($5::bytea[]) OR t.digest = '') AND (t.before IS NULL OR t.before > $6)
    )
    ON CONFLICT DO NOTHING
"""
TOMBSTONE_VERSION = "SELECT version FROM tombstone_version"
TOMBSTONES = """
    SELECT site_id, digest, before, passing FROM tombstones WHERE version > $1 AND NOT passing
    UNION ALL
    SELECT site_id, digest, before, passing FROM tombstones WHERE passing
"""
MAKE_SALTS = """
    INSERT INTO salts (site_id, day, import_id, wrapped, created_at)
    SELECT * FROM unnest($1::integer[], $2::date[], $3::text[], $4::bytea[], $5::timestamptz[])
    ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING
"""
SALTS = """
    SELECT site_id, day, import_id, wrapped, created_at FROM salts
    WHERE (site_id, day, import_id) IN (SELECT * FROM unnest($1::integer[], $2::date[], $3::text[]))
"""
DESTROY_SALTS = "DELETE FROM salts WHERE (import_id = '' AND day < $1) OR (import_id <> '' AND created_at <= $2)"
SITE_KEY = "SELECT key_wrapped FROM sites WHERE number = $1"
ANY_SITE_KEY = "SELECT key_wrapped FROM sites ORDER BY number LIMIT 1"
SITE_EXISTS = "SELECT EXISTS (SELECT FROM sites WHERE number = $1 AND deleted_at IS NULL)"
HEAD = "SELECT position FROM stream_head"
# Writes to the log and waits for the disk, and leaves nothing behind. The message alone passes where all is read-only.
PROBE = """
    WITH none AS (UPDATE stream_head SET position = position WHERE false)
    SELECT pg_logical_emit_message(true, 'analytics', 'probe')
"""

_ALL_STORED_MEANWHILE = "AM001"
_ERASED_MEANWHILE = "AM002"
_AGAIN: Final = frozenset({_ALL_STORED_MEANWHILE, "40P01", "40001"})  # deadlock, serialization failure
_DATA_CLASSES: Final = frozenset({"22", "23", "54"})  # data exception, constraint violation, limit exceeded
_ATTEMPTS = 5
_MOST_CHECKS = 50  # of one batch against new tombstones: a large erasure sets them in many small steps
_LINK_LIMIT_S = 2.0  # to get a connection and, where its database hangs, to give it back
_FORGET_AFTER_US = 96 * HOUR  # the salts are gone then, and no event can ask for these visitors again
_DAY_ZERO = date(1970, 1, 1).toordinal()


T = TypeVar("T")


class Verdict(NamedTuple):
    """What became of a draft: a code of IngestOutcome and, for REJECTED, the reason."""

    code: IngestOutcome.Code
    reason: str = ""


ERASED = Verdict(IngestOutcome.CODE_IGNORED, "erased")
STORED, DUPLICATE = Verdict(IngestOutcome.CODE_STORED), Verdict(IngestOutcome.CODE_DUPLICATE)


@dataclass(frozen=True, slots=True)
class Written:
    """One verdict per draft, in order, and a position by which all that is stored is committed."""

    verdicts: list[Verdict]
    position: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """An envelope that can never be stored. `site_id` 0 = unreadable. `traces`: tombstones that it would meet."""

    envelope: bytes
    site_id: int
    reason: str
    occurred_at_us: int = 0
    traces: Sequence[bytes] = ()


class Store:
    """The writer's hands on PostgreSQL. What PostgreSQL cannot do now is UNAVAILABLE; `trouble` is set then."""

    def __init__(self, pool: Pool, sealer: Wrapper, now_us: NowUs, tombstones: Tombstones) -> None:
        self.trouble = asyncio.Event()
        self.tombstones = tombstones
        self._pool = pool
        self._sealer = sealer
        self._now_us = now_us
        self._held: list[Connection] = []

    async def write(self, drafts: Sequence[Draft]) -> Written:
        """Store a batch in one transaction. If a row's data fails, that row alone is REJECTED, the others are stored.

        Raises UNAVAILABLE: nothing is known to be stored, and the same batch may be sent again.
        """
        if not drafts:
            return Written([], 0)
        try:
            return await self._write_whole(drafts)
        except (*FAILURES, OverflowError) as error:
            if not _is_data_error(error):
                raise self._away(error) from error
            if len(drafts) == 1:
                return Written([Verdict(IngestOutcome.CODE_REJECTED, _fault(error))], 0)
        middle = len(drafts) // 2
        first, second = await self.write(drafts[:middle]), await self.write(drafts[middle:])
        return Written(first.verdicts + second.verdicts, max(first.position, second.position))

    async def keep_refused(self, refusals: Sequence[Refusal]) -> None:
        """Keep sealed envelopes with their reasons; the same envelope once."""
        rows = [
            (
                hashlib.sha256(r.envelope).digest(),
                r.site_id,
                r.reason.replace("\0", ""),
                self._sealer.wrap(r.envelope),
                r.traces,
                r.occurred_at_us,
            )
            for r in refusals
        ]

        async def keep(connection: Connection) -> None:
            async with connection.transaction():
                await connection.execute(FENCE, [refusal.site_id for refusal in refusals])
                await connection.executemany(REJECT, rows)

        await self._run(keep)

    async def learn_tombstones(self) -> None:
        """Bring the tombstones up to date."""
        known = self.tombstones

        async def read(connection: Connection) -> tuple[int, list[Any]]:
            version = await connection.fetchval(TOMBSTONE_VERSION)
            return version, await connection.fetch(TOMBSTONES, known.version if version >= known.version else -1)

        version, rows = await self._run(read)
        known.learn(version, [Tombstone(*row) for row in rows])

    async def salts(self, wanted: list[StoredSalt]) -> list[StoredSalt]:
        """The stored salts of these keys, made from the ones given where there are none."""
        sites = [salt.key.site_id for salt in wanted]
        days = [date.fromordinal(_DAY_ZERO + salt.key.day) for salt in wanted]
        imports = [salt.key.import_id for salt in wanted]
        made = [salt.wrapped for salt in wanted], [salt.created_at_us for salt in wanted]

        async def make_and_read(connection: Connection) -> list[Any]:
            await connection.execute(MAKE_SALTS, sites, days, imports, *made)
            return await connection.fetch(SALTS, sites, days, imports)

        return [
            StoredSalt(SaltKey(site_id, day.toordinal() - _DAY_ZERO, import_id), wrapped, created_at)
            for site_id, day, import_id, wrapped, created_at in await self._run(make_and_read)
        ]

    async def destroy_salts(self, live_before_day: int, imports_before_us: int) -> int:
        """Delete salts that are over; returns how many."""
        day = date.fromordinal(_DAY_ZERO + live_before_day)
        done = await self._run(lambda connection: connection.execute(DESTROY_SALTS, day, imports_before_us))
        return int(done.rpartition(" ")[2])

    async def forget_visits(self) -> int:
        """Delete daily visitors that nobody can belong to any more, in small steps; returns how many."""
        before, total = self._now_us() - _FORGET_AFTER_US, 0
        while True:
            done = await self._run(lambda connection: connection.execute(FORGET_VISITS, DAILY, before))
            deleted = int(done.rpartition(" ")[2])
            total += deleted
            if not deleted:
                return total

    async def site_key(self, site_id: int) -> bytes | None:
        """The wrapped key of a site."""
        return await self._run(lambda connection: connection.fetchval(SITE_KEY, site_id))

    async def any_site_key(self) -> bytes | None:
        """The wrapped key of some site; None while there is no site."""
        return await self._run(lambda connection: connection.fetchval(ANY_SITE_KEY))

    async def site_exists(self, site_id: int) -> bool:
        return await self._run(lambda connection: connection.fetchval(SITE_EXISTS, site_id))

    async def head(self) -> int:
        """The newest position."""
        return await self._run(lambda connection: connection.fetchval(HEAD))

    async def probe(self) -> None:
        """Raises UNAVAILABLE unless PostgreSQL takes a write."""
        await self._run(lambda connection: connection.execute(PROBE))

    async def _run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            async with self._pool.acquire(timeout=_LINK_LIMIT_S) as connection:
                return await work(connection)
        except FAILURES as error:
            raise self._away(error) from error

    @asynccontextmanager
    async def _link(self) -> AsyncGenerator[Connection]:
        """A connection kept from batch to batch, since the pool's own hand-over costs a good part of it."""
        connection = self._held.pop() if self._held else None
        if connection is not None and connection.is_closed():
            await self._pool.release(connection)
            connection = None
        connection = connection or await self._pool.acquire(timeout=_LINK_LIMIT_S)
        try:
            yield connection
        except BaseException:
            await self._pool.release(connection, timeout=_LINK_LIMIT_S)
            raise
        self._held.append(connection)

    def _away(self, error: Exception) -> MeshError:
        """What PostgreSQL says of itself is logged, and told to nobody."""
        self.trouble.set()
        log.warning("postgresql_unavailable", error=type(error).__name__, sqlstate=_sqlstate(error))
        return unavailable("the database cannot be written to now; send the same again later")

    async def _write_whole(self, drafts: Sequence[Draft]) -> Written:
        attempts, checks = 0, 0
        while True:
            kept = self.tombstones.admitted(drafts)
            try:
                return _with_erased(drafts, kept, await self._store_in_one(kept))
            except asyncpg.PostgresError as error:
                if _sqlstate(error) == _ERASED_MEANWHILE and checks < _MOST_CHECKS:
                    checks += 1
                    await self.learn_tombstones()
                    continue
                attempts += 1
                if _sqlstate(error) not in _AGAIN or attempts == _ATTEMPTS:
                    raise

    async def _store_in_one(self, drafts: Sequence[Draft]) -> Written:
        if not drafts:
            return Written([], 0)
        return await (self._mint_and_store(drafts) if any(draft.claim for draft in drafts) else self._store(drafts))

    async def _store(self, drafts: Sequence[Draft]) -> Written:
        async with self._link() as connection:
            row = await connection.fetchrow(STORE_BATCH, *_columns(drafts), False, self.tombstones.version)
        if row["stored_ids"] is None and row["stored"]:
            return Written([STORED] * len(drafts), row["head"])
        new: set[tuple[int, bytes]] = set(zip(row["stored_sites"] or (), row["stored_ids"] or (), strict=True))
        return Written([_verdict(draft, new) for draft in drafts], row["head"])

    async def _mint_and_store(self, drafts: Sequence[Draft]) -> Written:
        async with self._link() as connection, connection.transaction():
            await connection.execute(FENCE, [draft.site_id for draft in drafts])
            states = await self._lock_visits(connection, [draft.claim for draft in drafts if draft.claim])
            # only now: what another writer stored before it let go of the visits is seen
            ids = [draft.site_id for draft in drafts], [draft.event_id for draft in drafts]
            known = {(site_id, event_id) for site_id, event_id in await connection.fetch(KNOWN, *ids)}
            new: dict[tuple[int, bytes], Draft] = {}
            for draft in drafts:
                key = (draft.site_id, draft.event_id)
                if key not in known:
                    new.setdefault(key, draft)
            placed = await self._place(connection, list(new.values()), states)
            row = await connection.fetchrow(STORE_BATCH, *_columns(placed), True, self.tombstones.version)
        stored = set(new)
        return Written([_verdict(draft, stored) for draft in drafts], row["head"])

    async def _lock_visits(self, connection: Connection, claims: Sequence[Claim]) -> dict[Key, list[Visit]]:
        """Day by day, each day's visitors in order, so that all writers lock in one order."""
        own = {claim.key for claim in claims}
        days: dict[int, list[Key]] = {}
        for key in sorted(own | {claim.previous for claim in claims if claim.previous}):
            days.setdefault(key.day, []).append(key)
        states: dict[Key, list[Visit]] = {}
        for day, keys in days.items():
            columns = [key.site_id for key in keys], [key.visitor for key in keys]
            if own.isdisjoint(keys):
                rows = await connection.fetch(LOCK_EARLIER_VISITS, *columns)
            else:
                rows = await connection.fetch(LOCK_VISITS, *columns, DAILY if day else MEMORY, self._now_us())
            for site_id, visitor, *visits in rows:
                states[Key(day, site_id, visitor)] = [Visit(*visit) for visit in zip(*visits, strict=True)]
        return states

    async def _place(
        self, connection: Connection, drafts: list[Draft], states: Mapping[Key, Sequence[Visit]]
    ) -> list[Draft]:
        arrivals = [
            Arrival(draft.event_id, draft.occurred_at_us, draft.claim, draft.first_touch)
            for draft in drafts
            if draft.claim
        ]
        minted = mint(arrivals, states)
        rows = [
            (key.site_id, key.visitor, visit.id, visit.started_us, visit.first_us, visit.last_us, visit.first_touch)
            for key, visits in minted.changed.items()
            for visit in visits
        ]
        if rows:
            await connection.execute(SAVE_VISITS, *zip(*rows, strict=True))
        placements = iter(minted.placements)
        return [_placed(draft, next(placements)) if draft.claim else draft for draft in drafts]


def _placed(draft: Draft, placement: Placement) -> Draft:
    visit, visitor = placement.visit, placement.visitor
    part = NormalizedEvent(
        visit_id=from_bytes(visit.id) if visit else "",
        visitor_id=from_bytes(visitor),
        visit_started_at_us=visit.started_us if visit else draft.received_at_us,
    ).SerializeToString()
    return draft._replace(
        visit_id=visit.id if visit else None,
        visitor_id=visitor,
        body=draft.body + part + (visit.first_touch if visit else b""),
    )


def _with_erased(drafts: Sequence[Draft], kept: Sequence[Draft], written: Written) -> Written:
    """A verdict for every draft: ERASED for those that were not kept."""
    if kept is drafts:
        return written
    verdicts = iter(written.verdicts)
    waiting = iter(kept)
    following = next(waiting, None)
    result: list[Verdict] = []
    for draft in drafts:
        if draft is following:
            result.append(next(verdicts))
            following = next(waiting, None)
        else:
            result.append(ERASED)
    return Written(result, written.position)


def _columns(drafts: Sequence[Draft]) -> list[Any]:
    """The first nine fields of the drafts, as store_batch takes them."""
    return list(zip(*drafts, strict=True))[:9] if drafts else [()] * 9


def _verdict(draft: Draft, new: set[tuple[int, bytes]]) -> Verdict:
    """STORED for the first draft with an id that is new."""
    key = (draft.site_id, draft.event_id)
    if key not in new:
        return DUPLICATE
    new.remove(key)
    return STORED


def _is_data_error(error: Exception) -> bool:
    """True where the row is at fault; ValueError is asyncpg's for a value that cannot be encoded."""
    if isinstance(error, asyncpg.PostgresError):
        return _sqlstate(error)[:2] in _DATA_CLASSES
    return isinstance(error, ValueError | OverflowError)


def _fault(error: Exception) -> str:
    """What was wrong with a row, without PostgreSQL's message: that quotes the row."""
    constraint = getattr(error, "constraint_name", None)
    return f"row: PostgreSQL refuses it: {type(error).__name__}" + (f" of {constraint}" if constraint else "")


def _sqlstate(error: Exception) -> str:
    return str(getattr(error, "sqlstate", ""))
