"""The SQL of people as others manage them: accounts, roles, invitations, password resets."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import grpc
from analytics.v1 import account_pb2

from mesh.auth import unknown_site
from mesh.errors import MeshError
from mesh.ids import is_uuid
from writer.control.account_store import DELETE_FACTOR, USER_BY_EMAIL, Opening, User, insert_session
from writer.control.changes import Changed, Connection, Pool, change, microseconds, moment, reachable

INSERT_USER: Final = "INSERT INTO users (id, email, password_hash) VALUES ($1, $2, $3)"
INSERT_GRANT: Final = "INSERT INTO grants (user_id, site_number, role) VALUES ($1, $2, $3)"
GRANTS: Final = """
    SELECT g.user_id, coalesce(s.id, '') AS site, g.role FROM grants g LEFT JOIN sites s ON s.number = g.site_number
    ORDER BY s.id COLLATE "C"
"""
DELETE_SITE_GRANTS: Final = "DELETE FROM grants WHERE site_number = $1"
DELETE_SITE_INVITATIONS: Final = "DELETE FROM invitations WHERE site_number = $1"
SITE_NUMBER: Final = "SELECT number FROM sites WHERE id = $1 AND deleted_at IS NULL"

_USERS = """
    SELECT u.id, u.email, u.created_at, coalesce(f.confirmed, false) AS totp,
           (SELECT max(last_used_at) FROM sessions s WHERE s.user_id = u.id) AS last_used_at
    FROM users u LEFT JOIN second_factors f ON f.user_id = u.id
    ORDER BY u.email COLLATE "C"
"""
_NAMES = """
    WITH place AS (SELECT number FROM sites WHERE id = $3)
    SELECT id::text AS id, email AS name FROM users u
    WHERE id = ANY($2) AND ($3 = '' OR EXISTS (
        SELECT FROM grants g WHERE g.user_id = u.id AND (g.site_number IS NULL OR g.site_number IN (TABLE place))
    ))
    UNION ALL SELECT id, name FROM api_keys
    WHERE id = ANY($1) AND ($3 = '' OR site_number IS NULL OR site_number IN (TABLE place))
    UNION ALL SELECT id, name FROM shares WHERE id = ANY($1) AND ($3 = '' OR site_number IN (TABLE place))
"""
_SET_GRANT = """
    INSERT INTO grants (user_id, site_number, role) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, site_number) DO UPDATE SET role = $3
"""
_RAISE_GRANT = """
    INSERT INTO grants (user_id, site_number, role) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, site_number) DO UPDATE SET role = greatest(grants.role, $3)
"""
_DELETE_GRANT = "DELETE FROM grants WHERE user_id = $1 AND site_number IS NOT DISTINCT FROM $2"
_OWNED = "SELECT EXISTS (SELECT FROM grants WHERE site_number IS NULL AND role = 5)"  # ROLE_OWNER
_DELETE_SESSIONS = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2"
_DELETE_USER = "DELETE FROM users WHERE id = $1 RETURNING id"

_INVITATIONS = """
    SELECT i.*, coalesce(s.id, '') AS site FROM invitations i LEFT JOIN sites s ON s.number = i.site_number
    WHERE i.expires_at > $1
    ORDER BY i.created_at DESC, i.id
