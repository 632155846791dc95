"""Does the administrator still have the password that was made at random?"""

import asyncio

import argon2
import asyncpg

_ATTEMPTS = 10
_PAUSE_S = 0.5

DATABASE_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class FirstPassword:
    """The password made at the first start, held against the account it was made for."""

    def __init__(self, database: str, email: str, password: str) -> None:
        self._database = database
        self._email = email
        self._password = password
        self._known: str | None = None

    async def holds(self) -> bool:
        """False once the password was changed or the account is gone.

        A database that is away is asked again for a few seconds, then one of DATABASE_AWAY is raised.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._ask()
            except DATABASE_AWAY:
                await asyncio.sleep(_PAUSE_S)
        return await self._ask()

    async def _ask(self) -> bool:
        connection = await asyncpg.connect(self._database, timeout=5)
        try:
            found = await connection.fetchval("SELECT password_hash FROM users WHERE email = $1", self._email)
        finally:
            await connection.close()
        if found is None:
            return False
        if found != self._known:  # checking takes a tenth of a second: once for each hash
            try:
                argon2.PasswordHasher().verify(found, self._password)
            except argon2.exceptions.VerifyMismatchError:
                return False
            self._known = found
        return True
