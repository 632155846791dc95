"""The SQL of the audit log, and the role that can append to it and no more."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from analytics.v1 import audit_pb2

from mesh.telemetry import log
from writer.audit.chain import Checkpoint, Place
from writer.control.changes import microseconds, moment, reachable
from writer.database import Connection, Pool

ROLE: Final = "analytics_audit"
READERS: Final = 2
_PAGE: Final = 500

# Not part of a migration: roles belong to the whole server, so a dump holds none, and a restored one wants them anew.
_PREPARE = """
    SELECT pg_advisory_lock(8);
    DO $$ BEGIN
        CREATE ROLE analytics_audit NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$;
    DO $$ BEGIN
        REVOKE ALL ON audit_log, audit_checkpoints, audit_head FROM analytics_audit;
        GRANT SELECT, INSERT ON audit_log, audit_checkpoints TO analytics_audit;
        GRANT SELECT, UPDATE ON audit_head TO analytics_audit;
        REVOKE EXECUTE ON FUNCTION expire_audit FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION expire_audit TO analytics_audit;
    EXCEPTION WHEN undefined_object OR insufficient_privilege THEN NULL;
    END $$;
    DO $$ BEGIN
        IF NOT pg_has_role(current_user, 'analytics_audit', 'SET') THEN
            EXECUTE format('GRANT analytics_audit TO %I', current_user);
        END IF;
    EXCEPTION WHEN undefined_object OR insufficient_privilege THEN NULL;
    END $$;
    SELECT pg_advisory_unlock(8);
