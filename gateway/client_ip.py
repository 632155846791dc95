"""The visitor's address: the peer's, or the right-most hop that no trusted proxy vouches for.

What stands further left in `X-Forwarded-For` or `Forwarded` was written by the visitor and is never believed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from gateway.settings import Network

_FORWARDED_FOR = re.compile(r'(?:^|[;,\s])for\s*=\s*("[^"]*"|[^;,\s]+)', re.IGNORECASE)
_ADDRESS = re.compile(r"\[([0-9A-Fa-f:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+)(?::\d+)?|([0-9A-Fa-f:.]+)")


class ClientAddress:
    """Finds the visitor behind the proxies of given networks."""

    def __init__(self, trusted: Iterable[Network]) -> None:
        self._trusted = tuple(trusted)
        self.is_trusted = lru_cache(4_096)(self._is_trusted) if self._trusted else _nobody

    def of(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The visitor's address as text; the peer's own unless the peer is a trusted proxy that names a hop."""
        if not self.is_trusted(peer):
            return peer
        found = peer
        for hop in _hops(headers):
            address = _parse(hop)
            if address is None:
                break
            found = address
            if not self.is_trusted(address):
                break
        return found

    def _is_trusted(self, text: str) -> bool:
        try:
            address = _unmapped(ip_address(text))
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _nobody(_text: str) -> bool:
    return False


def forwarded_scheme(headers: Mapping[bytes, bytes]) -> str:
    """`https` where the nearest proxy says so by X-Forwarded-Proto; ask only behind a trusted one."""
    return headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower().decode("latin-1")


def _hops(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """Hops, the nearest first. `Forwarded` counts only where there is no `X-Forwarded-For`."""
    pairs = list(headers)
    plain = b",".join(value for name, value in pairs if name == b"x-forwarded-for").decode("latin-1")
    if plain:
        yield from (hop.strip() for hop in reversed(plain.split(",")))
        return
    standard = b",".join(value for name, value in pairs if name == b"forwarded").decode("latin-1")
    yield from (hop.strip('"') for hop in reversed(_FORWARDED_FOR.findall(standard)))


def _parse(hop: str) -> str | None:
    found = _ADDRESS.fullmatch(hop)
    if found is None:
        return None
    try:
        return str(_unmapped(ip_address(found[1] or found[2] or found[3])))
    except ValueError:
        return None


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return getattr(address, "ipv4_mapped", None) or address
