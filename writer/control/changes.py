"""A change of the directory: one transaction that also makes the version which holds it, and tells who copies it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from mesh.errors import invalid, unavailable

Connection = asyncpg.Connection | PoolConnectionProxy
Pool = asyncpg.Pool

CHANNEL = "directory"

BUMP = """
    WITH bumped AS (UPDATE directory_version SET version = version + 1 RETURNING version)
    SELECT version, pg_notify('directory', version::text) FROM bumped
"""
VERSION = "SELECT version FROM directory_version"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """What a change left, and the first directory version that holds it."""

    value: T
    version: int


@asynccontextmanager
async def change(pool: Pool) -> AsyncGenerator[tuple[Connection, int]]:
    """A connection in a transaction and its new version. Changes run one after another, those of other writers too:
    each holds the version's row. What is raised undoes all. Raises UNAVAILABLE while PostgreSQL is away.
    """
    async with reachable(), pool.acquire() as connection, connection.transaction():
        yield connection, await connection.fetchval(BUMP)


@asynccontextmanager
async def reachable() -> AsyncGenerator[None]:
    """Raises UNAVAILABLE while PostgreSQL is away: nothing was changed, ask again. Raises INVALID_ARGUMENT for a NUL
    character, which no text there can hold."""
    try:
        yield
    except asyncpg.CharacterNotInRepertoireError:
        raise invalid("", "a text holds a NUL character") from None
    except (
        OSError,
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # what asyncpg says of a connection that was cut while it was being handed over
        asyncpg.CannotConnectNowError,
    ) as error:
        raise unavailable("the database cannot be reached now; nothing was changed") from error
    except (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.ReadOnlySQLTransactionError) as error:
        raise unavailable("the database takes no changes now; nothing was changed") from error


def moment(at_us: int) -> datetime:
    """Microseconds since the epoch as PostgreSQL takes them."""
    return _EPOCH + timedelta(microseconds=at_us)


def microseconds(at: datetime | None) -> int:
    """Microseconds since the epoch; 0 for never."""
    return (at - _EPOCH) // timedelta(microseconds=1) if at else 0
