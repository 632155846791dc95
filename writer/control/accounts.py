"""People who sign in to the dashboard: passwords by argon2id, sessions known by their hash alone."""

import asyncio
from typing import Any, Final

import grpc
from analytics.v1 import account_pb2, account_pb2_grpc
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mesh.clock import DAY, NowUs
from mesh.errors import MeshError, invalid
from writer.control.keys import digest, new_public_id, new_session_secret
from writer.control.servicer import Refresh
from writer.control.store import ControlStore

Context = grpc.aio.ServicerContext[Any, Any]

SESSION_LIFE_US: Final = 14 * DAY
MAX_EMAIL: Final = 254
MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 1_000


class Passwords:
    """Hashes and checks in a thread, one at a time: each takes 64 MiB and a core for some 50 ms."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._one = asyncio.Lock()
        self._nobody = ""

    async def hash(self, password: str) -> str:
        async with self._one:
            return await asyncio.to_thread(self._hasher.hash, password.encode(errors="replace"))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """False for a wrong password and, after as long a time, where there is no hash: nobody learns who exists."""
        self._nobody = self._nobody or await self.hash("nobody's")
        async with self._one:
            right = await asyncio.to_thread(self._verify, password_hash or self._nobody, password)
        return right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password.encode(errors="replace"))
        except (VerificationError, InvalidHashError):
            return False


class AccountServicer(account_pb2_grpc.AccountServiceServicer):
    """`refresh` brings the writer's own directory up to a change before it is answered."""

    def __init__(self, store: ControlStore, refresh: Refresh, passwords: Passwords, now_us: NowUs) -> None:
        self._store = store
        self._refresh = refresh
        self._passwords = passwords
        self._now_us = now_us

    async def SignIn(self, request: account_pb2.SignInRequest, context: Context) -> account_pb2.SignInResponse:
        email = checked_email(request.email)
        _limited("password", request.password)
        user = await self._store.user_by_email(email)
        right = await self._passwords.matches(user.password_hash if user else None, request.password)
        if user is None or not right:
            raise _unauthenticated("this e-mail address and password do not belong together")
        now_us, secret = self._now_us(), new_session_secret()
        expires_at_us = now_us + SESSION_LIFE_US
        opened = await self._store.open_session(user, new_public_id("ses_"), digest(secret), expires_at_us, now_us)
        if not opened.value:
            raise _unauthenticated("this e-mail address and password do not belong together")
        await self._refresh()
        return account_pb2.SignInResponse(session=secret, expires_at_us=expires_at_us, directory_version=opened.version)

    async def SignOut(self, request: account_pb2.SignOutRequest, context: Context) -> account_pb2.SignOutResponse:
        closed = await self._store.close_session(digest(request.session))
        await self._refresh()
        return account_pb2.SignOutResponse(directory_version=closed.version)

    async def ChangePassword(
        self, request: account_pb2.ChangePasswordRequest, context: Context
    ) -> account_pb2.ChangePasswordResponse:
        _limited("old_password", request.old_password)
        checked_password("new_password", request.new_password)
        session = digest(request.session)
        user = await self._store.user_by_session(session, self._now_us())
        if user is None:
            raise _unauthenticated("this session is unknown or has ended; sign in again")
        if not await self._passwords.matches(user.password_hash, request.old_password):
            raise invalid("old_password", "this is not the current password")
        changed = await self._store.change_password(user, await self._passwords.hash(request.new_password), session)
        if not changed.value:
            raise MeshError(grpc.StatusCode.ABORTED, "the password was changed meanwhile; try again with that one")
        await self._refresh()
        return account_pb2.ChangePasswordResponse(directory_version=changed.version)


def checked_email(email: str) -> str:
    """The address as stored: lower case. Raises INVALID_ARGUMENT unless it is one of at most 254 characters."""
    email = email.strip().lower()
    name, _, host = email.rpartition("@")
    if not name or not host or len(email) > MAX_EMAIL or any(c.isspace() or c < " " for c in email):
        raise invalid("email", f"give an e-mail address of at most {MAX_EMAIL} characters")
    return email


def checked_password(field: str, password: str) -> None:
    """Raises INVALID_ARGUMENT at the field unless it has 10–1,000 characters."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise invalid(field, f"it has {len(password)} characters; {MIN_PASSWORD}–{MAX_PASSWORD:,} are needed")


def _limited(field: str, password: str) -> None:
    if len(password) > MAX_PASSWORD:
        raise invalid(field, f"it has {len(password)} characters; at most {MAX_PASSWORD:,} are allowed")


def _unauthenticated(message: str) -> MeshError:
    return MeshError(grpc.StatusCode.UNAUTHENTICATED, message)
