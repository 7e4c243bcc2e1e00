"""Addresses on the platform domain: every team may have some without verifying a domain (O17)."""

from dataclasses import dataclass

from letterhead.core.event import Event, EventKind
from letterhead.core.local_part import platform_local_part
from letterhead.core.permission import Actor
from letterhead.core.platform_address import PlatformAddress
from letterhead.core.refusal import Kind, Refusal, conflict, forbidden, missing
from letterhead.ports import AddressTaken, Clock, NoRoom, Stale, Store
from letterhead.service.minting import identifier


@dataclass(frozen=True, slots=True)
class PlatformAddresses:
    """The use cases of addresses on the platform domain.

    domain  the platform domain.
    most    how many addresses a team may have on it.

    A key that is limited to domains sees no addresses here; one that is limited to mailboxes sees those.
    """

    store: Store
    clock: Clock
    domain: str
    most: int

    async def take(self, actor: Actor, local_part: str) -> PlatformAddress:
        """Make an address the team's.

        Raises `key_is_limited`, `local_part_invalid`, `local_part_reserved`, `quota_exceeded`, and
        `address_taken` in the same words whosever it is (A14).
        """
        actor.must("mailbox.create")
        if actor.domains is not None:
            raise forbidden(
                "key_is_limited",
                "This key is limited to certain domains or mailboxes, and a new one is none of them.",
                mend="Use a key of the team without that limit.",
            )
        now = self.clock.now()
        address = PlatformAddress(identifier("adr", now), actor.team, platform_local_part(local_part), now)
        try:
            await self.store.platform_addresses.add(
                address, self._told(actor, EventKind.ADDRESS_TAKEN, address), self.most
            )
        except NoRoom:
            raise self._no_room() from None
        except AddressTaken:
            raise self._taken(address) from None
        return address

    async def get(self, actor: Actor, address_id: str) -> PlatformAddress:
        """One address of the team. Raises `address_not_found`."""
        return await self._of_team(actor, "mailbox.read", address_id)

    async def page(self, actor: Actor, *, limit: int, before: str | None = None) -> list[PlatformAddress]:
        """The team's addresses, newest first."""
        actor.must("mailbox.read")
        only = actor.mailboxes
        if only is None and actor.domains is not None:
            only = frozenset()
        return await self.store.platform_addresses.page(actor.team, limit=limit, before=before, only=only)

    async def release(self, actor: Actor, address_id: str) -> None:
        """Give an address up; from then on anybody may take it. Raises `address_not_found`."""
        address = await self._of_team(actor, "mailbox.delete", address_id)
        try:
            await self.store.platform_addresses.remove(
                address, self._told(actor, EventKind.ADDRESS_RELEASED, address)
            )
        except Stale:
            raise _not_found() from None

    async def _of_team(self, actor: Actor, permission: str, address_id: str) -> PlatformAddress:
        actor.must(permission)
        address = await self.store.platform_addresses.of_team(actor.team, address_id)
        if address is None or not actor.sees_mailbox(address.id):
            raise _not_found()
        return address

    def _told(self, actor: Actor, kind: EventKind, address: PlatformAddress) -> Event:
        told = {"platform_address": address.id, "address": address.at(self.domain), "actor": actor.key}
        return Event(kind, actor.team, "", "", self.clock.now(), told)

    def _no_room(self) -> Refusal:
        return Refusal(
            Kind.QUOTA,
            "quota_exceeded",
            f"A team may have {self.most} of the addresses at {self.domain}, and this one has no more left.",
            mend="Release one that is no longer needed, or use a domain of your own.",
        )

    def _taken(self, address: PlatformAddress) -> Refusal:
        return conflict(
            "address_taken",
            f"{address.at(self.domain)} is taken.",
            mend="Use another name; case, dots and what stands behind a plus make none.",
        )


def _not_found() -> Refusal:
    return missing(
        "address_not_found",
        "There is no such address.",
        mend="List the team's addresses on the shared domain to see their ids.",
    )
