"""Answers that are kept to be given again, and the safe in which they lie.

Each is sealed under the secret of the key that asked: a copy of the database opens no answer, and a
fresh API key in an answer is as safe as the API keys themselves, of which only digests are kept.
"""

import hmac
import secrets
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from letterhead.core.attempt import Attempt

_NONCE = 12


class Kept(msgspec.Struct, array_like=True):
    """An answer as it is kept: all but what every answer is given anew on its way out."""

    status: int
    headers: dict[str, str]
    body: bytes
    request_id: str


class Safe:
    """Opens and closes what is kept for whoever holds an API key (AES-256-GCM, NIST SP 800-38D)."""

    def __init__(self, secret: str) -> None:
        # The secret has 256 random bits, so one HMAC makes a key of it (RFC 5869 §3.3).
        self._cipher = AESGCM(hmac.digest(secret.encode(), b"letterhead idempotency", "sha256"))

    def closed(self, kept: Kept, attempt: str) -> bytes:
        """The answer sealed, to be opened for this attempt alone."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, msgspec.msgpack.encode(kept), attempt.encode())

    def opened(self, sealed: bytes, attempt: str) -> Kept | None:
        """What was sealed; None for what can't be opened any more."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], attempt.encode())
            return msgspec.msgpack.decode(plain, type=Kept)
        except (InvalidTag, ValueError, msgspec.DecodeError):
            return None


class Mark(NamedTuple):
    """An attempt at work, and what its answer will be sealed with."""

    attempt: Attempt
    safe: Safe
