"""Access: the one place where an actor's request meets a team's row.

Every use case that is given an id comes through here; a foreign id is the same "missing" as an unknown one.
"""

from dataclasses import replace

from letterhead.core import hostname
from letterhead.core.domain import Domain
from letterhead.core.finding import proves_ownership
from letterhead.core.permission import Actor
from letterhead.core.refusal import missing
from letterhead.ports import Store


async def owned(store: Store, actor: Actor, permission: str, domain_id: str) -> Domain:
    """A domain of the actor's team, for an actor who holds the permission.

    Raises `insufficient_permissions`, or `domain_not_found` for whatever the actor may not see.
    """
    actor.must(permission)
    domain = await store.domains.of_team(actor.team, domain_id) if actor.sees(domain_id) else None
    if domain is None:
        raise not_found()
    return await with_others(store, domain)


async def with_others(store: Store, domain: Domain) -> Domain:
    """The domain with what the names above it (O07) and its rivals (O09) mean for it.

    Below a name that another team holds, ownership must be proven; and so it must by a holder whose rival
    proves it.
    """
    if domain.held:
        return replace(domain, outproven=domain.contested and await _is_outproven(store, domain))
    above = hostname.ancestors(domain.hostname)
    for relative in await store.domains.relatives(domain.hostname, above) if above else ():
        if relative.team != domain.team and relative.hostname in above:
            return replace(domain, contested=True, held_above=relative.hostname)
    return domain


async def _is_outproven(store: Store, domain: Domain) -> bool:
    """Whether a rival has all that it needs but the name, and with it a value that is its own alone (O02).

    Suspended and expired rivals are examined no more, so what they had once counts no longer.
    """
    rivals = await store.domains.others(domain.hostname, domain.team)
    reports = await store.reports.newest_of([rival.id for rival in rivals if rival.due_at is not None])
    return any(proves_ownership(report) for report in reports.values())


def not_found() -> Exception:
    """What is said of every domain that the actor can't see."""
    return missing(
        "domain_not_found",
        "There is no such domain.",
        mend="List your domains to see their ids; a deleted domain must be registered anew.",
    )
