"""Secrets at rest: sealed by a key that lives outside the database, so that a heap page or WAL segment reveals nothing.

A sealed secret is the key's id (4 bytes), a nonce (12 bytes) and the AES-256-GCM ciphertext with its tag.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_ID, _NONCE = 4, 12


def derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for another purpose, 32 bytes: who learns one of them learns no other."""
    return hmac.digest(key, b"analytics|" + purpose.encode(), "sha256")


class UnknownKeyError(ValueError):
    """The secret was sealed by another key, or its bytes are damaged."""


class Wrapper:
    """Seals and opens with one 32-byte key. The key's id is public: the first bytes of its SHA-256."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, this one {len(key)}")
        self._cipher = AESGCM(key)
        self.key_id = hashlib.sha256(b"analytics wrap key" + key).digest()[:_ID]

    def wrap(self, secret: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return self.key_id + nonce + self._cipher.encrypt(nonce, secret, self.key_id)

    def unwrap(self, sealed: bytes) -> bytes:
        """The secret. Raises UnknownKeyError if this key did not seal it."""
        key_id, nonce = sealed[:_ID], sealed[_ID : _ID + _NONCE]
        if key_id != self.key_id:
            raise UnknownKeyError(f"sealed by key {key_id.hex()}, this is key {self.key_id.hex()}")
        try:
            return self._cipher.decrypt(nonce, sealed[_ID + _NONCE :], key_id)
        except InvalidTag:
            raise UnknownKeyError(f"damaged bytes under key {key_id.hex()}") from None
