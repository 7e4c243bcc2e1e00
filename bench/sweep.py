"""The sweep beside dnsperf: `make bench-sweep`. Questions for each CPU second of our process alone.

Rounds are interleaved, so that whatever else the machine does is borne by all. Nothing outside of loopback is
asked.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dns.asyncresolver
import uvloop

from bench.customers import DOMAINS, expected, hostname, names, questions
from bench.dnsperf import Dnsperf
from bench.measure import machine
from letterhead.core.answer import Question
from letterhead.core.endpoint import endpoint
from letterhead.core.team import Team
from letterhead.ports import Snapshot
from letterhead.resolver.bulk.engine import Engine
from letterhead.resolver.bulk.errand import Errand
from letterhead.resolver.bulk.lookout import DigestLookout
from letterhead.resolver.bulk.questions import prepared
from letterhead.resolver.bulk.reading import Lean, lean
from letterhead.store.database import Database, Statement
from letterhead.store.relational import RelationalStore, open_database
from letterhead.store.schema import migrate
from letterhead.store.snapshots import SnapshotTable, succession
from tests.core.dns import NOON
from tests.core.registration import domain
from tests.postgres import Postgres

ROUNDS = 5
STRETCH = 2_000
CHANGED = 50  # one in so many is found changed: 2 %
QUESTIONS = 7 * DOMAINS
SECRET = bytes(range(32))

FEW = 300  # domains for who is slow
NOTICE = "digest compared, one range update, SQLite"
PEER = "dnsperf -n 1 -e -q 100, UDP, no verdict, no database"

_MARK = "UPDATE snapshot SET checked_at = :at WHERE domain = :domain"

Round = Callable[[], Awaitable[int]]


def _id(number: int) -> str:
    return f"dom_{number:026d}"


class Sweeping:
    """The three ways to sweep, over one database and one resolver."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._snapshots = SnapshotTable(database)
        self.lookout = DigestLookout(endpoint(url), None, SECRET)
        self._engine: Engine[Snapshot, Lean] = Engine(endpoint(url), None, lean)

    async def prepare(self) -> None:
        """Register everybody and take a first look, which warms the resolver; some look changed then."""
        await RelationalStore(self._database).teams.add(Team("team_a", "a", NOON))
        for first in range(0, DOMAINS, 500):
            await asyncio.gather(*(self._register(number) for number in range(first, first + 500)))
        found = [
            glance async for some in self.lookout.look(map(_snapshot, range(DOMAINS))) for glance in some
        ]
        assert len(found) == DOMAINS
        for index, glance in enumerate(sorted(found, key=lambda glance: glance.snapshot.domain)):
            assert glance.digest is not None, glance
            kept = Snapshot(glance.snapshot.domain, glance.snapshot.questions, glance.digest)
            if index % CHANGED == 0:
                kept = Snapshot(kept.domain, kept.questions, bytes(16))
            await self._database.write(*succession(domain(id=kept.domain), kept))

    async def notice(self) -> int:
        """Read what is due, ask, compare the digest, save the moment; hand on what looks changed."""
        changed: list[str] = []
        at, after = datetime.now(UTC), ""
        while (stretch := await self._snapshots.stretch(after, at, STRETCH)).last:
            different = [
                glance.snapshot.domain
                async for some in self.lookout.look(stretch.due)
                for glance in some
                if not glance.is_same
            ]
            await self._snapshots.checked(stretch, at, different)
            changed += different
            after = stretch.last
        assert len(changed) == DOMAINS // CHANGED, len(changed)
        return QUESTIONS

    async def parse(self) -> int:
        """Read what is due, ask, read every answer and compare it with what is expected; save each row."""
        right, at, after = 0, datetime.now(UTC), ""
        moment = int(at.timestamp() * 1e6)
        while (stretch := await self._snapshots.stretch(after, at, STRETCH)).last:
            errands: Iterator[Errand[Snapshot, Lean]] = (Errand(each, each.questions) for each in stretch.due)
            rows = []
            async for some in self._engine.ask(errands):
                right += sum(map(_is_right, some))
                rows += [Statement(_MARK, {"at": moment, "domain": errand.key.domain}) for errand in some]
            await self._database.write(*rows)
            after = stretch.last
        assert right == DOMAINS, right
        return QUESTIONS

    async def close(self) -> None:
        """Let go of the resolver and the database."""
        await self.lookout.close()
        await self._engine.close()
        await self._database.close()

    async def _register(self, number: int) -> None:
        store = RelationalStore(self._database)
        await store.domains.add(domain(hostname=hostname(number), id=_id(number)), (), ())


