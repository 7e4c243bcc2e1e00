"""History: what happened, to one domain or to all of a team's."""

from dataclasses import dataclass

from letterhead.core.event import Event
from letterhead.core.permission import VERBS, Actor
from letterhead.ports import Store
from letterhead.service.access import owned


@dataclass(frozen=True, slots=True)
class History:
    """Reads events, newest first."""

    store: Store

    async def of_domain(
        self, actor: Actor, domain_id: str, *, limit: int, before: int | None = None
    ) -> list[Event]:
        """The events of one domain with an id below `before`."""
        domain = await owned(self.store, actor, "domain.read", domain_id)
        return await self.store.events.page(actor.team, limit=limit, before=before, domain=domain.id)

    async def of_team(self, actor: Actor, *, limit: int, before: int | None = None) -> list[Event]:
        """The events of all domains that the actor may see, and of keys and members if it may read those."""
        actor.must("domain.read")
        nouns = frozenset(noun for noun in VERBS if actor.may(f"{noun}.read"))
        return await self.store.events.page(
            actor.team, limit=limit, before=before, only=actor.domains, nouns=nouns
        )
