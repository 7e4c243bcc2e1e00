"""History: what changed between two reports, said in the words of the records."""

from collections.abc import Sequence

from msgspec.structs import replace

from letterhead.core.domain import Domain
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Known, Outcome, Report, seen_on, shortened

DEFINITE = frozenset({Outcome.PASS, Outcome.FAIL})

_OLD_VALUES, _OLD_LENGTH = 5, 100
"""What reports of old kept of what was found: so many values, so many characters of each, and no digest."""


def remembering(before: Report | None, after: Report) -> Report:
    """A report with what was last known of each record about which it says nothing definite."""
    known = _known(before)
    findings = (
        f if f.outcome in DEFINITE else replace(f, known=known.get(_record(f))) for f in after.findings
    )
    return replace(after, findings=tuple(findings))


def changes(domain: Domain, before: Report | None, after: Report) -> tuple[Event, ...]:
    """An event for each record whose definite finding differs from the last one, however long ago that was.

    What could not be found out is no change, neither coming nor going. The first definite finding of a
    record is told only where it is there.
    """
    known = _known(before)
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
        if finding.outcome in DEFINITE and _differs(known.get(_record(finding)), finding)
    )


def _known(report: Report | None) -> dict[tuple[str, str], Known]:
    """What is definitely known of each record, by a report or before it."""
    known = {}
    for finding in report.findings if report else ():
        if finding.outcome in DEFINITE:
            known[_record(finding)] = Known(finding.outcome, finding.cause, finding.found, finding.digest)
        elif finding.known is not None:
            known[_record(finding)] = finding.known
    return known


def _record(finding: Finding) -> tuple[str, str]:
    return finding.record.role, finding.record.host


def _differs(before: Known | None, after: Finding) -> bool:
    if before is None:
        return after.outcome is Outcome.PASS
    if before.cause is not after.cause:
        return True
    if before.digest:
        return before.digest != after.digest
    # Of a few causes nothing was kept that is shown now.
    return bool(before.found) and _as_of_old(before.found) != _as_of_old(after.found)


def _as_of_old(found: Sequence[str]) -> list[str]:
    return sorted(shortened(value, _OLD_LENGTH) for value in found[:_OLD_VALUES])


def _told(before: Known | None, after: Finding) -> dict[str, str]:
    return {
        "record": f"{after.record.type} {after.record.host}",
        "from": before.cause.value if before else "",
        "to": after.cause.value,
        "was": "; ".join(before.found) if before else "",
        "found": "; ".join(after.found),
        "seen_on": seen_on([after]),
    }
