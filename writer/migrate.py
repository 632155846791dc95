"""Brings the database to the shape that this code knows, by numbered .sql files, one writer at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mesh.telemetry import log
from writer.database import Connection, connect_patiently

FOLDER = Path(__file__).parent / "migrations"
OLDEST_POSTGRESQL = 17
_LOCK = 0x616E616C79746963  # any constant of our own: advisory locks share one number space
_NAME = re.compile(r"(\d{4})_\w+\.sql")


class UnfitDatabaseError(RuntimeError):
    """This writer must not run on this database; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. Versions count from 1 without gaps."""

    version: int
    name: str
    sql: str


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files of a folder in order. Raises ValueError for a gap or a repeated number."""
    found = [
        Migration(int(match[1]), file.name, file.read_text())
        for file in sorted(folder.iterdir())
        if (match := _NAME.fullmatch(file.name))
    ]
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are numbered 1, 2, 3, …; found {[migration.name for migration in found]}")
    return found


async def migrate(connection: Connection, known: Sequence[Migration] | None = None) -> int:
    """Apply what is missing, each file in a transaction of its own; returns how many were.

    Raises UnfitDatabaseError if the database is newer than the code, too old a PostgreSQL, or forgets commits.
    """
    known = migrations() if known is None else known
    await _require_fit(connection)
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version "
            "(version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        newest: int = await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_version")
        if newest > len(known):
            raise UnfitDatabaseError(
                f"the database has schema version {newest}, this writer knows {len(known)}: run a newer writer"
            )
        for migration in known[newest:]:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO schema_version (version, name) VALUES ($1, $2)", migration.version, migration.name
                )
            log.info("migrated", version=migration.version, name=migration.name)
        return len(known) - newest
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _require_fit(connection: Connection) -> None:
    version = int(await connection.fetchval("SHOW server_version_num")) // 10_000
    if version < OLDEST_POSTGRESQL:
        raise UnfitDatabaseError(f"PostgreSQL {OLDEST_POSTGRESQL} or newer is needed, this is {version}")
    for name in ("fsync", "synchronous_commit"):
        if await connection.fetchval("SELECT current_setting($1)", name) == "off":
            raise UnfitDatabaseError(f"PostgreSQL has {name} off: a commit could be lost after it was acknowledged")


async def prepare(url: str) -> None:
    """Wait for PostgreSQL and migrate. Raises UnfitDatabaseError."""
    connection = await connect_patiently(url)
    try:
        await migrate(connection)
    finally:
        await connection.close()
