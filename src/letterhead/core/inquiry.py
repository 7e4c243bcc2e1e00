"""Inquiries: pure code that needs to know something of the DNS, yields questions, and is sent answers.

Nothing here looks anything up. Whoever drives an inquiry (service/examination.py, a table in a test)
asks the world and sends the answers in; so every rule can be tested without a name server, and several
inquiries put together ask in few rounds whatever can be asked at once.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from letterhead.core.answer import (
    Absence,
    Absent,
    Answer,
    Found,
    Question,
    RecordType,
    ResourceRecord,
    Sighting,
    Unreachable,
)

T = TypeVar("T")

Inquiry = Generator[tuple[Question, ...], Mapping[Question, Answer], T]
"""Yields a round of questions, is sent an answer for each of them, returns a T in the end."""

MAX_ALIASES = 8
"""CNAME hops that we follow before we call the chain too long."""


def ask(name: str, rtype: RecordType, kind: type[Question] = Question) -> Inquiry[Answer]:
    """Ask one question, of this kind; a chain of aliases is followed to its end, also across zones.

    Returns Found with records and all aliases on the way, Absent (also for a loop or a chain of more
    than MAX_ALIASES), or Unreachable as soon as one hop could not be found out. The answer bears the
    question that was asked first and the observations of every hop.
    """
    question = kind(name, rtype)
    answer = (yield (question,))[question]
    seen = [name]
    aliases, observations = answer_aliases(answer), answer.observations
    while isinstance(answer, Found) and not answer.records:
        end = answer.end
        if end in seen or len({a.owner for a in aliases}) < len(aliases):
            return Absent(question, Absence.ALIAS_LOOP, aliases, 0, observations)
        if len(aliases) > MAX_ALIASES:
            return Absent(question, Absence.ALIAS_TOO_LONG, aliases, 0, observations)
        seen.append(end)
        onward = Question(end, rtype)
        answer = (yield (onward,))[onward]
        aliases += answer_aliases(answer)
        observations += answer.observations
    if isinstance(answer, Found):
        return Found(question, answer.records, aliases, observations)
    if isinstance(answer, Absent):
        return replace(answer, question=question, aliases=aliases, observations=observations)
    return replace(answer, question=question, observations=observations)


def sighted(answer: Answer) -> Inquiry[Answer]:
    """An answer that would do, with what resolvers say of every hop on the way to it.

    One that is found is then as unseen as any of its hops; all others are returned as they are.
    """
    hops = tuple(dict.fromkeys(Sighting(o.question.name, o.question.type) for o in answer.observations))
    if not isinstance(answer, Found) or not hops:
        return answer
    answers = yield hops
    observations = tuple(o for hop in hops for o in answers[hop].observations)
    unseen = next(filter(None, (_unseen(answers[hop]) for hop in hops)), None)
    return replace(answer, observations=observations, unseen=unseen)


def answer_aliases(answer: Answer) -> tuple[ResourceRecord, ...]:
    """The CNAME records that an answer passed through, in order."""
    return answer.aliases if isinstance(answer, Found | Absent) else ()


def _unseen(answer: Answer) -> Unreachable | None:
    if isinstance(answer, Found):
        return answer.unseen
    return answer if isinstance(answer, Unreachable) else None


def together(inquiries: Sequence[Inquiry[T]]) -> Inquiry[list[T]]:
    """Run several inquiries side by side: each round asks what all of them need next, each question once.

    Returns their results in the order given.
    """
    results: dict[int, T] = {}
    waiting: dict[int, tuple[Question, ...]] = {}
    for index, inquiry in enumerate(inquiries):
        try:
            waiting[index] = next(inquiry)
        except StopIteration as done:
            results[index] = done.value
    while waiting:
        answers = yield tuple(dict.fromkeys(q for questions in waiting.values() for q in questions))
        for index, questions in tuple(waiting.items()):
            try:
                waiting[index] = inquiries[index].send({q: answers[q] for q in questions})
            except StopIteration as done:
                results[index] = done.value
                del waiting[index]
    return [results[index] for index in range(len(inquiries))]