def _snapshot(number: int) -> Snapshot:
    return Snapshot(_id(number), prepared(questions(number)), b"")


def _is_right(errand: Errand[Snapshot, Lean]) -> bool:
    found = errand.findings or ()
    said = tuple(record[3] for answer in found for record in answer.records)
    return said == expected(int(errand.key.domain[4:]))


async def measured(work: Round) -> float:
    """Questions for each CPU second."""
    start = time.process_time()
    count = await work()
    return count / (time.process_time() - start)


@asynccontextmanager
async def sweeping(database_url: str, resolver_url: str) -> AsyncIterator[Sweeping]:
    """A migrated database with everybody in it."""
    migrate(database_url)
    sweep = Sweeping(open_database(database_url), resolver_url)
    try:
        await sweep.prepare()
        yield sweep
    finally:
        await sweep.close()


async def dnspython(resolver_url: str) -> int:
    """The peer in Python: its resolver asks about the first domains, as many at a time as it does best."""
    at = endpoint(resolver_url)
    peer = dns.asyncresolver.Resolver(configure=False)
    peer.nameservers, peer.port, peer.cache = [at.ip], at.port, None
    asked = [question for number in range(FEW) for question in questions(number)]
    limit = asyncio.Semaphore(50)

    async def one(question: Question) -> None:
        async with limit:
            await peer.resolve(question.name, question.type)

    await asyncio.gather(*map(one, asked))
    return len(asked)


async def rounds(directory: Path, *, postgres: Postgres | None) -> dict[str, list[float]]:
    """Every measurement, ROUNDS times, one after another."""
    results: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        world = stack.enter_context(names(directory))
        udp, tcp = world.urls["udp"], world.urls["tcp"]
        embedded = await stack.enter_async_context(sweeping(f"sqlite:///{directory}/sweep.db", tcp))
        works: dict[str, Round] = {
            NOTICE: embedded.notice,
            "every answer parsed, every row written, SQLite": embedded.parse,
        }
        if postgres is not None:
            outgrown = await stack.enter_async_context(sweeping(postgres.migrated(), tcp))
            works["digest, one range update, PostgreSQL"] = outgrown.notice
            works["every answer parsed, every row written, PostgreSQL"] = outgrown.parse
        works["dnspython's resolver, UDP, no verdict, no database"] = partial(dnspython, udp)
        asked = (question for number in range(DOMAINS) for question in questions(number))
        peer = Dnsperf(world.address, world.port, asked, directory)
        for number in range(ROUNDS + 1):  # the first one warms up
            answers, seconds = peer.round()
            numbers = {PEER: answers / seconds} | {name: await measured(work) for name, work in works.items()}
            for name, each in numbers.items() if number else ():
                results.setdefault(name, []).append(each)
    return results


def main() -> None:
    """Print a line for each measurement, and the ratio that counts at the end."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="letterhead-bench-")))
        postgres = Postgres()
        stack.callback(postgres.remove)
        results = uvloop.run(rounds(directory, postgres=postgres.start()))
    print(f"# {machine()}; {ROUNDS} interleaved rounds, questions for each CPU second of the asking process")
    print(
        f"# {DOMAINS} domains of 7 questions, a warm Unbound on the other core; command: make bench-sweep\n"
    )
    peer = statistics.median(results[PEER])
    for name, numbers in results.items():
        median = statistics.median(numbers)
        least, most = min(numbers), max(numbers)
        print(f"{name:<52} {median:>9,.0f}   ({least:,.0f} to {most:,.0f})  {median / peer:.2f} × dnsperf")
    print(f"\nsweep_vs_dnsperf {statistics.median(results[NOTICE]) / peer:.2f}")


if __name__ == "__main__":
    main()
