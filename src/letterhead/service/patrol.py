"""The patrol: looks at every settled domain once a cycle, and has examined what is not as it was.

It asks the resolver alone and judges nothing: what it notices is made due, and the sweep examines it. All
nodes share one lap (core/lap.py); a stretch that a node took and died with is looked at in the next.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from letterhead.core.lap import FRESH
from letterhead.ports import Clock, Lookout, Resolver, Stale, Store, Stretch
from letterhead.service.breaker import Breaker

STRETCH: Final = 2_000
"""Domains in one look at most: so many share what it costs beside the questions, and its slowest zone."""

RETRIES: Final = 5
"""Stretches that others may take before us; after that they seem to be enough for the work."""

RESULTS: Final = ("same", "changed", "silent")
"""What a look at a domain comes to; silent: nothing could be found out."""

TELLING: Final = 20
"""Domains that there must be at least, for their share to tell anything of who is to blame."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patrol:
    """Notices what has changed.

    lookout   one of its own, for a look at a time.
    resolver  whom that asks; while it is known to be ill, the lap waits.
    glances   how many domains were looked at, by what each look came to: one of RESULTS.
    """

    store: Store
    lookout: Lookout
    breaker: Breaker
    cycle: timedelta
    clock: Clock
    resolver: Resolver | None = None
    glances: Counter[str] = field(default_factory=Counter)

    async def once(self) -> int:
        """Look at the next stretch of the lap, if its time has come. Returns how many domains it has.

        0 while nothing could be found out anyway: the lap waits (R01).
        """
        stretch = await self._taken()
        if stretch is None:
            return 0
        if stretch.due:
            await self._look(stretch)
        return stretch.count

    async def _look(self, stretch: Stretch) -> None:
        at = self.clock.now()
        glances = [glance async for some in self.lookout.look(stretch.due) for glance in some]
        same = [glance.snapshot.domain for glance in glances if glance.is_same]
        unlike = [glance for glance in glances if not glance.is_same] if len(same) < len(glances) else []
        silent = [glance.snapshot.domain for glance in unlike if glance.digest is None]
        changed = [glance.snapshot.domain for glance in unlike if glance.digest is not None]
        self.glances.update(same=len(same), changed=len(changed), silent=len(silent))
        if len(silent) >= TELLING and len(silent) * 2 > len(glances):  # rather ours than theirs
            log.warning("patrol.blind", silent=len(silent), looked_at=len(glances))
            silent = []
        noticed = changed + silent
        self.breaker.looked_at(same, noticed)
        await self.store.leases.hasten(noticed, at)
        if noticed:
            log.info("patrol.noticed", domains=len(noticed), silent=len(silent), looked_at=len(glances))
        if len(changed) * 2 > len(glances) >= TELLING:  # rather another way of saying the same
            log.warning("patrol.strange", changed=len(changed), looked_at=len(glances))

    async def _taken(self) -> Stretch | None:
        """The next stretch, which is now nobody else's; None where it is not the time for one."""
        for _ in range(RETRIES):
            lap, now = await self.store.snapshots.lap(), self.clock.now()
            if not lap.is_due(now, self.cycle) or not await self.breaker.can_see(self.resolver):
                return None
            before = now - self.cycle * FRESH
            stretch = await self.store.snapshots.stretch(lap.place, before, STRETCH)
            try:
                await self.store.snapshots.move(lap.moved(stretch.last, stretch.count, now, self.cycle))
            except Stale:
                continue
            if stretch.count:
                return stretch
            began_at = lap.began_at or now
            log.info("patrol.lap", domains=lap.passed, seconds=round((now - began_at).total_seconds()))
        return None
