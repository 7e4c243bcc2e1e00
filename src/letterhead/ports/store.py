"""Everything that is kept, noun by noun, and how a change is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from letterhead.core.attempt import Attempt
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event
from letterhead.core.finding import Outcome, Report
from letterhead.core.identity import SealedKey
from letterhead.core.platform_address import PlatformAddress
from letterhead.core.team import Key, Member, MemberRole, Tally, Team
from letterhead.ports.bells import Bells
from letterhead.ports.leases import Leases
from letterhead.ports.lookout import Snapshot, Snapshots
from letterhead.ports.outbox import Deliveries, Events, OwnerNotices, Tail, Webhooks
from letterhead.ports.world import Clock


class StoreError(Exception):
    """The store would not take a change; nothing of it was saved."""


class Declined(StoreError):
    """A rule of the store says no: the store itself is well, and the same change would be declined again."""


class Stale(Declined):
    """A row was changed by somebody else since it was read: read it again and decide again."""


class HeldElsewhere(Declined):
    """The hostname is held by another registration."""


class AlreadyRegistered(Declined):
    """The team has registered this hostname before."""


class NoRoom(Declined):
    """The team has all the domains or addresses that it may, or has registered all that it may for now."""


class AlreadyMember(Declined):
    """The team has a member with this address."""


class AddressTaken(Declined):
    """Some team has this address on the platform domain."""


class LastOwner(Declined):
    """The team would be left without an owner that it has now."""


class OutcomeUnknown(StoreError):
    """The store was lost in mid-commit: the change was saved whole or not at all; read before repeating."""


@dataclass(frozen=True, slots=True)
class Change:
    """A domain as it is to be saved, with what belongs to the same moment.

    The domain carries the version that was read; the store saves it as the next one.
    `report`, where given, becomes the domain's newest; `is_default`, where given, says whether it becomes
    the one default domain of its team or ceases to be it.
    `snapshot`: what the next change is noticed by after an examination that found all well. Without one, what
    was kept goes; and without a report as well, a domain of which something was kept is due at once.
    `room`, where given: the domain comes to another team, which may have that many.
    """

    domain: Domain
    events: tuple[Event, ...] = ()
    report: Report | None = None
    is_default: bool | None = None
    snapshot: "Snapshot | None" = None
    room: int | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Reading:
    """A domain with its newest report (as Reports.newest), as they stood at one moment.

    Who reads it again is given the very same one while nothing of it has changed, as long as that is known:
    what was made of it may be used again.
    """

    domain: Domain
    report: Report | None


@dataclass(frozen=True, slots=True)
class Room:
    """How many domains a team may have, and how many it may register on a day of UTC."""

    domains: int
    registrations: int


class Domains(Protocol):
    """Domains, kept. Team-bound reads never show another team's rows, nor deleted ones."""

    async def add(
        self,
        domain: Domain,
        keys: Sequence[SealedKey],
        events: Sequence[Event],
        room: Room | None = None,
    ) -> Domain:
        """Save a new registration, as its team's default where it says so.

        Raises AlreadyRegistered; NoRoom where the team has no room left, whoever else registers meanwhile.
        """

    async def of_team(self, team: str, domain: str) -> Domain | None:
        """One domain of a team by its id."""

    async def with_report(self, team: str, domain: str) -> Reading | None:
        """The same with its newest report, as they stand now."""

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

    async def listing(
        self,
        team: str,
        *,
        limit: int,
        offset: int,
        statuses: frozenset[Status] | None = None,
        only: frozenset[str] | None = None,
    ) -> tuple[list[Domain], int]:
        """A team's domains from an offset on, newest first, and how many there are; dear where deep."""

    async def others(self, hostname: str, team: str) -> list[Domain]:
        """Other teams' registrations of the very same hostname, not deleted."""

    async def relatives(self, hostname: str, ancestors: Sequence[str]) -> list[Domain]:
        """Held domains, of any team, above (their hostname is in `ancestors`) or below `hostname`."""

    async def offered(self, team: str, domain: str) -> Domain | None:
        """A domain of another team's that is offered to this one."""

    async def count(self, team: str) -> int:
        """How many domains a team has, deleted ones not counted; the same cost for any number."""

    async def registered(self, team: str, now: datetime) -> int:
        """How many domains a team has registered on this day of UTC, deleted ones included."""

    async def save(self, changes: Sequence[Change]) -> list[Domain]:
        """Save all or nothing, in one transaction, by compare-and-set on each version.

        Saving a deleted domain destroys its private keys. Raises Stale or HeldElsewhere, and
        AlreadyRegistered or NoRoom where a domain comes to a team that has registered its hostname itself,
        or has no room for it.
        """

    async def sealed(self) -> tuple[str, SealedKey] | None:
        """The newest of all private keys and the hostname that it is for; None where there is none."""


