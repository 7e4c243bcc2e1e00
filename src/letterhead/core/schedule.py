"""When a domain is examined again: the ladder for what is pending, the cycle for what is settled.

What is noticed by a snapshot (ports/lookout.py) is looked at once a cycle and examined more rarely. What
somebody watches is examined every few seconds, until it is as it should be.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Outcome, Report

JITTER = 0.1
"""The share of a delay by which it is drawn out, differently for each domain, so that no herd forms.

Only ever later: a second strike must come at least a whole cycle after the first.
"""


WATCHED = timedelta(seconds=2)
"""Between two examinations of a domain that is watched and not as it should be."""

SLOW = timedelta(seconds=5)
"""An examination that took as long is not repeated every few seconds, whoever watches, but by the ladder."""

_AMISS = frozenset({Status.PENDING, Status.LAPSED, Status.FAILED})

HASTE = 10
"""How many times as often as the ladder says a domain is examined at most, whatever TTLs a zone makes up."""

_ROUNDING = timedelta(seconds=1)  # caches tell what is left of a TTL in whole seconds

DRAW = 0.25
"""The share by which a careful examination comes sooner, differently for each domain, so that those which
were examined at once, as after an outage, are soon spread over the whole time again."""

FIRST_ASIDE = timedelta(hours=1)
"""How long a domain is set aside at first whose examination breaks; never for longer than `careful`."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often domains are examined.

    cycle   between two examinations of a verified, lapsed or failed domain.
    ladder  the delays before the first, second, … examination of a pending one; the last is repeated.
    claim   how long a claim may stay unproven.
    grace   how long a holder who must yield the name may answer.
    careful between two examinations of a domain that is looked at meanwhile and seems unchanged.
    """

    cycle: timedelta
    ladder: tuple[timedelta, ...]
    claim: timedelta
    grace: timedelta
    careful: timedelta


def due(domain: Domain, now: datetime, cadence: Cadence, report: Report | None = None) -> datetime | None:
    """When to examine the domain next, seen from `now`; None where nothing is to be found out.

    report  what is known of it since now: where resolvers must only forget, a pending domain waits for that.
    """
    if domain.status is Status.DELETED or (domain.status is Status.SUSPENDED and not domain.is_pressed):
        return None
    if domain.status is Status.FAILED and is_expired(domain, now):
        return None  # the token of an expired claim proves nothing (L18)
    if domain.status in _AMISS and domain.is_watched(now) and domain.rung == 0:
        return now + WATCHED
    if domain.status is Status.PENDING:
        delay = _step(domain, now, cadence, forgotten_at(report) if report else None)
    else:
        delay = cadence.cycle
    return now + delay * (1 + JITTER * _lot(domain))


def _step(domain: Domain, now: datetime, cadence: Cadence, forgotten: datetime | None) -> timedelta:
    """The ladder's delay, or until resolvers will have forgotten, where nothing else can help sooner."""
    step = cadence.ladder[min(domain.rung, len(cadence.ladder) - 1)]
    if forgotten is None or forgotten <= now:
        return step
    return min(max(forgotten - now + _ROUNDING, step / HASTE), cadence.ladder[-1])


def is_prompt(domain: Domain, report: Report, now: datetime) -> bool:
    """Whether a watched domain, whose questions were answered soon, stays at the foot of the ladder."""
    return domain.is_watched(now) and now - report.asked_at < SLOW


def forgotten_at(report: Report) -> datetime | None:
    """When resolvers will have forgotten what alone stands in the way; None where anything else does."""
    lacking = [f for f in report.findings if f.record.required and f.outcome is not Outcome.PASS]
    moments = [f.visible_at for f in lacking if f.visible_at is not None]
    return max(moments) if moments and len(moments) == len(lacking) else None


def careful_due(domain: Domain, now: datetime, cadence: Cadence) -> datetime:
    """When to examine a domain next of which a snapshot is kept, though nothing seems to change."""
    return now + cadence.careful * (1 - DRAW * _lot(domain))


def set_aside_until(due_at: datetime | None, now: datetime, cadence: Cadence) -> datetime:
    """When to try a domain again whose examination breaks: as long again as it has been due (L10)."""
    overdue = now - (due_at or now)
    return now + min(max(overdue, FIRST_ASIDE), cadence.careful)


def longest(cadence: Cadence) -> timedelta:
    """How far ahead a domain is due, or taken, at most.

    What is further off was written by a wrong clock, or by a cadence that was longer.
    """
    waits = (FIRST_ASIDE, cadence.cycle, cadence.careful, cadence.grace, *cadence.ladder)
    return max(waits) * (1 + JITTER)


def _lot(domain: Domain) -> float:
    """A number from 0 to 1 that is always the same for a domain."""
    return zlib.crc32(domain.id.encode()) / 2**32


def is_expired(domain: Domain, now: datetime) -> bool:
    """Whether a claim has gone unproven for too long."""
    return domain.expires_at is not None and domain.expires_at <= now
