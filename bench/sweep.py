"""The sweep beside dnsperf: `make bench-sweep`. Questions for each CPU second of our process alone.

Rounds are interleaved, so that whatever else the machine does is borne by all. Nothing outside of loopback is
asked.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import aiodns
import dns.asyncresolver
import uvloop

from bench import scale
from bench.customers import DOMAINS, expected, hostname, names, questions
from bench.dnsperf import Dnsperf
from bench.measure import machine
from bench.sweep_report import (
    AIODNS,
    DNSPYTHON,
    NOTICE,
    NOTICE_POSTGRES,
    PARSE,
    PARSE_POSTGRES,
    PEER,
    Swept,
    write,
)
from letterhead import app
from letterhead.core.answer import Question
from letterhead.core.endpoint import endpoint
from letterhead.core.team import Team
from letterhead.ports import Change, Glance, Snapshot, Stretch
from letterhead.resolver.bulk.engine import Engine
from letterhead.resolver.bulk.errand import Errand
from letterhead.resolver.bulk.lookout import DigestLookout
from letterhead.resolver.bulk.questions import prepared
from letterhead.resolver.bulk.reading import lean
from letterhead.service.patrol import STRETCH
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.domain_row import values_of
from letterhead.store.leases import LeaseTable
from letterhead.store.relational import RelationalStore, open_database
from letterhead.store.schema import migrate
from letterhead.store.snapshots import SnapshotTable, succession
from tests.core.dns import NOON
from tests.core.registration import domain
from tests.postgres import Postgres

ROUNDS = 7
TOGETHER = 1_000  # statements in a transaction that fills a database
CHANGED = 50  # one in so many is found changed: 2 %
QUESTIONS = 7 * DOMAINS
SECRET = bytes(range(32))
CYCLE = timedelta(hours=6)

FEW = 300  # domains for who is slow
AT_ONCE = 50  # questions of theirs on the way

_MARK = (
    "UPDATE snapshot SET checked_at = :at WHERE domain > :after AND domain <= :last AND domain NOT IN {wrong}"
)

Round = Callable[[], Awaitable[int]]


def _id(number: int) -> str:
    return f"dom_{number:026d}"


class Sweeping:
    """The three ways to sweep, over one database and one resolver."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._snapshots, self._leases = SnapshotTable(database), LeaseTable(database)
        self.lookout = DigestLookout(endpoint(url), None, SECRET)
        self._engine: Engine[Snapshot] = Engine(endpoint(url), None)

    async def prepare(self) -> None:
        """Register everybody and take a first look, which warms the resolver; some look changed then."""
        await RelationalStore(self._database).teams.add(Team("team_a", "a", NOON))
        await self._write(map(_registration, range(DOMAINS)))
        found = [
            glance async for some in self.lookout.look(map(_snapshot, range(DOMAINS))) for glance in some
        ]
        assert len(found) == DOMAINS
        found.sort(key=lambda glance: glance.snapshot.domain)
        await self._write(
            statement for index, glance in enumerate(found) for statement in _kept(glance, index % CHANGED)
        )

    async def notice(self) -> int:
        """Read what is due, ask, compare the digest, save how far it is; make due what looks changed."""
        changed: list[str] = []
        while (stretch := await self._taken()).count:
            different = [
                glance.snapshot.domain
                async for some in self.lookout.look(stretch.due)
                for glance in some
                if not glance.is_same
            ]
            await self._leases.hasten(different, datetime.now(UTC))
            changed += different
        assert len(changed) == DOMAINS // CHANGED, len(changed)
        return QUESTIONS

    async def _taken(self) -> Stretch:
        """The next stretch, as service/patrol.py takes it."""
        lap, now = await self._snapshots.lap(), datetime.now(UTC)
        stretch = await self._snapshots.stretch(lap.place, now, STRETCH)
        await self._snapshots.move(lap.moved(stretch.last, stretch.count, now, CYCLE))
        return stretch

    async def parse(self) -> int:
        """Read what is due, ask, read every answer and compare it with what is expected; save each row.

        The rows of a stretch are saved together, without those whose answers are not what is expected.
        """
        right, at, after = 0, datetime.now(UTC), ""
        moment = int(at.timestamp() * 1e6)
        while (stretch := await self._snapshots.stretch(after, at, STRETCH)).last:
            errands: Iterator[Errand[Snapshot]] = (Errand(each, each.questions) for each in stretch.due)
            wrong: list[str] = []
            async for some in self._engine.ask(errands):
                wrong += [errand.key.domain for errand in some if not _is_right(errand)]
            right += len(stretch.due) - len(wrong)
            names, params = one_of("wrong", wrong or [""])
            rows: Params = {"at": moment, "after": after, "last": stretch.last, **params}
            await self._database.write(Statement(_MARK.format(wrong=names), rows))
            after = stretch.last
        assert right == DOMAINS, right
        return QUESTIONS

    async def close(self) -> None:
        """Let go of the resolver and the database."""
        await self.lookout.close()
        await self._engine.close()
        await self._database.close()

    async def _write(self, statements: Iterable[Statement]) -> None:
        """Many at once: what is measured comes later."""
        left = iter(statements)
        while some := tuple(islice(left, TOGETHER)):
            await self._database.write(*some)


