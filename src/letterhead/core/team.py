"""Teams and their keys: who owns domains, and the secrets with which they ask."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns domains. `slug` is unique, lower-case, and what people type."""

    id: str
    slug: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. The secret itself is shown once and never kept.

    digest       SHA-256 of the whole secret, in hex: unique, and how a key is found.
    hint         the secret's prefix and last four characters, for people to tell keys apart.
    permissions  as granted: permissions and wildcards.
    domains      ids of the only domains it may see, or None.
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

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
