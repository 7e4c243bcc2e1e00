"""A domain that expired or was parked: its records fail for one reason, and it is not the records' (O15)."""

from msgspec.structs import replace

from letterhead.core.answer import Source
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, advice
from letterhead.core.parking import is_parked
from letterhead.core.plan import Plan


def unparked(plan: Plan, finding: Finding) -> Finding:
    """The finding; one that failed at the name servers of a parking service names that as its cause."""
    if finding.outcome is not Outcome.FAIL:
        return finding
    own = {w.name for w in finding.witnesses if w.source == Source.AUTHORITATIVE and w.name}
    if not is_parked(own):
        return finding
    told = advice(Cause.PARKED, finding.record, plan.domain, detail=", ".join(sorted(own)))
    return replace(finding, cause=Cause.PARKED, advice=told, suggestion="")
