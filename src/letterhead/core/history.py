"""History: what changed between two reports, said in the words of the records.

Of each record a handful of changes is told at once, and then one in a while, so that a zone that answers
otherwise each time fills no history. What is held back is told as one change, from what was told last to what
is there when its time has come: what history ends with is always what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from letterhead.core.domain import Domain
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Known, Outcome, Pace, Report, seen_on, shortened

DEFINITE = frozenset({Outcome.PASS, Outcome.FAIL})

AT_ONCE = 6
"""Changes of a record that are told as they come."""

PAUSE = timedelta(minutes=10)
"""After which one more is, whether of those some were told or none."""

_OLD_VALUES, _OLD_LENGTH = 5, 100
"""What reports of old kept of what was found: so many values, so many characters of each, and no digest."""


def remembering(before: Report | None, after: Report) -> Report:
    """A report with what was last known of each record about which it says nothing definite, and its pace."""
    memories = _memories(before)
    return replace(
        after,
        findings=tuple(
            _remembered(memories.get(_record(f), _NONE), f, after.asked_at) for f in after.findings
        ),
    )


def changes(domain: Domain, before: Report | None, after: Report) -> tuple[Event, ...]:
    """An event for each record whose definite finding differs from what was told last, however long ago.

    What could not be found out is no change, neither coming nor going. The first definite finding of a
    record is told only where it is there. What comes too fast is held back (tells_at).
    """
    memories = _memories(before)
    return tuple(
        Event(
            EventKind.CHANGED,
            domain.team,
            domain.id,
            domain.hostname,
            after.asked_at,
            _told(memory.told, finding),
        )
        for finding in after.findings
        for memory in [memories.get(_record(finding), _NONE)]
        if memory.differs(finding) and memory.may_tell(after.asked_at)
    )


def tells_at(report: Report, now: datetime) -> datetime | None:
    """When the first of the changes that were held back may be told, by an examination then; None without."""
    paces = [finding.pace for finding in report.findings if finding.pace is not None]
    moments = [pace.until - PAUSE * (AT_ONCE - 1) for pace in paces if pace.told is not None]
    return min((moment for moment in moments if moment > now), default=None)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What is definitely known of a record, by a report or before it, and how much was told of it lately."""

    known: Known | None = None
    pace: Pace | None = None

    @property
    def told(self) -> Known | None:
        """What history says of it so far."""
        return self.pace.told if self.pace is not None and self.pace.told is not None else self.known

    def differs(self, finding: Finding) -> bool:
        """Whether a finding says definitely something else."""
        return finding.outcome in DEFINITE and _differs(self.told, finding)

    def until(self, at: datetime) -> datetime:
        """How far ahead of a moment its telling is; what a wrong clock wrote does not count (L12)."""
        until = self.pace.until if self.pace is not None else at
        return until if at < until <= at + PAUSE * AT_ONCE else at

    def may_tell(self, at: datetime) -> bool:
        """Whether one more change may be told."""
        return self.until(at) <= at + PAUSE * (AT_ONCE - 1)

    def pace_after(self, finding: Finding, at: datetime) -> Pace | None:
        """The pace once a finding was made."""
        if finding.outcome not in DEFINITE:
            return self.pace
        until = self.until(at)
        if not self.differs(finding):
            return Pace(until) if until > at else None
        return Pace(until + PAUSE) if self.may_tell(at) else Pace(until, self.told)


_NONE = _Memory()


def _remembered(memory: _Memory, finding: Finding, at: datetime) -> Finding:
    known = None if finding.outcome in DEFINITE else memory.known
    return replace(finding, known=known, pace=memory.pace_after(finding, at))


def _memories(report: Report | None) -> dict[tuple[str, str], _Memory]:
    return {
        _record(finding): _Memory(_known(finding), finding.pace)
        for finding in (report.findings if report else ())
    }


def _known(finding: Finding) -> Known | None:
    if finding.outcome in DEFINITE:
        return Known(finding.outcome, finding.cause, finding.found, finding.digest)
    return finding.known


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
