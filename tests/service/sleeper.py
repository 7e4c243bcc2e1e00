"""A worker of its own that can be put to sleep: `python -m tests.service.sleeper DATABASE MOMENT SECONDS`.

It stands at MOMENT, leases for SECONDS what is due, prints "asked" once its examination has read the DNS, and
goes on when a line comes in: then it saves what it saw long ago. Its last line says how many it took.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from letterhead.service import sweep
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.service.paper import PaperDns
from tests.service.world import World


async def main(database: str, moment: str, seconds: str) -> None:
    sweep.LEASE = timedelta(seconds=float(seconds))
    clock = ManualClock(datetime.fromisoformat(moment))
    dns = PaperDns(clock)
    store = open_store(f"sqlite:///{database}")
    dns.hold()
    worker = asyncio.create_task(World(store, Path(database), clock, dns).swept())
    await dns.until_asked()
    print("asked", flush=True)  # noqa: T201 - how the parent learns of it
    await asyncio.to_thread(sys.stdin.readline)
    dns.release()
    print(await worker, flush=True)  # noqa: T201 - as above
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
