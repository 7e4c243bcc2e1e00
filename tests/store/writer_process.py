"""A process of its own that writes to a store: `python -m tests.store.writer_process URL TEAM MODE COUNT`.

endless  registers domains for ever and prints each id once it was acknowledged.
stubborn as endless, COUNT times, whatever errors there are; prints "ready" in the end unless it isn't.
rivals   registers and then proves COUNT names that other processes want too; prints how many it holds.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import replace

from letterhead.core.team import Team
from letterhead.ports import Change, HeldElsewhere, Store, StoreError
from letterhead.store.relational import open_store
from tests.store.samples import NOON, a_domain, holding


async def endless(store: Store, team: Team) -> None:
    number = 0
    while True:
        number += 1
        domain = a_domain(f"n{number}.{team.slug}.com", team, id=f"dom_{team.slug}_{number:020d}")
        saved = await store.domains.add(domain, (), ())
        print(saved.id, flush=True)  # noqa: T201 - how the parent learns what was acknowledged


async def stubborn(store: Store, team: Team, count: int) -> None:
    for number in range(count):
        domain = a_domain(f"n{number}.{team.slug}.com", team, id=f"dom_{team.slug}_{number:020d}")
        with suppress(StoreError):
            print((await store.domains.add(domain, (), ())).id, flush=True)  # noqa: T201 - as above
    with suppress(StoreError):
        await store.ready()
        print("ready", flush=True)  # noqa: T201 - as above


async def rivals(store: Store, team: Team, count: int) -> None:
    held = 0
    for number in range(count):
        claim = a_domain(f"n{number}.com", team, id=f"dom_{team.slug}_{number:020d}")
        claim = await store.domains.add(claim, (), ())
        try:
            await store.domains.save([Change(replace(claim, **holding()))])
            held += 1
        except HeldElsewhere:
            pass
    print(held, flush=True)  # noqa: T201 - as above


async def main(url: str, slug: str, mode: str, count: int) -> None:
    store = open_store(url)
    team = await store.teams.add(Team(f"team_{slug}", slug, NOON))
    match mode:
        case "endless":
            await endless(store, team)
        case "stubborn":
            await stubborn(store, team, count)
        case "rivals":
            await rivals(store, team, count)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
