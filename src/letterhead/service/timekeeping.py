"""Whether the clock of this machine is to be trusted: a cycle must lie between two strikes, and it says when.

Within a process the wall clock is held against one that never steps; beyond it, against the store: another
node, or a process before this one, may have seen another time (L12).
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from letterhead.core.lifecycle import MOST_SKEW
from letterhead.ports import Clock, Clocks, StoreError

SECONDS: Final = 600.0
"""Between two looks at the store's clock."""


@dataclass(slots=True)
class Timekeeper:
    """Remembers for a cycle that the clock was wrong, or was set."""

    clocks: Clocks
    cycle: timedelta
    clock: Clock
    _seen: tuple[datetime, float] = field(init=False)
    _looked_at: float = -math.inf
    _doubted_at: float = -math.inf
    _doubt: str = ""

    def __post_init__(self) -> None:
        self._seen = self.clock.now(), self.clock.monotonic()

    async def look(self) -> None:
        """Hold the clock against the store's, unless that was done lately; one that fails says nothing."""
        self.notice()
        moment = self.clock.monotonic()
        if moment < self._looked_at + SECONDS:
            return
        self._looked_at = moment
        try:
            ahead = await self.clocks.ahead(self.clock)
        except StoreError:
            return
        if abs(ahead) > MOST_SKEW:
            way = "ahead of" if ahead > timedelta(0) else "behind"
            self._doubt_it(f"the clock of this machine is {abs(ahead)} {way} what the store knows")

    def notice(self) -> None:
        """See whether the clock was set since the last time."""
        (now, moment), (then, before) = (self.clock.now(), self.clock.monotonic()), self._seen
        self._seen = now, moment
        if abs((now - then).total_seconds() - (moment - before)) > MOST_SKEW.total_seconds():
            self._doubt_it("the clock of this machine was set")

    @property
    def doubt(self) -> str:
        """Why the clock is not to be trusted, for a cycle after it was wrong; "" where it is."""
        lasts = self.cycle.total_seconds()
        return self._doubt if self.clock.monotonic() - self._doubted_at < lasts else ""

    def _doubt_it(self, why: str) -> None:
        self._doubt, self._doubted_at = why, self.clock.monotonic()
