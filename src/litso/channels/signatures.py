"""Signatures of webhooks as the Standard Webhooks specification has them: HMAC-SHA-256 over id, time and body.

    webhook-id: 17
    webhook-timestamp: 1767225600
    webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,…

One signature for each live secret, so that a receiver that knows either of two accepts the event.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> bytes:
    """A secret for a receiver."""
    return secrets.token_bytes(_BYTES)


def shown(secret: bytes) -> str:
    """A secret as the receiver is given it: `whsec_` and Base64."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(message_id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The three headers of a message. timestamp: of this attempt, seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    found = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in found),
    }
