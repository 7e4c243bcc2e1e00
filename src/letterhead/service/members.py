"""Members: who belongs to a team, and what they may do at most."""

from dataclasses import dataclass

from letterhead.core.address import email as canonical
from letterhead.core.event import Event, EventKind
from letterhead.core.permission import MEMBER_ROLES, Actor, require_subset
from letterhead.core.refusal import Refusal, conflict, forbidden, missing
from letterhead.core.team import Member, MemberRole
from letterhead.ports import AlreadyMember, Clock, LastOwner, Stale, Store
from letterhead.service.minting import identifier
from letterhead.service.retrying import busy


@dataclass(frozen=True, slots=True)
class Members:
    """The use cases of members. Whatever a role allows, its giver must be allowed as well (A03)."""

    store: Store
    clock: Clock

    async def page(self, actor: Actor, *, limit: int, before: str | None = None) -> list[Member]:
        """The team's members, newest first."""
        actor.must("member.read")
        return await self.store.members.page(actor.team, limit=limit, before=before)

    async def add(self, actor: Actor, *, email: str, role: MemberRole) -> Member:
        """Add a person.

        Raises `email_invalid`, `member_exists`, `exceeds_own_permissions`, `key_is_limited`.
        """
        actor.must("member.create")
        if actor.domains is not None:
            raise forbidden(
                "key_is_limited",
                "This key is limited to certain domains and can't say who belongs to the team.",
                mend="Use a key of the team without that limit.",
            )
        require_subset(actor, MEMBER_ROLES[role], "role")
        now = self.clock.now()
        member = Member(identifier("mem", now), actor.team, canonical(email), role, now)
        told = self._told(actor, EventKind.MEMBER_ADDED, member, role=role.value)
        try:
            await self.store.members.add(member, told)
        except AlreadyMember:
            raise conflict(
                "member_exists",
                f"{member.email} is a member of this team already.",
                mend="Change their role instead.",
            ) from None
        return member

    async def change(self, actor: Actor, member_id: str, *, role: MemberRole) -> Member:
        """Give a member another role; what their keys may do follows at once.

        Raises `member_not_found`, `own_role`, `exceeds_own_permissions`, `last_owner`.
        """
        member = await self._of_team(actor, "member.update", member_id)
        if actor.member == member.id:
            raise forbidden(
                "own_role", "Nobody changes their own role.", mend="Ask another owner of the team to do it."
            )
        require_subset(actor, MEMBER_ROLES[role], "role")
        if role is member.role:
            return member
        told = self._told(
            actor, EventKind.MEMBER_CHANGED, member, **{"from": member.role.value, "to": role.value}
        )
        try:
            await self.store.members.change(member, role, told)
        except LastOwner:
            raise _last_owner() from None
        except Stale:
            raise busy() from None
        return Member(member.id, member.team, member.email, role, member.created_at)

    async def remove(self, actor: Actor, member_id: str) -> None:
        """Remove a member; every key that is theirs is revoked in the same moment (A19).

        Raises `member_not_found`, `exceeds_own_permissions`, `last_owner`.
        """
        member = await self._of_team(actor, "member.delete", member_id)
        told = self._told(actor, EventKind.MEMBER_REMOVED, member, role=member.role.value)
        try:
            await self.store.members.remove(member, told)
        except LastOwner:
            raise _last_owner() from None
        except Stale:
            raise busy() from None

    async def _of_team(self, actor: Actor, permission: str, member_id: str) -> Member:
        """A member whom the actor may change or remove: nobody does so to those who may more.

        Members see all of a team; for a key that does not, there are none.
        """
        actor.must(permission)
        member = await self.store.members.of_team(actor.team, member_id)
        if member is None or actor.domains is not None:
            raise not_found()
        require_subset(actor, MEMBER_ROLES[member.role], "role")
        return member

    def _told(self, actor: Actor, kind: EventKind, member: Member, **data: str) -> Event:
        told = {"member": member.id, "email": member.email, **data, "actor": actor.key}
        return Event(kind, actor.team, "", "", self.clock.now(), told)


def not_found() -> Refusal:
    """What is said of every member whom the actor can't see."""
    return missing(
        "member_not_found",
        "There is no such member.",
        mend="List the team's members to see their ids.",
    )


def _last_owner() -> Refusal:
    return conflict(
        "last_owner",
        "They are the last owner of the team.",
        mend="Make somebody else an owner first.",
    )
