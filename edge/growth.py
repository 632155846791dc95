"""How fast the spool grows towards its limits. Pure: the clock is passed in."""

from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0
_EVERY_S = 1.0


class Growth:
    """Chunks and bytes over the last minute, at most one sample a second."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int, int]] = deque()

    def note(self, entries: int, size: int) -> None:
        now = self._clock()
        if self._samples and now - self._samples[-1][0] < _EVERY_S:
            return
        self._samples.append((now, entries, size))
        while now - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()

    def hours_left(self, entries: int, most_entries: int, size: int, most_bytes: int) -> float | None:
        """Hours until the first of both limits at the window's rate; None while neither grows, or nothing is known."""
        if not self._samples:
            return None
        since, entries_before, size_before = self._samples[0]
        took = self._clock() - since
        if took <= 0:
            return None
        grown = ((entries, entries_before, most_entries), (size, size_before, most_bytes))
        return min(
            ((most - now) / ((now - before) / took) / 3_600 for now, before, most in grown if now > before),
            default=None,
        )
