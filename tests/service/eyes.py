"""Lookouts on paper: what they see is what a test last wrote down."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from letterhead.core.answer import Question, RecordType, Source
from letterhead.ports import Glance, Snapshot
from tests.clock import ManualClock
from tests.service.paper import PaperDns


class PaperLookout:
    """Fills ports.Lookout from the lines of a PaperDns, through a resolver that has forgotten all at once.

    resolver another one to ask, where there is one.
    silent   names of which nothing can be found out; where it `is_blind`, of none.
    strange  names that can't be asked about.
    is_stuck it never gets to an end.
    looks    the domains of each look.
    """

    def __init__(self, dns: PaperDns, clock: ManualClock, resolver: PaperDns | None = None) -> None:
        self._resolver = resolver or PaperDns(clock, Source.RECURSIVE)
        self._resolver.lines = dns.lines
        self.silent: set[str] = set()
        self.strange: set[str] = set()
        self.is_blind = False
        self.is_stuck = False
        self.looks: list[list[str]] = []

    def prepared(self, questions: Iterable[Question]) -> bytes:
        asked = list(questions)
        if any(question.name in self.strange for question in asked):
            raise ValueError("no name that the DNS can hold")
        return "\n".join(f"{question.name} {question.type}" for question in asked).encode()

    async def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        wanted = list(snapshots)
        self.looks.append([snapshot.domain for snapshot in wanted])
        if self.is_stuck:
            await asyncio.Event().wait()
        for snapshot in wanted:
            yield [Glance(snapshot, await self._digest(snapshot.questions.decode()))]

    async def _digest(self, questions: str) -> bytes | None:
        digest = hashlib.sha256()
        for line in questions.split("\n"):
            name, rtype = line.split()
            if self.is_blind or name in self.silent:
                return None
            said = await self._resolver.ask(Question(name, RecordType(rtype)), within=1)
            digest.update(repr([(o.records, o.rcode, o.fault) for o in said]).encode())
        return digest.digest()


@dataclass
class StillLookout:
    """Fills ports.Lookout, and nothing ever changes. `looks`: when, and at how many."""

    clock: ManualClock
    looks: list[tuple[float, int]] = field(default_factory=list)

    def prepared(self, questions: Iterable[Question]) -> bytes:
        return repr(list(questions)).encode()

    async def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        wanted = list(snapshots)
        self.looks.append((self.clock.monotonic(), len(wanted)))
        yield [Glance(snapshot, snapshot.digest) for snapshot in wanted]
