"""Quotas: how many domains a team may have at once (O19), and register on a day of UTC (O12)."""

from dataclasses import dataclass

from letterhead.core.refusal import Kind, Refusal
from letterhead.ports import Clock, Room, Store


@dataclass(frozen=True, slots=True)
class Quota:
    """What a team may have; the store counts once more, within the transaction that registers."""

    store: Store
    clock: Clock
    domains: int
    registrations: int

    async def require_domain(self, team: str) -> None:
        """Raise `quota_exceeded` where a team has all the domains that it may have."""
        if await self.store.domains.count(team) >= self.domains:
            raise Refusal(
                Kind.QUOTA,
                "quota_exceeded",
                f"The team has {self.domains} domains, which is all it may have.",
                mend="Remove domains that are no longer needed, or ask the operator for more.",
            )

    async def require_registration(self, team: str) -> None:
        """Raise `quota_exceeded` as above, or `too_many_registrations` for those of this day."""
        await self.require_domain(team)
        if await self.store.domains.registered(team, self.clock.now()) >= self.registrations:
            raise Refusal(
                Kind.QUOTA,
                "too_many_registrations",
                f"The team has registered {self.registrations} domains today (UTC), which is all it may.",
                mend="Register the others tomorrow, or ask the operator for more.",
            )

    def room(self) -> Room:
        """The same limits for the store."""
        return Room(self.domains, self.registrations)
