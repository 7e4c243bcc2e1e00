"""Keys: made, listed, revoked, and turned into the actor who asks."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from letterhead.core.event import Event, EventKind
from letterhead.core.permission import MEMBER_ROLES, Actor, granted, require_subset, within
from letterhead.core.refusal import Kind, Refusal, invalid, missing
from letterhead.core.team import Key
from letterhead.ports import Clock, Stale, Store
from letterhead.service.members import not_found as no_such_member
from letterhead.service.minting import api_key, digest, identifier

USED_EVERY = timedelta(minutes=1)
"""How exactly we remember when a key was last used."""

OPERATOR = "operator"
"""In place of a key's id: whoever sits at the machine itself, who needs none."""

MAX_SECRET = 200
"""Characters of a secret that we look at; ours have fewer than 60."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The use cases of API keys."""

    store: Store
    clock: Clock

    async def create(
        self,
        actor: Actor,
        *,
        name: str,
        role: str | None = None,
        permissions: frozenset[str] | None = None,
        domains: frozenset[str] | None = None,
        mailboxes: frozenset[str] | None = None,
        expires_at: datetime | None = None,
        style: str = "letterhead",
        member: str | None = None,
    ) -> tuple[Key, str]:
        """A key for the actor's own team, which holds no more than the actor does (A03).

        member     whose it is: it may never do more than they, and ends with them. A member's key makes keys
                   of the same member, and of another one with `member.update` alone; None makes a key of the
                   team as a whole where the actor's is one.
        mailboxes  the only ones that it may see; of domains it then sees those alone that are named too.

        Returns the key and its secret, which is shown once. Raises `unknown_role`, `unknown_permission`,
        `exceeds_own_permissions`, `exceeds_own_domains`, `exceeds_own_mailboxes`, `expires_in_the_past`,
        `role_or_permissions`, `member_not_found`.
        """
        actor.must("key.create")
        if (role is None) == (permissions is None):
            raise invalid(
                "role_or_permissions",
                "A key is given either a role or a list of permissions.",
                mend='Send one of "role" and "permissions".',
                param="role",
            )
        rights = granted(role if role is not None else permissions or frozenset())
        require_subset(actor, rights)
        if mailboxes is not None and domains is None:
            domains = frozenset()
        if domains is None:
            domains = actor.domains
        if mailboxes is None:
            mailboxes = actor.mailboxes
        _require_seen(actor, domains, mailboxes)
        if expires_at is not None and expires_at <= self.clock.now():
            raise invalid(
                "expires_in_the_past",
                "The key would have expired already.",
                mend="Give a moment in the future, or none.",
                param="expires_at",
            )
        owner = member or actor.member
        if owner not in {None, actor.member}:
            actor.must("member.update")
        return await self.issue(
            actor.team,
            name=name,
            permissions=rights,
            domains=domains,
            mailboxes=mailboxes,
            expires_at=expires_at,
            style=style,
            member=owner,
            by=actor.key,
        )

    async def issue(
        self,
        team: str,
        *,
        name: str,
        permissions: frozenset[str],
        domains: frozenset[str] | None = None,
        mailboxes: frozenset[str] | None = None,
        expires_at: datetime | None = None,
        style: str = "letterhead",
        member: str | None = None,
        by: str = OPERATOR,
    ) -> tuple[Key, str]:
        """A key for a team, without an actor: for the operator at the machine itself.

        by  who is remembered for it. Raises `member_not_found` where the team has no such member.
        """
        now = self.clock.now()
        secret = api_key(style)
        hint = f"{secret[: len(secret) - 43]}…{secret[-4:]}"
        key = Key(
            identifier("key", now),
            team,
            name,
            hint,
            digest(secret),
            permissions,
            now,
            domains,
            expires_at,
            member=member,
            mailboxes=mailboxes,
        )
        about = {"key": key.id, "name": name, **({"member": member} if member else {}), "actor": by}
        try:
            await self.store.keys.add(key, Event(EventKind.KEY_CREATED, team, "", "", now, about))
        except Stale:
            raise no_such_member() from None
        return key, secret

    async def page(self, actor: Actor, *, limit: int, before: str | None = None) -> list[Key]:
        """The team's keys that are in force, newest first."""
        actor.must("key.read")
        return await self.store.keys.page(actor.team, limit=limit, before=before)

    async def revoke(self, actor: Actor, key_id: str) -> None:
        """Revoke a key of the team; its next request is refused. Raises `key_not_found`."""
        actor.must("key.delete")
        about = {"key": key_id, "actor": actor.key}
        told = Event(EventKind.KEY_REVOKED, actor.team, "", "", self.clock.now(), about)
        if not await self.store.keys.revoke(actor.team, key_id, told):
            raise missing("key_not_found", "There is no such key, or it is revoked already.")

    async def authenticate(self, secret: str) -> Actor:
        """Who asks with this secret. Unknown, revoked and expired keys get the same refusal (A14)."""
        if len(secret) > MAX_SECRET:
            raise _unauthenticated()
        wanted = digest(secret)
        key = await self.store.keys.by_digest(wanted)
        now = self.clock.now()
        if key is None or not hmac.compare_digest(key.digest, wanted) or not key.works(now):
            raise _unauthenticated()
        if key.last_used_at is None or now - key.last_used_at >= USED_EVERY:
            await self.store.keys.used(key.id, now)
        return _actor(key)

    async def again(self, actor: Actor) -> Actor:
        """Somebody who has been at work for a while, with the rights that their key has now.

        Raises `authentication_required` where it is no longer in force.
        """
        key = await self.store.keys.by_id(actor.key)
        if key is None or not key.works(self.clock.now()):
            raise _unauthenticated()
        return _actor(key)


def _require_seen(actor: Actor, domains: frozenset[str] | None, mailboxes: frozenset[str] | None) -> None:
    """Whoever is limited to something makes only keys that are limited to some of it."""
    if not all(map(actor.sees, domains or ())):
        raise _exceeds("exceeds_own_domains", "domains")
    if not all(map(actor.sees_mailbox, mailboxes or ())):
        raise _exceeds("exceeds_own_mailboxes", "mailboxes")


def _exceeds(code: str, what: str) -> Refusal:
    return Refusal(
        Kind.FORBIDDEN,
        code,
        f"This key may not see all of these {what} itself.",
        mend="Leave out those that it may not see.",
        param=what,
    )


def _actor(key: Key) -> Actor:
    """Whoever asks with a key: a member's never does more than they may."""
    permissions = key.permissions
    if key.member_role is not None:
        permissions = within(permissions, MEMBER_ROLES[key.member_role])
    return Actor(key.team, key.id, permissions, key.domains, key.member, key.mailboxes)


def _unauthenticated() -> Refusal:
    return Refusal(
        Kind.UNAUTHENTICATED,
        "authentication_required",
        "The request carries no key that is in force.",
        mend="Send a valid key as 'Authorization: Bearer <key>'; have a new one made if yours was revoked.",
    )
