"""What the store does by itself: durable registrations by one client and by many, and reading one domain.

On SQLite, and on PostgreSQL where its programs are installed. Rates are of wall time, for a commit waits for
the disk; what a read costs is CPU time of this process.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import uvloop

from letterhead.core.domain import Domain
from letterhead.core.event import Event, EventKind
from letterhead.core.team import Team
from letterhead.ports import Room, Store
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.core.dns import NOON
from tests.core.registration import domain
from tests.postgres import Postgres

ROUNDS, SECONDS, READS = 3, 1.0, 1_000
CLIENTS = (1, 256)
TEAMS = [f"team_{number:02d}" for number in range(16)]
"""Who registers, in turn: the registrations of one team wait for one another, for they are counted."""

_numbers = count()


@dataclass(frozen=True, slots=True)
class Rate:
    """Something done so many times in a second, or that takes so many microseconds: its rounds."""

    name: str
    unit: str
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    def __str__(self) -> str:
        spread = f"({min(self.rounds):,.1f} to {max(self.rounds):,.1f})"
        return f"{self.name:<58} {self.median:>10,.1f} {self.unit}   {spread}"


def results(directory: Path) -> Iterator[Rate | str]:
    """Every number, as it is measured."""
    url = f"sqlite:///{directory}/store.db"
    migrate(url)
    yield from uvloop.run(_measured(url, "SQLite"))
    with ExitStack() as stack:
        try:
            server = Postgres()
        except BaseException as error:  # noqa: BLE001 - a skip of pytest's is no Exception
            yield f"PostgreSQL is not measured: {error}"
            return
        stack.callback(server.remove)
        yield from uvloop.run(_measured(server.start().migrated(), "PostgreSQL"))


async def _measured(url: str, named: str) -> list[Rate]:
    rates = [Rate(f"store, {named}: register, {clients} at once", "/s ") for clients in CLIENTS]
    reading = Rate(f"store, {named}: read a domain with its report", "µs")
    async with _opened(url) as store:
        for _ in range(ROUNDS):
            for clients, rate in zip(CLIENTS, rates, strict=True):
                rate.rounds.append(await _registrations(store, clients))
            reading.rounds.append(await _reads(store))
    return [*rates, reading]


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = open_store(url)
    try:
        for team in TEAMS:
            await store.teams.add(Team(team, team, NOON))
        yield store
    finally:
        await store.close()


async def _registrations(store: Store, clients: int) -> float:
    """Registrations in a second of so many clients, each of which waits until its own is durable."""
    start = time.perf_counter()
    made = await asyncio.gather(*(_client(store, start + SECONDS) for _ in range(clients)))
    return sum(made) / (time.perf_counter() - start)


async def _client(store: Store, until: float) -> int:
    made = 0
    while time.perf_counter() < until:
        await _register(store)
        made += 1
    return made


async def _register(store: Store) -> Domain:
    number = next(_numbers)
    team = TEAMS[number % len(TEAMS)]
    claim = domain(id=f"dom_{number:026d}", team=team, hostname=f"c{number}.com")
    told = Event(EventKind.CREATED, team, claim.id, claim.hostname, NOON, {"profile": claim.profile})
    return await store.domains.add(claim, (), (told,), Room(10**9, 10**9))


async def _reads(store: Store) -> float:
    chosen = [await _register(store) for _ in range(10)]
    start = time.process_time()
    for number in range(READS):
        each = chosen[number % len(chosen)]
        await store.domains.with_report(each.team, each.id)
    return (time.process_time() - start) / READS * 1e6
