"""Access: the one place where an actor's request meets a team's row.

Every use case that is given an id comes through here; a foreign id is the same "missing" as an unknown one.
"""

from dataclasses import replace

from letterhead.core import hostname
from letterhead.core.domain import Domain
from letterhead.core.finding import last_known, proves_ownership
from letterhead.core.permission import Actor
from letterhead.core.refusal import Kind, Refusal, missing
from letterhead.ports import Reading, Store


async def owned(store: Store, actor: Actor, permission: str, domain_id: str) -> Domain:
    """A domain of the actor's team, for an actor who holds the permission.

    Raises `insufficient_permissions`, or `domain_not_found` for whatever the actor may not see.
    """
    actor.must(permission)
    domain = await store.domains.of_team(actor.team, domain_id) if actor.sees(domain_id) else None
    if domain is None:
        raise not_found()
    return await with_others(store, domain)


async def examined(store: Store, actor: Actor, domain_id: str) -> tuple[Domain, Reading]:
    """The same to be read, and what was read of it, its newest report with it."""
    actor.must("domain.read")
    reading = await store.domains.with_report(actor.team, domain_id) if actor.sees(domain_id) else None
    if reading is None:
        raise not_found()
    return await with_others(store, reading.domain), reading


async def with_others(store: Store, domain: Domain) -> Domain:
    """The domain with what the names around it (O07, O08) and its rivals (O09) mean for it.

    A claim below a name that another team holds must prove ownership; and so must a holder whose rival does.
    A holder above names that other teams hold is asked to: it may revoke those only once it has.
    """
    above = hostname.ancestors(domain.hostname)
    if above:
        relatives = await store.domains.relatives(domain.hostname, above)
        domain = _below(domain, [each for each in relatives if each.hostname in above])
    if domain.held and domain.contested and await _is_outproven(store, domain):
        domain = replace(domain, outproven=True)
    is_contested = domain.held_below if domain.held else domain.held_above != ""
    return replace(domain, contested=True) if is_contested else domain


def _below(domain: Domain, holders: list[Domain]) -> Domain:
    """The domain with what the nearest of the names above that are held means for it."""
    nearest = max(holders, key=lambda each: len(each.hostname), default=None)
    if nearest is None or nearest.team == domain.team:
        return domain
    approved = nearest.approvals.get(domain.hostname) == domain.team
    return replace(domain, held_above=nearest.hostname, approved=approved)


async def _is_outproven(store: Store, domain: Domain) -> bool:
    """Whether a rival has all that it needs but the name, and with it a value that is its own alone (O02).

    Suspended and expired rivals are examined no more, so what they had once counts no longer; what is merely
    out of sight does.
    """
    rivals = await store.domains.others(domain.hostname, domain.team)
    reports = await store.reports.newest_of([rival.id for rival in rivals if rival.due_at is not None])
    return any(proves_ownership(last_known(report)) for report in reports.values())


def require_version(domain: Domain, versions: frozenset[int] | None) -> None:
    """Raise `precondition_failed` where somebody speaks of a domain as it no longer is."""
    if versions is not None and domain.version not in versions:
        raise Refusal(
            Kind.STALE,
            "precondition_failed",
            "The domain was changed since you read it.",
            mend="Read it again, and send the change with its new ETag if you still want it.",
        )


def not_found() -> Exception:
    """What is said of every domain that the actor can't see."""
    return missing(
        "domain_not_found",
        "There is no such domain.",
        mend="List your domains to see their ids; a deleted domain must be registered anew.",
    )
