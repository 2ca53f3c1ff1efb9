"""One-time codes of an authenticator: TOTP of RFC 6238 with HMAC-SHA-1, six digits and steps of 30 seconds.

These are the parameters that every authenticator knows; most ignore others.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps that a clock may be early or late."""
_SECRET_BYTES: Final = 20


def new_secret() -> bytes:
    """A secret of 160 bits, as RFC 4226 advises."""
    return secrets.token_bytes(_SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as it is typed into an authenticator."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4]) & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_at(seconds: float) -> int:
    """The time step of a moment, in seconds since 1970."""
    return int(seconds) // STEP_SECONDS


def find_step(secret: bytes, code: str, seconds: float) -> int | None:
    """The step whose code this is, at the moment or one step beside it; None when it is none of them."""
    now = step_at(seconds)
    given = "".join(code.split()).encode()
    return next((step for step in _around(now) if hmac.compare_digest(code_at(secret, step).encode(), given)), None)


def _around(step: int) -> Iterable[int]:
    return (step, *(max(0, step + sign * away) for away in range(1, DRIFT + 1) for sign in (-1, 1)))


def uri_of(secret: bytes, *, issuer: str, account: str) -> str:
    """What an authenticator reads from the QR code (otpauth)."""
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?" + urlencode({"secret": shown(secret), "issuer": issuer})