"""
_INVITE = """
    INSERT INTO invitations (id, email, site_number, role, secret_sha256, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (email, site_number) DO UPDATE
        SET id = $1, role = $4, secret_sha256 = $5, expires_at = $6, created_at = now()
    RETURNING *, $7 AS site
"""
_FIND_INVITATION = """
    SELECT i.*, coalesce(s.id, '') AS site FROM invitations i LEFT JOIN sites s ON s.number = i.site_number
    WHERE i.secret_sha256 = $1 AND i.expires_at > $2
"""
_USE_INVITATION = """
    DELETE FROM invitations WHERE secret_sha256 = $1 AND expires_at > $2 RETURNING email, site_number, role
"""
_SITE_OF_INVITATION = """
    SELECT coalesce(s.id, '') AS site FROM invitations i LEFT JOIN sites s ON s.number = i.site_number WHERE i.id = $1
"""
_DELETE_INVITATION = "DELETE FROM invitations WHERE id = $1 RETURNING id"
_DELETE_EXPIRED_INVITATIONS = "DELETE FROM invitations WHERE expires_at <= $1"

_INSERT_RESET = """
    INSERT INTO password_resets (user_id, secret_sha256, remove_totp, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id) DO UPDATE SET secret_sha256 = $2, remove_totp = $3, expires_at = $4
"""
_USE_RESET = """
    DELETE FROM password_resets WHERE secret_sha256 = $1 AND expires_at > $2 RETURNING user_id, remove_totp
"""
_RESET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever accepts an invitation: the account that exists, or the password's hash for a new one."""

    known: User | None
    password_hash: str


class PeopleStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def users(self) -> list[account_pb2.User]:
        """Everybody, by e-mail."""
        async with reachable(), self._pool.acquire() as connection:
            grants = grants_by_user(await connection.fetch(GRANTS))
            return [_user(row, grants.get(row["id"], [])) for row in await connection.fetch(_USERS)]

    async def names(self, ids: Sequence[str], site: str) -> dict[str, str]:
        """What people, keys and links are called, by id; what is gone is left out, and so is who has no business at the
        site: its owner learns no stranger's address. "" = every site's."""
        people = [uuid.UUID(id) for id in ids if is_uuid(id)]
        async with reachable(), self._pool.acquire() as connection:
            return {row["id"]: row["name"] for row in await connection.fetch(_NAMES, ids, people, site)}

    async def set_role(self, user_id: uuid.UUID, site: str, role: int, kept_session: str) -> int:
        """Sets a role, or takes it away with 0, and ends the person's sessions but one; the directory's version.

        Raises NOT_FOUND without the site, FAILED_PRECONDITION where nobody would own every site any more.
        """
        async with change(self._pool) as (connection, version):
            number = await _number(connection, site)
            owned = await connection.fetchval(_OWNED)
            if role:
                await connection.execute(_SET_GRANT, user_id, number, role)
            else:
                await connection.execute(_DELETE_GRANT, user_id, number)
            await _require_owner(connection, owned)
            await connection.execute(_DELETE_SESSIONS, user_id, kept_session)
            return version

    async def delete_user(self, user_id: uuid.UUID) -> Changed[bool]:
        """Removes an account with all that is its own; False without one. Raises FAILED_PRECONDITION as set_role."""
        async with change(self._pool) as (connection, version):
            owned = await connection.fetchval(_OWNED)
            gone = await connection.fetchval(_DELETE_USER, user_id) is not None
            await _require_owner(connection, owned)
            return Changed(gone, version)

    async def create_reset(self, user_id: uuid.UUID, secret_sha256: bytes, remove_totp: bool, until_us: int) -> None:
        """In place of an earlier one."""
        async with reachable(), self._pool.acquire() as connection:
            await connection.execute(_INSERT_RESET, user_id, secret_sha256, remove_totp, moment(until_us))

    async def use_reset(self, secret_sha256: bytes, password_hash: str, now_us: int) -> Changed[bool]:
        """Sets the password and ends all sessions of its user; False for an unknown, used or expired secret."""
        async with change(self._pool) as (connection, version):
            row = await connection.fetchrow(_USE_RESET, secret_sha256, moment(now_us))
            if row is None:
                return Changed(False, version)
            await connection.execute(_RESET_PASSWORD, row["user_id"], password_hash)
            await connection.execute(_DELETE_SESSIONS, row["user_id"], "")
            if row["remove_totp"]:
                await connection.execute(DELETE_FACTOR, row["user_id"])
            return Changed(True, version)

    async def invitations(self, now_us: int) -> list[account_pb2.Invitation]:
        """Those that have not expired, newest first."""
        async with reachable(), self._pool.acquire() as connection:
            return [_invitation(row) for row in await connection.fetch(_INVITATIONS, moment(now_us))]

    async def invite(self, wanted: account_pb2.Invitation, secret_sha256: bytes, now_us: int) -> account_pb2.Invitation:
        """The invitation as stored, in place of one of the same e-mail and site. Raises NOT_FOUND without the site."""
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_DELETE_EXPIRED_INVITATIONS, moment(now_us))
            number = await _number(connection, wanted.site)
            expires_at = moment(wanted.expires_at_us)
            values = (wanted.id, wanted.email, number, wanted.role, secret_sha256, expires_at, wanted.site)
            (row,) = await connection.fetch(_INVITE, *values)
            return _invitation(row)

    async def invitation(self, secret_sha256: bytes, now_us: int) -> account_pb2.Invitation | None:
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(_FIND_INVITATION, secret_sha256, moment(now_us))
        return _invitation(row) if row else None

    async def accept(self, secret_sha256: bytes, guest: Guest, opening: Opening, now_us: int) -> Changed[bool]:
        """Uses an invitation up: the account gets the role, and a session is opened.

        False where it is used already, or the account is not any more what it was when its password was checked.
        """
        try:
            async with change(self._pool) as (connection, version):
                row = await connection.fetchrow(_USE_INVITATION, secret_sha256, moment(now_us))
                found = await connection.fetchrow(USER_BY_EMAIL, row["email"]) if row else None
                if row is None or (found is None) is not (guest.known is None):
                    raise _Undone
                user = guest.known or User(uuid.uuid4(), row["email"], guest.password_hash)
                if guest.known is None:
                    await connection.execute(INSERT_USER, user.id, user.email, user.password_hash)
                await connection.execute(_RAISE_GRANT, user.id, row["site_number"], row["role"])
                if not await insert_session(connection, user, opening, now_us):
                    raise _Undone
                return Changed(True, version)
        except _Undone:
            return Changed(False, 0)

    async def delete_invitation(self, id: str, permit: Callable[[str], bool]) -> bool:
        """Takes an invitation back if `permit` says so of its site; False without one."""
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            site = await connection.fetchval(_SITE_OF_INVITATION, id)
            return site is not None and permit(site) and await connection.fetchval(_DELETE_INVITATION, id) is not None