def _registration(number: int) -> Statement:
    values = values_of(domain(hostname=hostname(number), id=_id(number)))
    names = ", ".join(values)
    return Statement(f"INSERT INTO domain ({names}) VALUES (:{names.replace(', ', ', :')})", values)  # noqa: S608 - our own names


def _kept(glance: Glance, place: int) -> Iterator[Statement]:
    """Keep what was seen; of the first in so many something else, so that it looks changed."""
    assert glance.digest is not None, glance
    snapshot = Snapshot(
        glance.snapshot.domain, glance.snapshot.questions, glance.digest if place else bytes(16)
    )
    return succession(Change(domain(id=snapshot.domain, asked_at=NOON), snapshot=snapshot))


def _snapshot(number: int) -> Snapshot:
    return Snapshot(_id(number), prepared(questions(number)), b"")


def _is_right(errand: Errand[Snapshot]) -> bool:
    read = [lean(*each) for each in zip(errand.asked, errand.heard or (), strict=False)]
    said = [record[3] for answer in read if answer is not None for record in answer.records]
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
    """The peer in Python: its resolver asks about the first domains."""
    at = endpoint(resolver_url)
    peer = dns.asyncresolver.Resolver(configure=False)
    peer.nameservers, peer.port, peer.cache = [at.ip], at.port, None
    return await _each(lambda question: peer.resolve(question.name, question.type))


async def c_ares(resolver_url: str) -> int:
    """The peer with a core in C: aiodns asks about the same domains."""
    at = endpoint(resolver_url)
    async with aiodns.DNSResolver(nameservers=[at.ip], udp_port=at.port, tcp_port=at.port) as peer:
        return await _each(lambda question: peer.query_dns(question.name, question.type))


async def _each(ask: Callable[[Question], Awaitable[object]]) -> int:
    asked = [question for number in range(FEW) for question in questions(number)]
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(question: Question) -> None:
        async with limit:
            await ask(question)

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
            PARSE: embedded.parse,
        }
        if postgres is not None:
            outgrown = await stack.enter_async_context(sweeping(postgres.migrated(), tcp))
            works[NOTICE_POSTGRES] = outgrown.notice
            works[PARSE_POSTGRES] = outgrown.parse
        works[AIODNS] = partial(c_ares, udp)
        works[DNSPYTHON] = partial(dnspython, udp)
        asked = (question for number in range(DOMAINS) for question in questions(number))
        peer = Dnsperf(world.address, world.port, asked, directory)
        app.settle()  # as the program does when it has started
        for number in range(ROUNDS + 1):  # the first one warms up
            answers, seconds = peer.round()
            numbers = {PEER: answers / seconds} | {name: await measured(work) for name, work in works.items()}
            for name, each in numbers.items() if number else ():
                results.setdefault(name, []).append(each)
    return results


def main() -> None:
    """Print a line for each measurement, and the ratio that counts last; --write puts them into the docs."""
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="letterhead-bench-")))
        postgres = Postgres()
        stack.callback(postgres.remove)
        rates = uvloop.run(rounds(directory, postgres=postgres.start()))
        swept = Swept(rates, scale.results(directory))
    load = f"{before:.1f} to {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"# {machine()}; {ROUNDS} interleaved rounds, questions for each CPU second of the asking process")
    print(
        f"# {DOMAINS} domains of 7 questions, a warm Unbound on the other core; "
        f"load of the machine {load}; command: make bench-sweep\n"
    )
    print(*swept.lines(), sep="\n")
    if "--write" in sys.argv:
        write(swept, load)
    print(f"\nsweep_vs_dnsperf {swept.ratio(NOTICE):.2f}")


if __name__ == "__main__":
    main()