class Reports(Protocol):
    """The newest report of each domain; its findings are without witnesses unless those are asked for."""

    async def newest(self, domain: str) -> Report | None:
        """The newest report, or None before the first examination."""

    async def newest_of(self, domains: Sequence[str]) -> dict[str, Report]:
        """The newest reports of several domains, by domain id, in one read."""

    async def outcomes_of(self, domains: Sequence[str]) -> dict[str, Outcome]:
        """What the newest reports of several domains came to, by domain id, in one read."""

    async def evidence(self, domain: str) -> Report | None:
        """The newest report with its witnesses."""


class Teams(Protocol):
    """Teams, kept."""

    async def add(self, team: Team) -> Team:
        """Save a team, or return the one that already has this slug."""

    async def by_slug(self, slug: str) -> Team | None:
        """A team by its slug or its id."""

    async def tally(self, team: str) -> Tally:
        """How much a team has."""


class Members(Protocol):
    """Members of teams. Team-bound reads never show another team's, nor those who were removed."""

    async def add(self, member: Member, event: Event) -> None:
        """Save a member. Raises AlreadyMember."""

    async def of_team(self, team: str, member: str) -> Member | None:
        """One member of a team by their id."""

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Member]:
        """A team's members, those with an id below `before`, newest first."""

    async def change(self, member: Member, role: MemberRole, event: Event) -> None:
        """Give a member, as read before, another role. Raises Stale, LastOwner."""

    async def owners(self, team: str) -> list[str]:
        """The addresses of a team's owners."""

    async def remove(self, member: Member, event: Event) -> None:
        """Remove a member, as read before, and revoke the keys that are theirs. Raises Stale, LastOwner."""


class Keys(Protocol):
    """API keys, kept by their digest."""

    async def add(self, key: Key, event: Event) -> None:
        """Save a key, for a member only as long as they are one: raises Stale otherwise."""

    async def by_digest(self, digest: str) -> Key | None:
        """The key with this digest, whatever its state."""

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Key]:
        """A team's keys that are not revoked, newest first."""

    async def revoke(self, team: str, key: str, event: Event) -> bool:
        """Revoke a key of the team at once. Returns whether there was such a key, still in force."""

    async def by_id(self, key: str) -> Key | None:
        """The key with this id, whatever its state; for those that are at work already."""

    async def used(self, key: str, at: datetime) -> None:
        """Remember when a key was last used."""


class PlatformAddresses(Protocol):
    """Addresses on the platform domain. Team-bound reads never show another team's."""

    async def add(self, address: PlatformAddress, event: Event, most: int) -> None:
        """Save an address of a team that has fewer than `most`, whoever else takes one meanwhile.

        Raises NoRoom; AddressTaken where there is room, and some team has it.
        """

    async def of_team(self, team: str, address: str) -> PlatformAddress | None:
        """One address of a team by its id."""

    async def page(
        self, team: str, *, limit: int, before: str | None = None, only: frozenset[str] | None = None
    ) -> list[PlatformAddress]:
        """A team's addresses, or `only` some of them, those with an id below `before`, newest first."""

    async def remove(self, address: PlatformAddress, event: Event) -> None:
        """Remove an address; from then on anybody may take it. Raises Stale where it is gone already."""


class Requests(Protocol):
    """Attempts under an Idempotency-Key, kept as long as they may be repeated."""

    async def begin(self, attempt: Attempt, *, forgotten: datetime, given_up: datetime) -> Attempt | None:
        """Mark an attempt as begun and return None, or return the one that stands in its way.

        One that began by `forgotten` does not; nor does one that began by `given_up`, was never answered, and
        came from the same API key with the same body.
        """

    async def answer(self, attempt: Attempt, answer: bytes) -> None:
        """Keep the answer of an attempt, unless another one took its place."""

    async def drop(self, attempt: Attempt) -> None:
        """Forget an attempt that has no answer."""


class Clocks(Protocol):
    """What time others have."""

    async def ahead(self, clock: Clock) -> timedelta:
        """How far our wall clock is ahead of the database's own, or else of what it showed here before.

        Nothing where that can't be known.
        """


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the store, all processes together; each count ends at ten thousand.

    due_since   when the domain that is due longest became so, or will; None where none ever will.
    events      that have no place in the tail yet.
    deliveries  to webhooks, also those that wait for their next attempt.
    notices     to owners that wait for their letter.
    letters     that wait to be sent; not those that are kept because there is no smarthost.
    """

    due_since: datetime | None
    events: int
    deliveries: int
    notices: int
    letters: int


class Store(Protocol):
    """Everything that is kept. A method returns after its change is durable, never before."""

    domains: Domains
    leases: Leases
    reports: Reports
    snapshots: Snapshots
    events: Events
    teams: Teams
    members: Members
    keys: Keys
    platform_addresses: PlatformAddresses
    requests: Requests
    clocks: Clocks
    webhooks: Webhooks
    deliveries: Deliveries
    owner_notices: OwnerNotices
    tail: Tail
    bells: Bells

    async def backlog(self, now: datetime) -> Backlog:
        """What waits; the same cost however much that is."""

    async def ready(self) -> None:
        """Raise StoreError unless it can be read, takes changes, and its schema is the one we know."""

    async def close(self) -> None:
        """Finish what waits to be written, then let go of everything."""
