"""The SQL of annotations."""

from collections.abc import Callable
from datetime import date
from typing import Final

import asyncpg
import grpc
from analytics.v1 import annotation_pb2

from mesh.auth import Caller, unknown_site
from mesh.errors import MeshError, not_found
from writer.control.changes import Connection, Pool, microseconds, moment, reachable

MAX_OF_A_SITE: Final = 1_000

DELETE_SITE_ANNOTATIONS: Final = "DELETE FROM annotations WHERE site_number = $1"
# one after another, so that two at once do not both take the last place
_LOCK_SITE = "SELECT number FROM sites WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"
_LIST = """
    SELECT a.*, s.id AS site FROM annotations a JOIN sites s ON s.number = a.site_number
    WHERE s.id = $1 AND s.deleted_at IS NULL
    ORDER BY coalesce(a.at, a.day::timestamp AT TIME ZONE s.timezone) DESC, a.id
"""
_KNOWN_SITE = "SELECT EXISTS (SELECT FROM sites WHERE id = $1 AND deleted_at IS NULL)"
_IS_FULL = "SELECT count(*) >= $2 FROM annotations WHERE site_number = $1"
_INSERT = """
    INSERT INTO annotations (id, site_number, day, at, text, author) VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING *, $7 AS site
"""
_FIND = """
    SELECT a.*, s.id AS site FROM annotations a JOIN sites s ON s.number = a.site_number WHERE a.id = $1 FOR UPDATE OF a
"""
_UPDATE = "UPDATE annotations SET day = $2, at = $3, text = $4, author = $5 WHERE id = $1 RETURNING *, $6 AS site"
_DELETE = "DELETE FROM annotations WHERE id = $1"


class AnnotationStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_site(self, site: str) -> list[annotation_pb2.Annotation]:
        """The latest first. Raises NOT_FOUND without the site."""
        async with reachable(), self._pool.acquire() as connection:
            if not await connection.fetchval(_KNOWN_SITE, site):
                raise unknown_site(site)
            return [_annotation(row) for row in await connection.fetch(_LIST, site)]

    async def create(self, wanted: annotation_pb2.Annotation) -> annotation_pb2.Annotation:
        """The annotation as stored. Raises NOT_FOUND without the site, FAILED_PRECONDITION where it is full."""
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            number = await connection.fetchval(_LOCK_SITE, wanted.site)
            if number is None:
                raise unknown_site(wanted.site)
            if await connection.fetchval(_IS_FULL, number, MAX_OF_A_SITE):
                message = f"the site has {MAX_OF_A_SITE:,} annotations, the most there may be; remove one first"
                raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, message)
            (row,) = await connection.fetch(_INSERT, wanted.id, number, *_values(wanted), wanted.site)
            return _annotation(row)

    async def update(
        self, id: str, who: Caller, alter: Callable[[annotation_pb2.Annotation], annotation_pb2.Annotation]
    ) -> annotation_pb2.Annotation:
        """The annotation after `alter`. Raises NOT_FOUND without one that the caller sees, and what `alter` raises."""
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            wanted = alter(_annotation(await _found(connection, id, who)))
            (row,) = await connection.fetch(_UPDATE, id, *_values(wanted), wanted.site)
            return _annotation(row)

    async def delete(self, id: str, who: Caller) -> None:
        """Raises as `update` does."""
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            await _found(connection, id, who)
            await connection.execute(_DELETE, id)


async def _found(connection: Connection, id: str, who: Caller) -> asyncpg.Record:
    row = await connection.fetchrow(_FIND, id)
    if row is None or not who.sees(row["site"]):
        raise not_found(f'there is no annotation "{id[:64]}"', "id")
    who.require_site(row["site"])
    return row


def _values(annotation: annotation_pb2.Annotation) -> tuple[object, ...]:
    day = date.fromisoformat(annotation.date) if annotation.date else None
    return day, None if day else moment(annotation.at_us), annotation.text, annotation.author


def _annotation(row: asyncpg.Record) -> annotation_pb2.Annotation:
    return annotation_pb2.Annotation(
        id=row["id"],
        site=row["site"],
        date=row["day"].isoformat() if row["day"] else "",
        at_us=microseconds(row["at"]),
        text=row["text"],
        author=row["author"],
        created_at_us=microseconds(row["created_at"]),
    )
