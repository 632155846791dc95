"""How often somebody may be wrong: token buckets by whom and from where, in bounded memory.

Only failures cost, so that an office behind one address never waits for its own people. What is known here is lost with
the process and written nowhere.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import grpc

from mesh.buckets import Levels
from mesh.clock import MINUTE, SECOND, NowUs
from mesh.errors import MeshError

MOST_BUCKETS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Failures at once, and the time in which one more is allowed again, microseconds."""

    burst: int
    refill_us: int


ACCOUNT_FROM_ADDRESS: Final = Allowance(10, 30 * SECOND)
ACCOUNT: Final = Allowance(100, 10 * SECOND)
ADDRESS: Final = Allowance(200, SECOND)
CODE: Final = Allowance(10, 5 * MINUTE)
"""Of six digits three are right at a time: a guess a minute or two would do within a year."""


@dataclass(slots=True)
class Attempt:
    """One try. It costs nothing unless `failed` is set."""

    failed: bool = False


Bucket = tuple[str, Allowance]


class Throttle:
    """Buckets by name; those not used for longest leave when there are too many."""

    def __init__(self, now_us: NowUs, most: int = MOST_BUCKETS) -> None:
        self._levels = Levels(now_us, most)

    def __len__(self) -> int:
        return len(self._levels)

    @contextmanager
    def attempt(self, *buckets: Bucket) -> Generator[Attempt]:
        """A try that counts against each bucket while it lasts, so that many at once are no way around.

        Raises RESOURCE_EXHAUSTED with the time to wait where one of them is empty.
        """
        self._take(buckets)
        attempt = Attempt()
        try:
            yield attempt
        finally:
            if not attempt.failed:
                for name, allowance in buckets:
                    self._levels.put(name, min(allowance.burst, self._level(name, allowance) + 1))

    def _take(self, buckets: Sequence[Bucket]) -> None:
        levels = [self._level(name, allowance) for name, allowance in buckets]
        for level, (_, allowance) in zip(levels, buckets, strict=True):
            if level < 1:
                wait_s = (1 - level) * allowance.refill_us / SECOND
                message = "too many failed attempts; wait before the next one"
                raise MeshError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED, message, reason="ATTEMPTS", retry_after_s=max(1.0, wait_s)
                )
        for level, (name, _) in zip(levels, buckets, strict=True):
            self._levels.put(name, level - 1)

    def _level(self, name: str, allowance: Allowance) -> float:
        return self._levels.of(name, allowance.burst, allowance.refill_us)
