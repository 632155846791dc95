"""Time as every service counts it: microseconds since the epoch, UTC. Passed in, so that tests can move it."""

import time
from collections.abc import Callable

NowUs = Callable[[], int]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now_us() -> int:
    """Microseconds since the epoch by the machine's clock."""
    return time.time_ns() // 1_000
