"""Watching: while somebody looks at a domain, it is examined every few seconds (core/schedule.py)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from letterhead.core.domain import Status
from letterhead.core.permission import Actor
from letterhead.core.refusal import Kind, Refusal, conflict
from letterhead.ports import Clock, NoRoom, Store
from letterhead.service.access import owned

LASTS = timedelta(seconds=60)
"""How long a domain is watched by one request; who goes on looking asks again before that."""

MOST = 20
"""Domains that a team watches at a time."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What a team's people look at. Kept in the store, so that whichever node examines knows of it."""

    store: Store
    clock: Clock

    async def watch(self, actor: Actor, domain_id: str) -> datetime:
        """Have a domain watched; it is examined at once if it was not watched before. Returns until when.

        Raises `domain_not_found`, `suspended`, `too_many_watched`.
        """
        domain = await owned(self.store, actor, "domain.read", domain_id)
        if domain.status is Status.SUSPENDED:
            raise conflict("suspended", "The domain is suspended.", mend="Resume it first.")
        now = self.clock.now()
        try:
            await self.store.leases.watch(domain, now, now + LASTS, MOST)
        except NoRoom:
            raise Refusal(
                Kind.QUOTA,
                "too_many_watched",
                f"The team watches {MOST} domains, which is all that it may at a time.",
                mend="Stop watching one of them: within a minute there is room for another.",
            ) from None
        return now + LASTS
