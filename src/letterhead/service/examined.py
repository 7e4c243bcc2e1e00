"""What examinations came to and how long they took, counted since the start of this process."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from letterhead.core.finding import Outcome

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of durations, in seconds; an examination has ten."""


@dataclass(slots=True)
class Examined:
    """A count of examinations.

    outcomes   how many came to each outcome.
    durations  how many took no longer than each bound of BUCKETS and longer than the one before it; the last
               counts those that took longer than all of them.
    seconds    how long all of them took together.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    durations: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0

    def note(self, outcome: Outcome, seconds: float) -> None:
        """Count one."""
        self.outcomes[outcome] += 1
        self.durations[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds
