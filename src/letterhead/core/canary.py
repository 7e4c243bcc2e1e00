"""Canaries: names of which we know what the DNS must say, so that an ill witness is told from ill news.

Here stands what is asked and what the answers mean; service/canaries.py asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from letterhead.core.answer import Absent, Answer, Fault, Found, Question, RecordType, Unreachable


class Symptom(StrEnum):
    """What is wrong with whom we ask."""

    UNREACHABLE = "unreachable"  # it does not answer, or not definitely
    BLIND = "blind"  # it does not find what is there
    CLOCK = "clock"  # it calls a good signature broken, as one whose clock is wrong does (R10)
    REWRITES = "rewrites"  # it finds what is not there: a search page, a captive portal (R14)
    NOT_VALIDATING = "not_validating"  # it passes on what a broken signature forbids (R09)


@dataclass(frozen=True, slots=True)
class Illness:
    """A symptom, and what was seen, for people."""

    symptom: Symptom
    detail: str

    def __str__(self) -> str:
        return f"{self.symptom}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Canaries:
    """The names; None where the operator gave none.

    good    has a TXT record, with a valid signature if it is signed.
    absent  does not exist, nor do its siblings.
    bogus   has a broken DNSSEC signature.
    """

    good: str | None = None
    absent: str | None = None
    bogus: str | None = None

    def __bool__(self) -> bool:
        return bool(self.good or self.absent or self.bogus)

    @property
    def signed(self) -> Question | None:
        """What is asked of the one that may bear a valid signature; None where there is none."""
        return Question(self.good, RecordType.TXT) if self.good else None

    def questions(self, stray: str, *, validating: bool) -> tuple[Question, ...]:
        """What to ask. `stray` is a random label: a sibling of `absent` that no cache and no filter knows.

        validating  whether a broken signature must be noticed: by resolvers, not by a zone's own servers.
        """
        asked = [self.signed] if self.signed else []
        asked += [Question(name, RecordType.A) for name in self._absent(stray)]
        return (*asked, *(self._bogus() if validating else ()))

    def illness(self, answers: Mapping[Question, Answer]) -> Illness | None:
        """What is wrong with whoever gave these answers to all or some of the questions; None: it is well."""
        good = {q: a for q, a in answers.items() if q.name == self.good}
        bogus = {q: a for q, a in answers.items() if q.name == self.bogus}
        absent = {q: a for q, a in answers.items() if q not in good and q not in bogus}
        found = [_ill_of_good(q, a) for q, a in good.items()]
        found += [_ill_of_absent(q, a) for q, a in absent.items()]
        found.append(_ill_of_bogus(self.bogus or "", bogus))
        return next((illness for illness in found if illness is not None), None)

    def _absent(self, stray: str) -> tuple[str, ...]:
        if self.absent is None:
            return ()
        return self.absent, f"{stray}.{self.absent.partition('.')[2]}"

    def _bogus(self) -> tuple[Question, ...]:
        """Some such names have one broken record only, most often the address or the text."""
        if self.bogus is None:
            return ()
        return Question(self.bogus, RecordType.A), Question(self.bogus, RecordType.TXT)


def _ill_of_good(question: Question, answer: Answer) -> Illness | None:
    if isinstance(answer, Found) and answer.records:
        return None
    if isinstance(answer, Unreachable) and answer.fault is Fault.BOGUS:
        return Illness(Symptom.CLOCK, f"{question.name} is called bogus ({answer.detail})")
    if isinstance(answer, Unreachable):
        return _unreachable(answer)
    return Illness(Symptom.BLIND, f"{question.name} has a TXT record, and it is not found")


def _ill_of_absent(question: Question, answer: Answer) -> Illness | None:
    """NODATA will do: signers that deny existence compactly say nothing else (RFC 9824 §3)."""
    if isinstance(answer, Absent):
        return None
    if isinstance(answer, Unreachable):
        return _unreachable(answer)
    shown = ", ".join(str(record.data) for record in answer.records[:3])
    return Illness(Symptom.REWRITES, f"{question.name} does not exist, and yet is found at {shown}")


def _ill_of_bogus(name: str, answers: Mapping[Question, Answer]) -> Illness | None:
    """Only a definite answer to all that was asked says that nothing is validated; silence says nothing."""
    if not answers or any(isinstance(answer, Unreachable) for answer in answers.values()):
        return None
    return Illness(Symptom.NOT_VALIDATING, f"the signature of {name} is broken, and its records were given")


def _unreachable(answer: Unreachable) -> Illness:
    detail = f"{answer.question.name}: {answer.detail or answer.fault}"
    return Illness(Symptom.UNREACHABLE, detail)
