"""Noticing cheaply that the DNS of very many domains has changed, and what is kept for it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from letterhead.core.answer import Question
from letterhead.core.lap import Lap


class Snapshot(msgspec.Struct, frozen=True, gc=False):  # see docs/decisions/0015
    """What is kept of a domain in order to notice that its DNS has changed.

    questions  those of its plan, as Lookout.prepared made them.
    digest     stands for the answers before the examination that found all well, as Lookout.look gave it.
    """

    domain: str
    questions: bytes
    digest: bytes


class Glance(msgspec.Struct, frozen=True, gc=False):
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

    last   the domain of the last one, "" where there is none.
    count  how many there are.
    due    those whose domains were not examined just before.
    """

    last: str
    count: int
    due: Sequence[Snapshot]


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


class Snapshots(Protocol):
    """What changes are noticed by; saved with a domain (Change) and gone with its next change."""

    async def lap(self) -> Lap:
        """Where the patrol of all nodes stands."""

    async def move(self, lap: Lap) -> None:
        """Move the patrol on, by compare-and-set on the version that was read. Raises Stale."""

    async def stretch(self, after: str, before: datetime, limit: int) -> Stretch:
        """The next `limit` snapshots behind a domain's id ("": from the first on).

        before  those of domains that were examined later are not among the `due`.
        """
