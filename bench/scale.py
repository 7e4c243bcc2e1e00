"""What the patrol itself costs at 10,000, 100,000 and 1,000,000 domains: scheduling and bookkeeping alone.

A lookout that answers at once stands in the resolver's place, so what is measured is the lap, reading what is
due, and writing how far it is. Each size has a database and a process of its own, which says what memory it
has at the end. They are measured by turns, so that what else the machine does falls upon all alike.
"""

import logging
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
import uvloop

from bench.customers import questions
from letterhead import app
from letterhead.config.sections import Lifecycle
from letterhead.core.answer import Question
from letterhead.core.lap import SPREAD
from letterhead.ports import Glance, Snapshot
from letterhead.resolver.bulk.questions import prepared
from letterhead.service.breaker import Breaker
from letterhead.service.canaries import unwatched
from letterhead.service.patrol import STRETCH, Patrol
from letterhead.service.timekeeping import Timekeeper
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.clock import ManualClock

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 11
IN_A_ROUND = 100_000
"""Domains in each round, whatever the size: many laps of the least, a tenth of the greatest's."""
CYCLE = timedelta(hours=6)
_NEXT, _LAST = "next", "last"
_MIB = 1 << 20

_FILL = """
WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < :last)
INSERT INTO snapshot (domain, questions, digest, checked_at)
SELECT printf('dom_%026d', n), :questions, randomblob(16), 0 FROM series
"""


@dataclass(frozen=True, slots=True)
class Scaled:
    """What the patrol costs with so many domains.

    micros        CPU microseconds for each domain, by round.
    own, mapped   MiB of memory: the process's own, and pages of files, which the system takes back at will.
    """

    domains: int
    micros: tuple[float, ...]
    own: float
    mapped: float

    @property
    def median(self) -> float:
        """CPU microseconds for each domain."""
        return statistics.median(self.micros)

    def __str__(self) -> str:
        spread = f"({min(self.micros):.2f} to {max(self.micros):.2f})"
        memory = f"{self.own:.0f} MiB of its own, {self.mapped:.0f} MiB of mapped files"
        cost = f"{self.median:>6.2f} µs a domain {spread}"
        return f"patrol without asking, {self.domains:>9,} domains  {cost}; {memory}"


class Seer:
    """Sees at once that everything is as it was. Fills ports.Lookout.

    spent  CPU seconds that went into saying so, which is no work of the patrol's: a real one asks meanwhile.
    """

    def __init__(self) -> None:
        self.seen = 0
        self.spent = 0.0

    def prepared(self, questions: Iterable[Question]) -> bytes:
        """See ports.Lookout."""
        return prepared(questions)

    async def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        """See ports.Lookout."""
        start = time.process_time()
        glances = [Glance(snapshot, snapshot.digest) for snapshot in snapshots]
        self.seen += len(glances)
        self.spent += time.process_time() - start
        yield glances


def results(directory: Path) -> list[Scaled]:
    """Patrol all sizes, a round of each by turns."""
    with ExitStack() as stack:
        apart = [stack.enter_context(_apart(directory / f"scale-{size}.db", size)) for size in SIZES]
        rounds = [[_next(each) for each in apart] for _ in range(ROUNDS + 1)]
        return [
            Scaled(size, tuple(micros[1:]), *_last(each))  # the first warms up
            for size, micros, each in zip(SIZES, zip(*rounds, strict=True), apart, strict=True)
        ]


@contextmanager
def _apart(path: Path, domains: int) -> Iterator[Connection]:
    """A process that patrols so many domains: told _NEXT it says what a round cost, told _LAST its memory."""
    url = f"sqlite:///{path}"
    migrate(url)
    _fill(path, domains)
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_patrolling, args=(url, domains, theirs))
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()  # who is still listening ends
        process.join()


def _next(apart: Connection) -> float:
    apart.send(_NEXT)
    return float(apart.recv())


def _last(apart: Connection) -> tuple[float, float]:
    apart.send(_LAST)
    own, mapped = apart.recv()
    return own, mapped


def _patrolling(url: str, domains: int, told: Connection) -> None:
    """In a process of its own, which tells nobody but us."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with suppress(EOFError):
        uvloop.run(_patrolled(url, domains, told))


async def _patrolled(url: str, domains: int, told: Connection) -> None:
    store, clock, seer = open_store(url), ManualClock(), Seer()
    breaker = Breaker(
        unwatched(clock), Timekeeper(store.clocks, CYCLE, clock), Lifecycle().breaker, CYCLE, clock
    )
    patrol = Patrol(store, seer, breaker, CYCLE, clock)
    pace = CYCLE.total_seconds() * SPREAD * STRETCH / domains
    app.settle()
    try:
        while told.recv() == _NEXT:
            told.send(await _round(patrol, seer, clock, pace))
        told.send(_memory())
    finally:
        await store.close()


async def _round(patrol: Patrol, seer: Seer, clock: ManualClock, pace: float) -> float:
    """CPU microseconds for each domain of some stretches, whose time comes as we go."""
    seen, spent, start = seer.seen, seer.spent, time.process_time()
    while seer.seen - seen < IN_A_ROUND:
        clock.advance(pace)
        await patrol.once()
    return (time.process_time() - start - (seer.spent - spent)) / (seer.seen - seen) * 1e6


def _fill(path: Path, domains: int) -> None:
    """Rows of snapshots alone: the patrol reads nothing of a domain that is as it was."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        asked = prepared(questions(123_456))
        connection.execute(_FILL, {"last": domains - 1, "questions": asked})
    connection.close()


def _memory() -> tuple[float, float]:
    """MiB of this process's own memory, and of the files that it has mapped."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = {
        name: int(rest.split()[0])
        for name, _, rest in (line.partition(":") for line in lines)
        if name.startswith("Rss")
    }
    return kilobytes["RssAnon"] * 1024 / _MIB, (kilobytes["RssFile"] + kilobytes["RssShmem"]) * 1024 / _MIB
