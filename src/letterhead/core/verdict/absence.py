"""A record that is not there: why not, and whether it landed under another name or type.

The probes cost at most MAX_PROBES further questions, asked only when a record is missing, and one more
where a record of another type could be a wildcard's.
"""

from collections.abc import Callable

from letterhead.core.answer import Absence, Absent, Answer, Found, Question, Rdata, RecordType
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding
from letterhead.core.inquiry import Inquiry
from letterhead.core.record import Record, Role
from letterhead.core.verdict.case import Case
from letterhead.core.verdict.wildcard import is_wildcard

MAX_PROBES = 12
"""Further questions that a missing record may cost."""

MAX_NAME = 253
"""Octets of a name in presentation form (RFC 1035 §2.3.4)."""

_OTHER_TYPES = {
    RecordType.TXT: (RecordType.SPF, RecordType.CNAME, RecordType.A),
    RecordType.MX: (RecordType.CNAME,),
    RecordType.CNAME: (RecordType.TXT, RecordType.A),
}

_ALIAS_CAUSES = {
    Absence.ALIAS_LOOP: Cause.ALIAS_LOOP,
    Absence.ALIAS_TOO_LONG: Cause.ALIAS_TOO_LONG,
}


def missing(
    case: Case, answer: Absent, is_ours: Callable[[Rdata], bool], otherwise: Cause | None = None
) -> Inquiry[Finding]:
    """The finding for a record that is definitely not there.

    is_ours    tells whether a value found elsewhere is the one we asked for.
    otherwise  the cause when it stands nowhere; by default whether the name or only the type is missing.
    """
    if answer.reason in _ALIAS_CAUSES:
        at = answer.aliases[-1].owner if answer.aliases else case.record.host
        return case.failed(_ALIAS_CAUSES[answer.reason], answer, detail=at)
    record = case.record
    places = tuple(Question(name, record.type) for name in wrong_names(record, case.domain))
    types = tuple(Question(record.host, other) for other in _OTHER_TYPES[record.type])
    answers = yield (*types, *places)
    for question in places:
        if any(is_ours(data) for data in _data(answers[question])):
            return case.failed(Cause.WRONG_NAME, answer, detail=question.name)
    for question in types:
        found = answers[question]
        if (
            isinstance(found, Found)
            and found.records
            and (yield from _is_mistaken(case, question.type, found))
        ):
            shown = [str(record.data) for record in found.records]
            return case.failed(Cause.WRONG_TYPE, answer, shown, detail=question.type)
    if answer.reason is Absence.NXDOMAIN:
        return case.failed(otherwise or Cause.NAME_MISSING, answer)
    return case.failed(otherwise or Cause.TYPE_MISSING, answer)


def wrong_names(record: Record, domain: str) -> tuple[str, ...]:
    """The names under which the record may have landed by a common slip, the commonest first."""
    prefix = record.host.removesuffix(domain).removesuffix(".")
    parent = domain.partition(".")[2]
    names = [f"{record.host}.{domain}"]
    if prefix:
        names += [f"{prefix}.www.{domain}", f"@.{record.host}", domain]
        names += [f"{prefix.replace('_', '')}.{domain}", f"{prefix}.{parent}"]
        names += [f"{prefix}.{prefix}.{domain}"]
    else:
        names += [f"www.{domain}", f"@.{domain}", parent]
    if record.role is Role.DKIM:
        selector = prefix.partition(".")[0]
        names += [f"_domainkey.{domain}", f"{selector}.{domain}"]
    return tuple(dict.fromkeys(n for n in names if _askable(n, record.host)))[: MAX_PROBES - 3]


def _askable(name: str, host: str) -> bool:
    return "." in name and name != host and len(name) <= MAX_NAME


def _data(answer: Answer) -> tuple[Rdata, ...]:
    return tuple(r.data for r in answer.records) if isinstance(answer, Found) else ()


def _is_mistaken(case: Case, rtype: RecordType, found: Found) -> Inquiry[bool]:
    """Whether a record of another type was put there in place of ours, rather than by a wildcard.

    An address beside a missing record is normal at the domain itself; elsewhere it is a slip.
    """
    if rtype is RecordType.A and case.record.host == case.domain:
        return False
    return not (yield from is_wildcard(case, rtype, found))
