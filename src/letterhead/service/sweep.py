"""The sweep: examines what is due, whoever's it is.

Rows know their next moment; the loop that calls this knows nothing (worker.py). A lease keeps two
workers from doing the same work; if one dies, its leases run out.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from letterhead.core.domain import Domain, Status
from letterhead.core.lifecycle import Trigger, apply
from letterhead.core.refusal import Refusal
from letterhead.core.schedule import Cadence, due, is_expired
from letterhead.ports import Change, Clock, Stale, Store
from letterhead.service.breaker import Breaker
from letterhead.service.checkup import Checkup

LEASE = timedelta(seconds=60)
"""How long a domain stays with the worker that took it: an examination takes at most ten seconds."""

BATCH = 50
"""Domains taken at once: two rounds, so that a worker that is told to stop has done within thirty seconds."""

AT_ONCE = 25
"""Domains examined side by side."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Takes what is due and brings it up to date."""

    store: Store
    checkup: Checkup
    cadence: Cadence
    breaker: Breaker
    clock: Clock

    async def once(self) -> int:
        """Examine one batch of what is due now. Returns how many domains it took.

        None while nothing could be found out anyway: what is due stays due (R01).
        """
        if not await self.breaker.can_see():
            return 0
        now = self.clock.now()
        domains = await self.store.domains.lease(now, now + LEASE, BATCH)
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(domain: Domain) -> None:
            async with limit:
                await self._attend(domain)

        await asyncio.gather(*(one(domain) for domain in domains))
        return len(domains)

    async def _attend(self, domain: Domain) -> None:
        """One domain; whatever happens to it, the others go on, and its lease runs out by itself (L10)."""
        try:
            if domain.status is Status.PENDING and is_expired(domain, self.clock.now()):
                await self._expire(domain)
            else:
                await self.checkup.of(domain.id, by_hand=False)
        except Refusal as refusal:
            log.info("sweep.left", domain=domain.id, code=refusal.code)
        except Exception:
            log.exception("sweep.broke", domain=domain.id)

    async def _expire(self, domain: Domain) -> None:
        now = self.clock.now()
        moved, events = apply(domain, Trigger.EXPIRE, now)
        moved = replace(moved, due_at=due(moved, now, self.cadence))
        try:
            await self.store.domains.save([Change(moved, events)])
        except Stale:
            log.info("sweep.stale", domain=domain.id)
