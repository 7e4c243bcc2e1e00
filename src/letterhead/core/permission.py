"""Permissions: who may do what. What is not granted is denied."""

from dataclasses import dataclass
from typing import Final

from letterhead.core.refusal import Kind, Refusal, forbidden, invalid
from letterhead.core.team import MemberRole

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "domain": ("create", "read", "update", "verify", "delete"),
    "mailbox": ("create", "read", "update", "delete"),
    "message": ("send", "read", "update", "delete"),
    "key": ("create", "read", "delete"),
    "member": ("create", "read", "update", "delete"),
    "webhook": ("create", "read", "update", "delete"),
}
"""Every noun and what can be done to it; `noun.verb` is a permission, `noun.*` all of a noun."""

PERMISSIONS: Final = frozenset(f"{noun}.{verb}" for noun, verbs in VERBS.items() for verb in verbs)

ROLES: Final[dict[str, frozenset[str]]] = {
    "root:full": frozenset(f"{noun}.*" for noun in VERBS),
    "root:readonly": frozenset(f"{noun}.read" for noun in VERBS),
}
"""Named sets of permissions, as sendmux has them."""

SCOPES: Final[dict[str, str]] = {"email_domains:read": "domain.read", "email_domains:manage": "domain.*"}
"""Other services' names for permissions of ours (anyreach's); what is granted is ours."""

MEMBER_ROLES: Final[dict[MemberRole, frozenset[str]]] = {
    MemberRole.OWNER: ROLES["root:full"],
    MemberRole.ADMIN: ROLES["root:full"] - {"member.*"} | {"member.create", "member.read"},
    MemberRole.MEMBER: frozenset(
        {"domain.*", "mailbox.*", "message.*", "webhook.*", "key.create", "key.read", "member.read"}
    ),
    MemberRole.VIEWER: ROLES["root:readonly"],
}
"""What a member may do at most, whatever their keys were granted."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a key of a team.

    domains  ids of the only domains that the key may see, or None for all of the team's.
    mailboxes  ids of the only mailboxes that it may see, or None for all of those domains.
    member   whose key it is, or None for one of the team as a whole.
    """

    team: str
    key: str
    permissions: frozenset[str]
    domains: frozenset[str] | None = None
    member: str | None = None
    mailboxes: frozenset[str] | None = None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission, by itself or by its noun's wildcard."""
        return _holds(self.permissions, permission)

    def must(self, permission: str) -> None:
        """Raise `insufficient_permissions` unless the actor may."""
        if not self.may(permission):
            raise forbidden(
                "insufficient_permissions",
                f"This key does not hold the permission {permission}.",
                mend=f"Use a key that holds {permission}, or have one made by somebody who may.",
            )

    def sees(self, domain: str) -> bool:
        """Whether a domain of the team is within what the key is limited to."""
        return self.domains is None or domain in self.domains

    def sees_mailbox(self, mailbox: str) -> bool:
        """Whether the actor may know of a mailbox that stands on no domain of the team's own."""
        return mailbox in self.mailboxes if self.mailboxes is not None else self.domains is None


def granted(role_or_permissions: str | frozenset[str]) -> frozenset[str]:
    """The permissions that a role's name, or a list of permissions, wildcards and scopes, stands for.

    Raises `unknown_role` or `unknown_permission`.
    """
    if isinstance(role_or_permissions, str):
        if role_or_permissions not in ROLES:
            raise invalid(
                "unknown_role",
                f"There is no role {role_or_permissions!r}.",
                mend=f"Use one of {', '.join(ROLES)}.",
                param="role",
            )
        return ROLES[role_or_permissions]
    permissions = frozenset(SCOPES.get(each, each) for each in role_or_permissions)
    for permission in sorted(permissions):
        noun, _, verb = permission.partition(".")
        if permission not in PERMISSIONS and not (verb == "*" and noun in VERBS):
            raise invalid(
                "unknown_permission",
                f"There is no permission {permission!r}.",
                mend="Permissions are noun.verb, such as domain.read, or noun.*.",
                param="permissions",
            )
    return permissions


def within(permissions: frozenset[str], bounds: frozenset[str]) -> frozenset[str]:
    """What of some permissions lies within others, each written out."""
    return frozenset(each for each in PERMISSIONS if _holds(permissions, each) and _holds(bounds, each))


def _holds(permissions: frozenset[str], permission: str) -> bool:
    noun, _, _ = permission.partition(".")
    return permission in permissions or f"{noun}.*" in permissions


def require_subset(actor: Actor, permissions: frozenset[str], param: str = "permissions") -> None:
    """Nobody grants more than they hold: raises `exceeds_own_permissions` otherwise."""
    for permission in sorted(permissions):
        noun, _, verb = permission.partition(".")
        needed = [f"{noun}.{each}" for each in VERBS[noun]] if verb == "*" else [permission]
        if not all(actor.may(each) for each in needed):
            raise Refusal(
                Kind.FORBIDDEN,
                "exceeds_own_permissions",
                f"This key does not hold {permission} itself and so can't grant it.",
                mend="Leave it out, or use a key that holds it.",
                param=param,
            )
