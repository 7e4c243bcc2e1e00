"""All that Letterhead needs of the world, on one page.

Services know these protocols and nothing behind them; each directory of adapters (resolver, provider,
store) fills the one it is named after, and app.py chooses which.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from letterhead.core.answer import Observation, Question
from letterhead.core.attempt import Attempt
from letterhead.core.delivery import Delivery, Posted, Settled
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event
from letterhead.core.finding import Outcome, Report
from letterhead.core.identity import Identity, Provision, SealedKey
from letterhead.core.owner_notice import Letter, OwnerNotice
from letterhead.core.profile import DkimStyle
from letterhead.core.team import Key, Member, MemberRole, Tally, Team
from letterhead.core.webhook import Webhook


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is kept of a domain in order to notice that its DNS has changed.

    questions  those of its plan, as Lookout.prepared made them.
    digest     stands for the answers before the examination that found all well, as Lookout.look gave it.
    """

    domain: str
    questions: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Glance:
    """What a passing look at a domain came to: a digest of the answers, None where we could not find out."""

    snapshot: Snapshot
    digest: bytes | None

    @property
    def is_same(self) -> bool:
        """Whether the answers are what they were, so that the last verdict stands."""
        return self.digest is not None and self.digest == self.snapshot.digest


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some snapshots on end, in the order of the domains' ids.

    after, last  they stand behind the one id, up to and with the other; `last` is "" at the end of them all.
    before       those that were checked later are not among the `due`.
    """

    after: str
    last: str
    before: datetime
    due: tuple[Snapshot, ...]


class Lookout(Protocol):
    """Notices cheaply which domains' DNS has changed; what has is for a careful examination to judge."""

    def prepared(self, questions: Iterable[Question]) -> bytes:
        """The questions in the form in which they are kept and asked; each is asked once.

        Raises ValueError when there are none, too many, or one with a name that the DNS can't hold: such a
        domain is examined carefully each time.
        """

    def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        """Ask about all of them; yields a glance for each, in any order, as they come in.

        They are taken from the iterable as there is room. Never raises for what the DNS did. One look at a
        time.
        """


class Provider(Protocol):
    """Whoever signs and sends the mail of a domain."""

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:
        """Make what a new domain needs: fresh selectors for each registration (K12), and keys."""

    async def identity(self, domain: Domain) -> Identity:
        """What the provider knows of the domain now. An outage is a pending word, never a failed one."""

    async def start(self, domain: Domain) -> None:
        """Ask the provider to verify the domain anew; nothing to do for own keys."""


class Outgoing(Protocol):
    """Whoever carries a message of ours to a URL that a stranger chose."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Post a body once. Never raises for what the other side does.

        Never connects where core/egress.py says no.
        """


class Undelivered(Exception):
    """A letter was not taken. `is_final`: nor would it be if it were sent again."""

    def __init__(self, text: str, *, is_final: bool = False) -> None:
        super().__init__(text)
        self.is_final = is_final


class Smarthost(Protocol):
    """Whoever takes our letters to owners."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; returns once it was taken. Raises Undelivered."""


class SealBroken(Exception):
    """Sealed bytes can't be opened: another master key, bound to something else, damaged or forged."""


class Seal(Protocol):
    """Whoever keeps secrets unreadable at rest."""

    def seal(self, plain: bytes, bind: bytes) -> bytes:
        """Encrypt `plain`; it can be opened only with the same `bind`, which is not kept inside."""

    def open(self, sealed: bytes, bind: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""


class StoreError(Exception):
    """The store would not take a change; nothing of it was saved."""


class Stale(StoreError):
    """A row was changed by somebody else since it was read: read it again and decide again."""


class HeldElsewhere(StoreError):
    """The hostname is held by another registration."""


class AlreadyRegistered(StoreError):
    """The team has registered this hostname before."""


class NoRoom(StoreError):
    """The team has all the domains that it may have, or has registered all that it may for now."""


class AlreadyMember(StoreError):
    """The team has a member with this address."""


class LastOwner(StoreError):
    """The team would be left without an owner that it has now."""


class OutcomeUnknown(StoreError):
    """The store was lost in mid-commit: the change was saved whole or not at all; read before repeating."""


@dataclass(frozen=True, slots=True)
class Change:
    """A domain as it is to be saved, with what belongs to the same moment.

    The domain carries the version that was read; the store saves it as the next one.
    `report`, where given, becomes the domain's newest; `is_default`, where given, says whether it becomes
    the one default domain of its team or ceases to be it.
    `snapshot`: what the examination that found all well is noticed by from now on; without one, what was kept
    goes, and the next examination is a careful one.
    `room`, where given: the domain comes to another team, which may have that many.
    """

    domain: Domain
    events: tuple[Event, ...] = ()
    report: Report | None = None
    is_default: bool | None = None
    snapshot: "Snapshot | None" = None
    room: int | None = None


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

    async def with_report(self, team: str, domain: str) -> tuple[Domain, Report | None] | None:
        """The same with its newest report (as Reports.newest), in one read."""

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

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Domain]:
        """Take up to `limit` domains that are due and not leased, the longest due first, until a moment."""

    async def release(self, domain: str) -> None:
        """Give a leased domain back at once."""

    async def sealed(self) -> tuple[str, SealedKey] | None:
        """The newest of all private keys and the hostname that it is for; None where there is none."""


