"""DMARC: the policy that rules the domain is at least as strict as the one we ask for (docs/faults.md, D)."""

from letterhead.core import tag_list
from letterhead.core.answer import Absent, Rdata, Txt, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.dmarc import record as dmarc_record
from letterhead.core.dmarc.advice import recommended, wanted_policy
from letterhead.core.dmarc.discovery import Discovery, Lack, NoPolicy, Ruling, discover
from letterhead.core.dmarc.policy import at_least
from letterhead.core.dmarc.record import Mistake, NotDmarc, Reason, Record
from letterhead.core.finding import Finding, Remark
from letterhead.core.inquiry import Inquiry
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case


def dmarc(case: Case) -> Inquiry[Finding]:
    """Judge the policy for exactly this domain, whichever record rules it (RFC 9989 §4.10)."""
    discovery = yield from discover(case.domain)
    own = discovery.own
    if len(own.records) > 1:  # discarded, all of them (RFC 9989 §4.10), even where a parent's rules then
        shown = [_text(record.data) for record in own.records]
        suggestion = _suggestion(case, max(own.records, key=_strictness))
        return case.failed(
            Cause.DMARC_MULTIPLE, own.answer, shown, detail=str(len(shown)), suggestion=suggestion
        )
    if isinstance(discovery.outcome, Unreachable):
        return case.unknown(discovery.outcome)
    if isinstance(discovery.outcome, NoPolicy):
        return (yield from _without_policy(case, discovery, discovery.outcome))
    return (yield from _ruled(case, discovery, discovery.outcome))


def _ruled(case: Case, discovery: Discovery, ruling: Ruling) -> Inquiry[Finding]:
    answer = next(step.answer for step in discovery.steps if step.domain == ruling.domain)
    shown = [_text(ruling.record.data)]
    remarks = _remarks(case, discovery, ruling)
    if at_least(ruling.policy, wanted_policy(case.record.value)):
        return (yield from case.passed(answer, shown, remarks))
    detail = f"{ruling.tag}={ruling.asked} at _dmarc.{ruling.domain}"
    if ruling.policy is not ruling.asked:
        detail += f", which t=y lowers to {ruling.policy}"
    suggestion = _suggestion(case, discovery.own.record)
    return case.failed(Cause.DMARC_TOO_WEAK, answer, shown, remarks, detail=detail, suggestion=suggestion)


def _suggestion(case: Case, existing: Record | None) -> str:
    """What stands there, mended and never weakened (D13); "" where our own record will do."""
    return recommended(existing, wanted_policy(case.record.value)) if existing else ""


def _strictness(record: Record) -> int:
    return record.effective.strictness if record.effective else -1


def _remarks(case: Case, discovery: Discovery, ruling: Ruling) -> list[Remark]:
    remarks = [
        Remark(f"dmarc_{r.mistake.value}", ": ".join(filter(None, (_words(r.mistake), r.detail))))
        for r in ruling.record.remarks
    ]
    if ruling.domain != case.domain:
        inherited = f"The {ruling.tag}= of _dmarc.{ruling.domain} rules {case.domain}."
        remarks.append(Remark("dmarc_inherited", inherited))
    for stray in _mangled(discovery):
        ignored = f"A record at {case.record.host} is none that receivers read: {_words(stray.reason)}."
        remarks.append(Remark("dmarc_ignored", ignored))
    return remarks


def _without_policy(case: Case, discovery: Discovery, lacking: NoPolicy) -> Inquiry[Finding]:
    own = discovery.own
    step = next((s for s in discovery.steps if s.domain == lacking.domain), own)
    if lacking.lack is Lack.VOID:
        shown = [_text(record.data) for record in step.records]
        detail = f"_dmarc.{lacking.domain} names no valid policy"
        suggestion = _suggestion(case, own.record)
        return case.failed(Cause.DMARC_INVALID, step.answer, shown, detail=detail, suggestion=suggestion)
    for stray in _mangled(discovery):
        shown = [_text(stray.data)]
        suggestion = _suggestion(case, _salvaged(stray))
        return case.failed(
            Cause.DMARC_INVALID, own.answer, shown, detail=_words(stray.reason), suggestion=suggestion
        )
    if isinstance(own.answer, Absent):
        return (yield from missing(case, own.answer, _is_policy, Cause.DMARC_MISSING))
    return case.failed(Cause.DMARC_MISSING, step.answer)


def _mangled(discovery: Discovery) -> list[NotDmarc]:
    """What was meant as a DMARC record at the domain itself, and is none."""
    return [stray for stray in discovery.own.strays if stray.reason is not Reason.UNRELATED]


def _salvaged(stray: NotDmarc) -> Record | None:
    """The record that was meant: its tags without quotes and backslashes, behind a version that is one."""
    tags = tag_list.read(stray.data.translate(None, b'"\\')).tags
    meant = dmarc_record.parse("; ".join(["v=DMARC1", *(str(t) for t in tags if t.name.lower() != "v")]))
    return meant if isinstance(meant, Record) else None


def _text(data: bytes) -> str:
    return Txt((data,)).text


def _words(code: Mistake | Reason) -> str:
    return code.value.replace("_", " ")


def _is_policy(data: Rdata) -> bool:
    return isinstance(data, Txt) and isinstance(dmarc_record.parse(data.joined), Record)
