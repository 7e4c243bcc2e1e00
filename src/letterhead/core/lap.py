"""The lap: how the patrol of all settled domains goes round, a stretch at a time, once in a cycle.

All nodes share one lap. What the last one had says how fast this one goes, so that whoever answers our
questions has an even load and no herd forms; nothing that is behind is hurried after (L09).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SPREAD = 0.9
"""The share of a cycle over which a lap is spread."""

FRESH = 0.1
"""The share of a cycle for which a domain that was looked at is passed over; with SPREAD no more than one."""

SLACK = 0.02
"""The share of a cycle by which a lap may be behind and still catch up; what is beyond comes later."""


@dataclass(frozen=True, slots=True)
class Lap:
    """Where the patrol stands.

    place      the id of the last domain that was passed; "" at the start.
    began_at   when it started; None before the first lap of all.
    next_at    when the next stretch may be taken.
    passed     how many domains were passed so far.
    expected   how many the last lap had; None in the first, which is not spread.
    version    grows by one with each stretch; compare-and-set is on it.
    """

    place: str = ""
    began_at: datetime | None = None
    next_at: datetime | None = None
    passed: int = 0
    expected: int | None = None
    version: int = 0

    def is_due(self, now: datetime, cycle: timedelta) -> bool:
        """Whether a stretch may be taken; also when the clock was set back since the last one (L12)."""
        return self.next_at is None or not now < self.next_at <= now + cycle * SPREAD

    def lag(self, now: datetime) -> timedelta:
        """For how long the next stretch could have been taken; none before the first lap."""
        return max(now - self.next_at, timedelta(0)) if self.next_at is not None else timedelta(0)

    def moved(self, last: str, domains: int, now: datetime, cycle: timedelta) -> "Lap":
        """The lap behind a stretch of so many domains, of which `last` is the last.

        A stretch of none is the end: the next lap starts at once, or, where there was nobody, later.
        """
        if not domains:
            waits = timedelta(0) if self.passed else cycle * SPREAD
            return Lap("", now, now + waits, 0, self.passed, self.version)
        passed = self.passed + domains
        due_at = max(min(self.next_at or now, now), now - cycle * SLACK)
        # Who is there beyond what was expected is passed at once: nobody knows how many more there are.
        share = domains / self.expected if self.expected and passed <= self.expected else 0.0
        next_at = due_at + cycle * SPREAD * share
        return replace(self, place=last, began_at=self.began_at or now, next_at=next_at, passed=passed)
