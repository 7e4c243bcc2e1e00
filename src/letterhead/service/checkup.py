"""The heart: examine, advance, save.

    report         = await examination.of(domain)
    domain, events = advance(domain, report, now)
    await save(domain, report, events)

The manual verify, the sweep and the console all come through here. No transaction is open while the
world is asked; the save is a compare-and-set, and whoever loses decides anew on what is there now.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from letterhead.core import lifecycle
from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Report, without_witnesses
from letterhead.core.history import changes, remembering, tells_at
from letterhead.core.lifecycle import advance
from letterhead.core.plan import plan
from letterhead.core.schedule import Cadence, careful_due, due, is_prompt
from letterhead.ports import Change, Clock, HeldElsewhere, Stale, Store
from letterhead.service.access import not_found, with_others
from letterhead.service.breaker import Breaker
from letterhead.service.examination import Examination
from letterhead.service.examined import Examined
from letterhead.service.joining import Joining
from letterhead.service.prospects import Prospect
from letterhead.service.retrying import RETRIES, busy
from letterhead.service.rivals import Rivals

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Checkup:
    """Brings a domain's state up to what the DNS says now."""

    store: Store
    examination: Examination
    cadence: Cadence
    breaker: Breaker
    clock: Clock
    examined: Examined = field(default_factory=Examined)
    _joining: Joining[Report] = field(default_factory=Joining)

    async def of(
        self, domain_id: str, *, by_hand: bool, prospect: Prospect | None = None
    ) -> tuple[Domain, Report]:
        """Examine a domain and save what comes of it; who asks at the same time shares the questions.

        by_hand   somebody asked for it: see lifecycle.advance.
        prospect  what is kept of a look before this, if all is well.
        Raises `domain_not_found` when it was deleted meanwhile (L03), `busy` when others keep changing it.
        """
        report: Report | None = None
        for _ in range(RETRIES):
            report = report or await self._joining.run(domain_id, lambda: self._examined(domain_id))
            domain = await self._load(domain_id)
            if report.plan != self._fingerprint(domain):
                report = None  # the plan changed while we asked: the report speaks of other records (L19)
                continue
            believed = await self.breaker.believed(domain, report)
            try:
                return await self._saved(domain, believed, by_hand=by_hand, prospect=prospect), believed
            except (Stale, HeldElsewhere):
                continue
        raise busy()

    async def _examined(self, domain_id: str) -> Report:
        domain = await self._load(domain_id)
        began = self.clock.monotonic()
        report = await self.examination.of(domain)
        self.examined.note(report.outcome, self.clock.monotonic() - began)
        return report

    async def _load(self, domain_id: str) -> Domain:
        domain = await self.store.domains.by_id(domain_id)
        if domain is None or domain.status is Status.DELETED:
            raise not_found()
        return await with_others(self.store, domain)

    def _fingerprint(self, domain: Domain) -> str:
        exam = self.examination
        return plan(domain, exam.profiles[domain.profile], exam.site).fingerprint

    async def _saved(
        self, domain: Domain, report: Report, *, by_hand: bool, prospect: Prospect | None
    ) -> Domain:
        now = self.clock.now()
        if lifecycle.is_outdated(domain, report, now):
            return domain  # newer evidence came in while this was gathered
        before = await self.store.reports.newest(domain.id)
        report = remembering(before, report)
        if by_hand and before == without_witnesses(report):
            return await self._load(domain.id)  # saved already by another who shared the questions (L01)
        moved, events = advance(
            domain,
            report,
            now,
            cycle=self.cadence.cycle,
            grace=self.cadence.grace,
            by_hand=by_hand,
            sure=self.breaker.is_sure,
            signed=self.breaker.watch.sees_signatures,
            may_end=not self.breaker.is_new,
        )
        snapshot = prospect.snapshot if prospect and prospect.is_good(moved, report) else None
        moved = self._scheduled(domain, moved, report, now, by_hand=by_hand)
        if snapshot is not None:
            moved = replace(moved, due_at=careful_due(moved, now, self.cadence))
        moved = _hastened(moved, tells_at(report, now))
        told = [*changes(domain, before, report), *events]
        rivals = Rivals(self.store, self.cadence)
        others = await rivals.moved_by(domain, moved, report, now)
        if moved.held and not domain.held:
            told += await rivals.relatives_told(domain, now)
        saved = await self.store.domains.save(
            [Change(moved, tuple(told), report, snapshot=snapshot), *others]
        )
        _note(domain, moved, before, report)
        return await with_others(self.store, saved[0])

    def _scheduled(
        self, domain: Domain, moved: Domain, report: Report, now: datetime, *, by_hand: bool
    ) -> Domain:
        """Who asks or watches is working on it: the ladder begins anew. Asking puts off no check (L07)."""
        stays = moved.status is domain.status
        anew = by_hand or is_prompt(domain, report, now)
        moved = replace(moved, rung=domain.rung + 1 if stays and not anew else 0)
        due_at = due(moved, now, self.cadence, report)
        if by_hand and stays and due_at is not None and domain.due_at is not None:
            due_at = min(due_at, domain.due_at)
        return replace(moved, due_at=due_at)


def _hastened(domain: Domain, at: datetime | None) -> Domain:
    """Due no later than a moment, if it ever is."""
    if at is None or domain.due_at is None:
        return domain
    return replace(domain, due_at=min(domain.due_at, at))


def _note(domain: Domain, moved: Domain, before: Report | None, report: Report) -> None:
    """A line in the log for each examination that came to something else than the last one."""
    last = before.outcome if before else None
    if last is not report.outcome or moved.status is not domain.status:
        log.info(
            "domain.turned",
            domain=domain.id,
            status=moved.status.value,
            was=domain.status.value,
            outcome=report.outcome.value,
            last=last.value if last else "",
        )
