"""The judge: all records of a plan, side by side, to one report."""

from collections.abc import Callable, Iterable
from datetime import datetime

from letterhead.core.answer import RecordType
from letterhead.core.finding import Finding, Report, outcome_of
from letterhead.core.identity import Identity
from letterhead.core.inquiry import Inquiry, together
from letterhead.core.plan import Plan
from letterhead.core.record import Record, Role
from letterhead.core.verdict import dkim
from letterhead.core.verdict.case import Case
from letterhead.core.verdict.dmarc import dmarc
from letterhead.core.verdict.mx import mx
from letterhead.core.verdict.ownership import ownership
from letterhead.core.verdict.parking import unparked
from letterhead.core.verdict.provider import heeded
from letterhead.core.verdict.spf import spf

_JUDGES: dict[Role, Callable[[Case], Inquiry[Finding]]] = {
    Role.MX: mx,
    Role.OWNERSHIP: ownership,
    Role.SPF: spf,
    Role.DMARC: dmarc,
    Role.MAIL_FROM_MX: mx,
    Role.MAIL_FROM_SPF: spf,
}


def judge(plan: Plan, identity: Identity, asked_at: datetime, probe: str) -> Inquiry[Report]:
    """Hold a plan against the DNS and the provider's word.

    asked_at  when the first question goes out.
    probe     a random label that nobody publishes.
    """
    cases = [Case(plan, record, asked_at, probe) for record in plan.records]
    judged = yield from together([_judge_of(case.record)(case) for case in cases])
    findings = tuple(heeded(plan, unparked(plan, finding), identity) for finding in judged)
    return Report(outcome_of(findings), findings, asked_at, plan.fingerprint, _zone(plan.domain, findings))


def _judge_of(record: Record) -> Callable[[Case], Inquiry[Finding]]:
    if record.role is Role.DKIM:
        return dkim.alias if record.type is RecordType.CNAME else dkim.key
    return _JUDGES[record.role]


def _zone(domain: str, findings: Iterable[Finding]) -> str:
    """The zone whose servers answered for the domain itself."""
    witnesses = (witness for finding in findings for witness in finding.witnesses)
    return next((w.zone for w in witnesses if w.zone and w.question.split(" ")[0] == domain), "")
