"""The SQL of goals and segments."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import asyncpg
import grpc
from analytics.v1 import definition_pb2, query_pb2

from mesh.auth import Caller, unknown_site
from mesh.errors import MeshError, not_found
from writer.control.changes import Changed, Connection, Pool, change, microseconds

MAX_OF_A_SITE: Final = 500
# every service keeps a copy of all sites' definitions, and gets it as one message
MAX_BYTES_OF_A_SITE: Final = 512 * 1024

ALL_GOALS = """
    SELECT g.*, s.id AS site FROM goals g JOIN sites s ON s.number = g.site_number ORDER BY s.id, g.name COLLATE "C"
"""
ALL_SEGMENTS = """
    SELECT g.*, s.id AS site FROM segments g JOIN sites s ON s.number = g.site_number ORDER BY s.id, g.name COLLATE "C"
"""
DELETE_SITE_GOALS = "DELETE FROM goals WHERE site_number = $1"
DELETE_SITE_SEGMENTS = "DELETE FROM segments WHERE site_number = $1"
_BYTES_OF_SITE = """
    SELECT coalesce(sum(octet_length(filter)), 0)
    FROM (
        SELECT unnest(filters) FROM goals WHERE site_number = $1
        UNION ALL SELECT unnest(filters) FROM segments WHERE site_number = $1
    ) AS kept (filter)
"""
_SITE_NUMBER = "SELECT number FROM sites WHERE id = $1 AND deleted_at IS NULL"

T = TypeVar("T", definition_pb2.Goal, definition_pb2.Segment)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of definition: its statements, and how a message becomes values."""

    word: str
    is_full: str
    insert: str
    find: str
    update: str
    delete: str
    values: Callable[[T], tuple[object, ...]]
    read: Callable[[asyncpg.Record], T]


class DefinitionStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, kind: Kind[T], wanted: T) -> Changed[T]:
        """The definition as stored.

        Raises NOT_FOUND without the site, FAILED_PRECONDITION where it is full, ALREADY_EXISTS for a taken name.
        """
        try:
            async with change(self._pool) as (connection, version):
                number = await connection.fetchval(_SITE_NUMBER, wanted.site)
                if number is None:
                    raise unknown_site(wanted.site)
                if await connection.fetchval(kind.is_full, number, MAX_OF_A_SITE):
                    raise _full(kind.word)
                (row,) = await connection.fetch(kind.insert, wanted.id, number, *kind.values(wanted), wanted.site)
                await _refuse_too_much(connection, row["site_number"])
                return Changed(kind.read(row), version)
        except asyncpg.UniqueViolationError:
            raise _taken(kind.word, wanted.name) from None

    async def update(self, kind: Kind[T], id: str, who: Caller, alter: Callable[[T], T]) -> Changed[T]:
        """The definition after `alter`.

        Raises NOT_FOUND without one that the caller sees, PERMISSION_DENIED for a lesser role, FAILED_PRECONDITION
        where its site is full, ALREADY_EXISTS for a taken name, and what `alter` raises.
        """
        name = ""
        try:
            async with change(self._pool) as (connection, version):
                row = await _found(connection, kind, id, who)
                wanted = alter(kind.read(row))
                name = wanted.name
                (row,) = await connection.fetch(kind.update, id, *kind.values(wanted), wanted.site)
                await _refuse_too_much(connection, row["site_number"])
                return Changed(kind.read(row), version)
        except asyncpg.UniqueViolationError:
            raise _taken(kind.word, name) from None

    async def delete(self, kind: Kind[T], id: str, who: Caller) -> int:
        """The directory's version without it. Raises as `update` does, and FAILED_PRECONDITION while it is in use."""
        try:
            async with change(self._pool) as (connection, version):
                await _found(connection, kind, id, who)
                await connection.execute(kind.delete, id)
                return version
        except asyncpg.ForeignKeyViolationError:
            message = f"a share link shows this {kind.word}; revoke the link first"
            raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, message, field="id") from None


