"""Idempotency-Key: a POST that is sent again is given the answer of the first one (A11).

Before a handler runs, `replay` looks whether the request was answered; on the way out, `remember` keeps the
answer before anything of it is sent. Both lie outside of the dialects, so it works alike in each.
"""

from letterhead.api.answer import Answer, Stream
from letterhead.api.auth import secret_of
from letterhead.api.request import Request
from letterhead.api.safe import Kept, Mark, Safe
from letterhead.core.refusal import invalid

_PASSING = frozenset({408, 429, 499})
"""Statuses below 500 that say nothing about the request itself: the next attempt may fare better."""


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
    safe = Safe(secret_of(request))
    endpoint = f"{request.method} {request.path}"
    idempotency = request.services.idempotency
    attempt = await idempotency.begin(request.actor, endpoint, fields[0], await request.body())
    kept = safe.opened(attempt.answer, attempt.id) if attempt.answer is not None else None
    if kept is None:
        request.mark = Mark(attempt, safe)
        return None
    request.id = kept.request_id  # the body may name it
    return Answer(kept.status, {**kept.headers, "idempotent-replayed": "true"}, kept.body)


async def remember(request: Request, answer: Answer | Stream) -> None:
    """Keep the answer of a marked request, or drop the attempt where the next one may fare better."""
    assert request.mark is not None
    attempt, safe = request.mark
    idempotency = request.services.idempotency
    if isinstance(answer, Stream) or answer.status >= 500 or answer.status in _PASSING:
        await idempotency.drop(attempt)
        return
    kept = Kept(answer.status, dict(answer.headers), answer.body, request.id)
    await idempotency.answer(attempt, safe.closed(kept, attempt.id))


def _is_key(text: str) -> bool:
    return 1 <= len(text) <= 255 and all(" " <= char <= "~" for char in text)
