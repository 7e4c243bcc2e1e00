"""When domains are examined next, and who has taken them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from letterhead.core.domain import Domain


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of which no domain can be made, and why: it was damaged, or written by another release."""

    id: str
    version: int
    due_at: datetime
    error: Exception


class Taken(NamedTuple):
    """What was taken: nobody else takes any of it for a while, whether it can be read or not."""

    domains: list[Domain]
    unreadable: list[Unreadable]


class Leases(Protocol):
    """When domains are examined next, and who has taken them. Nothing here changes a domain's version.

    What is watched, what is pending and all the rest are taken apart from one another, up to `limit` domains
    that are due and not leased, until a moment.
    """

    async def take_settled(self, now: datetime, until: datetime, limit: int) -> Taken:
        """Take what is neither pending nor watched, the longest due first."""

    async def take_pending(
        self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()
    ) -> Taken:
        """Take what is pending and not watched, what became due last first: whoever has just begun waits.

        but  teams that are passed over.
        """

    async def take_watched(
        self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()
    ) -> Taken:
        """Take what is watched, by turns: the longest due of each team, then the next; but teams as above."""

    async def set_aside(self, row: Domain | Unreadable, until: datetime) -> None:
        """Let nobody take a domain before a moment, unless it was changed since it was read."""

    async def hasten(self, domains: Collection[str], at: datetime) -> None:
        """Make domains due by a moment at the latest, in one statement; no version changes, no lease ends."""

    async def recall(self, now: datetime, latest: datetime, within: timedelta, limit: int) -> int:
        """Make up to `limit` domains due that are so, or taken, only behind `latest`. Returns how many.

        within  over which time from now on they are spread.
        """

    async def watch(self, domain: Domain, now: datetime, until: datetime, most: int) -> None:
        """Have a domain watched until a moment; who was not watched yet is due at once.

        Raises NoRoom where its team watches `most` others; a few more pass where several begin at once.
        """
