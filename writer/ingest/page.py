"""What a URL says of the page: its host and its path, in one form for each page.

Hosts are kept in ASCII (`xn--…`), as browsers send them: one form for each host, equal to what DNS and a site's
domains say, and no look-alike of another alphabet passes for a known name. Paths are kept as an address bar shows
them: `/caf%C3%A9` and `/café` are the one page `/café`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

import idna

from mesh.escapes import readable

MAX_PATH: Final = 2_000
MAX_URL: Final = 8_192  # beyond it nothing is read: four times what the edge lets pass
MAX_HOST: Final = 255
_DEFAULT_PORTS = {"http": "80", "https": "443"}

# RFC 3986, appendix B, with the backslash ending an authority as WHATWG's URL standard has it. Linear, never fails.
_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?:[/\\]{2}([^/?#\\]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.S)
_ASCII_HOST = re.compile(r"[a-z0-9._\-]+|\[[0-9a-f:.]+\]")
_CUT_ESCAPE = re.compile(r"%[0-9A-Fa-f]?$")


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a URL as they stand in it; the scheme in lower case, the host normalised, the port as written."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


@dataclass(frozen=True, slots=True)
class Page:
    """`hostname` with a port where it is not the scheme's default, ≤ 255 characters; `path` ≤ 2,000 characters.

    `plain` is the path without any query, and `host` the host without its port: what a site's patterns and lists mean.
    """

    hostname: str
    path: str
    host: str
    plain: str


def split(url: str) -> Url:
    """The parts of any text that may be a URL. Never raises; what is missing is empty."""
    match = _URL.match(url[:MAX_URL].strip())
    scheme, authority, path, query, fragment = match.groups(default="") if match else ("", "", "", "", "")
    host, port = _authority(authority.rpartition("@")[2][: MAX_HOST + 8]) if authority else ("", "")
    return Url(scheme.lower(), host, port, path, query, fragment)


def page_of(url: str, kept_parameters: tuple[str, ...], hash_routing: bool) -> Page:
    """The page that a URL shows (semantics: "Page").

    The query is dropped but for `kept_parameters`, which come in that order whatever the URL's order was; the
    fragment (without a query of its own) counts with `hash_routing` alone. Not a page at all (`data:`,
    `javascript:`, `mailto:`): both parts are empty.
    """
    parts = split(url)
    if parts.scheme and not parts.host and parts.scheme not in ("file", "http", "https"):
        return Page("", "", "", "")
    plain = readable(_without_dots(parts.path.replace("\\", "/")))
    if not plain.startswith("/"):
        plain = "/" + plain
    path = plain + _kept(parts.query, kept_parameters)
    if hash_routing and parts.fragment:
        route, _, query = parts.fragment.partition("?")
        route = "#" + readable(route)
        plain += route
        path += route + _kept(query, kept_parameters)
    port = parts.port if parts.port != _DEFAULT_PORTS.get(parts.scheme, "") else ""
    hostname = f"{parts.host}:{port}"[:MAX_HOST] if port and parts.host else parts.host
    return Page(hostname, _cut(path), parts.host, _cut(plain))


def host_of(url: str) -> str:
    """The host of a URL without its port: lower case, ASCII; "" where there is none."""
    return split(url).host


def is_own_host(host: str, own_hosts: frozenset[str]) -> bool:
    """True if a host is one of the site's or lies below one; `www.` on either side makes no difference."""
    while host:
        if host in own_hosts or f"www.{host}" in own_hosts:
            return True
        host = host.partition(".")[2]
    return False


def ascii_host(host: str) -> str:
    """A host in its one form: lower case, `xn--…` for other alphabets, no trailing dot; "" if it is no host."""
    host = host.strip().lower().rstrip(".")[:MAX_HOST]
    if _ASCII_HOST.fullmatch(host):
        return host
    try:
        return idna.encode(unicodedata.normalize("NFC", host), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""


def _cut(path: str) -> str:
    return path if len(path) <= MAX_PATH else _CUT_ESCAPE.sub("", path[:MAX_PATH])


@lru_cache(4_096)
def _authority(authority: str) -> tuple[str, str]:
    """Host and port of an authority without its user."""
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        host, port = authority, ""
    port = port.lstrip("0") if port.isdecimal() and port.isascii() and len(port) <= 6 else ""
    return ascii_host(host), port


def _kept(query: str, keys: tuple[str, ...]) -> str:
    if not query or not keys:
        return ""
    pairs = [(unquote_plus(key), key + sign + value) for key, sign, value in _pairs(query)]
    kept = [readable(pair) for wanted in keys for key, pair in pairs if key == wanted]
    return "?" + "&".join(kept) if kept else ""


def _pairs(query: str) -> list[tuple[str, str, str]]:
    return [pair.partition("=") for pair in query[:MAX_PATH].split("&")]


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
