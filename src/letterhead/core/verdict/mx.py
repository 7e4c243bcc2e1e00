"""MX: whether mail for the domain comes to us, and to us alone (docs/faults.md, M).

Only the order of the numbers counts, never the number itself: a sole MX may carry any preference.
"""

import ipaddress
import re

from letterhead.core.answer import Absent, Found, Mx, Question, Rdata, RecordType, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Remark
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case

MAX_ALIAS_PROBES = 3
"""Foreign exchanges that we look at to see whether they are aliases of ours."""

_PRIORITY_IN_NAME = re.compile(r"\d+(\\032|\\009| |\.)")


def mx(case: Case) -> Inquiry[Finding]:
    """Judge an MX record."""
    answer = yield from ask(case.record.host, RecordType.MX)
    if isinstance(answer, Unreachable):
        return case.unknown(answer)
    if isinstance(answer, Absent):
        return (yield from _absent(case, answer))
    exchanges = sorted({r.data for r in answer.records if isinstance(r.data, Mx)}, key=_order)
    shown = [str(exchange) for exchange in exchanges]
    if any(not exchange.exchange for exchange in exchanges):
        return case.failed(Cause.MX_NULL, answer, shown)  # RFC 7505 §3
    ours = [e for e in exchanges if e.exchange == case.record.value]
    if not ours:
        return (yield from _foreign(case, answer, exchanges))
    return (yield from _beside_rivals(case, answer, ours[0], [e for e in exchanges if e not in ours]))


def _beside_rivals(case: Case, answer: Found, own: Mx, rivals: list[Mx]) -> Inquiry[Finding]:
    """Ours is among several: whoever has the lowest number gets the mail (RFC 5321 §5.1)."""
    shown = [str(exchange) for exchange in sorted([own, *rivals], key=_order)]
    first = [e for e in rivals if e.preference < own.preference]
    equal = [e for e in rivals if e.preference == own.preference]
    if first:
        return case.failed(Cause.MX_FOREIGN_FIRST, answer, shown, detail=str(first[0]))
    if equal:
        return case.failed(Cause.MX_FOREIGN_EQUAL, answer, shown, detail=str(equal[0]))
    return (yield from case.passed(answer, shown, [_backup(rivals[0])] if rivals else []))


def _order(exchange: Mx) -> tuple[int, str]:
    return exchange.preference, exchange.exchange


def _backup(exchange: Mx) -> Remark:
    return Remark(
        "mx_backup", f"{exchange} takes mail when we can't be reached; what it keeps never comes to us."
    )


def _absent(case: Case, answer: Absent) -> Inquiry[Finding]:
    """Without an MX, mail goes to the address of the name itself (RFC 5321 §5.1)."""
    finding = yield from missing(case, answer, lambda data: _is_ours(case, data))
    if finding.cause is not Cause.TYPE_MISSING:
        return finding
    question = Question(case.record.host, RecordType.A)
    address = (yield (question,))[question]
    if isinstance(address, Found) and address.records:
        return case.failed(Cause.MX_IMPLICIT, answer, [str(r.data) for r in address.records])
    return finding


def _is_ours(case: Case, data: Rdata) -> bool:
    return isinstance(data, Mx) and data.exchange == case.record.value


def _foreign(case: Case, answer: Found, exchanges: list[Mx]) -> Inquiry[Finding]:
    """No MX is ours: which slip it was, if it was one."""
    shown = [str(exchange) for exchange in exchanges]
    for exchange in exchanges:
        cause = _slip(case, exchange.exchange)
        if cause is not None:
            return case.failed(cause, answer, shown, detail=exchange.exchange)
    questions = tuple(Question(e.exchange, RecordType.CNAME) for e in exchanges[:MAX_ALIAS_PROBES])
    answers = yield questions
    for question in questions:
        alias = answers[question]
        if isinstance(alias, Found) and any(str(r.data) == case.record.value for r in alias.records):
            return case.failed(Cause.MX_ALIAS, answer, shown, detail=question.name)  # RFC 2181 §10.3
    return case.failed(Cause.MX_FOREIGN, answer, shown, detail=shown[0])


def _slip(case: Case, exchange: str) -> Cause | None:
    if _is_address(exchange):
        return Cause.MX_ADDRESS
    if exchange.startswith(f"{case.record.value}."):
        return Cause.MX_ZONE_APPENDED
    if _PRIORITY_IN_NAME.match(exchange) and case.record.value in exchange:
        return Cause.MX_PRIORITY_IN_NAME
    return None


def _is_address(exchange: str) -> bool:
    """An address typed as a host; a zone appended to it makes no difference."""
    try:
        ipaddress.ip_address(".".join(exchange.split(".")[:4]))
    except ValueError:
        return False
    return True
