"""The lists among a site's settings: each entry checked and put in one form, errors naming the entry at fault."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from mesh.errors import MeshError, invalid
from writer.ingest.page import ascii_host, host_of
from writer.ingest.pattern import Pattern
from writer.ingest.rules import network_of

MAX_ENTRIES: Final = 100
MAX_PARAMETERS: Final = 20

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def hosts(field: str, given: Iterable[str]) -> list[str]:
    """Hosts in ASCII and without `www.`. Raises INVALID_ARGUMENT at `site.FIELD[n]`, as the others do."""
    return _each(field, given, _host)


def networks(field: str, given: Iterable[str]) -> list[str]:
    """Addresses as they are, networks in CIDR form."""
    return _each(field, given, _network)


def patterns(field: str, given: Iterable[str]) -> list[str]:
    """Patterns of paths, their escapes as pages have them."""
    return _each(field, given, _pattern)


def countries(field: str, given: Iterable[str]) -> list[str]:
    """ISO 3166-1 alpha-2 in upper case."""
    return _each(field, given, _country)


def parameters(field: str, given: Iterable[str]) -> list[str]:
    """Keys of a query."""
    return _each(field, given, _parameter, MAX_PARAMETERS)


def quoted(text: str) -> str:
    """A value as a message quotes it: its first 64 characters."""
    return f'"{text[:64]}"' + ("…" if len(text) > 64 else "")


def wrong(field: str, message: str) -> MeshError:
    return invalid(f"site.{field}", message)


def _each(field: str, given: Iterable[str], form: Callable[[str, str], str], most: int = MAX_ENTRIES) -> list[str]:
    """Each entry once, in the order given."""
    entries = list(given)
    if len(entries) > most:
        raise wrong(field, f"{len(entries)} are given, at most {most} are allowed")
    return list(dict.fromkeys(form(entry, f"{field}[{at}]") for at, entry in enumerate(entries)))


def _host(name: str, field: str) -> str:
    host = ascii_host(name)
    if "://" in name or "/" in name:
        raise wrong(field, f"{quoted(name)} is a URL; give the host alone: {host_of(name) or 'example.com'}")
    if name.startswith("*."):
        raise wrong(field, f"{quoted(name)}: subdomains belong to a domain; give {name[2:66]}")
    if not host or ".." in host or host[0] in ".-":
        raise wrong(field, f"{quoted(name)} is no host name; give one like example.com, without port and path")
    return host.removeprefix("www.")


def _network(text: str, field: str) -> str:
    try:
        network = network_of(text)
    except ValueError as error:
        said = "has bits beyond its prefix" if "host bits" in str(error) else "is neither an address nor a network"
        raise wrong(field, f"{quoted(text)} {said}; give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48") from None
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _pattern(text: str, field: str) -> str:
    try:
        return Pattern.of(text).text
    except ValueError as error:
        raise wrong(field, f"{quoted(text)} {error}; give one like /admin/*") from None


def _country(text: str, field: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise wrong(field, f"{quoted(text)} is no code of two letters such as DE")
    return text.upper()


def _parameter(name: str, field: str) -> str:
    if not 1 <= len(name) <= 100 or _CONTROL.search(name) or set(name) & set("&=#"):
        raise wrong(field, f"{quoted(name)} is not a query key of 1–100 characters")
    return name
