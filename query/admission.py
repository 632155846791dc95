"""Who may ask now: a few questions at once, few of them of one site or key, the others in a queue with an end.

Those that wait go on in the order they came, but for those whose site or key has its share running already: they are
passed over until it has not. So a key that sends a hundred questions delays its own.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import grpc

from mesh.errors import MeshError


@dataclass(frozen=True, slots=True)
class Limits:
    """How many questions run at once in all, of one site and of one key, and how many more may wait."""

    at_once: int
    per_site: int
    per_key: int
    waiting: int


@dataclass(eq=False, slots=True)
class _Turn:
    site: tuple[str, int]
    key: tuple[str, str]
    comes: asyncio.Future[None]


class Admission:
    """Gives turns. Of one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running = 0
        self._shares: Counter[tuple[str, int | str]] = Counter()
        self._queue: deque[_Turn] = deque()

    @contextlib.asynccontextmanager
    async def turn(self, site: int, key: str) -> AsyncGenerator[None]:
        """Wait for a turn and hold it. Raises RESOURCE_EXHAUSTED where too many wait already."""
        turn = _Turn(("site", site), ("key", key), asyncio.get_running_loop().create_future())
        self._queue.append(turn)
        self._admit()
        if not turn.comes.done() and len(self._queue) > self._limits.waiting:
            self._queue.remove(turn)
            raise _full(self._limits.waiting)
        try:
            await turn.comes
            yield
        finally:
            if turn in self._queue:
                self._queue.remove(turn)  # its caller went away while it waited
            else:
                self._leave(turn)

    def _admit(self) -> None:
        for turn in list(self._queue):
            if self._running >= self._limits.at_once:
                return
            of_site, of_key = self._shares[turn.site], self._shares[turn.key]
            if of_site < self._limits.per_site and of_key < self._limits.per_key:
                self._queue.remove(turn)
                self._running += 1
                self._shares.update((turn.site, turn.key))
                if not turn.comes.done():
                    turn.comes.set_result(None)

    def _leave(self, turn: _Turn) -> None:
        self._running -= 1
        self._shares.subtract((turn.site, turn.key))
        self._shares = +self._shares  # without those that are at 0
        self._admit()


def _full(waiting: int) -> MeshError:
    return MeshError(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        f"{waiting} questions wait already (ANALYTICS_QUERY_QUEUE); ask again soon",
        reason="QUERY_QUEUE_FULL",
        retry_after_s=1.0,
    )
