"""Codes from an authenticator app (RFC 6238: SHA-1, six digits, 30 s) and the recovery codes beside them."""

import base64
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from mesh.clock import SECOND

SECRET_BYTES: Final = 20
STEP_S: Final = 30
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_ISSUER: Final = "Analytics Mesh"


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return os.urandom(SECRET_BYTES)


def spelled(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode()


def uri(secret: bytes, email: str) -> str:
    """`otpauth://totp/…`, as apps read it from a QR code."""
    return _totp(secret).get_provisioning_uri(email, _ISSUER)


def step_of(secret: bytes, code: str, now_us: int) -> int:
    """The time step whose code this is, of this one and its two neighbours; 0 = of none."""
    step = now_us // SECOND // STEP_S
    found = 0
    for near in (step - 1, step, step + 1):
        if hmac.compare_digest(_totp(secret).generate(near * STEP_S), code.encode(errors="replace")):
            found = near
    return found


def code_at(secret: bytes, at_us: int) -> str:
    """The code that an app shows at a time, microseconds since the epoch."""
    return _totp(secret).generate(at_us // SECOND).decode()


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, `ABCD-EFGH-IJKL-MNOP`."""
    plain = [base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]


def normal(code: str) -> str:
    """A code of either kind as it is compared: without spaces and hyphens, in upper case."""
    return code[:100].replace(" ", "").replace("-", "").upper()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP_S)
