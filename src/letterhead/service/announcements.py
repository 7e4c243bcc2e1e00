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
    TOLD,
    OwnerNotice,
    is_told,
    is_unheard,
    passage,
    reachable,
)
from letterhead.ports import Clock, Stale, Store
from letterhead.service.minting import identifier

BATCH: Final = 100
"""Events announced in one transaction."""

_WARNED: Final = BROKEN | {EventKind.VERIFIED}
"""When it is told that nobody could be told: also while all is well, for then it can be mended in time."""

log = structlog.get_logger()


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
        owners: dict[str, Sequence[str]] = {}
        for event in events:
            if event.kind in TOLD | _WARNED:
                if event.team not in owners:
                    owners[event.team] = await self.store.members.owners(event.team)
                notices += await self._notices(event, owners[event.team])
                told += self._warnings(event, owners[event.team])
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
            )
            for email in emails
        ]

    def _warnings(self, event: Event, owners: Sequence[str]) -> list[Event]:
        """That nobody can be told, where every owner's address is on the domain itself (L15)."""
        if event.kind not in _WARNED or not is_unheard(owners, event.hostname):
            return []
        log.warning("notices.nobody_reachable", domain=event.domain)
        return [Event(EventKind.UNTOLD, event.team, event.domain, event.hostname, event.at)]
