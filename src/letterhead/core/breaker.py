"""The breaker: while something may be wrong on our side, no domain loses what it has.

Many domains that fail at once are rarely many mistakes of many owners. One total table says when the
breaker opens and closes; what it makes of a report is the other half. service/breaker.py keeps it.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from letterhead.core.answer import Fault
from letterhead.core.cause import ADVICE, Cause
from letterhead.core.finding import Finding, Outcome, Report, outcome_of

_ALL: Final = 100


class State(StrEnum):
    """Closed is the usual state, as with a fuse; open, nothing gets through."""

    CLOSED = "closed"
    OPEN = "open"


class Sight(StrEnum):
    """What an examination of a domain that holds its name came to."""

    GOOD = "good"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOGUS = "bogus"  # unknown, because signatures are called broken


class Level(StrEnum):
    """How many of the domains seen lately are not good."""

    LOW = "low"
    MIDDLE = "middle"  # too many to close, too few to open
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Limits:
    """When many are too many.

    percent  of the domains seen lately that may be lost; 100: any number.
    minimum  of lost domains below which no share counts.
    """

    percent: int
    minimum: int


TABLE: dict[tuple[State, bool, Level], State] = {
    # Closed, and nothing of ours is known to be ill.
    (State.CLOSED, False, Level.LOW): State.CLOSED,
    (State.CLOSED, False, Level.MIDDLE): State.CLOSED,
    (State.CLOSED, False, Level.HIGH): State.OPEN,
    # Closed, and something of ours is.
    (State.CLOSED, True, Level.LOW): State.OPEN,
    (State.CLOSED, True, Level.MIDDLE): State.OPEN,
    (State.CLOSED, True, Level.HIGH): State.OPEN,
    # Open, and nothing of ours is known to be ill any more.
    (State.OPEN, False, Level.LOW): State.CLOSED,
    (State.OPEN, False, Level.MIDDLE): State.OPEN,
    (State.OPEN, False, Level.HIGH): State.OPEN,
    # Open, and something of ours is ill.
    (State.OPEN, True, Level.LOW): State.OPEN,
    (State.OPEN, True, Level.MIDDLE): State.OPEN,
    (State.OPEN, True, Level.HIGH): State.OPEN,
}
"""State, whether something of ours is known to be ill, and the level, to the next state."""


def level(seen: Counter[Sight], limits: Limits) -> Level:
    """The level at which the domains seen stand; it is low again at half of what made it high."""
    every, lost = seen.total(), seen.total() - seen[Sight.GOOD]
    if limits.percent == _ALL or lost < limits.minimum or lost * 200 <= limits.percent * every:
        return Level.LOW
    return Level.HIGH if lost * 100 > limits.percent * every else Level.MIDDLE


def worse(one: Level, other: Level) -> Level:
    """The higher of two levels."""
    return max(one, other, key=list(Level).index)


def sight(report: Report) -> Sight:
    """What a report counts as."""
    if report.outcome is Outcome.PASS:
        return Sight.GOOD
    if report.outcome in {Outcome.FAIL, Outcome.REFUSED}:
        return Sight.FAILED
    faults = {witness.fault for finding in report.findings for witness in finding.witnesses}
    return Sight.BOGUS if Fault.BOGUS in faults else Sight.UNKNOWN


def suspicion(seen: Counter[Sight]) -> str:
    """What so many losses may come from, for the operator."""
    every, lost, bogus = seen.total(), seen.total() - seen[Sight.GOOD], seen[Sight.BOGUS]
    said = f"{lost} of {every} domains: {seen[Sight.FAILED]} failed, {seen[Sight.UNKNOWN]} unknown"
    if bogus:
        said += f", {bogus} with broken signatures"
    if bogus * 2 > lost:
        said += ": is the clock right, here and at the resolvers?"
    return said


def held(report: Report, why: str) -> Report:
    """The report with nothing definite left that speaks against its domain; the evidence stays."""
    findings = tuple(
        _held(finding, why) if finding.outcome in {Outcome.FAIL, Outcome.REFUSED} else finding
        for finding in report.findings
    )
    return replace(report, outcome=outcome_of(findings), findings=findings)


def _held(finding: Finding, why: str) -> Finding:
    advice = ADVICE[Cause.HELD].format_map({"detail": f"{finding.cause}; {why}"})
    return replace(finding, outcome=Outcome.UNKNOWN, cause=Cause.HELD, advice=advice, suggestion="")
