"""Signatures of what we send to webhooks, as Standard Webhooks 1.0.0 has them: HMAC-SHA256, symmetric.

What is signed is the message's id, the moment of the attempt and the body, so that nobody can forge a
message, change it, or send an old one as if it were new (W06).
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
"""What a secret begins with when it is shown; the rest is base64."""

SECRET_BYTES: Final = 32
"""Standard Webhooks asks for 24 to 64."""


def shown(secret: bytes) -> str:
    """A secret as its owner is given it."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def secret_of(text: str) -> bytes:
    """The secret that is shown so. Raises ValueError."""
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is base64 behind whsec_") from error


def signature(secret: bytes, message: str, timestamp: int, body: bytes) -> str:
    """One signature: its version, a comma, and the HMAC of "id.timestamp.body" in base64."""
    signed = b".".join((message.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")


def headers(secrets: Sequence[bytes], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed with each secret: there are two while one takes over."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, message, timestamp, body) for each in secrets),
    }
