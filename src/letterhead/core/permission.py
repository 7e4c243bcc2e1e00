"""Permissions: who may do what. What is not granted is denied."""

from dataclasses import dataclass
from typing import Final

from letterhead.core.refusal import Kind, Refusal, forbidden, invalid

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "domain": ("create", "read", "update", "verify", "delete"),
    "key": ("create", "read", "delete"),
}
"""Every noun and what can be done to it; `noun.verb` is a permission, `noun.*` all of a noun."""

PERMISSIONS: Final = frozenset(f"{noun}.{verb}" for noun, verbs in VERBS.items() for verb in verbs)

ROLES: Final[dict[str, frozenset[str]]] = {
    "root:full": frozenset(f"{noun}.*" for noun in VERBS),
    "root:readonly": frozenset(f"{noun}.read" for noun in VERBS),
}
"""Named sets of permissions (seed 002)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a key of a team.

    domains  ids of the only domains that the key may see, or None for all of the team's.
    """

    team: str
    key: str
    permissions: frozenset[str]
    domains: frozenset[str] | None = None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission, by itself or by its noun's wildcard."""
        noun, _, _ = permission.partition(".")
        return permission in self.permissions or f"{noun}.*" in self.permissions

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


def granted(role_or_permissions: str | frozenset[str]) -> frozenset[str]:
    """The permissions that a role's name, or a list of permissions and wildcards, stands for.

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
    for permission in sorted(role_or_permissions):
        noun, _, verb = permission.partition(".")
        if permission not in PERMISSIONS and not (verb == "*" and noun in VERBS):
            raise invalid(
                "unknown_permission",
                f"There is no permission {permission!r}.",
                mend="Permissions are noun.verb, such as domain.read, or noun.*.",
                param="permissions",
            )
    return role_or_permissions


def require_subset(actor: Actor, permissions: frozenset[str]) -> None:
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
                param="permissions",
            )
