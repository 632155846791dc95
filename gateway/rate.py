"""How many events a second one address and one site may send: token buckets in bounded memory.

A bucket of a key fills by `rate` tokens a second up to `burst`; an event takes one. An address is the visitor's as
`client_ip` finds it, so that a forged header makes no new one; of IPv6 its /64, which is what one subscriber has.
"""

import time
from collections.abc import Callable

from gateway.problems import Problem
from mesh.buckets import Levels, subscriber

_MOST_KEYS = 50_000
_LOOPBACK = ("127.", "::1", "::ffff:127.")


class Buckets:
    """A bucket for each key that sent lately."""

    def __init__(
        self, rate: float, burst: float, *, most: int = _MOST_KEYS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst = rate, burst
        self._levels = Levels(now, most)

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: str, tokens: int) -> float:
        """0 if they are taken, else the seconds until they can be. More than a whole burst empties a full bucket."""
        return self._levels.take(key, self._burst, 1 / self._rate, min(tokens, self._burst)) / self._rate


class Rates:
    """The limits of capture. A rate of 0 is none."""

    def __init__(
        self, per_address: float, per_site: float, burst_s: float, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._addresses = Buckets(per_address, per_address * burst_s, now=now) if per_address else None
        self._sites = Buckets(per_site, per_site * burst_s, now=now) if per_site else None

    def check(self, address: str, site: str, events: int) -> None:
        """Raises Problem 429, saying when to come again. This machine itself has no limit of its address."""
        if self._addresses is not None and address and not address.startswith(_LOOPBACK):
            self._refuse(self._addresses.take(subscriber(address) or address, events), "this address")
        if self._sites is not None and site:
            self._refuse(self._sites.take(site, events), "this site")

    def _refuse(self, wait_s: float, who: str) -> None:
        if wait_s:
            raise Problem(429, f"{who} sends too many events; slow down", reason="RATE", retry_after_s=wait_s)
