"""SPF: the domain's one record authorises our servers (docs/faults.md, S).

Matched by meaning, never by text: our mechanisms may stand anywhere before `all`, beside any others.
"""

from letterhead.core.answer import Absent, Answer, Fault, Question, Rdata, RecordType, Txt, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Remark
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.spf.authorisation import Authorisation, authorisation
from letterhead.core.spf.judgement import State
from letterhead.core.spf.wanted import Wanted
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case

_CAUSES = {
    State.NO_RECORD: Cause.SPF_MISSING,
    State.MULTIPLE_RECORDS: Cause.SPF_MULTIPLE,
    State.SYNTAX: Cause.SPF_SYNTAX,
    State.MISSING_MECHANISM: Cause.SPF_NOT_AUTHORISED,
    State.WRONG_QUALIFIER: Cause.SPF_WRONG_QUALIFIER,
    State.AFTER_ALL: Cause.SPF_AFTER_ALL,
    State.LOOP: Cause.SPF_LOOP,
    State.TOO_MANY_LOOKUPS: Cause.SPF_TOO_MANY_LOOKUPS,
    State.TOO_MANY_VOIDS: Cause.SPF_TOO_MANY_VOIDS,
}

_AHEAD = "; mail from us meets this first and suffers from it: move our mechanism in front of it"


def spf(case: Case) -> Inquiry[Finding]:
    """Judge the SPF record at the case's host."""
    found = yield from authorisation(case.record.host, wanted(case))
    # Asked once more for its witnesses; whoever drives this has the answer already.
    answer = yield from ask(case.record.host, RecordType.TXT)
    if found.state is State.UNKNOWN:
        return case.unknown(_unreachable(case, found, answer))
    if found.state is State.AUTHORISED:
        suggestion = found.suggestion or ""
        return (yield from case.passed(answer, found.records, _remarks(found), suggestion=suggestion))
    if isinstance(answer, Absent):
        return (yield from missing(case, answer, lambda data: _is_ours(case, data), Cause.SPF_MISSING))
    return case.failed(
        _CAUSES[found.state],
        answer,
        found.records,
        _remarks(found),
        detail=_detail(found),
        suggestion=found.suggestion or "",
    )


def wanted(case: Case) -> Wanted:
    """Our mechanisms, each with what the profile accepts in its place."""
    accepts = case.plan.profile.spf_accepts
    return Wanted(tuple((term, *accepts.get(term, ())) for term in _mechanisms(case)))


def _mechanisms(case: Case) -> list[str]:
    """What we ask for, without the version and the `all` at the end."""
    return [term for term in case.record.value.split()[1:] if term.lstrip("+-~?") != "all"]


def _unreachable(case: Case, found: Authorisation, answer: Answer) -> Unreachable:
    if isinstance(answer, Unreachable):
        return answer
    question = Question(case.record.host, RecordType.TXT)
    return Unreachable(question, Fault.TOO_FEW, found.problem, answer.observations)


def _detail(found: Authorisation) -> str:
    if found.state is State.MULTIPLE_RECORDS:
        return str(len(found.records))
    if found.state is State.MISSING_MECHANISM:
        return ", ".join(found.missing)
    if found.state is State.TOO_MANY_LOOKUPS:
        shares = "; ".join(f"{term} takes {share}" for term, share in found.counts)
        return f"{' > '.join(found.path)}: {found.lookups} in all ({shares})"
    return f"{' > '.join(found.path)}: {found.problem}"


def _remarks(found: Authorisation) -> list[Remark]:
    """What else is worth saying; what is broken ahead of ours hurts our mail (RFC 7208 §5.2)."""
    return [
        Remark(f"spf_{r.kind.value}", f"{r.place}: {r.text}" + (_AHEAD if r.ahead_of_ours else ""))
        for r in found.remarks
    ]


def _is_ours(case: Case, data: Rdata) -> bool:
    """A record elsewhere that holds all of our mechanisms."""
    words = data.text.split() if isinstance(data, Txt) else []
    return words[:1] == ["v=spf1"] and set(_mechanisms(case)) <= set(words)
