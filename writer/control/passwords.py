"""Passwords by argon2id, and the forms that passwords and e-mail addresses have."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import grpc
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mesh.errors import MeshError, invalid

MAX_EMAIL: Final = 254
MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 1_000
MAX_WAITING: Final = 40
PASSES: Final = 2
MEMORY_KIB: Final = 46 * 1024
"""Twice the passes that OWASP asks for at this memory, on one core: between 50 and 250 ms (`./run bench privacy`), even
where the other cores are busy."""


class Passwords:
    """Hashes and checks in a thread, one at a time: each takes 46 MiB and a core for some 100 ms.

    Raises RESOURCE_EXHAUSTED from every method while 40 wait already.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(PASSES, MEMORY_KIB, parallelism=1)
        self._one = asyncio.Lock()
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password.encode(errors="replace"))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """False for a wrong password and, after as long a time, where there is no hash: nobody learns who exists."""
        self._nobody = self._nobody or await self.hash("nobody's")
        async with self._turn():
            right = await asyncio.to_thread(self._verify, password_hash or self._nobody, password)
        return right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password.encode(errors="replace"))
        except (VerificationError, InvalidHashError):
            return False

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        if self._waiting >= MAX_WAITING:
            message = "many people sign in right now; try again"
            raise MeshError(grpc.StatusCode.RESOURCE_EXHAUSTED, message, retry_after_s=2.0)
        self._waiting += 1
        try:
            async with self._one:
                yield
        finally:
            self._waiting -= 1


def checked_email(email: str, field: str = "email") -> str:
    """The address as stored: lower case. Raises INVALID_ARGUMENT unless it is one of at most 254 characters."""
    email = email.strip().lower()
    name, _, host = email.rpartition("@")
    if not name or not host or len(email) > MAX_EMAIL or any(c.isspace() or c < " " for c in email):
        raise invalid(field, f"give an e-mail address of at most {MAX_EMAIL} characters")
    return email


def checked_password(field: str, password: str) -> None:
    """Raises INVALID_ARGUMENT at the field unless it has 10–1,000 characters."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise invalid(field, f"it has {len(password)} characters; {MIN_PASSWORD}–{MAX_PASSWORD:,} are needed")


def bounded_password(field: str, password: str) -> None:
    """Raises INVALID_ARGUMENT at the field for one that no password can be, before it costs anything."""
    if len(password) > MAX_PASSWORD:
        raise invalid(field, f"it has {len(password)} characters; at most {MAX_PASSWORD:,} are allowed")