def grants_by_user(rows: Iterable[asyncpg.Record]) -> dict[uuid.UUID, list[account_pb2.Grant]]:
    found: defaultdict[uuid.UUID, list[account_pb2.Grant]] = defaultdict(list)
    for row in rows:
        found[row["user_id"]].append(account_pb2.Grant(site=row["site"], role=row["role"]))
    return found


class _Undone(Exception):
    """Ends a change that did not come about."""


async def _number(connection: Connection, site: str) -> int | None:
    """None stands for every site. Raises NOT_FOUND without such a site."""
    if not site:
        return None
    number = await connection.fetchval(SITE_NUMBER, site)
    if number is None:
        raise unknown_site(site)
    return number


async def _require_owner(connection: Connection, owned: bool | None) -> None:
    if owned and not await connection.fetchval(_OWNED):
        message = "nobody would own every site any more; make somebody else an owner first"
        raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, message, reason="LAST_OWNER")


def _user(row: asyncpg.Record, grants: list[account_pb2.Grant]) -> account_pb2.User:
    return account_pb2.User(
        id=str(row["id"]),
        email=row["email"],
        grants=grants,
        totp=row["totp"],
        created_at_us=microseconds(row["created_at"]),
        last_used_us=microseconds(row["last_used_at"]),
    )


def _invitation(row: asyncpg.Record) -> account_pb2.Invitation:
    return account_pb2.Invitation(
        id=row["id"],
        email=row["email"],
        site=row["site"],
        role=row["role"],
        expires_at_us=microseconds(row["expires_at"]),
        created_at_us=microseconds(row["created_at"]),
    )
