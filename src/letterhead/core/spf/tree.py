"""Every term of a record and of all that it includes, in the order of evaluation, looked up and counted.

An evaluation for one message stops at the first match. Here no message is at hand, so the worst case is
taken: every term that some message could reach is reached. Our own mechanisms are known and never looked up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile

from letterhead.core.answer import Absence, Absent, Answer, Found, Mx, RecordType, Txt, Unreachable
from letterhead.core.inquiry import Inquiry, ask, together
from letterhead.core.spf.limits import MAX_MX
from letterhead.core.spf.macro import expand
from letterhead.core.spf.record import Record, RecordError, parse, select
from letterhead.core.spf.target import check_domain, is_fixed, target_name
from letterhead.core.spf.term import Mechanism, Modifier, Qualifier, Term

MAX_FOLLOWED = 30
"""Foreign terms that we look up for one domain: three times as many as any evaluation may."""

MAX_OCTETS = 16_384
"""Octets of foreign records that we read for one domain; ten of the usual length have a quarter of that."""

_PROBED = {
    "a": (RecordType.A, RecordType.AAAA),
    "mx": (RecordType.MX,),
    "exists": (RecordType.A,),
}


class Trouble(StrEnum):
    """Why what stands behind a term is not known, or is broken for the mail that reaches it."""

    UNREACHABLE = "unreachable"  # a temperror there; we could not find out
    NOT_FOLLOWED = "not_followed"  # beyond MAX_FOLLOWED or MAX_OCTETS
    PER_MESSAGE = "per_message"  # the name holds macros; each message asks for another one
    NO_SUCH_NAME = "no_such_name"  # NXDOMAIN or a circle of aliases: a permerror there (§5.2)
    NO_RECORD = "no_record"  # the name has no SPF record: likewise
    MULTIPLE = "multiple"  # it has several: likewise (§4.5)
    SYNTAX = "syntax"  # its record breaks the grammar: likewise (§4.6)
    LOOP = "loop"  # it leads back to where we came from: likewise, by the lookup limit
    TOO_MANY_MX = "too_many_mx"  # more exchanges than an mx may lead to: likewise (§4.6.4)

    @property
    def definite(self) -> bool:
        """Whether every receiver meets a permerror there, rather than something that we don't know."""
        return self not in {Trouble.UNREACHABLE, Trouble.NOT_FOLLOWED, Trouble.PER_MESSAGE}


