"""Who a visitor is: a hash under a salt that lives for a day, or a user's keyed hash.

Salts and keys live in memory and, wrapped, in the database.

The salt of a UTC day serves that day and the next (a visit may run over midnight), then it is destroyed, and nobody can
tell any more whose hashes those were. An import has salts of its own, gone 48 hours after they were made.
"""

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mesh.clock import DAY, NowUs
from writer.wrap import UnknownKeyError, Wrapper

SALT_BYTES = 16
SALT_LIFE_US = 2 * DAY


class SaltKey(NamedTuple):
    """Which salt: a site, a UTC day (days since the epoch), and an import ("" = live traffic)."""

    site_id: int
    day: int
    import_id: str


@dataclass(frozen=True, slots=True)
class StoredSalt:
    """A salt as the database has it."""

    key: SaltKey
    wrapped: bytes
    created_at_us: int


class SecretStore(Protocol):
    """Where salts and site keys are kept."""

    async def salts(self, wanted: list[StoredSalt]) -> list[StoredSalt]:
        """The stored salts of these keys, made from the ones given where there are none."""
        ...

    async def destroy_salts(self, live_before_day: int, imports_before_us: int) -> int:
        """Delete salts that are over; returns how many."""
        ...

    async def site_key(self, site_id: int) -> bytes | None:
        """The wrapped key of a site."""
        ...

    async def any_site_key(self) -> bytes | None:
        """The wrapped key of some site; None while there is no site."""
        ...


def visitor_of(salt: bytes, site_id: int, ip: str, user_agent: str) -> bytes:
    """A visitor of one day: 16 bytes (semantics: "Identity")."""
    return hmac.digest(salt, f"{site_id}|{ip}|{user_agent}".encode(), "sha256")[:16]


def user_hash_of(site_key: bytes, user_id: str) -> bytes:
    """An application's user id as it is stored: 16 bytes."""
    return hmac.digest(site_key, user_id.encode(), "sha256")[:16]


def salt_serves(day: int, now_us: int) -> bool:
    """True while the salt of a UTC day of live traffic may exist. A day ahead is let pass: edges' clocks differ."""
    return now_us < day * DAY + SALT_LIFE_US and day * DAY <= now_us + DAY


class Keyring:
    """Salts and site keys at hand. `ensure` fetches what a batch needs; the look-ups then never wait."""

    def __init__(self, store: SecretStore, wrapper: Wrapper, now_us: NowUs) -> None:
        self._store = store
        self._wrapper = wrapper
        self._now_us = now_us
        self._salts: dict[SaltKey, tuple[bytes, int]] = {}
        self._site_keys: dict[int, bytes] = {}

    async def verify(self) -> None:
        """Raises ValueError if the wrapping key is not the one that the database's secrets are wrapped with."""
        wrapped = await self._store.any_site_key()
        try:
            if wrapped:
                self._wrapper.unwrap(wrapped)
        except UnknownKeyError as error:
            raise ValueError(f"ANALYTICS_WRAP_KEY: not the key of this database: {error}") from None

    async def ensure(self, salts: Iterable[SaltKey], sites_with_users: Iterable[int]) -> None:
        """Have these at hand. A live day's salt that is over is not made again."""
        now = self._now_us()
        missing = [key for key in set(salts) if key not in self._salts and (key.import_id or salt_serves(key.day, now))]
        if missing:
            fresh = [StoredSalt(key, self._wrapper.wrap(os.urandom(SALT_BYTES)), now) for key in sorted(missing)]
            for stored in await self._store.salts(fresh):
                over = (stored.created_at_us if stored.key.import_id else stored.key.day * DAY) + SALT_LIFE_US
                self._salts[stored.key] = (self._wrapper.unwrap(stored.wrapped), over)
        for site_id in set(sites_with_users) - self._site_keys.keys():
            wrapped = await self._store.site_key(site_id)
            if wrapped is not None:
                self._site_keys[site_id] = self._wrapper.unwrap(wrapped)

    def visitor(self, key: SaltKey, ip: str, user_agent: str) -> bytes | None:
        """The visitor under a salt; None where that salt is gone."""
        salt, over = self._salts.get(key, (b"", 0))
        if self._now_us() >= over:
            return None
        return visitor_of(salt, key.site_id, ip, user_agent)

    def user_hash(self, site_id: int, user_id: str) -> bytes | None:
        """The user's hash; None for a site without a key."""
        key = self._site_keys.get(site_id)
        return user_hash_of(key, user_id) if key else None

    async def destroy_old(self) -> int:
        """Forget salts that are over, here and in the database; returns how many the database had."""
        now = self._now_us()
        for key in [key for key, (_, over) in self._salts.items() if now >= over]:
            del self._salts[key]
        return await self._store.destroy_salts(now // DAY - 1, now - SALT_LIFE_US)
