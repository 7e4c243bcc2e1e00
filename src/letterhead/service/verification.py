"""Verification by hand: somebody published the records and wants to know now."""

from dataclasses import dataclass, replace
from typing import Final

from letterhead.core.domain import Domain, Status
from letterhead.core.lifecycle import Trigger, apply
from letterhead.core.permission import Actor
from letterhead.core.schedule import Cadence, due, is_expired
from letterhead.ports import Change, Clock, Provider, Store
from letterhead.service.access import owned
from letterhead.service.checkup import Checkup
from letterhead.service.domains import Domains
from letterhead.service.minting import ownership_token
from letterhead.service.retrying import retried
from letterhead.service.view import View

_CLAIMS: Final = frozenset({Status.PENDING, Status.FAILED})


@dataclass(frozen=True, slots=True)
class Verification:
    """Verify and refresh."""

    store: Store
    domains: Domains
    checkup: Checkup
    provider: Provider
    cadence: Cadence
    clock: Clock

    async def verify(self, actor: Actor, domain_id: str) -> View:
        """Ask provider and DNS anew; an expired claim is renewed first, with a fresh token.

        Never an error for what the DNS says: the view's report tells it.
        """
        domain = await self._in_force(actor, domain_id)
        await self.provider.start(domain)
        return await self._checked(domain_id)

    async def refresh(self, actor: Actor, domain_id: str) -> View:
        """Read provider and DNS anew without starting the provider's own verification."""
        await owned(self.store, actor, "domain.read", domain_id)
        return await self._checked(domain_id)

    async def _checked(self, domain_id: str) -> View:
        domain, _ = await self.checkup.of(domain_id, by_hand=True)
        return await self.domains.view(domain)

    @retried
    async def _in_force(self, actor: Actor, domain_id: str) -> Domain:
        """The domain; a claim that expired starts over, and the token it had never proves anything again."""
        domain = await owned(self.store, actor, "domain.verify", domain_id)
        now = self.clock.now()
        if domain.status not in _CLAIMS or not is_expired(domain, now):
            return domain
        expired, told = apply(domain, Trigger.EXPIRE, now, actor=actor.key)
        moved, events = apply(expired, Trigger.RENEW, now)
        moved = replace(moved, token=ownership_token(), expires_at=now + self.cadence.claim)
        moved = replace(moved, due_at=due(moved, now, self.cadence))
        (saved,) = await self.store.domains.save([Change(moved, told + events)])
        return saved
