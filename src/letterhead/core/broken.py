"""Broken zones: nobody gives a definite answer about a domain, while all whom we ask are known to be well.

Or its own servers give one, and every resolver calls its signature broken. At first that is "could not find
out" like any other. When it lasts, the owners are told; when it has lasted for some cycles on end, it counts
as a definite failure. Who was told is told when it is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from letterhead.core.answer import Fault, Source
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Report, shortened

TOLD_AFTER = timedelta(hours=24)
"""How long a zone is broken before its owners are told."""

CYCLES = 4
"""Cycles on end after which it counts as a definite failure."""


class Counted(NamedTuple):
    """The domain with its counter moved on, whether it counts as failed, and what is told."""

    domain: Domain
    is_failure: bool = False
    events: tuple[Event, ...] = ()


def counted(
    domain: Domain,
    report: Report,
    *,
    cycle: timedelta,
    by_hand: bool,
    sure: bool,
    signed: bool = False,
    may_tell: bool = True,
) -> Counted:
    """What a report adds to the count, which only a definite answer sets back.

    cycle    each one is counted once, whatever is asked in between.
    by_hand  is not counted: asking often makes nothing fail sooner.
    sure     whom we ask is known to be well; else nothing is known of the zone, and the count stands still.
    may_tell owners may be told by now; not while too little is known of others.
    signed   good signatures are known to be called good; without that a broken one may be a wrong clock's.
    """
    is_forged = is_bogus(report)
    if not is_forged and _is_answered(report):
        return Counted(replace(domain, broken_since=None, broken_cycles=0))
    if not sure or not (signed if is_forged else is_silent(report)):
        return Counted(domain)
    since = domain.broken_since or report.asked_at
    lasted = report.asked_at - since
    cycles = domain.broken_cycles if by_hand else min(domain.broken_cycles + 1, lasted // cycle)
    is_late = may_tell and lasted >= TOLD_AFTER and domain.status is not Status.SUSPENDED
    moved = replace(
        domain,
        broken_since=since,
        broken_cycles=max(cycles, domain.broken_cycles),
        broken_told=is_late or domain.broken_told,
    )
    events = (_event(moved, report),) if moved.broken_told and not domain.broken_told else ()
    return Counted(moved, moved.broken_cycles >= CYCLES, events)


def over(
    before: Domain, after: Domain, events: tuple[Event, ...], now: datetime, why: Mapping[str, str]
) -> tuple[Domain, tuple[Event, ...]]:
    """What a report that finds all well makes of what was told, seen from the turn that it made of `before`.

    Whoever was told of the silence is told that it is over once the domain is verified, in whatever state
    that silence was; only then is it told anew. Returns `after` and all events of the turn.
    """
    if not before.broken_told or after.status is not Status.VERIFIED:
        return after, events
    data = {"from": before.status.value, "to": after.status.value, **why, "told": EventKind.BROKEN.value}
    recovery = Event(EventKind.RECOVERED, after.team, after.id, after.hostname, now, data)
    others = (event for event in events if event.kind is not EventKind.RECOVERED)
    return replace(after, broken_told=False), (*others, recovery)


def is_silent(report: Report) -> bool:
    """Whether everybody was asked and nobody gave a definite answer."""
    faults = _faults(report.findings)
    return report.outcome is Outcome.UNKNOWN and bool(faults) and not faults & {"", Fault.ILL}


def is_bogus(report: Report) -> bool:
    """Whether all that stands in the way is that each resolver calls a signature broken (RFC 4035 §5.5)."""
    unknown = [f for f in report.findings if f.record.required and f.outcome is Outcome.UNKNOWN]
    said = [_faults([finding], Source.RECURSIVE) for finding in unknown]
    return report.outcome is Outcome.UNKNOWN and bool(said) and all(each == {Fault.BOGUS} for each in said)


def _is_answered(report: Report) -> bool:
    return "" in _faults(report.findings)


def _faults(findings: Iterable[Finding], source: Source | None = None) -> set[str]:
    """Of all witnesses, or of those of one source; "" for a definite word."""
    witnesses = (witness for finding in findings for witness in finding.witnesses)
    return {witness.fault for witness in witnesses if source in (None, witness.source)}


def _event(domain: Domain, report: Report) -> Event:
    blamed = next(finding for finding in report.findings if finding.outcome is Outcome.UNKNOWN)
    data = {
        "since": f"{domain.broken_since:%Y-%m-%dT%H:%M:%SZ}",
        "cause": blamed.cause.value,
        "advice": shortened(blamed.advice),
    }
    return Event(EventKind.BROKEN, domain.team, domain.id, domain.hostname, report.asked_at, data)
