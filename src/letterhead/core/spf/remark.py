"""What is worth saying of a record beside the verdict on it; no remark changes the verdict."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from letterhead.core.answer import Answer, Found, Txt
from letterhead.core.spf.limits import MAX_RECORD
from letterhead.core.spf.record import Record, select
from letterhead.core.spf.term import Mechanism, Qualifier, Term, parse_term
from letterhead.core.spf.tree import Step, Trouble


class RemarkKind(StrEnum):
    """The causes; stable words for programs."""

    ANYONE_MAY_SEND = "anyone_may_send"  # +all, or networks so wide that they come to the same
    NEUTRAL_ALL = "neutral_all"  # ?all: anyone may send, and nothing is said of it
    PTR_USED = "ptr_used"  # slow and unreliable; "SHOULD NOT be published" (RFC 7208 §5.5)
    DANGLING_INCLUDE = "dangling_include"  # what is included is gone: whoever registers it may send
    BROKEN_INCLUDE = "broken_include"  # what is included can't be evaluated
    UNREACHABLE = "unreachable"  # we could not find out what stands there
    PER_MESSAGE = "per_message"  # the name differs for each message, so we can't look behind it
    NEAR_MISS = "near_miss"  # looks like our mechanism and isn't
    WRONG_TYPE = "wrong_type"  # published under the obsolete type SPF (99) (RFC 7208 §3.1)
    NOT_SELECTED = "not_selected"  # meant as an SPF record, but not one by §4.5
    SPLIT = "split"  # terms that stand in a TXT record of their own


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark.

    place          the path and the term, or the text, that it is about.
    text           what is the matter, in short words.
    ahead_of_ours  mail from our site meets this before it meets our mechanism, and suffers from it.
    """

    kind: RemarkKind
    place: str
    text: str
    ahead_of_ours: bool = False


_WIDE4, _WIDE6 = 8, 16
"""No holder was ever given more than an IPv4 /8 or an IPv6 /16: a shorter prefix lets strangers in."""

_TROUBLES = {
    Trouble.UNREACHABLE: RemarkKind.UNREACHABLE,
    Trouble.PER_MESSAGE: RemarkKind.PER_MESSAGE,
    Trouble.NO_SUCH_NAME: RemarkKind.DANGLING_INCLUDE,
    Trouble.NO_RECORD: RemarkKind.DANGLING_INCLUDE,
}


def of_steps(steps: Iterable[Step], ours_at: int) -> list[Remark]:
    """The remarks on a tree; `ours_at` is the position of the last of our mechanisms in it."""
    remarks: list[Remark] = []
    for position, step in enumerate(steps):
        if not step.reached:
            continue
        if step.trouble and step.trouble is not Trouble.NOT_FOLLOWED:
            kind = _TROUBLES.get(step.trouble, RemarkKind.BROKEN_INCLUDE)
            hurts = position < ours_at and step.trouble is not Trouble.PER_MESSAGE
            remarks.append(Remark(kind, step.place, step.detail, hurts))
        if step.term.name == "ptr":
            remarks.append(Remark(RemarkKind.PTR_USED, step.place, "ptr is slow, unreliable and deprecated"))
        if isinstance(step.term, Mechanism) and (remark := _openness(step, step.term)):
            remarks.append(remark)
    return remarks


def _openness(step: Step, mechanism: Mechanism) -> Remark | None:
    """Whether a directive lets strangers send."""
    if step.passes and (mechanism.name == "all" or _is_wide(mechanism)):
        return Remark(RemarkKind.ANYONE_MAY_SEND, step.place, "anyone may send mail for this domain")
    if mechanism.name == "all" and mechanism.qualifier is Qualifier.NEUTRAL and len(step.path) == 1:
        return Remark(RemarkKind.NEUTRAL_ALL, step.place, "mail from anyone is neither passed nor failed")
    return None


def _is_wide(mechanism: Mechanism) -> bool:
    if mechanism.network is not None:
        return mechanism.network.prefixlen < (_WIDE4 if mechanism.network.version == 4 else _WIDE6)
    return mechanism.prefix4 < _WIDE4 or mechanism.prefix6 < _WIDE6


def near_misses(domain: str, record: Record, missing: Sequence[Mechanism]) -> list[Remark]:
    """Terms that look like one of the missing mechanisms: under another domain, or misspelt."""
    return [
        Remark(RemarkKind.NEAR_MISS, f"{domain} > {term.text}", f"this is not {wanted.unqualified}")
        for term in record.terms
        for wanted in missing
        if _resembles(term, wanted)
    ]


def _resembles(term: Term, wanted: Mechanism) -> bool:
    if not wanted.domain or (isinstance(term, Mechanism) and term.key == wanted.key):
        return False
    value = (term.domain if isinstance(term, Mechanism) else term.value).lower().removesuffix(".")
    ours = wanted.domain.lower().removesuffix(".")
    return bool(value) and (ours in value or _is_misspelt(value, ours))


def _is_misspelt(value: str, ours: str) -> bool:
    """A few slips of the keyboard away; cheap for values of whatever length."""
    return abs(len(value) - len(ours)) <= 3 and SequenceMatcher(None, value, ours).ratio() >= 0.85


def strays(domain: str, texts: Sequence[Txt], parts: Collection[Txt]) -> list[Remark]:
    """TXT records that were meant as an SPF record, and those that are `parts` of one, torn off."""
    remarks = []
    for txt in texts:
        if "v=spf" in txt.text.lower()[:16]:
            text = "this does not begin with “v=spf1” and a blank"
            remarks.append(Remark(RemarkKind.NOT_SELECTED, f"{domain}: {txt.text}", text))
        elif txt in parts:
            text = "these terms stand outside of the SPF record"
            remarks.append(Remark(RemarkKind.SPLIT, f"{domain}: {txt.text}", text))
    return remarks


def fragment(txt: Txt) -> tuple[Term, ...]:
    """The SPF terms that a TXT record of a sane size consists of; () when it is something else.

    One directive with a domain, an address or an `all` must be among them: "a" alone is no SPF.
    """
    if len(txt.joined) > MAX_RECORD:
        return ()
    try:
        terms = tuple(parse_term(word) for word in txt.text.split())
    except ValueError:
        return ()
    told = any(isinstance(t, Mechanism) and (t.domain or t.network or t.name == "all") for t in terms)
    return terms if told and all(isinstance(t, Mechanism) for t in terms) else ()


def of_type_99(domain: str, answer: Answer) -> list[Remark]:
    """Records under the obsolete type, which no receiver asks for any more (§3.1)."""
    texts = select(answer.records) if isinstance(answer, Found) else ()
    text = "this is published under type SPF (99); receivers ask for TXT alone"
    return [Remark(RemarkKind.WRONG_TYPE, f"{domain}: {t.text}", text) for t in texts]