"""
_MAY_SET_ROLE = """
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analytics_audit' AND pg_has_role(current_user, oid, 'SET'))
"""
_SET_ROLE = "SET ROLE analytics_audit"

_HEAD = "SELECT number, digest FROM audit_head"
_LAST_AT = "SELECT max(at) FROM audit_log"
_BOUNDS = "SELECT min(number), max(number) FROM audit_log"
# nothing where another writer appended meanwhile
_APPEND = """
    WITH head AS (
        UPDATE audit_head SET number = $3, digest = $4 WHERE number = $1 AND digest = $2 RETURNING number
    )
    INSERT INTO audit_log (number, at, actor_kind, actor, operation, site, request, refused, network, digest)
    SELECT e.* FROM head, unnest($5::bigint[], $6::timestamptz[], $7::smallint[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::bytea[]) AS e
    RETURNING number
"""
_ENTRIES = "SELECT * FROM audit_log WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3"
# numbers beyond the head, or where entries ran out, are no entries of the chain
_FOUND = """
    SELECT * FROM audit_log
    WHERE number <= (SELECT h.number FROM audit_head AS h)
        AND number > coalesce((SELECT max(c.number) FROM audit_checkpoints AS c WHERE c.expired), 0)
        AND ($1 = '' OR site = $1) AND at >= $2 AND at < $3 AND ($4 = '' OR actor = $4)
        AND ($5 = '' OR operation = $5 OR starts_with(operation, $5 || '.')) AND number < $6
    ORDER BY number DESC LIMIT $7
"""
_CHECKPOINTS = "SELECT number, digest, at, expired, signature FROM audit_checkpoints ORDER BY number"
_SET_CHECKPOINT = """
    INSERT INTO audit_checkpoints (number, digest, at, expired, signature) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
"""
_OLDER = "SELECT number, digest FROM audit_log WHERE at < $1 ORDER BY at DESC, number DESC LIMIT 1"
_EXPIRE = "SELECT expire_audit($1, $2)"

LAST_US: Final = 253_402_300_799_000_000  # of the year 9999
LAST_NUMBER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. Times are microseconds since the epoch, the end exclusive; 0 and "" limit nothing."""

    site: str = ""
    from_us: int = 0
    until_us: int = 0
    actor: str = ""
    operation: str = ""
    before: int = 0


async def prepare(pool: Pool) -> None:
    """Make the role and what it may do, as far as the database's owner may."""
    async with reachable(), pool.acquire() as connection:
        await connection.execute(_PREPARE)


async def as_appender(connection: Connection) -> None:
    """From now on this connection can append, and cannot change what is there."""
    if await connection.fetchval(_MAY_SET_ROLE):
        await connection.execute(_SET_ROLE)
    else:
        log.warning("audit_role_missing", role=ROLE, instead="triggers alone keep the audit log append-only")


class AuditStore:
    """On pools of its own, whose connections are prepared by `as_appender`: one connection that appends, so that who
    reads long holds nobody up, and some that read. Raises UNAVAILABLE while PostgreSQL is away."""

    def __init__(self, appending: Pool, reading: Pool) -> None:
        self._appending = appending
        self._pool = reading

    async def head(self) -> tuple[Place, int]:
        """The last entry's place, and when the newest was written: microseconds since the epoch, 0 = never."""
        async with reachable(), self._appending.acquire() as connection:
            return Place(*await connection.fetchrow(_HEAD)), microseconds(await connection.fetchval(_LAST_AT))

    async def bounds(self) -> tuple[int, int] | None:
        """The least and the greatest number there is."""
        async with reachable(), self._pool.acquire() as connection:
            first, last = await connection.fetchrow(_BOUNDS)
            return None if first is None else (first, last)

    async def append(self, after: Place, entries: Sequence[tuple[audit_pb2.AuditEntry, bytes]]) -> bool:
        """One commit. False if the head is another by now: then nothing was written."""
        kept = [entry for entry, _ in entries]
        columns: list[list[Any]] = [
            [entry.number for entry in kept],
            [moment(entry.at_us) for entry in kept],
            [int(entry.actor_kind) for entry in kept],
            [entry.actor for entry in kept],
            [entry.operation for entry in kept],
            [entry.site for entry in kept],
            [entry.request for entry in kept],
            [entry.refused for entry in kept],
            [entry.network for entry in kept],
            [digest for _, digest in entries],
        ]
        last, digest = kept[-1].number, entries[-1][1]
        async with reachable(), self._appending.acquire() as connection:
            rows = await connection.fetch(_APPEND, after.number, after.digest, last, digest, *columns)
            return len(rows) == len(entries)

    async def walk(self, after: int, until: int) -> AsyncIterator[tuple[audit_pb2.AuditEntry, bytes]]:
        """Entries after a number, up to another, in their order."""
        while after < until:
            async with reachable(), self._pool.acquire() as connection:
                rows = await connection.fetch(_ENTRIES, after, until, _PAGE)
            for row in rows:
                yield _entry(row), row["digest"]
            if len(rows) < _PAGE:
                return
            after = rows[-1]["number"]

    async def found(self, wanted: Wanted, limit: int) -> list[audit_pb2.AuditEntry]:
        """The newest first."""
        values = (
            *(wanted.site, moment(wanted.from_us), moment(wanted.until_us or LAST_US)),
            *(wanted.actor, wanted.operation, wanted.before or LAST_NUMBER, limit),
        )
        async with reachable(), self._pool.acquire() as connection:
            return [_entry(row) for row in await connection.fetch(_FOUND, *values)]

    async def checkpoints(self) -> list[Checkpoint]:
        async with reachable(), self._pool.acquire() as connection:
            return [
                Checkpoint(
                    Place(row["number"], row["digest"]), microseconds(row["at"]), row["expired"], row["signature"]
                )
                for row in await connection.fetch(_CHECKPOINTS)
            ]

    async def set_checkpoint(self, checkpoint: Checkpoint) -> None:
        place = checkpoint.place
        values = (place.number, place.digest, moment(checkpoint.at_us), checkpoint.expired, checkpoint.signature)
        async with reachable(), self._pool.acquire() as connection:
            await connection.execute(_SET_CHECKPOINT, *values)

    async def last_before(self, us: int) -> Place | None:
        """The newest entry that is older than a time."""
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(_OLDER, moment(us))
            return Place(*row) if row else None

    async def expire(self, until: int) -> int:
        """Take away some entries up to an expired checkpoint; returns how many, 0 when none is left."""
        async with reachable(), self._pool.acquire() as connection:
            return await connection.fetchval(_EXPIRE, until, _PAGE)


def _entry(row: asyncpg.Record) -> audit_pb2.AuditEntry:
    return audit_pb2.AuditEntry(
        number=row["number"],
        at_us=microseconds(row["at"]),
        actor_kind=row["actor_kind"],
        actor=row["actor"],
        operation=row["operation"],
        site=row["site"],
        request=row["request"],
        refused=row["refused"],
        network=row["network"],
    )
