"""The sweep: examines what is due, whoever's it is.

Rows know their next moment; the loop that calls this knows nothing (worker.py). A lease keeps two
workers from doing the same work; if one dies, its leases run out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from letterhead.core.domain import Domain, Status
from letterhead.core.lifecycle import Trigger, apply
from letterhead.core.refusal import Refusal
from letterhead.core.schedule import Cadence, due, is_expired, longest, set_aside_until
from letterhead.ports import Change, Clock, Stale, Store, StoreError
from letterhead.service.breaker import Breaker
from letterhead.service.checkup import Checkup
from letterhead.service.lanes import Lanes
from letterhead.service.prospects import Prospect, Prospects

LEASE = timedelta(seconds=60)
"""How long a domain stays with the worker that took it: an examination takes at most ten seconds."""

BATCH = 50
"""Domains taken at once: two rounds, so that a worker that is told to stop has done within thirty seconds."""

AT_ONCE = 25
"""Domains examined side by side."""

WATCHED_BATCH = 10
"""Watched domains taken at once: few, so that one with slow servers holds up few others."""

RECALLS = timedelta(hours=1)
"""Between two looks for what a wrong clock has put off. The first comes as late: a machine whose own clock is
wrong when it starts would find all put off."""

RECALLED = 1_000
"""Domains recalled at once; the next batch of the sweep recalls more, where there are more."""

log = structlog.get_logger()


@dataclass(slots=True)
class Sweep:
    """Takes what is due and brings it up to date.

    prospects  looks at the settled ones first; None where nobody can be asked: then no snapshots are kept.
    broken     how many examinations ended in an error of ours.
    """

    store: Store
    checkup: Checkup
    cadence: Cadence
    breaker: Breaker
    clock: Clock
    prospects: Prospects | None = None
    broken: int = 0
    _lanes: Lanes = field(default_factory=Lanes)
    _recalls_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._recalls_at = self.clock.monotonic() + RECALLS.total_seconds()

    async def once(self) -> int:
        """Examine one batch of what is due now. Returns how many domains it took.

        0 while nothing could be found out anyway: what is due stays due (R01).
        """
        if not await self.breaker.can_see():
            return 0
        now = self.clock.now()
        await self._recall(now)
        domains = await self.store.leases.take(now, now + LEASE, BATCH)
        limit = asyncio.Semaphore(AT_ONCE)
        settled = [each for each in domains if each.status is Status.VERIFIED]
        others = [each for each in domains if each.status is not Status.VERIFIED]
        await asyncio.gather(self._attend_all(others, {}, limit), self._look_and_attend(settled, limit))
        self._note(domains, now)
        return len(domains)

    async def watched(self) -> int:
        """The same for what somebody watches: it waits neither for a backlog nor for slow servers there.

        It is called side by side, once for each of LANES (service/lanes.py).
        """
        if not await self.breaker.can_see():
            return 0
        now = self.clock.now()
        take = partial(self.store.leases.take_watched, now, now + LEASE, WATCHED_BATCH)
        teams = await self._lanes.entered(take)
        await asyncio.gather(*(self._attend_watched(team, domains) for team, domains in teams.items()))
        domains = [domain for some in teams.values() for domain in some]
        self._note(domains, now)
        return len(domains)

    async def _attend_watched(self, team: str, domains: Sequence[Domain]) -> None:
        with self._lanes.left(team):
            await self._attend_all(domains, {}, asyncio.Semaphore(AT_ONCE))

    async def _recall(self, now: datetime) -> None:
        """Once an hour: what a clock that was ahead, and was set back since, has put off (L12)."""
        moment = self.clock.monotonic()
        if moment < self._recalls_at:
            return
        self._recalls_at = moment + RECALLS.total_seconds()  # also where it fails: the sweep goes on
        latest = now + longest(self.cadence)
        count = await self.store.leases.recall(now, latest, self.cadence.cycle, RECALLED)
        if count == RECALLED:
            self._recalls_at = moment
        if count:
            log.warning("sweep.recalled", domains=count)

    def _note(self, domains: Sequence[Domain], began: datetime) -> None:
        """A line in the log for each batch: how many, how late the first of them was, how long they took."""
        if not domains:
            return
        lag = began - min(domain.due_at or began for domain in domains)
        elapsed = self.clock.now() - began
        log.info(
            "sweep.batch",
            taken=len(domains),
            lag=round(lag.total_seconds(), 1),
            elapsed=round(elapsed.total_seconds(), 3),
        )

    async def _look_and_attend(self, domains: Sequence[Domain], limit: asyncio.Semaphore) -> None:
        """For settled ones alone: asked too early, the resolver would keep saying that nothing is there."""
        await self._attend_all(domains, await self._seen(domains), limit)

    async def _attend_all(
        self, domains: Sequence[Domain], prospects: Mapping[str, Prospect], limit: asyncio.Semaphore
    ) -> None:
        async def one(domain: Domain) -> None:
            async with limit:
                await self._attend(domain, prospects.get(domain.id))

        await asyncio.gather(*(one(domain) for domain in domains))

    async def _seen(self, domains: Sequence[Domain]) -> dict[str, Prospect]:
        """Prospects by domain id. Whatever goes wrong, the domains are examined: a cycle later once more."""
        if self.prospects is None or not domains:
            return {}
        try:
            return await self.prospects.of(domains)
        except Exception:
            log.exception("sweep.unseen", domains=len(domains))
            return {}

    async def _attend(self, domain: Domain, prospect: Prospect | None) -> None:
        """One domain; whatever happens to it, the others go on (L10)."""
        try:
            if domain.status is Status.PENDING and is_expired(domain, self.clock.now()):
                await self._expire(domain)
            else:
                await self.checkup.of(domain.id, by_hand=False, prospect=prospect)
        except Refusal as refusal:
            log.info("sweep.left", domain=domain.id, code=refusal.code)
        except StoreError as error:  # no fault of its own: its lease runs out
            log.warning("sweep.unsaved", domain=domain.id, error=str(error))
        except Exception:
            until = set_aside_until(domain, self.clock.now(), self.cadence)
            log.exception("sweep.set_aside", domain=domain.id, until=until.isoformat())
            await self._set_aside(domain, until)

    async def _set_aside(self, domain: Domain, until: datetime) -> None:
        """A domain that breaks its examination is tried later and later, so that it costs hardly anything."""
        self.broken += 1
        with suppress(StoreError):  # its lease runs out, then
            await self.store.leases.set_aside(domain, until)

    async def _expire(self, domain: Domain) -> None:
        now = self.clock.now()
        moved, events = apply(domain, Trigger.EXPIRE, now)
        moved = replace(moved, due_at=due(moved, now, self.cadence))
        try:
            await self.store.domains.save([Change(moved, events)])
        except Stale:
            log.info("sweep.stale", domain=domain.id)