@dataclass(frozen=True, slots=True)
class Step:
    """One term.

    path     where it stands: the domain, then the terms that lead there: ("acme.com", "include:x.com").
    term     the term itself.
    index    the position among the terms of the domain's own record under which it was reached, from 0.
    levels   for each record of the path, whether the term on the way is unqualified or `+`.
    reached  some message can get here: no `all` stands before it, on no level.
    void     its query came back empty (§4.6.4).
    trouble, detail  what is wrong behind it; the detail in words.
    """

    path: tuple[str, ...]
    term: Term
    index: int
    levels: tuple[bool, ...]
    reached: bool
    void: bool = False
    trouble: Trouble | None = None
    detail: str = ""

    @property
    def cost(self) -> int:
        """What it takes of the lookup limit; nothing where no message gets."""
        return self.term.cost if self.reached else 0

    @property
    def passes(self) -> bool:
        """Whether a match here makes the domain's own record pass."""
        return all(self.levels)

    def ends(self, other: "Step") -> bool:
        """Whether a match here ends the evaluation of a record that holds both before `other` is reached.

        An include matches where its record passes; anything else in it lets the evaluation go on (§5.2).
        """
        pairs = zip(self.path, other.path, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return all(self.levels[shared:])

    @property
    def indirect(self) -> bool:
        """Whether it is no directive of the domain's own record."""
        return len(self.path) > 1 or isinstance(self.term, Modifier)

    @property
    def place(self) -> str:
        """The path and the term, for people."""
        return " > ".join((*self.path, self.term.text))


@dataclass(frozen=True, slots=True)
class Place:
    """From where a record is read: its domain, the way there, and what holds for everything on it."""

    domain: str
    path: tuple[str, ...]
    ancestors: tuple[str, ...]
    index: int | None = None
    levels: tuple[bool, ...] = ()
    reached: bool = True


@dataclass(slots=True)
class Walk:
    """What holds for the whole tree: our mechanisms by their keys, and what may yet be followed and read."""

    ours: frozenset[tuple[object, ...]]
    left: int = MAX_FOLLOWED
    octets: int = MAX_OCTETS


def steps(domain: str, record: Record, ours: Sequence[Mechanism]) -> Inquiry[tuple[Step, ...]]:
    """All directives and redirects of a domain's record, depth first, in the order of evaluation."""
    walk = Walk(frozenset(m.key for m in ours))
    return (yield from _read(record, Place(domain, (domain,), (domain,)), walk))


def term_key(term: Term) -> tuple[object, ...]:
    """The key of the mechanism that a term is or is as good as: redirect= authorises as include: does."""
    return (
        term.key if isinstance(term, Mechanism) else Mechanism("", Qualifier.PASS, "include", term.value).key
    )


def _read(record: Record, place: Place, walk: Walk) -> Inquiry[tuple[Step, ...]]:
    """The steps of one record and of everything below it; the redirect comes last (§4.6.3)."""
    end = record.terms.index(record.all) if record.all else None
    found = [_step(i, term, place, end) for i, term in enumerate(record.terms) if _leads(term)]
    found.sort(key=lambda step: isinstance(step.term, Modifier))
    parts = yield from together([_follow(step, place, walk) for step in found])
    return tuple(step for part in parts for step in part)


def _leads(term: Term) -> bool:
    return isinstance(term, Mechanism) or term.name == "redirect"


def _step(index: int, term: Term, place: Place, end: int | None) -> Step:
    """One term as it stands; `end` is where the first `all` is, behind which nothing is read (§5.1)."""
    if isinstance(term, Modifier):
        reached, passes = end is None, True  # §6.1: a redirect is for records without an `all`
    else:
        reached, passes = end is None or index <= end, term.qualifier is Qualifier.PASS
    top = index if place.index is None else place.index
    return Step(place.path, term, top, (*place.levels, passes), place.reached and reached)


def _follow(step: Step, place: Place, walk: Walk) -> Inquiry[tuple[Step, ...]]:
    """A step with what its queries bring to light; ours, and those that cause no query, stay as they are."""
    if not step.cost or term_key(step.term) in walk.ours:
        return (step,)
    if not walk.left:
        return (replace(step, trouble=Trouble.NOT_FOLLOWED, detail=f"more than {MAX_FOLLOWED} terms"),)
    walk.left -= 1
    if step.term.name in {"include", "redirect"}:
        return (yield from _lead(step, place, walk))
    return ((yield from _probe(step, place)),)


def _lead(step: Step, place: Place, walk: Walk) -> Inquiry[tuple[Step, ...]]:
    """An include or redirect, and the steps of the record behind it."""
    spec = _domain_spec(step.term)
    if not is_fixed(spec):
        return (replace(step, trouble=Trouble.PER_MESSAGE, detail=f"{spec} differs for each message"),)
    name = check_domain(_expand(spec, place))
    if name is None:
        return (replace(step, trouble=Trouble.NO_SUCH_NAME, detail=f"{spec} is not a domain name"),)
    if name in place.ancestors:
        return (replace(step, trouble=Trouble.LOOP, detail=f"{name} leads back to itself"),)
    step, record = _examined(step, name, (yield from ask(name, RecordType.TXT)), walk)
    if record is None:
        return (step,)
    path, ancestors = (*place.path, step.term.text), (*place.ancestors, name)
    inner = Place(name, path, ancestors, step.index, step.levels, step.reached)
    return (step, *(yield from _read(record, inner, walk)))


def _examined(step: Step, name: str, answer: Answer, walk: Walk) -> tuple[Step, Record | None]:
    """What a TXT answer says of the target of an include or redirect."""
    if isinstance(answer, Unreachable):
        return replace(step, trouble=Trouble.UNREACHABLE, detail=f"{name} TXT: {answer.fault}"), None
    if isinstance(answer, Absent):
        gone = answer.reason is not Absence.NODATA
        trouble = Trouble.NO_SUCH_NAME if gone else Trouble.NO_RECORD
        return replace(step, void=True, trouble=trouble, detail=f"{name} TXT: {answer.reason}"), None
    texts = select(answer.records)
    if not texts:
        return replace(step, trouble=Trouble.NO_RECORD, detail=f"{name} has no SPF record"), None
    if len(texts) > 1:
        detail = f"{name} has {len(texts)} SPF records"
        return replace(step, trouble=Trouble.MULTIPLE, detail=detail), None
    return _parsed(step, name, texts[0], walk)


def _parsed(step: Step, name: str, text: Txt, walk: Walk) -> tuple[Step, Record | None]:
    """The record at the target, if it can be read and is not longer than what may yet be read."""
    if len(text.joined) > walk.octets:
        detail = f"{name}: more than {MAX_OCTETS} octets of records in all"
        return replace(step, trouble=Trouble.NOT_FOLLOWED, detail=detail), None
    walk.octets -= len(text.joined)
    try:
        return step, parse(text)
    except RecordError as error:
        return replace(step, trouble=Trouble.SYNTAX, detail=f"{name}: {error}"), None


def _probe(step: Step, place: Place) -> Inquiry[Step]:
    """Whether a, mx and exists lead anywhere. `a` is void only when neither family has an address."""
    spec = _domain_spec(step.term)
    name = target_name(_expand(spec, place)) if is_fixed(spec) else None
    types = _PROBED.get(step.term.name, ())
    if name is None or not types:
        return step
    answers = yield from together([ask(name, rtype) for rtype in types])
    found = [answer for answer in answers if isinstance(answer, Found)]
    unknown = [answer for answer in answers if isinstance(answer, Unreachable)]
    if unknown and not found:
        detail = f"{name} {unknown[0].question.type}: {unknown[0].fault}"
        return replace(step, trouble=Trouble.UNREACHABLE, detail=detail)
    exchanges = sum(isinstance(r.data, Mx) for answer in found for r in answer.records)
    if exchanges > MAX_MX:
        return replace(step, trouble=Trouble.TOO_MANY_MX, detail=f"{name} has {exchanges} MX records")
    return replace(step, void=not found)


def _domain_spec(term: Term) -> str:
    """Where a term leads; a directive without a domain-spec means the domain at hand (§4.8)."""
    return (term.domain or "%{d}") if isinstance(term, Mechanism) else term.value


def _expand(domain_spec: str, place: Place) -> str:
    """A fixed domain-spec expanded for mail from the domain at the root of the tree."""
    return expand(domain_spec, {"d": place.domain, "o": place.ancestors[0]})
