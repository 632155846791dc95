"""Receipts of erasures: compact JWS (RFC 7515) signed with EdDSA, so that anybody with the public key can check one.

The signing key is derived from the key that wraps secrets, which lies outside the database.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_TYPE = "erasure-receipt+jws"


class WrongReceiptError(ValueError):
    """No receipt of this mesh, or a changed one; the message says which."""


class Receipts:
    """Signs and checks with one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        public = self._key.public_key()
        self._public = public
        self._head = {
            "alg": "EdDSA",
            "typ": _TYPE,
            "jwk": {"kty": "OKP", "crv": "Ed25519", "x": _text(public.public_bytes(Encoding.Raw, PublicFormat.Raw))},
        }

    def sign(self, content: Mapping[str, Any]) -> str:
        signed = f"{_json(self._head)}.{_json(content)}"
        return f"{signed}.{_text(self._key.sign(signed.encode()))}"

    def read(self, receipt: str) -> dict[str, Any]:
        """The content. Raises WrongReceiptError."""
        signed, _, signature = receipt.strip().rpartition(".")
        head, _, content = signed.partition(".")
        try:
            self._public.verify(_bytes(signature), signed.encode())
        except (ValueError, binascii.Error):
            raise WrongReceiptError("it has not the form of a receipt") from None
        except InvalidSignature:
            told = _told_key(head)
            if told is None:
                raise WrongReceiptError("it has not the form of a receipt") from None
            if told != self._head["jwk"]:
                raise WrongReceiptError("it was signed with another key: by another mesh, or a forger") from None
            raise WrongReceiptError("it was changed: the signature does not fit") from None
        if _text(_bytes(signature)) != signature:  # base64 has several spellings of the last bits
            raise WrongReceiptError("it was changed: the signature is misspelt")
        return json.loads(_bytes(content))


def _told_key(head: str) -> object:
    try:
        return json.loads(_bytes(head)).get("jwk")
    except (ValueError, AttributeError):
        return None


def _json(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
