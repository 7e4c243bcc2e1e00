"""The breaker kept: what was seen lately, whether it holds, and the one line that the operator is told.

Nothing of it is stored. Each process judges by what it sees itself, asks the canaries before it believes
anything, and after a restart has seen nothing yet that it could act upon in haste.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from letterhead.core.breaker import TABLE, Level, Limits, State, held, level, sight, suspicion, worse
from letterhead.core.domain import Domain
from letterhead.core.finding import Outcome, Report
from letterhead.core.schedule import JITTER
from letterhead.ports import Clock, Resolver
from letterhead.service.canaries import Watch
from letterhead.service.sights import Sights
from letterhead.service.timekeeping import Timekeeper

REMEMBERED = 10
"""Newest sights that count, for each domain that must be lost before a share counts."""

log = structlog.get_logger()


@dataclass(slots=True)
class Breaker:
    """Stands between what was seen and what becomes of a domain.

    cycle   what was seen longer ago counts no more.
    alerts  how often the operator was told.
    """

    watch: Watch
    timekeeper: Timekeeper
    limits: Limits
    cycle: timedelta
    clock: Clock
    state: State = State.CLOSED
    alerts: int = 0
    _examined: set[str] = field(default_factory=set)
    _sights: Sights = field(init=False)
    _started_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._started_at = self.clock.monotonic()
        lasts = self.cycle * (1 + 2 * JITTER)  # so that a domain is seen again before it is forgotten
        self._sights = Sights(self._most, lasts.total_seconds())

    @property
    def is_sure(self) -> bool:
        """Whether what is silent must be so by itself: whom we ask is well, and nothing else is suspected."""
        return self.watch.is_sure and self.state is State.CLOSED

    async def can_see(self, through: Resolver | None = None) -> bool:
        """Whether examinations can establish anything now; the canaries are asked if that was long ago.

        `through` a resolver: whether that one is well, too.
        """
        await self.watch.look()
        await self.timekeeper.look()
        self._turn()
        is_ill = through is not None and self.watch.illness_of(through) is not None
        return not self.watch.trouble and not is_ill

    async def believed(self, domain: Domain, report: Report) -> Report:
        """The report that counts: the same, or held where it would cost a domain what it has.

        What is good always counts, so a domain may be promoted while the breaker is open.
        """
        loses = domain.held or report.outcome is Outcome.REFUSED
        if loses and report.outcome in {Outcome.FAIL, Outcome.REFUSED}:
            await self.watch.look(anew=True)
        if domain.held:
            if self.is_new:
                self._examined.add(domain.id)
            self._sights.examined(domain.id, sight(report), self.clock.monotonic())
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

    def looked_at(self, same: Sequence[str], unlike: Sequence[str]) -> None:
        """Of domains that hold their names these seem to be as they were, and those will be examined."""
        self._sights.looked_at(same, unlike, self.clock.monotonic())
        self._turn()

    def _turn(self) -> None:
        """Walk the table once; who opens it is told to the operator, once."""
        self._sights.forget(self.clock.monotonic())
        self.timekeeper.notice()
        ours = bool(self.watch.trouble or self.timekeeper.doubt)
        after = TABLE[self.state, ours, self._level]
        if (self.state, after) == (State.CLOSED, State.OPEN):
            self.alerts += 1
            log.error("operator.alert", alert="breaker_open", why=self.why)
            self._sights.weigh_anew()
        elif (self.state, after) == (State.OPEN, State.CLOSED):
            log.info("breaker.closed")
        self.state = after

    @property
    def _level(self) -> Level:
        """A sudden loss opens it; it closes when few are lost of all that were seen since."""
        sudden = level(self._sights.newest, self.limits)
        if self.state is State.CLOSED:
            return sudden
        return worse(sudden, level(self._sights.at_large, self.limits))

    @property
    def is_new(self) -> bool:
        """Whether too few were examined since the start: what lapsed before may be one host's fault (L16)."""
        is_early = self.clock.monotonic() - self._started_at < self.cycle.total_seconds()
        return is_early and len(self._examined) < self._most

    @property
    def _most(self) -> int:
        """How many sights count as the newest."""
        return REMEMBERED * self.limits.minimum

    @property
    def why(self) -> str:
        """What is suspected now, in words."""
        if ours := self.watch.trouble or self.timekeeper.doubt:
            return ours
        is_open = self.state is State.OPEN
        return suspicion(self._sights.at_large if is_open else self._sights.newest)
