"""What happened, and who is to be told of it: events, webhooks and their deliveries, letters to owners."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from letterhead.core.delivery import Delivery, Settled
from letterhead.core.event import Event
from letterhead.core.owner_notice import Letter, OwnerNotice
from letterhead.core.webhook import Webhook


class Webhooks(Protocol):
    """Webhooks, kept. Team-bound reads never show another team's."""

    async def add(self, webhook: Webhook, event: Event, most: int) -> None:
        """Save a webhook of a team that has fewer than `most`. Raises NoRoom."""

    async def of_team(self, team: str, webhook: str) -> Webhook | None:
        """One webhook of a team by its id."""

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Webhook]:
        """A team's webhooks, those with an id below `before`, newest first."""

    async def change(self, webhook: Webhook, event: Event, *, anew: bool = False) -> Webhook:
        """Save a webhook by compare-and-set on its version; what waits for a disabled one is given up.

        anew  nothing that was found out about it holds any longer: all that waits is sent at once, as if
              for the first time.
        Raises Stale.
        """

    async def arrived(self, webhook: Webhook, now: datetime) -> None:
        """Somebody was found there: it fails no longer, and all that waits for it is sent at once.

        Raises Stale where it was changed meanwhile, or is disabled.
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

    async def lease(
        self, now: datetime, until: datetime, limit: int, most: int, but: Collection[str] = ()
    ) -> list[Queue]:
        """Take up to `limit` webhooks for which something is due, and `most` deliveries of each.

        No more than one of each team, and of those in `but` none; first those that have waited longest.
        """

    async def settle(self, before: Delivery, settled: Settled) -> None:
        """Save what came of an attempt.

        Raises Stale where another attempt was faster, it is to be sent anew, or all is gone.
        """

    async def release(self, queue: Queue, now: datetime) -> None:
        """Give a webhook back, and ring: whoever waits longest comes next."""

    async def replay(
        self,
        webhook: Webhook,
        now: datetime,
        *,
        event: int | None = None,
        since: datetime | None = None,
        most: int,
    ) -> int:
        """Send one event again, or the `most` oldest since a moment, and all that waits, at once.

        Returns how many are sent again. Raises Stale where the webhook was disabled or removed meanwhile.
        """


class OwnerNotices(Protocol):
    """What owners are told, and the letters in which they are."""

    async def page(
        self, team: str, *, limit: int, before: str | None = None, only: frozenset[str] | None = None
    ) -> list[OwnerNotice]:
        """A team's notices, newest first; `only`: those of some domains."""

    async def ready(self, now: datetime, last: datetime, limit: int) -> list[tuple[str, str]]:
        """Teams and addresses of owners with a notice that is due, and no letter since `last`.

        Whoever waits longest comes first.
        """

    async def waiting(self, team: str, email: str, limit: int) -> list[OwnerNotice]:
        """The notices that wait for a letter to an owner, due or not, in their order."""

    async def broken(self, team: str, hostnames: Sequence[str]) -> frozenset[str]:
        """Those of some hostnames at which the team's mail no longer arrives.

        It held them, they have failed since, and nobody else has them: a claim that failed or expired says
        nothing of the mail there, nor does a domain that was lost to another team.
        """

    async def post(self, letter: Letter, notices: Sequence[OwnerNotice], last: datetime) -> None:
        """Save a letter about notices. Raises Stale where there is one since `last`, or one took them."""

    async def put_off(self, team: str, email: str, until: datetime) -> None:
        """Let none of the notices that wait for an owner be due before a moment."""

    async def give_up(self, notices: Sequence[OwnerNotice]) -> None:
        """Let notices wait no longer: they go into no letter."""

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Letter]:
        """Take up to `limit` letters that are due."""

    async def settle(self, before: Letter, after: Letter) -> None:
        """Save what came of an attempt. Raises Stale where another attempt was faster."""


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
        """The place of a team's event in the tail; 0 while it waits for it, None for no event of the team."""

    async def behind(
        self,
        team: str,
        *,
        after: int,
        limit: int,
        only: frozenset[str] | None = None,
        nouns: frozenset[str] | None = None,
    ) -> tuple[list[Event], int]:
        """A team's events behind a place, in the order of their places, and the place to go on behind.

        None ever appears before one that was there already. `only` and `nouns` as in Events.page; what they
        leave out is passed over once.
        """

    async def end(self) -> int:
        """The last place that was given."""
