"""Owner notices: gathered into one letter for each owner and cycle, and handed to the smarthost.

Where no smarthost is configured the letters are written and kept: `GET /api/v2/notices` shows them.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from letterhead.core.delivery import SCHEDULE
from letterhead.core.domain import Status
from letterhead.core.owner_notice import (
    GATHERING,
    MOST_AT_ONCE,
    Letter,
    OwnerNotice,
    composed,
    way_of,
)
from letterhead.core.permission import Actor
from letterhead.ports import Clock, Smarthost, Stale, Store, Undelivered
from letterhead.service.minting import identifier

LEASE: Final = timedelta(minutes=5)
"""How long a letter stays with the worker that took it: a slow smarthost has time to take it."""

TURN: Final = timedelta(seconds=5)
"""After that no further letter is begun: a worker that is told to stop has done in time (X12), and no lease
runs out under a letter that would then be sent twice (X10)."""

AT_ONCE: Final = 10
"""Letters composed, and letters sent, in one go."""

log = structlog.get_logger()


@dataclass(slots=True)
class OwnerNotices:
    """The use case of reading notices, and what the worker does with them.

    smarthost  None: letters are kept and not sent.
    cycle      nobody is written to more than once in one.
    outcomes   attempts of this process: sent, put_off, given_up.
    written    letters that this process wrote, by what is to become of them: queued, kept.
    """

    store: Store
    smarthost: Smarthost | None
    cycle: timedelta
    clock: Clock
    outcomes: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)

    async def page(self, actor: Actor, *, limit: int, before: str | None = None) -> list[OwnerNotice]:
        """What the team's owners were told, newest first, of the domains that the actor may see."""
        actor.must("member.read")
        return await self.store.owner_notices.page(actor.team, limit=limit, before=before, only=actor.domains)

    async def compose(self) -> int:
        """Write the letters whose time has come. Returns how many."""
        now = self.clock.now()
        emails = await self.store.owner_notices.ready(now - GATHERING, now - self.cycle, AT_ONCE)
        written = [await self._write(email) for email in emails]
        return sum(written)

    async def send(self) -> int:
        """Hand over the letters that are due. Returns how many it took: some it may have had no time for."""
        if self.smarthost is None:
            return 0
        now = self.clock.now()
        letters = await self.store.owner_notices.lease(now, now + LEASE, AT_ONCE)
        for letter in letters:
            if self.clock.now() < now + TURN:
                await self._attempt(self.smarthost, letter)
            elif self.clock.now() < now + LEASE:
                await self._settle(letter, letter)
        return len(letters)

    async def _write(self, email: str) -> bool:
        """One letter about all that waits for an address and that can be told there."""
        now = self.clock.now()
        notices = await self.store.owner_notices.of_email(email, MOST_AT_ONCE)
        subject, text = composed(notices)
        broken = await self._broken_on_the_way(email, {notice.team for notice in notices})
        due_at = now if self.smarthost and not broken else None
        if broken:
            log.warning("notices.nobody_reachable", notices=len(notices))
        letter = Letter(identifier("ltr", now), email, subject, text, now, due_at, fault=broken)
        try:
            await self.store.owner_notices.post(letter, notices)
        except Stale:  # another worker was faster
            return False
        self.written["queued" if due_at else "kept"] += 1
        return True

    async def _broken_on_the_way(self, email: str, teams: set[str]) -> str:
        """Why mail to the address would arrive nowhere: a domain of these teams that has failed (L15)."""
        for team in teams:
            for hostname in way_of(email):
                if await self.store.domains.page(team, limit=1, status=Status.FAILED, hostname=hostname):
                    return f"the address is on {hostname}, which has failed"
        return ""

    async def _attempt(self, smarthost: Smarthost, letter: Letter) -> None:
        tried = replace(letter, attempts=letter.attempts + 1, due_at=None)
        try:
            await smarthost.send(letter)
            after, outcome = replace(tried, sent_at=self.clock.now(), fault=""), "sent"
        except Undelivered as error:
            after, outcome = self._put_off(tried, error)
            log.warning("notices.undelivered", letter=letter.id, outcome=outcome, fault=str(error))
        self.outcomes[outcome] += 1
        await self._settle(letter, after)

    async def _settle(self, letter: Letter, after: Letter) -> None:
        try:
            await self.store.owner_notices.settle(letter, after)
        except Stale:
            log.info("notices.stale", letter=letter.id)

    def _put_off(self, tried: Letter, error: Undelivered) -> tuple[Letter, str]:
        """The letter after a failure: tried again on the schedule of deliveries, unless that is no use."""
        tried = replace(tried, fault=str(error))
        if error.is_final or tried.attempts > len(SCHEDULE):
            return tried, "given_up"
        return replace(tried, due_at=self.clock.now() + SCHEDULE[tried.attempts - 1]), "put_off"
