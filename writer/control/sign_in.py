"""Proving who somebody is: a password, a code where the account has a second factor, and patience after failures."""

import uuid
from typing import Final

import grpc

from mesh.buckets import subscriber
from mesh.clock import DAY, NowUs
from mesh.errors import MeshError
from writer.control.account_store import AccountStore, Opening, User
from writer.control.keys import digest, new_public_id, new_session_secret
from writer.control.passwords import Passwords, bounded_password
from writer.control.second_factor import normal, step_of
from writer.control.throttle import ACCOUNT, ACCOUNT_FROM_ADDRESS, ADDRESS, CODE, Throttle
from writer.ingest.device import ClientHints, device_of

SESSION_LIFE_US: Final = 14 * DAY
_STRANGERS: Final = "this e-mail address and password do not belong together"


class SignIn:
    """Checks what people prove themselves with."""

    def __init__(self, store: AccountStore, passwords: Passwords, throttle: Throttle, now_us: NowUs) -> None:
        self._store = store
        self._passwords = passwords
        self._throttle = throttle
        self._now_us = now_us

    async def by_email(self, email: str, password: str, code: str, address: str) -> User:
        """The account. Raises UNAUTHENTICATED, in words and time alike for an unknown address and a wrong password;
        RESOURCE_EXHAUSTED after many failures.
        """
        bounded_password("password", password)
        place = subscriber(address)
        buckets = (
            (f"account {email} {place}", ACCOUNT_FROM_ADDRESS),
            (f"account {email}", ACCOUNT),
            (f"address {place}", ADDRESS),
        )
        with self._throttle.attempt(*buckets) as attempt:
            user = await self._store.user_by_email(email)
            right = await self._passwords.matches(user.password_hash if user else None, password)
            if user is None or not right:
                attempt.failed = True
                raise unauthenticated(_STRANGERS)
        await self.second_factor(user.id, code)
        return user

    async def password_of(self, user: User, field: str, password: str) -> None:
        """Asks who is signed in once more. Raises INVALID_ARGUMENT at the field for a wrong password."""
        bounded_password(field, password)
        with self._throttle.attempt((f"account {user.email}", ACCOUNT)) as attempt:
            if not await self._passwords.matches(user.password_hash, password):
                attempt.failed = True
                message = "this is not the current password"
                raise MeshError(grpc.StatusCode.INVALID_ARGUMENT, message, field=field)

    async def second_factor(self, user_id: uuid.UUID, code: str) -> None:
        """Takes a code, or a recovery code, where the account has a second factor.

        Raises UNAUTHENTICATED with reason TOTP for a missing or wrong code, and for one that was taken before.
        """
        factor = await self._store.factor(user_id)
        if factor is None or not factor.confirmed:
            return
        code = normal(code)
        if not code:
            raise unauthenticated("a code from the account's app is needed, too", "TOTP")
        with self._throttle.attempt((f"code {user_id}", CODE)) as attempt:
            if code.isascii() and code.isdigit() and len(code) == 6:
                step = step_of(factor.secret, code, self._now_us())
                taken = step > 0 and await self._store.use_step(user_id, step)
            else:
                taken = await self._store.use_recovery_code(user_id, digest(code))
            if not taken:
                attempt.failed = True
                raise unauthenticated("this code is wrong, or was used before; wait for the next one", "TOTP")

    def opening(self, user_agent: str) -> tuple[Opening, str]:
        """A session to open, and its secret."""
        secret = new_session_secret()
        device = device_of(user_agent, ClientHints()) if user_agent else None
        label = " on ".join(filter(None, (device.browser, device.os))) if device else ""
        expires_at_us = self._now_us() + SESSION_LIFE_US
        return Opening(new_public_id("ses_"), digest(secret), expires_at_us, label), secret

    def renewal(self, session: str) -> tuple[Opening, str]:
        """The same session with another secret, which nobody has seen before."""
        secret = new_session_secret()
        return Opening(session, digest(secret), self._now_us() + SESSION_LIFE_US, ""), secret


def unauthenticated(message: str, reason: str = "") -> MeshError:
    return MeshError(grpc.StatusCode.UNAUTHENTICATED, message, reason=reason)
