"""DMARC: the policy that rules the domain is at least as strict as the one we ask for (FAULTS.md group D)."""

from letterhead.core.answer import Absent, Rdata, Txt, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.dmarc import record as dmarc_record
from letterhead.core.dmarc.advice import recommended, wanted_policy
from letterhead.core.dmarc.discovery import Discovery, Lack, NoPolicy, Ruling, discover
from letterhead.core.dmarc.policy import at_least
from letterhead.core.dmarc.record import NotDmarc, Reason, Record
from letterhead.core.finding import Finding, Remark
from letterhead.core.inquiry import Inquiry
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case


def dmarc(case: Case) -> Inquiry[Finding]:
    """Judge the policy for exactly this domain, whichever record rules it (RFC 9989 §4.10)."""
    discovery = yield from discover(case.domain)
    own = discovery.own
    if len(own.records) > 1:  # discarded, all of them (RFC 9989 §4.10), even where a parent's rules then
        shown = [record.data.decode("ascii", "replace") for record in own.records]
        return case.failed(Cause.DMARC_MULTIPLE, own.answer, shown, detail=str(len(shown)))
    if isinstance(discovery.outcome, Unreachable):
        return case.unknown(discovery.outcome)
    if isinstance(discovery.outcome, NoPolicy):
        return (yield from _without_policy(case, discovery, discovery.outcome))
    return _ruled(case, discovery, discovery.outcome)


def _ruled(case: Case, discovery: Discovery, ruling: Ruling) -> Finding:
    answer = next(step.answer for step in discovery.steps if step.domain == ruling.domain)
    shown = [ruling.record.data.decode("ascii", "replace")]
    remarks = _remarks(case, ruling)
    wanted = wanted_policy(case.record.value)
    if at_least(ruling.policy, wanted):
        return case.passed(answer, shown, remarks)
    detail = f"{ruling.tag}={ruling.asked} at _dmarc.{ruling.domain}"
    if ruling.policy is not ruling.asked:
        detail += f", which t=y lowers to {ruling.policy}"
    suggestion = recommended(discovery.own.record, wanted)
    return case.failed(Cause.DMARC_TOO_WEAK, answer, shown, remarks, detail=detail, suggestion=suggestion)


def _remarks(case: Case, ruling: Ruling) -> list[Remark]:
    remarks = [
        Remark(f"dmarc_{r.mistake.value}", r.detail or r.mistake.value.replace("_", " "))
        for r in ruling.record.remarks
    ]
    if ruling.domain != case.domain:
        inherited = f"The {ruling.tag}= of _dmarc.{ruling.domain} rules {case.domain}."
        remarks.append(Remark("dmarc_inherited", inherited))
    return remarks


def _without_policy(case: Case, discovery: Discovery, lacking: NoPolicy) -> Inquiry[Finding]:
    own = discovery.own
    answer = next((s.answer for s in discovery.steps if s.domain == lacking.domain), own.answer)
    if lacking.lack is Lack.VOID:
        detail = f"_dmarc.{lacking.domain} names no valid policy"
        return case.failed(Cause.DMARC_INVALID, answer, detail=detail)
    mangled = [stray for stray in own.strays if stray.reason is not Reason.UNRELATED]
    if mangled:
        return _mangled(case, discovery, mangled[0])
    if isinstance(own.answer, Absent):
        return (yield from missing(case, own.answer, _is_policy, Cause.DMARC_MISSING))
    return case.failed(Cause.DMARC_MISSING, answer)


def _mangled(case: Case, discovery: Discovery, stray: NotDmarc) -> Finding:
    shown = [stray.data.decode("ascii", "replace")]
    detail = stray.reason.value.replace("_", " ")
    return case.failed(Cause.DMARC_INVALID, discovery.own.answer, shown, detail=detail)


def _is_policy(data: Rdata) -> bool:
    return isinstance(data, Txt) and isinstance(dmarc_record.parse(data.joined), Record)
