"""The sweep: examines what is due, whoever's it is.

Rows know their next moment; the loop that calls this knows nothing (worker.py). A lease keeps two
workers from doing the same work; if one dies, its leases run out.

What is watched, what is pending and all the rest are taken apart from one another, each into slots of its
own: who waits at a console is behind no backlog, and no crowd of claims holds up what is settled.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from letterhead.core.domain import Domain, Status
from letterhead.core.lifecycle import Trigger, apply
from letterhead.core.refusal import Refusal
from letterhead.core.schedule import Cadence, due, is_expired, longest, set_aside_until
from letterhead.ports import Change, Clock, Stale, Store, StoreError, Taken, Unreadable
from letterhead.service.breaker import Breaker
from letterhead.service.checkup import Checkup
from letterhead.service.prospects import Prospect, Prospects
from letterhead.service.slots import Slots

LEASE = timedelta(seconds=60)
"""How long a domain stays with the worker that took it. An examination takes at most ten seconds, and the
last of a batch waits for a look and for four others on end."""

SETTLED, PENDING, WATCHED = 25, 30, 30
"""Domains of each kind that are examined side by side: together fewer than examination.AT_ONCE, which leaves
room for those that are examined by hand."""

BATCH = 100
"""Settled domains taken and looked at at once: a look lasts as long as the slowest of its answers."""

RECALLS = timedelta(hours=1)
"""Between two looks for what is due later than anything is. The first comes as late: a machine whose own
clock is wrong when it starts would find everything so."""

RECALLED = 1_000
"""Domains recalled at once; the next batch of the sweep recalls more, where there are more."""

Take = Callable[[datetime, datetime, int, Collection[str]], Awaitable[Taken]]

log = structlog.get_logger()


@dataclass(slots=True)
class Sweep:
    """Takes what is due and brings it up to date.

    Each of `settled`, `pending` and `watched` is called by one task, over and over. It begins with what it
    takes, and returns when there is room for more: whoever needs to know when all is done asks the slots.

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
    for_settled: Slots = field(default_factory=lambda: Slots(SETTLED))
    for_pending: Slots = field(default_factory=lambda: Slots(PENDING))
    for_watched: Slots = field(default_factory=lambda: Slots(WATCHED))
    _batch: deque[tuple[Domain, Prospect | None]] = field(default_factory=deque)
    _recalls_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._recalls_at = self.clock.monotonic() + RECALLS.total_seconds()

    async def settled(self) -> int:
        """Begin to examine what is due of all but what is pending or watched. Returns with how many.

        0 while nothing could be found out anyway: what is due stays due (R01).
        """
        if not self._batch:
            await self._take_batch()
        begun = min(len(self._batch), self.for_settled.free)
        for _ in range(begun):
            domain, prospect = self._batch.popleft()
            self.for_settled.begin(domain.team, self._attend(domain, prospect))
        await self.for_settled.room()
        return begun

    async def pending(self) -> int:
        """The same of what is pending: nobody's crowd of claims holds up those of others."""
        return await self._begun("pending", self.for_pending, self.store.leases.take_pending)

    async def watched(self) -> int:
        """The same of what somebody watches, pending or not."""
        return await self._begun("watched", self.for_watched, self.store.leases.take_watched)

    async def _begun(self, queue: str, slots: Slots, take: Take) -> int:
        if not await self.breaker.can_see():
            return 0
        now = self.clock.now()
        taken = await take(now, now + LEASE, slots.share, slots.sated)
        for domain in await self._readable(queue, taken, now):
            slots.begin(domain.team, self._attend(domain, None))
        await slots.room()
        return len(taken.domains) + len(taken.unreadable)

    async def _take_batch(self) -> None:
        """Take the next settled domains, and look at those that may be as they were.

        Only here, and so one look at a time. Those that are lapsed or failed are not looked at: asked too
        early, the resolver would keep saying that nothing is there.
        """
        if not await self.breaker.can_see():
            return
        now = self.clock.now()
        await self._recall(now)
        taken = await self.store.leases.take_settled(now, now + LEASE, BATCH)
        domains = await self._readable("settled", taken, now)
        prospects = await self._seen([each for each in domains if each.status is Status.VERIFIED])
        self._batch.extend((each, prospects.get(each.id)) for each in domains)

    async def _recall(self, now: datetime) -> None:
        """Once an hour: what is due later than anything is, as by a clock that was ahead (L12)."""
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

    async def _readable(self, queue: str, taken: Taken, now: datetime) -> list[Domain]:
        """What was taken, but for rows that can't be read: those are set aside (L10).

        A line in the log says how many they are, and how late the first of them is.
        """
        for row in taken.unreadable:
            await self._set_aside(row, row.error)
        domains = taken.domains
        if domains:
            lag = now - min(domain.due_at or now for domain in domains)
            log.info("sweep.batch", queue=queue, taken=len(domains), lag=round(lag.total_seconds(), 1))
        return domains

    async def _seen(self, domains: Sequence[Domain]) -> Mapping[str, Prospect]:
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
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged
            await self._set_aside(domain, error)

    async def _set_aside(self, row: Domain | Unreadable, error: Exception) -> None:
        """What breaks its examination is tried later and later, so that it costs hardly anything."""
        until = set_aside_until(row.due_at, self.clock.now(), self.cadence)
        log.error("sweep.set_aside", domain=row.id, until=until.isoformat(), exc_info=error)
        self.broken += 1
        with suppress(StoreError):  # its lease runs out, then
            await self.store.leases.set_aside(row, until)

    async def _expire(self, domain: Domain) -> None:
        now = self.clock.now()
        moved, events = apply(domain, Trigger.EXPIRE, now)
        moved = replace(moved, due_at=due(moved, now, self.cadence))
        try:
            await self.store.domains.save([Change(moved, events)])
        except Stale:
            log.info("sweep.stale", domain=domain.id)
