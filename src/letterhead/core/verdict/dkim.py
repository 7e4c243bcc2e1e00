"""DKIM: our public key as a TXT record, or CNAMEs that lead to it (docs/faults.md, K)."""

from msgspec.structs import replace

from letterhead.core import dkim
from letterhead.core.answer import Absent, Found, Rdata, RecordType, Target, Txt, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.dkim import Defect, KeyRecord, Selector, Severity, Standing
from letterhead.core.finding import Finding, Remark, advice, shortened
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case

_CAUSES = {
    Defect.QUOTED: Cause.DKIM_QUOTED,
    Defect.ESCAPED: Cause.DKIM_QUOTED,
    Defect.TRUNCATED_KEY: Cause.DKIM_TRUNCATED,
    Defect.REVOKED: Cause.DKIM_REVOKED,
    Defect.KEY_TOO_SHORT: Cause.DKIM_WEAK,
}


def key(case: Case) -> Inquiry[Finding]:
    """Judge the key record at our selector: the decoded key counts, not how the record is written (K01)."""
    answer = yield from ask(case.record.host, RecordType.TXT)
    if isinstance(answer, Unreachable):
        return case.unknown(answer)
    if isinstance(answer, Absent):
        return (yield from missing(case, answer, lambda data: _is_ours(case, data)))
    texts = [record.data for record in answer.records if isinstance(record.data, Txt)]
    selector = dkim.choose([text.joined for text in texts], case.plan.public_key)
    shown = [text.text for text in texts]
    if selector.standing is Standing.PUBLISHED:
        return (yield from case.passed(answer, shown, _remarks(selector.ours[0])))
    cause, detail = _diagnosis(selector, shown)
    return case.failed(cause, answer, shown, detail=detail)


def alias(case: Case) -> Inquiry[Finding]:
    """Judge a CNAME: it passes when its target is the one we gave; the key behind it is our own duty."""
    answer = yield from ask(case.record.host, RecordType.CNAME)
    if isinstance(answer, Unreachable):
        return case.unknown(answer)
    if isinstance(answer, Absent):
        return (yield from _no_alias(case, answer))
    return (yield from _target_judged(case, answer))


def _is_ours(case: Case, data: Rdata) -> bool:
    return isinstance(data, Txt) and dkim.same_key(dkim.parse(data.joined), case.plan.public_key)


def _remarks(record: KeyRecord) -> list[Remark]:
    lenient = (p for p in record.problems if p.defect.severity is not Severity.FAIL)
    return [
        Remark(f"dkim_{p.defect.value}", ": ".join(filter(None, (_words(p.defect), p.detail))))
        for p in lenient
    ]


def _words(defect: Defect) -> str:
    return defect.value.replace("_", " ")


def _diagnosis(selector: Selector, shown: list[str]) -> tuple[Cause, str]:
    if selector.standing is Standing.MISSING:
        return Cause.DKIM_NOT_A_KEY, shown[0][:80]
    if selector.standing is Standing.SEVERAL:
        stale = selector.stale or selector.ours[1:]
        return Cause.DKIM_MULTIPLE, "; ".join(record.data.decode("ascii", "replace")[:60] for record in stale)
    if selector.standing is Standing.OTHER_KEY:
        return Cause.DKIM_OTHER_KEY, ""
    (record,) = selector.ours + selector.stale
    worst = next(p for p in record.problems if p.defect.severity is Severity.FAIL)
    detail = worst.detail or _words(worst.defect)
    return _CAUSES.get(worst.defect, Cause.DKIM_UNUSABLE), detail


def _no_alias(case: Case, answer: Absent) -> Inquiry[Finding]:
    """A name that answers without being a CNAME is one that the DNS host flattens or proxies (K07)."""
    finding = yield from missing(case, answer, lambda data: _leads_to(case, data))
    if finding.cause is not Cause.WRONG_TYPE:
        return finding
    told = shortened("; ".join(finding.found))
    return replace(
        finding,
        cause=Cause.ALIAS_FLATTENED,
        advice=advice(Cause.ALIAS_FLATTENED, case.record, case.domain, detail=told),
    )


def _leads_to(case: Case, data: Rdata) -> bool:
    return isinstance(data, Target) and data.name == case.record.value


def _target_judged(case: Case, answer: Found) -> Inquiry[Finding]:
    targets = [record.data.name for record in answer.records if isinstance(record.data, Target)]
    if case.record.value in targets:
        return (yield from case.passed(answer, targets))
    appended = [target for target in targets if target.startswith(f"{case.record.value}.")]
    cause = Cause.ALIAS_ZONE_APPENDED if appended else Cause.ALIAS_ELSEWHERE
    return case.failed(cause, answer, targets, detail=targets[0])
