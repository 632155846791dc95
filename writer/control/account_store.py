"""The SQL of people's own accounts: how they sign in, their sessions, their second factor."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from analytics.v1 import account_pb2

from writer.control.changes import Changed, Connection, Pool, change, microseconds, moment, reachable
from writer.wrap import Wrapper

USER_BY_EMAIL = "SELECT id, email, password_hash FROM users WHERE email = $1"
_USER = "SELECT id, email, password_hash FROM users WHERE id = $1"
_USER_BY_SESSION = """
    SELECT u.id, u.email, u.password_hash, s.id AS session FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.secret_sha256 = $1 AND s.expires_at > $2
"""
_SET_PASSWORD = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id"
_INSERT_SESSION = """
    INSERT INTO sessions (id, user_id, secret_sha256, expires_at, label, last_used_at, created_at)
    SELECT $1, u.id, $4, $5, $6, date_trunc('hour', $7::timestamptz, 'UTC'), $7
    FROM users u WHERE u.id = $2 AND u.password_hash = $3
    RETURNING id
"""  # nothing comes back if the password was changed while it was being checked
_DELETE_SESSION = "DELETE FROM sessions WHERE secret_sha256 = $1 RETURNING id"
_DELETE_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1"
_RENEW_SESSION = "UPDATE sessions SET secret_sha256 = $2, expires_at = $3 WHERE id = $1 RETURNING user_id"
_DELETE_OTHER_SESSIONS = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2"
_REVOKE_SESSION = "DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING id"
_SESSIONS = "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id"
_NOTE_USE = """
    UPDATE sessions SET last_used_at = date_trunc('hour', $2::timestamptz, 'UTC')
    WHERE id = $1 AND last_used_at < date_trunc('hour', $2::timestamptz, 'UTC')
"""
_FACTOR = "SELECT * FROM second_factors WHERE user_id = $1"
_BEGIN_FACTOR = """
    INSERT INTO second_factors (user_id, secret_wrapped) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET secret_wrapped = $2 WHERE NOT second_factors.confirmed
    RETURNING user_id
"""
_CONFIRM_FACTOR = """
    UPDATE second_factors SET confirmed = true, last_step = $2, recovery_sha256 = $3
    WHERE user_id = $1 AND NOT confirmed AND last_step < $2
    RETURNING user_id
"""
_USE_STEP = """
    UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND confirmed AND last_step < $2 RETURNING user_id
"""
_USE_RECOVERY = """
    UPDATE second_factors SET recovery_sha256 = array_remove(recovery_sha256, $2)
    WHERE user_id = $1 AND confirmed AND $2 = ANY (recovery_sha256)
    RETURNING user_id