class Snapshots(Protocol):
    """What the sweep notices changes by; saved with a domain (Change) and gone with its next change."""

    async def stretch(self, after: str, before: datetime, limit: int) -> Stretch:
        """The next `limit` snapshots behind a domain's id ("": from the first on)."""

    async def checked(self, stretch: Stretch, at: datetime, besides: Collection[str]) -> None:
        """Remember that the due domains of a stretch were found unchanged, besides some of them."""


class Webhooks(Protocol):
    """Webhooks, kept. Team-bound reads never show another team's."""

    async def add(self, webhook: Webhook, event: Event, most: int) -> None:
        """Save a webhook of a team that has fewer than `most`. Raises NoRoom."""

    async def of_team(self, team: str, webhook: str) -> Webhook | None:
        """One webhook of a team by its id."""

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Webhook]:
        """A team's webhooks, those with an id below `before`, newest first."""

    async def change(self, webhook: Webhook, event: Event) -> Webhook:
        """Save a webhook by compare-and-set on its version; what waits for a disabled one is given up.

        Raises Stale.
        """

    async def remove(self, webhook: Webhook, event: Event) -> None:
        """Remove a webhook and all that was sent or waits to be. Raises Stale."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A webhook, taken until a moment, and what is due to be sent to it, in the order of its events."""

    webhook: Webhook
    until: datetime
    due: tuple[Delivery, ...]


class Deliveries(Protocol):
    """Events on their way to webhooks."""

    async def page(self, webhook: str, *, limit: int, before: int | None = None) -> list[Delivery]:
        """What was sent to a webhook or waits to be, the newest event first."""

    async def lease(self, now: datetime, until: datetime, limit: int, most: int) -> list[Queue]:
        """Take up to `limit` webhooks for which something is due, and `most` of each; fair among webhooks."""

    async def settle(self, before: Delivery, settled: Settled) -> None:
        """Save what came of an attempt. Raises Stale where another attempt was faster, or all is gone."""

    async def release(self, queue: Queue, now: datetime) -> None:
        """Give a webhook back; whoever waits longest comes next."""

    async def replay(
        self,
        webhook: Webhook,
        now: datetime,
        *,
        event: int | None = None,
        since: datetime | None = None,
        most: int,
    ) -> int:
        """Send one event again, or the `most` oldest since a moment. Returns how many there are."""

    async def waiting(self) -> int:
        """How many deliveries wait, all webhooks together."""


class OwnerNotices(Protocol):
    """What owners are told, and the letters in which they are."""

    async def page(
        self, team: str, *, limit: int, before: str | None = None, only: frozenset[str] | None = None
    ) -> list[OwnerNotice]:
        """A team's notices, newest first; `only`: those of some domains."""

    async def ready(self, gathered: datetime, last: datetime, limit: int) -> list[str]:
        """Addresses with a notice of before `gathered` that waits, and no letter since `last`."""

    async def of_email(self, email: str, limit: int) -> list[OwnerNotice]:
        """The notices that wait for a letter to an address, in their order."""

    async def post(self, letter: Letter, notices: Sequence[OwnerNotice]) -> None:
        """Save a letter about notices. Raises Stale where another letter took them."""

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Letter]:
        """Take up to `limit` letters that are due."""

    async def settle(self, before: Letter, after: Letter) -> None:
        """Save what came of an attempt. Raises Stale where another attempt was faster."""

    async def waiting(self) -> int:
        """How many letters wait to be sent."""


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
        nouns: frozenset[str] | None = None,
    ) -> list[Event]:
        """A team's events, newest first, those with an id below `before`; of one domain, or only of some.

        nouns  only those whose kind begins with one of these and a dot.
        """


class Tail(Protocol):
    """The events in the order in which they became visible, and what each of them sets going."""

    async def waiting(self, limit: int) -> list[Event]:
        """The first events that have no place in the tail yet, whoever's they are."""

    async def announce(
        self, events: Sequence[Event], notices: Sequence[OwnerNotice], told: Sequence[Event], now: datetime
    ) -> None:
        """Give events their places in the tail, send them to every webhook that wants them, tell the owners.

        told  events that come of that. All or nothing, and once for each event: raises Stale where another
        announcement was faster.
        """

    async def place(self, team: str, event: int) -> int | None:
        """The place of a team's event in the tail."""

    async def behind(
        self,
        team: str,
        *,
        after: int,
        limit: int,
        only: frozenset[str] | None = None,
        nouns: frozenset[str] | None = None,
    ) -> list[tuple[int, Event]]:
        """A team's events behind a place, with their places, in the order of these.

        None ever appears before one that was there already. `only` and `nouns` as in Events.page.
        """

    async def end(self) -> int:
        """The last place that was given."""


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


class Store(Protocol):
    """Everything that is kept. A method returns after its change is durable, never before."""

    domains: Domains
    reports: Reports
    snapshots: Snapshots
    events: Events
    teams: Teams
    members: Members
    keys: Keys
    requests: Requests
    webhooks: Webhooks
    deliveries: Deliveries
    owner_notices: OwnerNotices
    tail: Tail

    async def ready(self) -> None:
        """Raise StoreError unless it can be read and its schema is the one we know."""

    async def close(self) -> None:
        """Finish what waits to be written, then let go of everything."""
