"""Chunks: up to 500 envelopes, compressed, then sealed, with a header in clear that the seal covers too.

    key id (8 bytes) | envelopes (uint32) | spooled at (int64, µs) | nonce (12 bytes) | AES-256-GCM(zstd(IngestRequest))

The nonce is random and names the chunk. Redis' file is a disk, so nothing of an envelope is in clear.
"""

import hashlib
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard
from analytics.v1 import ingest_pb2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError

CHUNK_EVENTS = 500
HEADER_BYTES = 32
_HEADER = struct.Struct(">8sIq12s")


class Unopenable(Exception):
    """A chunk that cannot be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What can be told of a chunk without opening it. `raw` names it."""

    raw: bytes
    key_id: bytes
    envelopes: int
    spooled_at_us: int

    @classmethod
    def of(cls, chunk: bytes) -> "Header":
        """Raises Unopenable if the chunk is too short for a header or its count is impossible."""
        if len(chunk) < HEADER_BYTES:
            raise Unopenable(f"it has {len(chunk)} bytes, less than a header")
        raw = chunk[:HEADER_BYTES]
        key_id, envelopes, spooled_at_us, _ = _HEADER.unpack(raw)
        if not 1 <= envelopes <= CHUNK_EVENTS:
            raise Unopenable(f"its header counts {envelopes} envelopes")
        return cls(raw, key_id, envelopes, spooled_at_us)


class Sealer:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).digest()[:8]: AESGCM(key) for key in keys}
        self._key_id = next(iter(self._keys))
        self._pack = zstandard.ZstdCompressor(level=3)
        self._unpack = zstandard.ZstdDecompressor()

    def seal(self, envelopes: Sequence[bytes], spooled_at_us: int) -> bytes:
        nonce = os.urandom(12)
        header = _HEADER.pack(self._key_id, len(envelopes), spooled_at_us, nonce)
        content = ingest_pb2.IngestRequest(envelopes=envelopes).SerializeToString()
        return header + self._keys[self._key_id].encrypt(nonce, self._pack.compress(content), header)

    def open(self, chunk: bytes) -> list[bytes]:
        """The envelopes of a chunk. Raises Unopenable for an unknown key, a changed byte, or a wrong count."""
        header = Header.of(chunk)
        cipher = self._keys.get(header.key_id)
        if cipher is None:
            raise Unopenable(f"its key {header.key_id.hex()} is unknown (ANALYTICS_SEAL_KEYS_RETIRED can name it)")
        try:
            packed = cipher.decrypt(header.raw[-12:], chunk[HEADER_BYTES:], header.raw)
            content = self._unpack.decompress(packed)
            envelopes = list(ingest_pb2.IngestRequest.FromString(content).envelopes)
        except (InvalidTag, zstandard.ZstdError, DecodeError) as error:
            raise Unopenable(f"it is damaged ({type(error).__name__})") from error
        if len(envelopes) != header.envelopes:
            raise Unopenable(f"its header counts {header.envelopes} envelopes, it holds {len(envelopes)}")
        return envelopes
