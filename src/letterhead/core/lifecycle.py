"""The life of a domain: one total table, and the function that walks it.

    domain, events = advance(domain, report, now, …)

Every state meets every trigger in TABLE; docs/lifecycle.md and its picture are drawn from it.
Evidence comes in as the report's outcome, everything else by `apply`. Nothing else in Letterhead
sets a state.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from letterhead.core.broken import counted, over
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Report, seen_on, shortened
from letterhead.core.refusal import conflict
from letterhead.core.tenure import is_barred, may_answer, relieved, yielding


class Trigger(StrEnum):
    """What can happen to a domain."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    RENEW = "renew"
    SUPERSEDE = "supersede"
    TRANSFER = "transfer"
    EXTEND = "extend"  # from sending alone to receiving as well
    DELETE = "delete"


class Guard(StrEnum):
    """A condition under which alone a step is taken."""

    CYCLE_PASSED = (
        "a whole cycle has passed since the lapse, and the grace of one that is outproven, "
        "and the check was not asked for by hand"
    )
    ASKED_SINCE = "the check began after the lapse, and was not asked for by hand"
    NOT_BARRED = (
        "nobody else holds the name, who holds the nearest name above approves or has delegated it, "
        "and no claim has expired"
    )
    IS_CLAIM = "it has never been held"
    IS_HOLDER = "it holds the name: it stays suspended and lets go of it"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a trigger leads, what is told, and under which condition.

    refusal  instead of a step: the code under which the trigger is refused in this state.
    """

    to: Status
    tells: EventKind | None = None
    guard: Guard | None = None
    refusal: str = ""


def _stay(status: Status) -> Step:
    return Step(status)


def _refuse(status: Status, code: str) -> Step:
    return Step(status, refusal=code)


S, T, E = Status, Trigger, EventKind

TABLE: dict[tuple[Status, Trigger], Step] = {
    # Pending: registered, not proven yet.
    (S.PENDING, T.PASS): Step(S.VERIFIED, E.VERIFIED, Guard.NOT_BARRED),
    (S.PENDING, T.FAIL): _stay(S.PENDING),
    (S.PENDING, T.REFUSED): Step(S.FAILED, E.FAILED),
    (S.PENDING, T.UNKNOWN): _stay(S.PENDING),
    (S.PENDING, T.SUSPEND): Step(S.SUSPENDED, E.SUSPENDED),
    (S.PENDING, T.RESUME): _refuse(S.PENDING, "not_suspended"),
    (S.PENDING, T.EXPIRE): Step(S.FAILED, E.EXPIRED, Guard.IS_CLAIM),
    (S.PENDING, T.RENEW): _stay(S.PENDING),
    (S.PENDING, T.SUPERSEDE): Step(S.FAILED, E.SUPERSEDED),
    (S.PENDING, T.TRANSFER): Step(S.PENDING, E.TRANSFERRED),
    (S.PENDING, T.EXTEND): Step(S.PENDING, E.EXTENDED),
    (S.PENDING, T.DELETE): Step(S.DELETED, E.DELETED),
    # Verified: it works, and a first definite failure makes it lapse.
    (S.VERIFIED, T.PASS): _stay(S.VERIFIED),
    (S.VERIFIED, T.FAIL): Step(S.LAPSED, E.LAPSED),
    (S.VERIFIED, T.REFUSED): Step(S.LAPSED, E.LAPSED),
    (S.VERIFIED, T.UNKNOWN): _stay(S.VERIFIED),
    (S.VERIFIED, T.SUSPEND): Step(S.SUSPENDED, E.SUSPENDED),
    (S.VERIFIED, T.RESUME): _refuse(S.VERIFIED, "not_suspended"),
    (S.VERIFIED, T.EXPIRE): _stay(S.VERIFIED),
    (S.VERIFIED, T.RENEW): _stay(S.VERIFIED),
    (S.VERIFIED, T.SUPERSEDE): Step(S.FAILED, E.SUPERSEDED),
    (S.VERIFIED, T.TRANSFER): Step(S.VERIFIED, E.TRANSFERRED),
    (S.VERIFIED, T.EXTEND): Step(S.VERIFIED, E.EXTENDED),
    (S.VERIFIED, T.DELETE): Step(S.DELETED, E.DELETED),
    # Lapsed: mail keeps flowing for a cycle, nobody is written to.
    (S.LAPSED, T.PASS): Step(S.VERIFIED, E.RECOVERED),
    (S.LAPSED, T.FAIL): Step(S.FAILED, E.FAILED, Guard.CYCLE_PASSED),
    (S.LAPSED, T.REFUSED): Step(S.FAILED, E.FAILED, Guard.ASKED_SINCE),
    (S.LAPSED, T.UNKNOWN): _stay(S.LAPSED),
    (S.LAPSED, T.SUSPEND): Step(S.SUSPENDED, E.SUSPENDED),
    (S.LAPSED, T.RESUME): _refuse(S.LAPSED, "not_suspended"),
    (S.LAPSED, T.EXPIRE): _stay(S.LAPSED),
    (S.LAPSED, T.RENEW): _stay(S.LAPSED),
    (S.LAPSED, T.SUPERSEDE): Step(S.FAILED, E.SUPERSEDED),
    (S.LAPSED, T.TRANSFER): Step(S.LAPSED, E.TRANSFERRED),
    (S.LAPSED, T.EXTEND): Step(S.LAPSED, E.EXTENDED),
    (S.LAPSED, T.DELETE): Step(S.DELETED, E.DELETED),
    # Failed: given up until the evidence says otherwise.
    (S.FAILED, T.PASS): Step(S.VERIFIED, E.RECOVERED, Guard.NOT_BARRED),
    (S.FAILED, T.FAIL): _stay(S.FAILED),
    (S.FAILED, T.REFUSED): _stay(S.FAILED),
    (S.FAILED, T.UNKNOWN): _stay(S.FAILED),
    (S.FAILED, T.SUSPEND): Step(S.SUSPENDED, E.SUSPENDED),
    (S.FAILED, T.RESUME): _refuse(S.FAILED, "not_suspended"),
    (S.FAILED, T.EXPIRE): _stay(S.FAILED),
    (S.FAILED, T.RENEW): Step(S.PENDING, E.RENEWED),
    (S.FAILED, T.SUPERSEDE): _stay(S.FAILED),
    (S.FAILED, T.TRANSFER): Step(S.FAILED, E.TRANSFERRED),
    (S.FAILED, T.EXTEND): Step(S.FAILED, E.EXTENDED),
    (S.FAILED, T.DELETE): Step(S.DELETED, E.DELETED),
    # Suspended: by somebody's will; no evidence changes it.
    (S.SUSPENDED, T.PASS): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.FAIL): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.REFUSED): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.UNKNOWN): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.SUSPEND): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.RESUME): Step(S.PENDING, E.RESUMED),
    (S.SUSPENDED, T.EXPIRE): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.RENEW): _stay(S.SUSPENDED),
    (S.SUSPENDED, T.SUPERSEDE): Step(S.SUSPENDED, E.SUPERSEDED, Guard.IS_HOLDER),
    (S.SUSPENDED, T.TRANSFER): _refuse(S.SUSPENDED, "suspended"),
    (S.SUSPENDED, T.EXTEND): _refuse(S.SUSPENDED, "suspended"),
    (S.SUSPENDED, T.DELETE): Step(S.DELETED, E.DELETED),
    # Deleted: a tombstone.
    **{(S.DELETED, trigger): _stay(S.DELETED) for trigger in Trigger},
}

_REFUSALS = {
    "not_suspended": ("The domain is not suspended.", "Only a suspended domain can be resumed."),
    "suspended": ("The domain is suspended.", "Resume it first."),
}

_HOLDING = frozenset({Status.VERIFIED, Status.LAPSED})


MAX_ADVICE = 1_000
"""Characters of an advice that an event carries; the report has it whole."""

MOST_SKEW = timedelta(minutes=1)
"""How far apart the clocks of two nodes may be."""


def advance(
    domain: Domain,
    report: Report,
    now: datetime,
    *,
    cycle: timedelta,
    grace: timedelta,
    by_hand: bool = False,
    sure: bool = False,
    signed: bool = False,
    may_end: bool = True,
) -> tuple[Domain, tuple[Event, ...]]:
    """What a report makes of a domain.

    cycle    a lapsed domain fails only when this much time has passed since it lapsed.
    grace    who must yield the name to somebody else does so only when this much time has passed.
    by_hand  somebody asked for this check: it may promote and lapse, never end a lapse in failed nor yield.
    sure     whom we ask is known to be well: a zone that has been silent for long then counts as failed.
    signed   good signatures are known to be called good: so does one whose signatures are broken.
    may_end  whether a lapse may end in failed, and owners be told of a silence; not while too little is known
             of others.

    Evidence that is outdated changes nothing. Returns the domain with its `asked_at` moved on and the
    events to be saved with it; `version` is left to the store.
    """
    if is_outdated(domain, report, now):
        return domain, ()
    domain, is_failure, told = counted(
        domain, report, cycle=cycle, by_hand=by_hand, sure=sure, signed=signed, may_tell=may_end
    )
    domain = replace(relieved(domain, report), asked_at=report.asked_at)
    reason = None if by_hand else yielding(domain, report, grace)
    if reason is not None:
        domain, events = apply(domain, Trigger.SUPERSEDE, now, cause=reason.value)
        return domain, told + events
    lapsed_at = domain.lapsed_at if may_end and not by_hand else None
    waited = report.asked_at - lapsed_at if lapsed_at else None
    has_grace = may_answer(domain, report, grace)
    allowed = {
        Guard.CYCLE_PASSED: waited is not None and waited >= cycle and not has_grace,
        Guard.ASKED_SINCE: waited is not None and waited > timedelta(0),
        Guard.NOT_BARRED: not is_barred(domain, report),
    }
    trigger = Trigger.FAIL if is_failure else Trigger(report.outcome.value)
    why = _why(report)
    moved, events = _walk(domain, trigger, now, allowed, why)
    if trigger is Trigger.PASS:
        moved, events = over(domain, moved, events, now, why)
    return moved, told + events


def is_outdated(domain: Domain, report: Report, now: datetime) -> bool:
    """Whether the domain rests on newer evidence than this (L08).

    What seems to come from the future is no newer: the clock was set back since, and the domain must not
    be stuck until the same hour comes again (L12).
    """
    if domain.asked_at is None or domain.asked_at > now + MOST_SKEW:
        return False
    return report.asked_at < domain.asked_at


def apply(domain: Domain, trigger: Trigger, now: datetime, **told: str) -> tuple[Domain, tuple[Event, ...]]:
    """What anything but evidence makes of a domain; `told` goes into the event.

    Raises a conflict where the table refuses the trigger in this state.
    """
    allowed = {Guard.IS_CLAIM: not domain.ever_held, Guard.IS_HOLDER: domain.held}
    return _walk(domain, trigger, now, allowed, told)


def _walk(
    domain: Domain, trigger: Trigger, now: datetime, allowed: dict[Guard, bool], told: dict[str, str]
) -> tuple[Domain, tuple[Event, ...]]:
    step = TABLE[domain.status, trigger]
    if step.refusal:
        text, mend = _REFUSALS[step.refusal]
        raise conflict(step.refusal, text, mend=mend)
    if step.tells is None or (step.guard is not None and not allowed[step.guard]):
        return domain, ()
    moved = _entered(domain, trigger, step.to, now)
    data = {"from": domain.status.value, "to": step.to.value, **told}
    return moved, (Event(step.tells, domain.team, domain.id, domain.hostname, now, data),)


def _entered(domain: Domain, trigger: Trigger, to: Status, now: datetime) -> Domain:
    keeps = domain.held and trigger is not Trigger.SUPERSEDE
    holds = to in _HOLDING or (to is Status.SUSPENDED and keeps)
    return replace(
        domain,
        status=to,
        held=holds,
        ever_held=domain.ever_held or holds,
        verified_at=_verified_at(domain, to, now),
        lapsed_at=(domain.lapsed_at or now) if to is Status.LAPSED else None,
        expires_at=None if holds else domain.expires_at,
        outproven_at=domain.outproven_at if holds else None,
        revoked_at=domain.revoked_at if holds else None,
        updated_at=now,
        rung=0,
        broken_told=domain.broken_told and trigger is not Trigger.TRANSFER,  # its new owners know of nothing
    )


def _verified_at(domain: Domain, to: Status, now: datetime) -> datetime | None:
    if to is Status.VERIFIED and domain.status is not Status.VERIFIED:
        return domain.verified_at if domain.status is Status.LAPSED else now
    return domain.verified_at if to in _HOLDING else None


def _why(report: Report) -> dict[str, str]:
    """What a turn rests on: the record that is to blame, or all that is required; and who saw it."""
    required = [f for f in report.findings if f.record.required]
    if report.outcome is Outcome.PASS:
        return {"seen_on": seen_on(required)}
    blamed: Finding | None = next((f for f in required if f.outcome is report.outcome), None)
    if blamed is None:
        return {}
    return {
        "seen_on": seen_on([blamed]),
        "cause": blamed.cause.value,
        "record": blamed.record.host,
        "advice": shortened(blamed.advice, MAX_ADVICE),
    }
