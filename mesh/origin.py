"""The network that a call came from, as a keyed hash: two calls can be told to come from one, nobody learns which.

The gateway hashes the address it sees and seals the hash with the mesh's token; of any other call, the server hashes
the peer's own address. A hash that the gateway did not seal is not believed.
"""

import hmac
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import unquote

HEADER: Final = "analytics-network"
_HASH_BYTES, _SEAL_BYTES = 8, 16
_PREFIX = {4: 24, 6: 48}

_address: ContextVar[str] = ContextVar("address", default="")


def came_from(address: str) -> None:
    """The calls that this task makes from now on are made for somebody at an address."""
    _address.set(address)


class Origin:
    """Hashes and seals with a key of the mesh."""

    def __init__(self, mesh_token: str) -> None:
        self._hashing, self._sealing = (
            hmac.digest(mesh_token.encode(), purpose, "sha256") for purpose in (b"network", b"network's seal")
        )

    def sealed(self) -> str:
        """The header's value for the address of this task; "" where none was told."""
        network = self._hash(_address.get())
        return f"{network}.{self._seal(network)}" if network else ""

    def network(self, header: str, peer: str) -> str:
        """The hash, 16 hex digits: of the header where the gateway sealed it, else of a gRPC peer; "" for neither."""
        network, _, seal = header.partition(".")
        if network and hmac.compare_digest(seal.encode(), self._seal(network).encode()):
            return network
        kind, _, rest = unquote(peer).partition(":")
        return self._hash(rest.rpartition(":")[0].strip("[]")) if kind in ("ipv4", "ipv6") else ""

    def _hash(self, address: str) -> str:
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return ""
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        network = ip_network((parsed, _PREFIX[parsed.version]), strict=False)
        return hmac.digest(self._hashing, str(network).encode(), "sha256")[:_HASH_BYTES].hex()

    def _seal(self, network: str) -> str:
        return hmac.digest(self._sealing, network.encode(), "sha256")[:_SEAL_BYTES].hex()
