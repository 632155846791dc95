"""A circuit breaker with half-open probes. Pure: the clock and chance are passed in."""

import random
from collections.abc import Callable


class Breaker:
    """Closed: all may try. Open, after `threshold` failures in a row: none. Half open: one tries, the others wait.

    The pause before a probe doubles with each failed one, from `first_s` to `last_s` seconds, less up to a half by
    chance, so that several edges do not probe at once.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        threshold: int = 2,
        first_s: float = 0.5,
        last_s: float = 2.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.state = "closed"
        self._clock = clock
        self._threshold = threshold
        self._first_s = first_s
        self._last_s = last_s
        self._chance = chance
        self._failures = 0
        self._pause_s = first_s
        self._probe_at = 0.0

    def admits(self) -> bool:
        """May a call be made now? In the open state True once the pause is over, and that call is the probe."""
        if self.state == "closed":
            return True
        if self.due:
            self.state = "half_open"
            return True
        return False

    @property
    def doubts(self) -> bool:
        """Closed, but the last call failed."""
        return self.state == "closed" and self._failures > 0

    @property
    def due(self) -> bool:
        """Open, and the next call would be let through as a probe."""
        return self.state == "open" and self._clock() >= self._probe_at

    def succeeded(self) -> None:
        self.state, self._failures, self._pause_s = "closed", 0, self._first_s

    def failed(self) -> None:
        self._failures += 1
        if self.state == "open" or (self.state == "closed" and self._failures < self._threshold):
            return
        if self.state == "half_open":
            self._pause_s = min(self._pause_s * 2, self._last_s)
        self.state = "open"
        self._probe_at = self._clock() + self._pause_s * (1 - self._chance() / 2)
