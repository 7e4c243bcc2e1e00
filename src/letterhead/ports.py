"""All that Letterhead needs of the world, on one page.

Services know these protocols and nothing behind them; each directory of adapters (resolver, provider,
store) fills the one it is named after, and app.py chooses which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from letterhead.core.answer import Observation, Question
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event
from letterhead.core.finding import Report
from letterhead.core.identity import Identity, Provision, SealedKey
from letterhead.core.profile import DkimStyle
from letterhead.core.team import Key, Team


class Clock(Protocol):
    """Time, injected so that a test can be a month long."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never steps; deadlines are counted on it."""


class Resolver(Protocol):
    """Somebody who can be asked about the DNS."""

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask one question, absolutely (no search list), for at most `within` seconds.

        Returns an observation for each server that was asked: every name server of the zone, or the one
        recursive resolver. Never raises for what the DNS did: an outage is an observation with a fault.
        """


class Provider(Protocol):
    """Whoever signs and sends the mail of a domain."""

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:
        """Make what a new domain needs: fresh selectors for each registration (K12), and keys."""

    async def identity(self, domain: Domain) -> Identity:
        """What the provider knows of the domain now. An outage is a pending word, never a failed one."""

    async def start(self, domain: Domain) -> None:
        """Ask the provider to verify the domain anew; nothing to do for own keys."""


class StoreError(Exception):
    """The store would not take a change; nothing of it was saved."""


class Stale(StoreError):
    """A row was changed by somebody else since it was read: read it again and decide again."""


class HeldElsewhere(StoreError):
    """The hostname is held by another registration."""


class AlreadyRegistered(StoreError):
    """The team has registered this hostname before."""


class OutcomeUnknown(StoreError):
    """The store was lost in mid-commit: the change was saved whole or not at all; read before repeating."""


@dataclass(frozen=True, slots=True)
class Change:
    """A domain as it is to be saved, with what belongs to the same moment.

    The domain carries the version that was read; the store saves it as the next one.
    `report`, where given, becomes the domain's newest.
    """

    domain: Domain
    events: tuple[Event, ...] = ()
    report: Report | None = None


class Domains(Protocol):
    """Domains, kept. Team-bound reads never show another team's rows, nor deleted ones."""

    async def add(self, domain: Domain, keys: Sequence[SealedKey], events: Sequence[Event]) -> Domain:
        """Save a new registration. Raises AlreadyRegistered."""

    async def of_team(self, team: str, domain: str) -> Domain | None:
        """One domain of a team by its id."""

    async def by_id(self, domain: str) -> Domain | None:
        """One domain of anybody's, deleted ones included; for examinations, never for an entrance."""

    async def page(
        self,
        team: str,
        *,
        limit: int,
        before: str | None = None,
        status: Status | None = None,
        hostname: str | None = None,
        only: frozenset[str] | None = None,
    ) -> list[Domain]:
        """A team's domains, newest first, those with an id below `before`; the same cost at any depth."""

    async def others(self, hostname: str, team: str) -> list[Domain]:
        """Other teams' registrations of the very same hostname, not deleted."""

    async def relatives(self, hostname: str, ancestors: Sequence[str]) -> list[Domain]:
        """Held domains, of any team, above (their hostname is in `ancestors`) or below `hostname`."""

    async def offered(self, team: str, domain: str) -> Domain | None:
        """A domain of another team's that is offered to this one."""

    async def count(self, team: str) -> int:
        """How many domains a team has, deleted ones not counted."""

    async def save(self, changes: Sequence[Change]) -> list[Domain]:
        """Save all or nothing, in one transaction, by compare-and-set on each version.

        Saving a deleted domain destroys its private keys. Raises Stale or HeldElsewhere, and
        AlreadyRegistered where a domain comes to a team that has registered its hostname itself.
        """

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Domain]:
        """Take up to `limit` domains that are due and not leased, the longest due first, until a moment."""

    async def release(self, domain: str) -> None:
        """Give a leased domain back at once."""

    async def sealed(self) -> tuple[str, SealedKey] | None:
        """The newest of all private keys and the hostname that it is for; None where there is none."""


class Reports(Protocol):
    """The newest report of each domain."""

    async def newest(self, domain: str) -> Report | None:
        """The newest report, or None before the first examination."""

    async def newest_of(self, domains: Sequence[str]) -> dict[str, Report]:
        """The newest reports of several domains, by domain id, in one read."""


class Events(Protocol):
    """Events, append-only."""

    async def page(
        self,
        team: str,
        *,
        limit: int,
        before: int | None = None,
        domain: str | None = None,
        only: frozenset[str] | None = None,
    ) -> list[Event]:
        """A team's events, newest first, those with an id below `before`; of one domain, or only of some."""


class Teams(Protocol):
    """Teams, kept."""

    async def add(self, team: Team) -> Team:
        """Save a team, or return the one that already has this slug."""

    async def by_slug(self, slug: str) -> Team | None:
        """A team by its slug or its id."""


class Keys(Protocol):
    """API keys, kept by their digest."""

    async def add(self, key: Key) -> None:
        """Save a key."""

    async def by_digest(self, digest: str) -> Key | None:
        """The key with this digest, whatever its state."""

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Key]:
        """A team's keys that are not revoked, newest first."""

    async def revoke(self, team: str, key: str, at: datetime) -> bool:
        """Revoke a key of the team at once. Returns whether there was such a key, still in force."""

    async def used(self, key: str, at: datetime) -> None:
        """Remember when a key was last used."""


class Store(Protocol):
    """Everything that is kept. A method returns after its change is durable, never before."""

    domains: Domains
    reports: Reports
    events: Events
    teams: Teams
    keys: Keys

    async def ready(self) -> None:
        """Raise StoreError unless it can be read and its schema is the one we know."""

    async def close(self) -> None:
        """Finish what waits to be written, then let go of everything."""
