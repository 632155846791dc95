"""Reads a request's body within a limit, gzip included: what is too large is refused while it comes in."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping

from starlette.types import Receive

from gateway.problems import Problem, bad_request, too_large

_GZIP = 16 + zlib.MAX_WBITS
_PACKED_BYTES = 4 * 1024
_PLAIN_BYTES = 1024 * 1024
_PATIENCE_S = 20.0
_JSON_TYPES = (b"application/json", b"text/plain", b"")


async def read(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The body, at most `limit` bytes as sent and unpacked.

    Raises Problem 413 beyond it, 415 for an encoding other than gzip, 400 for a body that breaks off, 408 for one that
    takes longer than 20 s.
    """
    length = headers.get(b"content-length")
    if length and int(length) > limit:
        raise too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(body, receive, limit)
    elif message["type"] == "http.disconnect":
        raise Problem(400, "the body broke off")
    if len(body) > limit:
        raise too_large(limit)
    encoding = headers.get(b"content-encoding")
    return _unpack(encoding, body, limit) if encoding else body


async def chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body piece by piece. Raises Problem 400 where it breaks off, 408 where 20 s pass without a piece."""
    while True:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                message = await receive()
        except TimeoutError:
            raise Problem(408, "the body came too slowly") from None
        if message["type"] == "http.disconnect":
            raise Problem(400, "the body broke off")
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


class Gunzip:
    """Unpacks gzip as it comes, member after member (RFC 1952, section 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What the next bytes hold, in pieces of at most 1 MiB. Raises Problem 400 for what is no gzip."""
        # in slices, since each member's end copies what is left: many tiny members would take quadratic time
        for start in range(0, len(packed), _PACKED_BYTES):
            rest = packed[start : start + _PACKED_BYTES]
            while rest:
                if self._member.eof:
                    self._member = zlib.decompressobj(_GZIP)
                try:
                    yield self._member.decompress(rest, _PLAIN_BYTES)
                except zlib.error:
                    raise bad_request("", "the body is no gzip, though its content encoding says so") from None
                rest = self._member.unconsumed_tail or self._member.unused_data

    def finish(self) -> None:
        """Raises Problem 400 where a member is not at its end."""
        if not self._member.eof:
            raise bad_request("", "the gzip body breaks off")


def require_json(headers: Mapping[bytes, bytes], allowed: tuple[bytes, ...] = _JSON_TYPES) -> None:
    """Raises Problem 415 for a content type that a body of ours never has."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind not in allowed:
        sent = kind.decode("latin-1")[:100]
        raise Problem(415, f'"{sent}" is not understood; send {" or ".join(t.decode() for t in allowed if t)}')


async def _rest(body: bytes, receive: Receive, limit: int) -> bytes:
    pieces, size = [body], len(body)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            async for piece in chunks(receive):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise too_large(limit)
    except TimeoutError:
        raise Problem(408, "the body came too slowly") from None
    return b"".join(pieces)


def _unpack(encoding: bytes, body: bytes, limit: int) -> bytes:
    if encoding.strip().lower() == b"identity":
        return body
    if encoding.strip().lower() != b"gzip":
        raise Problem(415, f'content encoding "{encoding.decode("latin-1")[:50]}" is not understood; send gzip or none')
    gunzip, plain = Gunzip(), bytearray()
    for piece in gunzip.unpack(body):
        plain += piece
        if len(plain) > limit:
            raise too_large(limit)
    gunzip.finish()
    return bytes(plain)
