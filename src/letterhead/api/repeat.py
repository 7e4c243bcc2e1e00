"""Idempotency-Key: a POST that is sent again is given the answer of the first one (A11).

Before a handler runs, `replay` looks whether the request was answered; on the way out, `Remembering` keeps
the answer before anything of it is sent. Both lie outside of the dialects, so it works alike in each.

What is kept is sealed under the secret of the key that asked: a copy of the database opens no answer, and a
fresh API key in an answer is as safe as the API keys themselves, of which only digests are kept.
"""

import hmac
import secrets
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Request, Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from letterhead.api.auth import secret_of
from letterhead.core.attempt import Attempt
from letterhead.core.refusal import invalid
from letterhead.service.idempotency import Idempotency

_NONCE = 12
_PASSING = frozenset({408, 429, 499})
"""Statuses below 500 that say nothing about the request itself: the next attempt may fare better."""


class Kept(msgspec.Struct, array_like=True):
    """An answer as it is kept: all but what every answer is given anew on its way out."""

    status: int
    headers: list[tuple[bytes, bytes]]
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


async def replay(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Litestar's hook before a handler: the answer of a request that this one repeats, if it does.

    Raises `bad_idempotency_key`, `idempotency_conflict`, `body_too_large`.
    """
    fields = request.headers.getall("idempotency-key", [])
    if request.method != "POST" or not fields:
        return None
    if len(fields) > 1 or not _is_key(fields[0]):
        raise invalid(
            "bad_idempotency_key",
            "The Idempotency-Key is not 1 to 255 printable ASCII characters, sent once.",
            mend="Send a random text, such as a UUID, and the same one again when you repeat the request.",
            param="Idempotency-Key",
        )
    seal, state = Seal(secret_of(request)), request.scope["state"]
    endpoint = f"{request.method} {request.scope['path']}"
    idempotency: Idempotency = request.app.state.services.idempotency
    attempt = await idempotency.begin(request.user, endpoint, fields[0], await request.body())
    kept = seal.opened(attempt.answer, attempt.id) if attempt.answer is not None else None
    if kept is None:
        state["attempt"] = (attempt, seal)
        return None
    state["request_id"] = kept.request_id  # the body may name it
    fields_kept = {name.decode(): value.decode() for name, value in kept.headers}
    return Response(
        kept.body,
        status_code=kept.status,
        headers={**fields_kept, "idempotent-replayed": "true"},
        media_type=fields_kept.get("content-type", "application/json"),
    )


def _is_key(text: str) -> bool:
    return 1 <= len(text) <= 255 and all(" " <= char <= "~" for char in text)


class Remembering:
    """ASGI application around another one: keeps answers that are to be given again."""

    def __init__(self, app: ASGIApp, idempotency: Idempotency) -> None:
        self._app = app
        self._idempotency = idempotency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an answer that is to be kept is sent once it is."""
        held: list[Any] = []

        async def reply(message: Message) -> None:
            if "attempt" not in scope["state"]:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await self._settle(scope, held)
                for each in held:
                    await send(each)

        await self._app(scope, receive, reply)

    async def _settle(self, scope: Scope, held: list[Any]) -> None:
        """Keep the answer, or drop the attempt where the next one may fare better."""
        attempt: Attempt
        attempt, seal = scope["state"]["attempt"]
        start, *pieces = held
        if start["status"] >= 500 or start["status"] in _PASSING:
            await self._idempotency.drop(attempt)
            return
        body = b"".join(piece["body"] for piece in pieces)
        kept = Kept(start["status"], list(start["headers"]), body, scope["state"]["request_id"])
        await self._idempotency.answer(attempt, seal.closed(kept, attempt.id))