async def _found(connection: Connection, kind: Kind[T], id: str, who: Caller) -> asyncpg.Record:
    row = await connection.fetchrow(kind.find, id)
    if row is None or not who.sees(row["site"]):
        raise not_found(f'there is no {kind.word} "{id[:64]}"', field="id")
    who.require_site(row["site"])
    return row


async def _refuse_too_much(connection: Connection, site_number: int) -> None:
    ((size,),) = await connection.fetch(_BYTES_OF_SITE, site_number)
    if size > MAX_BYTES_OF_A_SITE:
        message = f"the filters of the site's goals and segments take {size:,} bytes together"
        most = f"at most {MAX_BYTES_OF_A_SITE:,} are allowed; name fewer values, or match them by a pattern"
        raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, f"{message}; {most}")


def goal_of(row: asyncpg.Record) -> definition_pb2.Goal:
    """A row of `goals` with its site's id."""
    return definition_pb2.Goal(
        id=row["id"],
        site=row["site"],
        name=row["name"],
        page=row["page"],
        event=row["event"],
        filters=_filters(row),
        scroll_threshold=row["scroll_threshold"],
        currency=row["currency"],
        created_at_us=microseconds(row["created_at"]),
    )


def segment_of(row: asyncpg.Record) -> definition_pb2.Segment:
    """A row of `segments` with its site's id."""
    return definition_pb2.Segment(
        id=row["id"],
        site=row["site"],
        name=row["name"],
        filters=_filters(row),
        created_at_us=microseconds(row["created_at"]),
    )


def _filters(row: asyncpg.Record) -> list[query_pb2.Filter]:
    return [query_pb2.Filter.FromString(item) for item in row["filters"]]


def _stored_filters(definition: definition_pb2.Goal | definition_pb2.Segment) -> list[bytes]:
    return [item.SerializeToString() for item in definition.filters]


def _goal_values(goal: definition_pb2.Goal) -> tuple[object, ...]:
    return goal.name, goal.page, goal.event, _stored_filters(goal), goal.scroll_threshold, goal.currency


def _segment_values(segment: definition_pb2.Segment) -> tuple[object, ...]:
    return segment.name, _stored_filters(segment)


GOALS: Final = Kind(
    word="goal",
    is_full="SELECT count(*) >= $2 FROM goals WHERE site_number = $1",
    insert="""
        INSERT INTO goals (id, site_number, name, page, event, filters, scroll_threshold, currency)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        RETURNING *, $9 AS site
    """,
    find="""
        SELECT g.*, s.id AS site FROM goals g JOIN sites s ON s.number = g.site_number
        WHERE g.id = $1
    """,
    update="""
        UPDATE goals SET name = $2, page = $3, event = $4, filters = $5, scroll_threshold = $6, currency = $7
        WHERE id = $1
        RETURNING *, $8 AS site
    """,
    delete="DELETE FROM goals WHERE id = $1",
    values=_goal_values,
    read=goal_of,
)
SEGMENTS: Final = Kind(
    word="segment",
    is_full="SELECT count(*) >= $2 FROM segments WHERE site_number = $1",
    insert="""
        INSERT INTO segments (id, site_number, name, filters) VALUES ($1, $2, $3, $4) RETURNING *, $5 AS site
    """,
    find="""
        SELECT g.*, s.id AS site FROM segments g JOIN sites s ON s.number = g.site_number
        WHERE g.id = $1
    """,
    update="UPDATE segments SET name = $2, filters = $3 WHERE id = $1 RETURNING *, $4 AS site",
    delete="DELETE FROM segments WHERE id = $1",
    values=_segment_values,
    read=segment_of,
)


def _taken(word: str, name: str) -> MeshError:
    message = f'the site has a {word} "{name}" already; choose another name'
    return MeshError(grpc.StatusCode.ALREADY_EXISTS, message, field=f"{word}.name")


def _full(word: str) -> MeshError:
    message = f"the site has {MAX_OF_A_SITE} {word}s, the most there may be; remove one first"
    return MeshError(grpc.StatusCode.FAILED_PRECONDITION, message)
