"""Which DMARC record rules a domain, and what it asks for exactly that name (RFC 9989 §4.10).

A walk goes from the domain to the root, one name a round, and stops at the first name that can't be found
out: what stands there could change everything below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from letterhead.core.answer import Absence, Absent, Answer, Found, Question, RecordType, Txt, Unreachable
from letterhead.core.dmarc.policy import Policy
from letterhead.core.dmarc.record import NotDmarc, Psd, Record, parse
from letterhead.core.inquiry import Inquiry, ask

LONGEST_PARENT = 7
"""Labels of the longest name asked for after the domain itself, so that a walk takes 8 queries at most."""

LONGEST_NAME = 253
LONGEST_LABEL = 63
"""Characters of the longest name, and of the longest label, that the DNS can hold (RFC 1035 §2.3.4)."""


@dataclass(frozen=True, slots=True)
class Step:
    """What stands at `_dmarc.<domain>`.

    records  every DMARC record there; more than one are all discarded (RFC 9989 §4.10 steps 2 and 6).
    strays   the other TXT records, each with the reason why it is none.
    """

    domain: str
    answer: Answer
    records: tuple[Record, ...] = ()
    strays: tuple[NotDmarc, ...] = ()

    @property
    def record(self) -> Record | None:
        """The one record that counts, if there is one."""
        return self.records[0] if len(self.records) == 1 else None

    @property
    def ends_walk(self) -> bool:
        """Whether the walk goes no further up: a boundary is declared here, or we could not find out."""
        declared = self.record is not None and self.record.psd is not Psd.UNSAID
        return declared or isinstance(self.answer, Unreachable)


class Lack(StrEnum):
    """Why no policy applies."""

    NO_RECORD = "no_record"
    SEVERAL_RECORDS = "several_records"  # at the domain itself, so all are discarded, and no parent rules
    VOID = "void"  # the record that rules names no valid policy and asks for no reports


@dataclass(frozen=True, slots=True)
class Ruling:
    """The record that rules a domain.

    domain  the name whose record it is: the domain itself, its organizational domain, or a public suffix.
    tag     the tag that speaks for the asked domain: "p", "sp" or "np".
    asked   the policy of that tag.
    policy  what receivers apply: one step less under `t=y`.
    """

    domain: str
    record: Record
    tag: str
    asked: Policy
    policy: Policy


@dataclass(frozen=True, slots=True)
class NoPolicy:
    """Receivers definitely apply no DMARC. `domain` is where the void or the several records stand, or ""."""

    lack: Lack
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What rules a domain, and every step on the way there, the domain itself first.

    outcome         Unreachable where it could not be found out; never to be taken for NoPolicy.
    organizational  the organizational domain; None where the walk was not needed or came to no end.
    """

    domain: str
    steps: tuple[Step, ...]
    outcome: Ruling | NoPolicy | Unreachable
    organizational: str | None = None

    @property
    def own(self) -> Step:
        """What stands at the domain itself."""
        return self.steps[0]

    @property
    def policy(self) -> Policy | None:
        """The policy in force; None where none is, or where that could not be found out."""
        return self.outcome.policy if isinstance(self.outcome, Ruling) else None


def discover(domain: str) -> Inquiry[Discovery]:
    """Find the record that rules a domain and what it asks for that name (RFC 9989 §4.10.1).

    The domain's own record rules if there is one; otherwise its organizational domain's, then its public
    suffix's. Asks for 8 TXT records at most, and one MX where np= makes it matter whether the name exists.
    The domain is in A-labels, lower case, without the final dot; what the DNS can't hold is not asked for.
    """
    steps = yield from _walk(walk_targets(domain)[:1])
    own = steps[0]
    if own.record is not None:
        return Discovery(domain, steps, _ruling(domain, own.record, "p", own.record.p))
    if not own.ends_walk:
        steps += yield from _walk(walk_targets(domain)[1:])
    if isinstance(steps[-1].answer, Unreachable):
        return Discovery(domain, steps, steps[-1].answer)
    organizational = organizational_domain(domain, steps)
    name, record = _ruler(organizational, steps)
    if record is None:
        return Discovery(domain, steps, _nothing(own), organizational)
    outcome = yield from _inherited(domain, name, record)
    return Discovery(domain, steps, outcome, organizational)


