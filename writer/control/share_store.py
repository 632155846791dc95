"""The SQL of share links."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import asyncpg
import grpc
from analytics.v1 import account_pb2, directory_pb2, share_pb2

from mesh.auth import Caller, unknown_site
from mesh.errors import MeshError, invalid, not_found
from writer.control.changes import Changed, Pool, change, microseconds, moment, reachable
from writer.wrap import Wrapper

MAX_OF_A_SITE: Final = 100

ALL_SHARES: Final = """
    SELECT h.*, s.id AS site FROM shares h JOIN sites s ON s.number = h.site_number
    ORDER BY s.id, h.name COLLATE "C", h.id
"""
# with a password the link's own secret opens nothing by itself
SHARE_CREDENTIALS: Final = """
    SELECT h.id, s.id AS site, h.segment_id, h.secret_sha256, h.expires_at
    FROM shares h JOIN sites s ON s.number = h.site_number WHERE h.password_hash IS NULL
    UNION ALL
    SELECT h.id, s.id, h.segment_id, o.secret_sha256, least(o.expires_at, h.expires_at)
    FROM share_openings o JOIN shares h ON h.id = o.share_id JOIN sites s ON s.number = h.site_number
"""
DELETE_SITE_SHARES: Final = "DELETE FROM shares WHERE site_number = $1"
_SITE_NUMBER = "SELECT number FROM sites WHERE id = $1 AND deleted_at IS NULL"
_SEGMENT = "SELECT id FROM segments WHERE id = $1 AND site_number = $2"
_IS_FULL = "SELECT count(*) >= $2 FROM shares WHERE site_number = $1"
_INSERT = """
    INSERT INTO shares (id, site_number, name, segment_id, secret_sha256, password_hash, embed_origins, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING *, $9 AS site
"""
_FIND = "SELECT h.*, s.id AS site FROM shares h JOIN sites s ON s.number = h.site_number WHERE h.id = $1"
_FIND_BY_SECRET = """
    SELECT h.*, s.id AS site FROM shares h JOIN sites s ON s.number = h.site_number
    WHERE h.secret_sha256 = $1 AND (h.expires_at IS NULL OR h.expires_at > $2)
"""
_UPDATE = "UPDATE shares SET name = $2, embed_origins = $3, expires_at = $4 WHERE id = $1 RETURNING *, $5 AS site"
_DELETE = "DELETE FROM shares WHERE id = $1"
_OPENING = "SELECT secret_wrapped, expires_at FROM share_openings WHERE share_id = $1 AND expires_at > $2"
_INSERT_OPENING = """
    INSERT INTO share_openings (secret_sha256, share_id, secret_wrapped, expires_at) VALUES ($1, $2, $3, $4)
"""
_DELETE_EXPIRED_OPENINGS = "DELETE FROM share_openings WHERE expires_at <= $1"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as opening sees one."""

    share: share_pb2.Share
    password_hash: str


class ShareStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool, wrapper: Wrapper) -> None:
        self._pool = pool
        self._wrapper = wrapper

    async def create(
        self, share: share_pb2.Share, secret_sha256: bytes, password_hash: str
    ) -> Changed[share_pb2.Share]:
        """The link as stored.

        Raises NOT_FOUND without the site, INVALID_ARGUMENT without the segment, FAILED_PRECONDITION where it is full.
        """
        async with change(self._pool) as (connection, version):
            number = await connection.fetchval(_SITE_NUMBER, share.site)
            if number is None:
                raise unknown_site(share.site)
            if share.segment and await connection.fetchval(_SEGMENT, share.segment, number) is None:
                raise invalid("share.segment", f'this site has no segment "{share.segment[:64]}"')
            if await connection.fetchval(_IS_FULL, number, MAX_OF_A_SITE):
                message = f"the site has {MAX_OF_A_SITE} share links, the most there may be; revoke one first"
                raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, message)
            (row,) = await connection.fetch(
                _INSERT,
                share.id,
                number,
                share.name,
                share.segment or None,
                secret_sha256,
                password_hash or None,
                list(share.embed_origins),
                moment(share.expires_at_us) if share.expires_at_us else None,
                share.site,
            )
            return Changed(share_of(row), version)

    async def update(
        self, id: str, who: Caller, alter: Callable[[share_pb2.Share], share_pb2.Share]
    ) -> Changed[share_pb2.Share]:
        """The link after `alter`. Raises NOT_FOUND without one that the caller sees, and what `alter` raises."""
        async with change(self._pool) as (connection, version):
            wanted = alter(share_of(_permitted(await connection.fetchrow(_FIND, id), id, who)))
            expires_at = moment(wanted.expires_at_us) if wanted.expires_at_us else None
            values = (id, wanted.name, list(wanted.embed_origins), expires_at, wanted.site)
            (row,) = await connection.fetch(_UPDATE, *values)
            return Changed(share_of(row), version)

    async def delete(self, id: str, who: Caller) -> int:
        """Revokes a link and what was opened with it; the directory's version. Raises as `update` does."""
        async with change(self._pool) as (connection, version):
            _permitted(await connection.fetchrow(_FIND, id), id, who)
            await connection.execute(_DELETE, id)
            return version

    async def by_secret(self, secret_sha256: bytes, now_us: int) -> Link | None:
        """The link with this secret, unless it has expired."""
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(_FIND_BY_SECRET, secret_sha256, moment(now_us))
        return Link(share_of(row), row["password_hash"] or "") if row else None

    async def opening(self, share: str, least_until_us: int) -> tuple[str, int] | None:
        """A credential of a link that lives until then at least: its secret, and until when."""
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(_OPENING, share, moment(least_until_us))
        return (self._wrapper.unwrap(row["secret_wrapped"]).decode(), microseconds(row["expires_at"])) if row else None

    async def open(self, share: str, secret: str, secret_sha256: bytes, until_us: int, now_us: int) -> int:
        """Keeps a credential of a link and forgets expired ones; the directory's version.

        Raises NOT_FOUND without the link.
        """
        try:
            async with change(self._pool) as (connection, version):
                await connection.execute(_DELETE_EXPIRED_OPENINGS, moment(now_us))
                wrapped = self._wrapper.wrap(secret.encode())
                await connection.execute(_INSERT_OPENING, secret_sha256, share, wrapped, moment(until_us))
                return version
        except asyncpg.ForeignKeyViolationError:
            raise not_found("this link was revoked", "secret") from None


def share_of(row: asyncpg.Record) -> share_pb2.Share:
    """A row of `shares` with its site's id."""
    return share_pb2.Share(
        id=row["id"],
        site=row["site"],
        name=row["name"],
        segment=row["segment_id"] or "",
        has_password=row["password_hash"] is not None,
        embed_origins=row["embed_origins"],
        expires_at_us=microseconds(row["expires_at"]),
        created_at_us=microseconds(row["created_at"]),
    )


def share_credential(row: asyncpg.Record) -> directory_pb2.Credential:
    """A row of SHARE_CREDENTIALS."""
    return directory_pb2.Credential(
        secret_sha256=row["secret_sha256"],
        id=row["id"],
        grants=[account_pb2.Grant(site=row["site"], role=account_pb2.ROLE_GUEST)],
        segment=row["segment_id"] or "",
        expires_at_us=microseconds(row["expires_at"]),
    )


def _permitted(row: asyncpg.Record | None, id: str, who: Caller) -> asyncpg.Record:
    if row is None or not who.sees(row["site"]):
        raise not_found(f'there is no share link "{id[:64]}"', "id")
    who.require_site(row["site"])
    return row
