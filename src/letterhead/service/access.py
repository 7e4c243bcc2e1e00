"""Access: the one place where an actor's request meets a team's row.

Every use case that is given an id comes through here; a foreign id is the same "missing" as an unknown one.
"""

from dataclasses import replace

from letterhead.core import hostname
from letterhead.core.domain import Domain
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
    return await with_relatives(store, domain)


async def with_relatives(store: Store, domain: Domain) -> Domain:
    """The domain with what the names above it mean for it (O07): then, too, ownership must be proven."""
    above = hostname.ancestors(domain.hostname)
    if not above or domain.held:
        return domain
    for relative in await store.domains.relatives(domain.hostname, above):
        if relative.team != domain.team and relative.hostname in above:
            return replace(domain, contested=True, held_above=relative.hostname)
    return domain


def not_found() -> Exception:
    """What is said of every domain that the actor can't see."""
    return missing(
        "domain_not_found",
        "There is no such domain.",
        mend="List your domains to see their ids; a deleted domain must be registered anew.",
    )
