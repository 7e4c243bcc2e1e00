"""Queues: how much waits, and how late the work is, all processes together, as the store said lately."""

import asyncio
import math
from dataclasses import dataclass
from typing import Final

import structlog

from letterhead.core.lap import Lap
from letterhead.ports import Backlog, Clock, Store, StoreError

COUNTED_EVERY: Final = 5.0
"""Seconds between two counts, however often somebody asks."""

PATIENCE: Final = 2.0
"""Seconds that a count may take; without one, nothing is known."""

log = structlog.get_logger()


@dataclass(slots=True)
class Queues:
    """Counts what waits whenever somebody looks.

    backlog  what was counted last; None where that could not be done.
    lap      where the patrol stood then; None likewise.
    """

    store: Store
    clock: Clock
    backlog: Backlog | None = None
    lap: Lap | None = None
    _counted_at: float = -math.inf

    async def look(self) -> None:
        """Count, unless that was done lately. Never raises for what the store does."""
        if self.clock.monotonic() - self._counted_at < COUNTED_EVERY:
            return
        self._counted_at = self.clock.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                self.backlog = await self.store.backlog(self.clock.now())
                self.lap = await self.store.snapshots.lap()
        except (StoreError, TimeoutError) as error:
            log.warning("queues.unknown", why=str(error))
            self.backlog = self.lap = None

    @property
    def lag(self) -> float | None:
        """Seconds for which the domain that is due longest has been so; 0 where none is, None unknown."""
        if self.backlog is None:
            return None
        now = self.clock.now()
        return max(0.0, (now - (self.backlog.due_since or now)).total_seconds())

    @property
    def patrol_lag(self) -> float | None:
        """Seconds by which the patrol's lap is late; None where that is unknown."""
        return None if self.lap is None else self.lap.lag(self.clock.now()).total_seconds()
