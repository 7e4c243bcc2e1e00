"""The breaker kept: what was seen lately, whether it holds, and the one line that the operator is told.

Nothing of it is stored. Each process judges by what it sees itself, asks the canaries before it believes
anything, and after a restart has seen nothing yet that it could act upon in haste.
"""

import math
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from letterhead.core.breaker import TABLE, Limits, Sight, State, held, level, sight, suspicion
from letterhead.core.domain import Domain
from letterhead.core.finding import Outcome, Report
from letterhead.core.lifecycle import MOST_SKEW
from letterhead.core.schedule import JITTER
from letterhead.ports import Clock
from letterhead.service.canaries import Watch

REMEMBERED = 10
"""Domains remembered for each that must be lost before a share counts."""

log = structlog.get_logger()


@dataclass(slots=True)
class Breaker:
    """Stands between what was seen and what becomes of a domain.

    cycle   what was seen longer ago counts no more, nor does it that the clock was set.
    alerts  how often the operator was told.
    """

    watch: Watch
    limits: Limits
    cycle: timedelta
    clock: Clock
    state: State = State.CLOSED
    alerts: int = 0
    _examined: int = 0
    _seen: OrderedDict[str, tuple[float, Sight]] = field(default_factory=OrderedDict)
    _clocks: tuple[datetime, float] = field(init=False)
    _stepped_at: float = -math.inf
    _started_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._clocks = self.clock.now(), self.clock.monotonic()
        self._started_at = self.clock.monotonic()

    @property
    def is_sure(self) -> bool:
        """Whether what is silent must be so by itself: whom we ask is well, and nothing else is suspected."""
        return self.watch.is_sure and self.state is State.CLOSED

    async def can_see(self) -> bool:
        """Whether examinations can establish anything now; the canaries are asked if that was long ago."""
        await self.watch.look()
        self._turn()
        return not self.watch.trouble

    async def believed(self, domain: Domain, report: Report) -> Report:
        """The report that counts: the same, or held where it would cost a domain what it has.

        What is good always counts, so a domain may be promoted while the breaker is open.
        """
        loses = domain.held or report.outcome is Outcome.REFUSED
        if loses and report.outcome in {Outcome.FAIL, Outcome.REFUSED}:
            await self.watch.look(anew=True)
        if domain.held:
            self._examined += 1
            self._note((domain.id,), sight(report))
        self._turn()
        if not loses:
            return report
        if self.state is State.OPEN:
            return held(report, self.why)
        worse_at = self.watch.worse_at
        # What lies ahead is none: the clock was set back since, and nobody waits for that hour (L12).
        if worse_at is not None and report.asked_at <= worse_at <= self.clock.now():
            return held(report, "one of those whom we asked was found ill since")
        return report

    def seen_well(self, domains: Sequence[str]) -> None:
        """Domains that hold their names seem to be as they were when all was well with them.

        As many are remembered as of all others, beside those of the same look that did change and will be
        examined: by themselves those would be all that is known, and few of them are well.
        """
        self._note(domains[-self._most :], Sight.GOOD)
        self._turn()

    def _note(self, domains: Collection[str], seen: Sight) -> None:
        sighting = self.clock.monotonic(), seen
        for domain in domains:
            self._seen[domain] = sighting
            self._seen.move_to_end(domain)

    def _turn(self) -> None:
        """Walk the table once; who opens it is told to the operator, once."""
        self._forget()
        self._compare_clocks()
        ours = bool(self.watch.trouble) or self._has_stepped
        before, self.state = self.state, TABLE[self.state, ours, level(self._sights, self.limits)]
        if (before, self.state) == (State.CLOSED, State.OPEN):
            self.alerts += 1
            log.error("operator.alert", alert="breaker_open", why=self.why)
        elif (before, self.state) == (State.OPEN, State.CLOSED):
            log.info("breaker.closed")

    def _forget(self) -> None:
        lasts = self.cycle * (1 + 2 * JITTER)  # so that a domain is seen again before it is forgotten
        oldest = self.clock.monotonic() - lasts.total_seconds()
        while self._seen:
            first = next(iter(self._seen))
            if self._seen[first][0] >= oldest and len(self._seen) <= self._most:
                return
            del self._seen[first]

    def _compare_clocks(self) -> None:
        (now, monotonic), (then, before) = (self.clock.now(), self.clock.monotonic()), self._clocks
        self._clocks = now, monotonic
        if abs((now - then).total_seconds() - (monotonic - before)) > MOST_SKEW.total_seconds():
            self._stepped_at = monotonic

    @property
    def _has_stepped(self) -> bool:
        """Whether the wall clock was set within the last cycle; strikes are counted on it (L12)."""
        return self.clock.monotonic() - self._stepped_at < self.cycle.total_seconds()

    @property
    def is_new(self) -> bool:
        """Whether too few were examined since the start: what lapsed before may be one host's fault (L16)."""
        is_early = self.clock.monotonic() - self._started_at < self.cycle.total_seconds()
        return is_early and self._examined < self._most

    @property
    def _most(self) -> int:
        """How many domains are remembered."""
        return REMEMBERED * self.limits.minimum

    @property
    def why(self) -> str:
        """What is suspected now, in words."""
        if self.watch.trouble:
            return self.watch.trouble
        if self._has_stepped:
            return "the clock of this machine was set"
        return suspicion(self._sights)

    @property
    def _sights(self) -> list[Sight]:
        return [seen for _, seen in self._seen.values()]
