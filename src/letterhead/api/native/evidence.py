"""Evidence: the newest report of a domain, with every server's own words."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.params import FromPath

from letterhead.api.moment import moment
from letterhead.api.native.records import Remark, remarks
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.core import finding
from letterhead.core.answer import RecordType
from letterhead.core.cause import Cause
from letterhead.core.finding import Outcome
from letterhead.core.record import Role
from letterhead.service.view import View


class Witness(msgspec.Struct, kw_only=True):
    """What one server said to one question. `fault` says why there is no definite answer, or is empty.

    `nsid` is which of the servers behind an address spoke, by its own word (RFC 5001); often empty.
    """

    question: str
    source: str
    server: str
    name: str
    zone: str
    asked_at: datetime
    elapsed_ms: float
    rcode: str
    authoritative: bool
    authenticated: bool
    answers: list[str]
    fault: str
    detail: str
    nsid: str


class Finding(msgspec.Struct, kw_only=True):
    """One record judged, and who was asked about it."""

    role: Role
    type: RecordType
    host: str
    required: bool
    outcome: Outcome
    cause: Cause
    advice: str
    found: list[str]
    suggestion: str | None
    visible_at: datetime | None
    remarks: list[Remark]
    witnesses: list[Witness]


class Evidence(msgspec.Struct, kw_only=True):
    """The newest report. Before the first examination, `asked_at` is null and `findings` is empty.

    `plan` names the plan that was judged; `zone` is the zone in which the domain lies, where known.
    """

    domain: str
    asked_at: datetime | None
    outcome: Outcome | None
    plan: str
    zone: str
    findings: list[Finding]


def shown(view: View) -> Evidence:
    """The evidence of a view."""
    report = view.report
    return Evidence(
        domain=view.domain.hostname,
        asked_at=moment(report.asked_at) if report else None,
        outcome=report.outcome if report else None,
        plan=report.plan if report else view.plan.fingerprint,
        zone=report.zone if report else "",
        findings=[_finding(each) for each in report.findings] if report else [],
    )


def _finding(found: finding.Finding) -> Finding:
    return Finding(
        role=found.record.role,
        type=found.record.type,
        host=found.record.host,
        required=found.record.required,
        outcome=found.outcome,
        cause=found.cause,
        advice=found.advice,
        found=list(found.found),
        suggestion=found.suggestion or None,
        visible_at=moment(found.visible_at),
        remarks=remarks(found),
        witnesses=[msgspec.convert(each, Witness, from_attributes=True) for each in found.witnesses],
    )


@get("/domains/{domain_id:str}/evidence", tags=["records"], responses=problems(404))
async def show_evidence(request: Request, domain_id: FromPath[str]) -> Evidence:
    """What the last examination asked, whom, what each server said, and what follows from it."""
    return shown(await request.services.domains.evidence(request.actor, domain_id))
