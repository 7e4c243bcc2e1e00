"""When a domain is due again: the cycle for what is settled, the ladder for what is pending."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from letterhead.core.domain import Domain, Status

JITTER = 0.1
"""The share of a delay by which it is drawn out, differently for each domain, so that no herd forms.

Only ever later: a second strike must come at least a whole cycle after the first.
"""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often domains are examined.

    cycle   between two examinations of a verified, lapsed or failed domain.
    ladder  the delays before the first, second, … examination of a pending one; the last is repeated.
    claim   how long a claim may stay unproven.
    grace   how long a holder who must yield the name may answer.
    """

    cycle: timedelta
    ladder: tuple[timedelta, ...]
    claim: timedelta
    grace: timedelta


def due(domain: Domain, now: datetime, cadence: Cadence) -> datetime | None:
    """When to examine the domain next, seen from `now`; None where nothing is to be found out."""
    if domain.status is Status.DELETED or (domain.status is Status.SUSPENDED and not domain.is_pressed):
        return None
    if domain.status is Status.FAILED and is_expired(domain, now):
        return None  # the token of an expired claim proves nothing (L18)
    if domain.status is Status.PENDING:
        delay = cadence.ladder[min(domain.rung, len(cadence.ladder) - 1)]
    else:
        delay = cadence.cycle
    spread = zlib.crc32(domain.id.encode()) / 2**32
    return now + delay * (1 + JITTER * spread)


def is_expired(domain: Domain, now: datetime) -> bool:
    """Whether a claim has gone unproven for too long."""
    return domain.expires_at is not None and domain.expires_at <= now
