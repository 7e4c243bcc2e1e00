"""Tenure: on what ground a team may have a name, and when it must yield it to somebody else (docs/flows.md).

A name below one that another team holds stands on one of three grounds. It is a zone of its own, which
whoever runs the zone above has delegated; or the team above approves; or it was held already when the name
above came to be, and the team above has not revoked it. The nearest name above that is held decides; where
that is the team's own, nothing is asked.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Report, lacks_proof
from letterhead.core.schedule import is_expired


class Yielding(StrEnum):
    """Why a holder yields the name; in the data of `domain.superseded`."""

    OUTPROVEN = "outproven"  # another team proves it, and the token of this one is gone
    REVOKED = "revoked"  # the team that holds the name above wants it so


def is_barred(domain: Domain, report: Report) -> bool:
    """Whether a domain may not be promoted although all is proven (O07, L18).

    Another registration holds the name; or another team decides about it and has not approved; or the claim
    had expired when the questions were asked, and its token with it.
    """
    return domain.held_elsewhere or is_at_mercy(domain, report) or is_expired(domain, report.asked_at)


def is_at_mercy(domain: Domain, report: Report) -> bool:
    """Whether the team that holds the name above decides: it has not approved, and no zone begins here.

    Where the zone is not known, none is seen to begin here: that bars a promotion, and ends nothing.
    """
    return domain.held_above != "" and not domain.approved and report.zone != domain.hostname


def relieved(domain: Domain, report: Report) -> Domain:
    """The domain without what pressed on it and does so no longer: the rival gave up, another ground came."""
    return replace(
        domain,
        outproven_at=domain.outproven_at if domain.outproven else None,
        revoked_at=domain.revoked_at if is_at_mercy(domain, report) else None,
    )


def yielding(domain: Domain, report: Report, grace: timedelta) -> Yielding | None:
    """Why a holder must yield the name now, None while it need not (O08, O09).

    What could not be found out ends nothing: the token must be seen to be gone, the zone to be another's.
    """
    is_anothers = is_at_mercy(domain, report) and report.zone != ""
    if domain.revoked_at is not None and is_anothers and report.asked_at >= domain.revoked_at + grace:
        return Yielding.REVOKED
    since = _unanswered_since(domain)
    if since is not None and lacks_proof(report) and report.asked_at >= since + grace:
        return Yielding.OUTPROVEN
    return None


def may_answer(domain: Domain, report: Report, grace: timedelta) -> bool:
    """Whether a holder that was told to prove the name still has time to, whatever else is wrong with it."""
    since = _unanswered_since(domain)
    return since is not None and report.asked_at < since + grace


def _unanswered_since(domain: Domain) -> datetime | None:
    """Since when a rival proves the name and the holder does not; who is suspended is not asked to lapse."""
    if domain.outproven_at is None or domain.status is Status.SUSPENDED:
        return domain.outproven_at
    return max(domain.outproven_at, domain.lapsed_at) if domain.lapsed_at is not None else None
