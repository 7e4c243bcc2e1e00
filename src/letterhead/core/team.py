"""Teams, their members and their keys: who owns domains, and the secrets with which they ask."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns domains. `slug` is unique, lower-case, and what people type.

    default_domain  id of the domain that is used where a mailbox is made without naming one, or None.
    """

    id: str
    slug: str
    created_at: datetime
    default_domain: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How much a team has: domains that are not deleted, members, keys that are not revoked."""

    domains: int
    members: int
    keys: int


class MemberRole(StrEnum):
    """What a member is to a team; permission.py says what each may do."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a team, known by an e-mail address that is unique in the team."""

    id: str
    team: str
    email: str
    role: MemberRole
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. The secret itself is shown once and never kept.

    digest       SHA-256 of the whole secret, in hex: unique, and how a key is found.
    hint         the secret's prefix and last four characters, for people to tell keys apart.
    permissions  as granted: permissions and wildcards.
    domains      ids of the only domains it may see, or None.
    mailboxes    ids of the only mailboxes it may see; with them, no domains but those that are named.
    member       whose key it is, or None for one of the team as a whole.
    member_role  what that member may do at most; seen by the store whenever it reads the row.
    """

    id: str
    team: str
    name: str
    hint: str
    digest: str
    permissions: frozenset[str]
    created_at: datetime
    domains: frozenset[str] | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    member: str | None = None
    member_role: MemberRole | None = None
    mailboxes: frozenset[str] | None = None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
