"""Witnesses: whom an examination asks, in which order, and what their words establish together.

The zone's own servers come first. Resolvers are asked only once those agree on what is right
(inquiry.sighted): asking a cache too early would plant the answer for whose end the customer has to wait.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from letterhead.core import quorum
from letterhead.core.answer import Answer, Fault, Found, Observation, Question, Sighting, Source, Unreachable
from letterhead.ports import Clock, Resolver
from letterhead.service.canaries import Watch

MAX_QUESTIONS = 150
"""Questions that one examination may ask; a plan with all its probes needs fewer than a hundred."""

GRACE = 0.5
"""Seconds that a resolver still has when enough others have said the same: its word is evidence, no more."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Whom to ask.

    authoritative  the zone's own servers, or None where a site relies on resolvers alone.
    recursive      resolvers with caches of their own; may be empty.
    quorum         how many of them must agree.
    watch          knows who of them is ill, and therefore left out.
    """

    authoritative: Resolver | None
    recursive: tuple[Resolver, ...]
    quorum: int
    clock: Clock
    watch: Watch


@dataclass(slots=True)
class Hearing:
    """One examination's questions: each is asked once, all within one deadline and one budget."""

    witnesses: Witnesses
    seconds: float
    _heard: dict[Question, Answer] = field(default_factory=dict)
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = self.witnesses.clock.monotonic() + self.seconds

    async def answers(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Ask what has not been asked yet, all at once."""
        for question in questions:
            settled = self._settled(question)
            if settled is not None:
                self._heard[question] = settled
        fresh = [q for q in dict.fromkeys(questions) if q not in self._heard]
        allowed = fresh[: max(0, MAX_QUESTIONS - len(self._heard))]
        for question, answer in zip(
            allowed, await asyncio.gather(*(self._answer(q) for q in allowed)), strict=True
        ):
            self._heard[question] = answer
        for question in fresh[len(allowed) :]:
            self._heard[question] = Unreachable(
                question, Fault.NOT_ASKED, "this examination has asked too many questions already"
            )
        return {question: self._heard[question] for question in questions}

    async def _answer(self, question: Question) -> Answer:
        who = self.witnesses
        if isinstance(question, Sighting):
            found = self._heard[Question(question.name, question.type)]
            assert isinstance(found, Found)
            return quorum.confirmed(found, await self._recursive(found.question), who.quorum)
        if who.authoritative is None:
            return quorum.visible(question, await self._recursive(question), who.quorum)
        return quorum.published(question, await self._ask(who.authoritative, question))

    def _settled(self, question: Question) -> Answer | None:
        """What a sighting comes to where nobody has to be asked: resolvers asked alone have said it."""
        if not isinstance(question, Sighting):
            return None
        who, heard = self.witnesses, self._heard[Question(question.name, question.type)]
        is_open = who.authoritative is not None and who.recursive and isinstance(heard, Found)
        return None if is_open else heard

    async def _recursive(self, question: Question) -> tuple[Observation, ...]:
        """What resolvers say. Once the slower ones can change nothing they have little time left."""
        tasks = [asyncio.create_task(self._ask(r, question)) for r in self.witnesses.recursive]
        waiting = set(tasks)
        try:
            while waiting:
                said = _said(tasks)
                seconds = GRACE if quorum.is_settled(said, len(waiting), self.witnesses.quorum) else None
                done, waiting = await asyncio.wait(
                    waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
            return _said(tasks)
        finally:
            for task in waiting:
                task.cancel()

    async def _ask(self, resolver: Resolver, question: Question) -> tuple[Observation, ...]:
        who = self.witnesses
        illness = who.watch.illness_of(resolver)
        if illness is not None:
            source = Source.AUTHORITATIVE if resolver is who.authoritative else Source.RECURSIVE
            return (_left_out(question, source, str(illness), who.clock.now()),)
        left = self._ends - self.witnesses.clock.monotonic()
        return await resolver.ask(question, within=max(0.0, left))


def _said(tasks: Sequence[asyncio.Task[tuple[Observation, ...]]]) -> tuple[Observation, ...]:
    """The observations that have come in, in the order in which they were asked for."""
    return tuple(observation for task in tasks if task.done() for observation in task.result())


def _left_out(question: Question, source: Source, why: str, at: datetime) -> Observation:
    """The observation of somebody who was not asked; nobody's word counts who is ill."""
    return Observation(question, source, "", "", "", at, 0.0, fault=Fault.ILL, detail=why)
