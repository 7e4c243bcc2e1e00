"""Lanes: in which what is watched is examined side by side, so that no team's slow servers hold up all.

A team is under way in a few lanes at most; the others are left to whoever else waits. It counts as under way
in a lane until the last of its own domains there is done, whoever else's are.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from letterhead.core.domain import Domain

LANES: Final = 6
"""How many batches of watched domains are under way side by side in a process."""

SHARE: Final = 2
"""In how many of them a team is at a time: with slow servers of two teams, a third need not wait."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Who is under way in how many lanes of this process."""

    _held: Counter[str] = field(default_factory=Counter)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def entered(
        self, take: Callable[[Collection[str]], Awaitable[Sequence[Domain]]]
    ) -> dict[str, list[Domain]]:
        """What the next lane takes, by team; each must go through `left`. `take` is told whom to leave."""
        async with self._turn:  # who is counted next must see those who were taken just now
            taken = await take([team for team, held in self._held.items() if held >= SHARE])
            teams: dict[str, list[Domain]] = {}
            for domain in taken:
                teams.setdefault(domain.team, []).append(domain)
            self._held.update(teams.keys())
        return teams

    @contextmanager
    def left(self, team: str) -> Iterator[None]:
        """A team is under way in its lane until this ends."""
        try:
            yield
        finally:
            self._held[team] -= 1
            if not self._held[team]:
                del self._held[team]
