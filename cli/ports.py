"""Ports of one mesh: the defaults where free, else free ones; chosen once and kept while the supervisor lives."""

import errno
import socket
import sys
from collections.abc import Mapping

from cli.errors import Refusal, reason

DEFAULTS = {
    "gateway": 4001,
    "edge": 50051,
    "writer": 50052,
    "query": 50053,
    "realtime": 50054,
    "postgres": 55432,
    "redis": 56379,
    "edge_metrics": 9151,
    "writer_metrics": 9152,
    "query_metrics": 9153,
    "realtime_metrics": 9154,
}


class Ports:
    """A port for each name of DEFAULTS. They stay reserved until `release`."""

    def __init__(self, host: str, required: Mapping[str, int]) -> None:
        """Choose. `required` ports are taken as they are. Raises Refusal if one of them is in use, or if `host` is no
        address of this machine."""
        self.host = host
        self._family, self._address = _resolve(host)
        self._held: list[socket.socket] = []
        self._numbers = {name: self._choose(name, required.get(name)) for name in DEFAULTS}

    def __getitem__(self, name: str) -> int:
        return self._numbers[name]

    def release(self) -> None:
        for held in self._held:
            held.close()

    def _choose(self, name: str, required: int | None) -> int:
        wanted = required or DEFAULTS[name]
        try:
            return self._reserve(wanted)
        except OSError as error:
            if required:
                self.release()
                words = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {reason(error)}"
                raise Refusal(f"port {wanted} for the {name} {words}; choose another with --port") from None
        while True:
            try:
                return self._reserve(0)
            except OSError as error:  # another mesh holds the very port the system offered
                if error.errno != errno.EADDRINUSE:
                    raise

    def _reserve(self, port: int) -> int:
        """Bind without listening: the service can bind beside it, and the system gives the port to no outgoing
        connection meanwhile, so that a service that died finds its port again. Raises OSError if it is taken."""
        bound = socket.socket(self._family)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self._address, port))
            number: int = bound.getsockname()[1]
            if sys.platform == "linux":
                self._announce(number)
                self._held.append(bound)
                return number
        except OSError:
            bound.close()
            raise
        bound.close()  # elsewhere a bound port cannot be bound again
        return number

    def _announce(self, port: int) -> None:
        """Tell other meshes of this machine: two could else choose the same ports before either listens."""
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0analytics-mesh-port-{port}")
        except OSError:
            name.close()
            raise
        self._held.append(name)


def _resolve(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        wanted = socket.AF_INET6 if ":" in host else socket.AF_INET
        family, _, _, _, place = socket.getaddrinfo(host, 0, wanted, socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.bind(place)
    except (OSError, UnicodeError) as error:
        words = reason(error) if isinstance(error, OSError) else "no name"
        raise Refusal(f"ANALYTICS_BIND_HOST: {host!r} is no address of this machine: {words}") from None
    return family, str(place[0])
