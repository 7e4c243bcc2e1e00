"""Idempotency-Key: a POST that is sent again is given the answer of the first one (A11).

Before a handler runs, `replay` looks whether the request was answered; on the way out, `remember` keeps the
answer before anything of it is sent. Both lie outside of the dialects, so it works alike in each.

What is kept is sealed under the secret of the key that asked: a copy of the database opens no answer, and a
fresh API key in an answer is as safe as the API keys themselves, of which only digests are kept.
"""

import hmac
import secrets
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from letterhead.api.answer import Answer, Stream
from letterhead.api.auth import secret_of
from letterhead.api.request import Request
from letterhead.core.attempt import Attempt
from letterhead.core.refusal import invalid

_NONCE = 12
_PASSING = frozenset({408, 429, 499})
"""Statuses below 500 that say nothing about the request itself: the next attempt may fare better."""


class Kept(msgspec.Struct, array_like=True):
    """An answer as it is kept: all but what every answer is given anew on its way out."""

    status: int
    headers: dict[str, str]
    body: bytes
    request_id: str


class Seal:
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
    seal: Seal


async def replay(request: Request) -> Answer | None:
    """The answer of a request that this one repeats; None where it is to be worked on, and marked as such.

    Raises `bad_idempotency_key`, `idempotency_conflict`, `body_too_large`.
    """
    if request.method != "POST" or "idempotency-key" not in request.headers:
        return None
    fields = request.headers.getall("idempotency-key")
    if len(fields) > 1 or not _is_key(fields[0]):
        raise invalid(
            "bad_idempotency_key",
            "The Idempotency-Key is not 1 to 255 printable ASCII characters, sent once.",
            mend="Send a random text, such as a UUID, and the same one again when you repeat the request.",
            param="Idempotency-Key",
        )
    seal = Seal(secret_of(request))
    endpoint = f"{request.method} {request.path}"
    idempotency = request.services.idempotency
    attempt = await idempotency.begin(request.actor, endpoint, fields[0], await request.body())
    kept = seal.opened(attempt.answer, attempt.id) if attempt.answer is not None else None
    if kept is None:
        request.mark = Mark(attempt, seal)
        return None
    request.id = kept.request_id  # the body may name it
    return Answer(kept.status, {**kept.headers, "idempotent-replayed": "true"}, kept.body)


async def remember(request: Request, answer: Answer | Stream) -> None:
    """Keep the answer of a marked request, or drop the attempt where the next one may fare better."""
    assert request.mark is not None
    attempt, seal = request.mark
    idempotency = request.services.idempotency
    if isinstance(answer, Stream) or answer.status >= 500 or answer.status in _PASSING:
        await idempotency.drop(attempt)
        return
    kept = Kept(answer.status, dict(answer.headers), answer.body, request.id)
    await idempotency.answer(attempt, seal.closed(kept, attempt.id))


def _is_key(text: str) -> bool:
    return 1 <= len(text) <= 255 and all(" " <= char <= "~" for char in text)