"""
_RENEW_RECOVERY = "UPDATE second_factors SET recovery_sha256 = $2 WHERE user_id = $1 AND confirmed RETURNING user_id"
DELETE_FACTOR = "DELETE FROM second_factors WHERE user_id = $1 RETURNING user_id"


@dataclass(frozen=True, slots=True)
class User:
    """A person as sign-in sees one. `session` is the id of the session by which they were found."""

    id: uuid.UUID
    email: str
    password_hash: str
    session: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A session to open. Of its secret only the hash is known here."""

    id: str
    secret_sha256: bytes
    expires_at_us: int
    label: str


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor. Until it is confirmed it is asked for nowhere."""

    secret: bytes
    confirmed: bool
    recovery_codes: int


class AccountStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool, wrapper: Wrapper) -> None:
        self._pool = pool
        self._wrapper = wrapper

    async def user_by_email(self, email: str) -> User | None:
        return await self._user(USER_BY_EMAIL, email)

    async def user(self, id: str) -> User | None:
        return await self._user(_USER, uuid.UUID(id))

    async def user_by_session(self, secret_sha256: bytes, now_us: int) -> User | None:
        """The user of a session that has not expired."""
        return await self._user(_USER_BY_SESSION, secret_sha256, moment(now_us))

    async def open_session(self, user: User, opening: Opening, now_us: int, replaced_sha256: bytes) -> Changed[bool]:
        """Opens a session, ends the one it replaces and forgets expired ones.

        False if the user's password has changed meanwhile.
        """
        async with change(self._pool) as (connection, version):
            await connection.execute(_DELETE_EXPIRED_SESSIONS, moment(now_us))
            await connection.execute(_DELETE_SESSION, replaced_sha256)
            return Changed(await insert_session(connection, user, opening, now_us), version)

    async def close_session(self, secret_sha256: bytes) -> Changed[bool]:
        async with change(self._pool) as (connection, version):
            return Changed(await connection.fetchval(_DELETE_SESSION, secret_sha256) is not None, version)

    async def sessions(self, user_id: str, now_us: int) -> list[account_pb2.Session]:
        """A person's sessions that have not expired, newest first."""
        async with reachable(), self._pool.acquire() as connection:
            return [_session(row) for row in await connection.fetch(_SESSIONS, uuid.UUID(user_id), moment(now_us))]

    async def revoke_session(self, user_id: str, id: str) -> Changed[bool]:
        """False if the person has no such session."""
        async with change(self._pool) as (connection, version):
            return Changed(await connection.fetchval(_REVOKE_SESSION, uuid.UUID(user_id), id) is not None, version)

    async def revoke_others(self, user_id: str, kept: str) -> int:
        """Ends all sessions of a person but one; the directory's version."""
        async with change(self._pool) as (connection, version):
            await connection.execute(_DELETE_OTHER_SESSIONS, uuid.UUID(user_id), kept)
            return version

    async def note_use(self, session: str, now_us: int) -> None:
        """Remembers the hour in which a session was used."""
        async with reachable(), self._pool.acquire() as connection:
            await connection.execute(_NOTE_USE, session, moment(now_us))

    async def change_password(self, user: User, password_hash: str, renewed: Opening) -> Changed[bool]:
        """Sets a password, renews the session and ends the user's others; False if it has changed meanwhile."""
        async with change(self._pool) as (connection, version):
            if await connection.fetchval(_SET_PASSWORD, user.id, user.password_hash, password_hash) is None:
                return Changed(False, version)
            await _renew(connection, renewed)
            return Changed(True, version)

    async def factor(self, user_id: uuid.UUID) -> Factor | None:
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(_FACTOR, user_id)
        if row is None:
            return None
        return Factor(self._wrapper.unwrap(row["secret_wrapped"]), row["confirmed"], len(row["recovery_sha256"]))

    async def begin_factor(self, user_id: uuid.UUID, secret: bytes) -> bool:
        """Keeps a secret to be confirmed; False if there is a confirmed one."""
        async with reachable(), self._pool.acquire() as connection:
            return await connection.fetchval(_BEGIN_FACTOR, user_id, self._wrapper.wrap(secret)) is not None

    async def confirm_factor(
        self, user_id: uuid.UUID, step: int, recovery: Sequence[bytes], renewed: Opening
    ) -> Changed[bool]:
        """The factor holds from now on; renews the session and ends the user's others. False if it held already."""
        async with change(self._pool) as (connection, version):
            if await connection.fetchval(_CONFIRM_FACTOR, user_id, step, list(recovery)) is None:
                return Changed(False, version)
            await _renew(connection, renewed)
            return Changed(True, version)

    async def remove_factor(self, user_id: uuid.UUID, renewed: Opening) -> int:
        """Takes the factor away, renews the session and ends the user's others; the directory's version."""
        async with change(self._pool) as (connection, version):
            await connection.execute(DELETE_FACTOR, user_id)
            await _renew(connection, renewed)
            return version

    async def use_step(self, user_id: uuid.UUID, step: int) -> bool:
        """Takes the code of a time step; False if it, or a later one, was taken before."""
        async with reachable(), self._pool.acquire() as connection:
            return await connection.fetchval(_USE_STEP, user_id, step) is not None

    async def use_recovery_code(self, user_id: uuid.UUID, code_sha256: bytes) -> bool:
        """Takes a recovery code; False if there is no such one left."""
        async with reachable(), self._pool.acquire() as connection:
            return await connection.fetchval(_USE_RECOVERY, user_id, code_sha256) is not None

    async def renew_recovery_codes(self, user_id: uuid.UUID, codes: Sequence[bytes]) -> bool:
        async with reachable(), self._pool.acquire() as connection:
            return await connection.fetchval(_RENEW_RECOVERY, user_id, list(codes)) is not None

    async def _user(self, query: str, *values: object) -> User | None:
        async with reachable(), self._pool.acquire() as connection:
            row = await connection.fetchrow(query, *values)
        return User(row["id"], row["email"], row["password_hash"], row.get("session", "")) if row else None


async def insert_session(connection: Connection, user: User, opening: Opening, now_us: int) -> bool:
    """A new session; False if the user's password is another by now."""
    expires_at = moment(opening.expires_at_us)
    values = (opening.id, user.id, user.password_hash, opening.secret_sha256, expires_at, opening.label, moment(now_us))
    return await connection.fetchval(_INSERT_SESSION, *values) is not None


async def _renew(connection: Connection, renewed: Opening) -> None:
    """A session's new secret, after which nothing that was open before is worth anything."""
    expires_at = moment(renewed.expires_at_us)
    user_id = await connection.fetchval(_RENEW_SESSION, renewed.id, renewed.secret_sha256, expires_at)
    if user_id is not None:
        await connection.execute(_DELETE_OTHER_SESSIONS, user_id, renewed.id)


def _session(row: asyncpg.Record) -> account_pb2.Session:
    return account_pb2.Session(
        id=row["id"],
        label=row["label"],
        created_at_us=microseconds(row["created_at"]),
        last_used_us=microseconds(row["last_used_at"]),
        expires_at_us=microseconds(row["expires_at"]),
    )
