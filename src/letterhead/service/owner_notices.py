"""Owner notices: gathered into one letter for each owner of a team and cycle, and handed to the smarthost.

Where mail to an owner would arrive nowhere, their notices wait. Where no smarthost is configured the letters
are written and kept: `GET /api/v2/notices` shows them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from letterhead.core.owner_notice import (
    MOST_AT_ONCE,
    PATIENCE,
    Letter,
    OwnerNotice,
    composed,
    newest,
    put_off,
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

AGAIN: Final = timedelta(minutes=15)
"""When it is looked again whether an owner can be written to. Whoever hears that the way is open again, which
is a notice of its own, hears the rest with it."""

log = structlog.get_logger()


@dataclass(slots=True)
class OwnerNotices:
    """The use case of reading notices, and what the worker does with them.

    smarthost  None: letters are kept and not sent.
    cycle      no owner of a team is written to more than once in one.
    outcomes   attempts of this process: sent, put_off, given_up.
    written    letters that this process wrote, by what is to become of them: queued, or kept without a
               smarthost.
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
        """Write the letters whose time has come. Returns how many owners it had something to tell."""
        now = self.clock.now()
        owners = await self.store.owner_notices.ready(now, now - self.cycle, AT_ONCE)
        for team, email in owners:
            await self._tell(team, email, now)
        return len(owners)

    async def send(self) -> int:
        """Hand over the letters that are due. Returns how many it took: some it may have had no time for."""
        if self.smarthost is None:
            return 0
        now = self.clock.now()
        letters = await self.store.owner_notices.lease(now, now + LEASE, AT_ONCE)
        for letter in letters:
            await self._turn(self.smarthost, letter, now)
        return len(letters)

    async def _tell(self, team: str, email: str, now: datetime) -> None:
        """What waits for one owner; whatever happens to it, the others go on, and it is looked at again."""
        try:
            await self._write(team, email, now)
        except Stale:
            log.info("notices.stale", team=team)
        except Exception:
            log.exception("notices.broke", team=team)
            await self.store.owner_notices.put_off(team, email, now + AGAIN)

    async def _write(self, team: str, email: str, now: datetime) -> None:
        """One letter about all that waits for an owner and still concerns them."""
        waiting = await self.store.owner_notices.waiting(team, email, MOST_AT_ONCE)
        theirs = await self._theirs(team, email, waiting)
        await self.store.owner_notices.give_up([each for each in waiting if each.domain not in theirs])
        notices = [each for each in waiting if each.domain in theirs]
        if not notices:  # or another worker was faster
            return
        if self.smarthost and await self.store.owner_notices.broken(team, way_of(email)):
            await self._wait(team, email, notices, now)
            return
        subject, text = composed(newest(notices))
        due_at = now if self.smarthost else None
        letter = Letter(identifier("ltr", now), team, email, subject, text, now, due_at)
        await self.store.owner_notices.post(letter, notices, now - self.cycle)
        self.written["queued" if due_at else "kept"] += 1

    async def _theirs(self, team: str, email: str, notices: Sequence[OwnerNotice]) -> frozenset[str]:
        """The domains of notices that are still the team's; none where the owner is none any more."""
        if email not in await self.store.members.owners(team):
            return frozenset()
        named = frozenset(each.domain for each in notices)
        domains = await self.store.domains.page(team, limit=MOST_AT_ONCE, only=named)
        return frozenset(domain.id for domain in domains)

    async def _wait(self, team: str, email: str, notices: Sequence[OwnerNotice], now: datetime) -> None:
        """Mail to the owner would arrive nowhere (L15): their notices wait, but not for ever."""
        old = [each for each in notices if each.at <= now - PATIENCE]
        if old:
            log.warning("notices.given_up", team=team, notices=len(old))
        await self.store.owner_notices.give_up(old)
        await self.store.owner_notices.put_off(team, email, now + AGAIN)

    async def _turn(self, smarthost: Smarthost, letter: Letter, leased_at: datetime) -> None:
        """One letter's turn; whatever happens in it, the others go on, and it is due again or given up."""
        try:
            if self.clock.now() < leased_at + TURN:
                await self._attempt(smarthost, letter)
            elif self.clock.now() < leased_at + LEASE:
                await self.store.owner_notices.settle(letter, letter)
        except Stale:
            log.info("notices.stale", letter=letter.id)
        except Exception:
            log.exception("notices.broke", letter=letter.id)

    async def _attempt(self, smarthost: Smarthost, letter: Letter) -> None:
        """Send a letter. What holds if nothing more is heard of that is written down before it begins."""
        counted = replace(letter, attempts=letter.attempts + 1)
        begun = put_off(counted, self.clock.now(), "nobody knows what became of it", at_least=LEASE)
        await self.store.owner_notices.settle(letter, begun)
        try:
            await smarthost.send(letter)
            after, outcome = replace(begun, due_at=None, sent_at=self.clock.now(), fault=""), "sent"
        except Undelivered as error:
            after = put_off(begun, self.clock.now(), str(error))
            if error.is_final:
                after = replace(after, due_at=None)
            outcome = "put_off" if after.due_at else "given_up"
            say = log.error if error.is_ours else log.warning
            say("notices.undelivered", letter=letter.id, outcome=outcome, fault=str(error))
        self.outcomes[outcome] += 1
        await self.store.owner_notices.settle(begun, after)
