"""How fast the spool grows. Pure: the clock is passed in."""

from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0
_EVERY_S = 1.0


class Growth:
    """The size over the last minute, at most one sample a second."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, size: int) -> None:
        now = self._clock()
        if self._samples and now - self._samples[-1][0] < _EVERY_S:
            return
        self._samples.append((now, size))
        while now - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()

    def hours_left(self, size: int, limit: int) -> float | None:
        """Hours until `limit` at the window's rate; None while it does not grow, or nothing is known of it."""
        if not self._samples:
            return None
        since, before = self._samples[0]
        took = self._clock() - since
        if took <= 0 or size <= before:
            return None
        return (limit - size) / ((size - before) / took) / 3_600
