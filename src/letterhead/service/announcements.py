"""Announcements: every event gets its place in the tail, and with it whatever it sets going.

An event is a row in the transaction of the change; what it sets going (deliveries, notices to owners) are
rows in the transaction that announces it. So nothing is lost between the two, and nothing happens twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from letterhead.core.event import Event, EventKind
from letterhead.core.owner_notice import (
    BROKEN,
    GATHERING,
    TOLD,
    OwnerNotice,
    is_claim,
    is_on,
    is_told,
    passage,
    reachable,
    way_of,
)
from letterhead.ports import Clock, Stale, Store
from letterhead.service.minting import identifier

BATCH: Final = 100
"""Events announced in one transaction."""

_WARNED: Final = BROKEN | {EventKind.VERIFIED}
"""When it is told that nobody could be told: also while all is well, for then it can be mended in time."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Owners:
    """A team's owners, and which of its domains are known to be broken on the way to them."""

    emails: Sequence[str]
    broken: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Announcements:
    """Takes the events that wait, in the order of their numbers.

    announced  how many this process has announced, by their kind.
    """

    store: Store
    clock: Clock
    announced: Counter[str] = field(default_factory=Counter)

    async def once(self) -> int:
        """Announce one batch of what waits. Returns how many events that were."""
        events = await self.store.tail.waiting(BATCH)
        if not events:
            return 0
        now = self.clock.now()
        notices: list[OwnerNotice] = []
        told: list[Event] = []
        teams: dict[str, _Owners] = {}
        for event in events:
            if event.kind in TOLD | _WARNED:
                if event.team not in teams:
                    teams[event.team] = _Owners(await self.store.members.owners(event.team))
                notices += await self._notices(event, teams[event.team].emails)
                told += await self._warnings(event, teams[event.team])
        try:
            await self.store.tail.announce(events, notices, told, now)
        except Stale:  # another worker has just announced them
            return 0
        self.announced.update(str(event.kind) for event in events)
        return len(events)

    async def _notices(self, event: Event, owners: Sequence[str]) -> list[OwnerNotice]:
        """What each owner who can be reached is to be told of an event."""
        emails = reachable(owners, event) if is_told(event) else ()
        if not emails:
            return []
        now = self.clock.now()
        text = passage(event, await self.store.reports.newest(event.domain))
        return [
            OwnerNotice(
                identifier("ntc", now),
                event.team,
                event.domain,
                event.hostname,
                email,
                str(event.kind),
                event.at,
                text,
                event.at + GATHERING,
            )
            for email in emails
        ]

    async def _warnings(self, event: Event, owners: _Owners) -> list[Event]:
        """That nobody can be told, where every owner's address is on the domain or on a broken one (L15)."""
        if event.kind not in _WARNED or not await self._is_unheard(event, owners):
            return []
        log.warning("notices.nobody_reachable", domain=event.domain)
        return [Event(EventKind.UNTOLD, event.team, event.domain, event.hostname, event.at)]

    async def _is_unheard(self, event: Event, owners: _Owners) -> bool:
        """Whether nobody could be told that the domain is broken; not where there are no owners."""
        own = frozenset() if is_claim(event) else frozenset({event.hostname})
        for email in owners.emails:
            if is_on(email, own | owners.broken):
                continue
            if email in owners.reached:
                return False
            broken = await self.store.owner_notices.broken(event.team, way_of(email))
            if not broken:
                owners.reached.add(email)
                return False
            owners.broken |= broken
        return bool(owners.emails)
