"""A process of its own that sweeps a store: `python -m tests.service.sweeping_process URL AHEAD SECONDS`.

Its clock is AHEAD seconds before ours. Its examinations find nothing, take SECONDS each, and make a domain
due in a year. It prints the id of a domain when it begins to examine it, "idle" when there is no more to
do, and ends when its input does.
"""

import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from letterhead.core.breaker import Limits
from letterhead.core.schedule import Cadence
from letterhead.ports import Change, Store
from letterhead.service.breaker import Breaker
from letterhead.service.canaries import unwatched
from letterhead.service.sweep import Sweep
from letterhead.service.timekeeping import Timekeeper
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.service.world import done

HOUR = timedelta(hours=1)
CADENCE = Cadence(HOUR, (HOUR,), HOUR, HOUR, HOUR)


@dataclass
class SlowCheckup:
    """Takes the place of Checkup: reads, waits, and saves on the version that was read."""

    store: Store
    seconds: float

    async def of(self, domain_id: str, **_: Any) -> None:
        domain = await self.store.domains.by_id(domain_id)
        assert domain is not None
        print(domain_id, flush=True)  # noqa: T201 - how the parent learns who is examined
        await asyncio.sleep(self.seconds)
        due_at = datetime.now(UTC) + timedelta(days=365)
        await self.store.domains.save([Change(replace(domain, due_at=due_at))])


async def main(url: str, ahead: float, seconds: float) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    store, clock = open_store(url), ManualClock(datetime.now(UTC) + timedelta(seconds=ahead))
    timekeeper = Timekeeper(store.clocks, HOUR, clock)
    breaker = Breaker(unwatched(clock), timekeeper, Limits(100, 1), HOUR, clock)
    checkup: Any = SlowCheckup(store, seconds)
    sweep = Sweep(store, checkup, CADENCE, breaker, clock)
    await done(sweep.settled, sweep.for_settled)
    print("idle", flush=True)  # noqa: T201 - as above
    await asyncio.to_thread(sys.stdin.read)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