def walk_targets(domain: str) -> tuple[str, ...]:
    """The names whose records a walk asks for, in order, at most 8 (RFC 9989 §4.10 steps 1, 4 and 7)."""
    labels = domain.split(".")
    longest = min(len(labels) - 1, LONGEST_PARENT)
    return (domain, *(".".join(labels[-count:]) for count in range(longest, 0, -1)))


def walk(domain: str) -> Inquiry[tuple[Step, ...]]:
    """Walk from a domain to the root until psd=y, psd=n or a name that is not found out (RFC 9989 §4.10)."""
    return (yield from _walk(walk_targets(domain)))


def organizational_domain(domain: str, steps: Sequence[Step]) -> str:
    """The organizational domain, by the steps of a walk that began at `domain` (RFC 9989 §4.10.2).

    Only for walks of which every step was found out.
    """
    found = [(step.domain, step.record) for step in steps if step.record is not None]
    for name, record in found:
        if record.psd is Psd.NO:
            return name
        if record.psd is Psd.YES and name != domain:
            below = name.count(".") + 2
            return ".".join(domain.split(".")[-below:])
    return found[-1][0] if found else domain


def _walk(targets: Sequence[str]) -> Inquiry[tuple[Step, ...]]:
    steps: list[Step] = []
    for target in targets:
        steps.append((yield from _look(target)))
        if steps[-1].ends_walk:
            break
    return tuple(steps)


def _look(domain: str) -> Inquiry[Step]:
    name = f"_dmarc.{domain}"
    if not _can_exist(name):
        return Step(domain, Absent(Question(name, RecordType.TXT), Absence.NXDOMAIN))
    answer = yield from ask(name, RecordType.TXT)
    if not isinstance(answer, Found):
        return Step(domain, answer)
    parsed = [parse(record.data.joined) for record in answer.records if isinstance(record.data, Txt)]
    return Step(
        domain,
        answer,
        records=tuple(p for p in parsed if isinstance(p, Record)),
        strays=tuple(p for p in parsed if isinstance(p, NotDmarc)),
    )


def _ruler(organizational: str, steps: Sequence[Step]) -> tuple[str, Record | None]:
    """The organizational domain's record, or else the public suffix's (RFC 9989 §4.10.1)."""
    found = {step.domain: step.record for step in steps if step.record is not None}
    suffix = next((name for name, record in found.items() if record.psd is Psd.YES), "")
    name = organizational if organizational in found else suffix
    return name, found.get(name)


def _inherited(domain: str, name: str, record: Record) -> Inquiry[Ruling | NoPolicy | Unreachable]:
    """What the record at `name` asks for a domain below it (RFC 9989 §4.10.1)."""
    exists = True
    if not _can_exist(domain):
        exists = False
    elif record.subdomain(exists=True)[1] is not record.subdomain(exists=False)[1]:
        answer = yield from ask(domain, RecordType.MX)
        if isinstance(answer, Unreachable):
            return answer
        exists = not _nonexistent(answer)
    tag, asked = record.subdomain(exists=exists)
    return _ruling(name, record, tag, asked)


def _nothing(own: Step) -> NoPolicy:
    """No record rules: because there is none, or because there are too many."""
    return NoPolicy(Lack.SEVERAL_RECORDS, own.domain) if own.records else NoPolicy(Lack.NO_RECORD)


def _can_exist(name: str) -> bool:
    """Whether the DNS can hold the name at all."""
    return len(name) <= LONGEST_NAME and all(0 < len(label) <= LONGEST_LABEL for label in name.split("."))


def _nonexistent(answer: Answer) -> bool:
    """Whether the name itself is not there (RFC 9989 §3.2.13, RFC 8020 §2); a dangling alias exists."""
    return isinstance(answer, Absent) and answer.reason is Absence.NXDOMAIN and not answer.aliases


def _ruling(name: str, record: Record, tag: str, asked: Policy | None) -> Ruling | NoPolicy:
    policy = record.applied(asked)
    if asked is None or policy is None:
        return NoPolicy(Lack.VOID, name)
    return Ruling(name, record, tag, asked, policy)
