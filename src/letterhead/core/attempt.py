"""Attempts: a request that carries an Idempotency-Key, and what a second one like it is told.

Whoever sends the same request twice, because the first answer got lost, is given that answer: nothing
happens a second time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from letterhead.core.refusal import conflict

KEPT: Final = timedelta(hours=24)
"""How long an answer is remembered."""

AT_WORK: Final = timedelta(minutes=2)
"""Longer than any request takes: whoever has not answered by then died, and the next one does the work."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request under one Idempotency-Key.

    id      of the team, the endpoint and the Idempotency-Key together, as a digest.
    api_key  which of the team's keys sent it: no other one is shown its answer, nor its secrets.
    body    SHA-256 of the body, in hex.
    answer  sealed, once there is one.
    """

    id: str
    api_key: str
    body: str
    begun_at: datetime
    answer: bytes | None = None


def kept(first: Attempt, again: Attempt) -> bytes:
    """The answer of the first attempt for one that repeats it. Raises `idempotency_conflict`."""
    if first.body != again.body:
        raise _conflict("another body", "Use a fresh key for each different request.")
    if first.api_key != again.api_key:
        raise _conflict("another API key", "Repeat a request with the API key that sent it first.")
    if first.answer is None:
        raise _conflict("a request that is still at work", "Wait a moment, then send it again.")
    return first.answer


def _conflict(other: str, mend: str) -> Exception:
    return conflict("idempotency_conflict", f"This Idempotency-Key was used with {other}.", mend=mend)
