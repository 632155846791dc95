"""Token buckets by name in bounded memory, and what counts as one address."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address


class Levels:
    """How many tokens each name has left; those not used for longest leave when there are too many.

    `now` is a clock in any unit; times are in that unit.
    """

    def __init__(self, now: Callable[[], float], most: int) -> None:
        self._now, self._most = now, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def of(self, name: str, burst: float, refill: float) -> float:
        """The tokens of a bucket that holds `burst` and gets one more each `refill`."""
        known = self._left.get(name)
        if known is None:
            return burst
        level, at = known
        return min(burst, level + max(0, self._now() - at) / refill)

    def take(self, name: str, burst: float, refill: float, tokens: float = 1) -> float:
        """0 if they are taken, else how many are lacking: then none is."""
        left = self.of(name, burst, refill)
        lacking = max(0.0, tokens - left)
        self.put(name, left if lacking else left - tokens)
        return lacking

    def put(self, name: str, level: float) -> None:
        self._left[name] = level, self._now()
        self._left.move_to_end(name)
        while len(self._left) > self._most:
            self._left.popitem(last=False)


def subscriber(address: str) -> str:
    """What counts as one address: of IPv6 the network of 64 bits that one subscriber has; "" for what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 64)
    return str(found)
