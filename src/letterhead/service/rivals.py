"""Rivals: what a turn of one domain means for the other registrations of its name, and for names around it.

All of it is saved in the transaction of that turn. Nobody is told who the other one is (A14).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from letterhead.core import lifecycle
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Report, proves_ownership
from letterhead.core.hostname import ancestors
from letterhead.core.lifecycle import Trigger
from letterhead.core.schedule import Cadence, due, is_expired
from letterhead.ports import Change, Store


@dataclass(frozen=True, slots=True)
class Rivals:
    """Finds who else a turn concerns."""

    store: Store
    cadence: Cadence

    async def moved_by(self, before: Domain, after: Domain, report: Report, now: datetime) -> list[Change]:
        """The changes of rivals that go with a domain's own, once a report was held against it."""
        if after.held and not before.held:
            return await self._superseded(after, now)
        if before.held and not after.held:
            return await self._freed(after, now)
        if after.held_elsewhere and _has_all_but_the_name(after, report):
            return await self._outproven(after, now)
        return []

    async def relatives_told(self, domain: Domain, now: datetime) -> list[Event]:
        """Whoever holds a name above or below is told that this one is now held (O07, O08)."""
        relatives = await self.store.domains.relatives(domain.hostname, ancestors(domain.hostname))
        return [
            Event(EventKind.RELATED, r.team, r.id, r.hostname, now, {"name": domain.hostname})
            for r in relatives
            if r.team != domain.team
        ]

    async def _superseded(self, domain: Domain, now: datetime) -> list[Change]:
        """The claims of other teams end when the name is proven (O01)."""
        rivals = await self.store.domains.others(domain.hostname, domain.team)
        moved = [
            lifecycle.apply(rival, Trigger.SUPERSEDE, now, cause="proven")
            for rival in rivals
            if not rival.held
        ]
        return [
            Change(replace(rival, due_at=due(rival, now, self.cadence)), events)
            for rival, events in moved
            if events
        ]

    async def _freed(self, domain: Domain, now: datetime) -> list[Change]:
        """Once a name is free, the claims on it are examined at once: the first to prove it has it (O09)."""
        rivals = await self.store.domains.others(domain.hostname, domain.team)
        return [Change(replace(rival, due_at=now)) for rival in rivals if rival.due_at is not None]

    async def _outproven(self, domain: Domain, now: datetime) -> list[Change]:
        """The holder is told once that this claim proves the name, and examined at once (O09)."""
        rivals = await self.store.domains.others(domain.hostname, domain.team)
        holders = [rival for rival in rivals if rival.held and rival.outproven_at is None]
        return [Change(replace(h, outproven_at=now, due_at=now), (self._notice(h, now),)) for h in holders]

    def _notice(self, holder: Domain, now: datetime) -> Event:
        until = f"{now + self.cadence.grace:%Y-%m-%dT%H:%M:%SZ}"
        told = {"name": holder.hostname, "until": until}
        return Event(EventKind.OUTPROVEN, holder.team, holder.id, holder.hostname, now, told)


def _has_all_but_the_name(claim: Domain, report: Report) -> bool:
    """Whether a claim would be promoted but for whoever holds the name."""
    in_force = claim.status in {Status.PENDING, Status.FAILED} and not is_expired(claim, report.asked_at)
    return in_force and proves_ownership(report)
