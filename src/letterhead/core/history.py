"""History: what changed between two reports, said in the words of the records."""

from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Report

DEFINITE = frozenset({Outcome.PASS, Outcome.FAIL})


def changes(domain: Domain, before: Report | None, after: Report) -> tuple[Event, ...]:
    """An event for each record whose definite finding differs from the last one.

    What could not be found out is no change, neither coming nor going. The first report of a domain
    tells only of records that are there.
    """
    known = {_record(finding): finding for finding in before.findings} if before else {}
    return tuple(
        Event(
            EventKind.CHANGED,
            domain.team,
            domain.id,
            domain.hostname,
            after.asked_at,
            _told(known.get(_record(finding)), finding),
        )
        for finding in after.findings
        if finding.outcome in DEFINITE and _differs(domain, known.get(_record(finding)), finding)
    )


def _record(finding: Finding) -> tuple[str, str]:
    return finding.record.role, finding.record.host


def _differs(domain: Domain, before: Finding | None, after: Finding) -> bool:
    if before is None:
        return after.outcome is Outcome.PASS
    if before.outcome not in DEFINITE:
        # A verified domain had its records before we were blind; they did not come back now.
        return after.outcome is Outcome.PASS and domain.status is not Status.VERIFIED
    return (before.cause, sorted(before.found)) != (after.cause, sorted(after.found))


def _told(before: Finding | None, after: Finding) -> dict[str, str]:
    seeing = sum(1 for witness in after.witnesses if not witness.fault)
    return {
        "record": f"{after.record.type} {after.record.host}",
        "from": before.cause.value if before else "",
        "to": after.cause.value,
        "found": "; ".join(after.found),
        "seen_on": f"{seeing} of {len(after.witnesses)} servers",
    }
