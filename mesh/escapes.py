"""The one form that escapes in a page's path have: what is stored, and what people's patterns are compared with."""

import re

_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-._~/!$&'()*+,;=:@]*")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~/!$&'()*+,;=:@\[\]|^{}%?]|%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~[]|^{}")


def readable(text: str) -> str:
    """Escapes in one form: decoded where that is readable and means the same, else upper case."""
    if _PLAIN_PATH.fullmatch(text):
        return text
    return _UNSAFE.sub(_escape_raw, _ESCAPES.sub(_decode, text))


def readable_page(text: str) -> str:
    """A page or a pattern of pages in one form: its path and its route, each by itself."""
    path, mark, route = text.partition("#")
    return readable(path) + mark + readable(route)


def _decode(run: re.Match[str]) -> str:
    text = bytes.fromhex(run[0].replace("%", "")).decode(errors="surrogateescape")
    return "".join(c if c in _UNRESERVED or (c > "\x7f" and c.isprintable()) else _escape(c) for c in text)


def _escape_raw(found: re.Match[str]) -> str:
    return found[0] if found[0] > "\x7f" and found[0].isprintable() else _escape(found[0])


def _escape(character: str) -> str:
    try:
        return "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogateescape"))
    except UnicodeEncodeError:  # half of a pair, which no UTF-8 can hold
        return "%EF%BF%BD"
