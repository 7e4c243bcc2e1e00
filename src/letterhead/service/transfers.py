"""Transfers: a domain goes from one team to another, and both say so (O18).

Offered by the one and accepted by the other, it keeps its id, its state and its token: nothing is
proven anew, since the team that proved it hands it over.
"""

from dataclasses import dataclass, replace

from letterhead.core.event import Event, EventKind
from letterhead.core.lifecycle import Trigger, apply
from letterhead.core.permission import Actor
from letterhead.core.refusal import conflict, missing
from letterhead.ports import AlreadyRegistered, Change, Clock, NoRoom, Stale, Store
from letterhead.service.access import not_found, owned, with_others
from letterhead.service.domains import Domains
from letterhead.service.retrying import busy
from letterhead.service.view import View


@dataclass(frozen=True, slots=True)
class Transfers:
    """Offer, withdraw, accept."""

    store: Store
    domains: Domains
    clock: Clock

    async def offer(self, actor: Actor, domain_id: str, team: str) -> View:
        """Offer a domain to a team, named by slug or id. Raises `team_not_found`, `own_team`."""
        domain = await owned(self.store, actor, "domain.update", domain_id)
        receiver = await self.store.teams.by_slug(team)
        if receiver is None:
            raise missing("team_not_found", f"There is no team {team!r}.", mend="Ask them for their slug.")
        if receiver.id == actor.team:
            raise conflict("own_team", "The domain belongs to this team already.")
        now = self.clock.now()
        event = Event(
            EventKind.OFFERED,
            domain.team,
            domain.id,
            domain.hostname,
            now,
            {"to": receiver.id, "actor": actor.key},
        )
        return await self._saved(Change(replace(domain, transfer_to=receiver.id, updated_at=now), (event,)))

    async def withdraw(self, actor: Actor, domain_id: str) -> View:
        """Take an offer back; nothing happens where there is none."""
        domain = await owned(self.store, actor, "domain.update", domain_id)
        if domain.transfer_to is None:
            return await self.domains.view(domain)
        now = self.clock.now()
        event = Event(
            EventKind.WITHDRAWN,
            domain.team,
            domain.id,
            domain.hostname,
            now,
            {"to": domain.transfer_to, "actor": actor.key},
        )
        return await self._saved(Change(replace(domain, transfer_to=None, updated_at=now), (event,)))

    async def accept(self, actor: Actor, domain_id: str) -> View:
        """Take a domain that was offered to the actor's team.

        Raises `domain_not_found`, `domain_exists`, `quota_exceeded`, `suspended`.
        """
        actor.must("domain.update")
        domain = await self.store.domains.offered(actor.team, domain_id)
        if domain is None or actor.domains is not None:
            raise not_found()
        await self.domains.quota.require_domain(actor.team)
        moved, given = apply(
            domain,
            Trigger.TRANSFER,
            self.clock.now(),
            giver=domain.team,
            receiver=actor.team,
            actor=actor.key,
        )
        moved = replace(moved, team=actor.team, transfer_to=None)
        taken = tuple(replace(event, team=actor.team) for event in given)
        quota = self.domains.quota
        try:
            return await self._saved(Change(moved, (*given, *taken), is_default=False, room=quota.domains))
        except NoRoom:
            await quota.require_domain(actor.team)
            raise busy() from None

    async def _saved(self, change: Change) -> View:
        domain = change.domain
        try:
            (saved,) = await self.store.domains.save([change])
        except Stale:
            raise busy() from None
        except AlreadyRegistered:
            raise conflict(
                "domain_exists",
                f"This team has registered {domain.hostname} itself.",
                mend="Remove that registration first.",
            ) from None
        return await self.domains.view(await with_others(self.store, saved))
