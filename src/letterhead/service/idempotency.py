"""Idempotency: a request that is sent again under the same Idempotency-Key happens once (A11).

A mark stands in the store before the work begins, and the answer takes its place before it is sent. A
process that dies in between leaves a mark that runs out. The next attempt then does the work once more, and
what must not happen twice is refused by the store itself: a team registers a name once; a key whose answer
got lost is one whose secret nobody knows.
"""

from dataclasses import dataclass
from hashlib import sha256

import structlog

from letterhead.core.attempt import AT_WORK, KEPT, Attempt, kept
from letterhead.core.permission import Actor
from letterhead.ports import Clock, Store, StoreError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Begin an attempt, then answer or drop it."""

    store: Store
    clock: Clock

    async def begin(self, actor: Actor, endpoint: str, key: str, body: bytes) -> Attempt:
        """The attempt to be worked on; one that holds an answer is to be given that answer instead.

        endpoint  method and path. Raises `idempotency_conflict`.
        """
        now = self.clock.now()
        attempt = Attempt(_digest(actor.team, endpoint, key), actor.key, sha256(body).hexdigest(), now)
        first = await self.store.requests.begin(attempt, forgotten=now - KEPT, given_up=now - AT_WORK)
        if first is None:
            return attempt
        kept(first, attempt)
        return first

    async def answer(self, attempt: Attempt, sealed: bytes) -> None:
        """Remember the answer, for whoever repeats the request.

        The work is done: a store that is away costs nobody the answer, and the mark runs out by itself.
        """
        try:
            await self.store.requests.answer(attempt, sealed)
        except StoreError as error:
            log.warning("idempotency.not_kept", error=str(error))

    async def drop(self, attempt: Attempt) -> None:
        """Forget the attempt: it was not answered for good, and may be repeated at once."""
        try:
            await self.store.requests.drop(attempt)
        except StoreError as error:
            log.warning("idempotency.not_dropped", error=str(error))


def _digest(*parts: str) -> str:
    """Parts, each behind its length, so that no two rows of them read the same; in hex."""
    framed = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
    return sha256(framed).hexdigest()
