"""Slots: in which so much is done side by side for teams, each new work in the place of one that is done.

Where nothing else is said, a team is given half of the free slots at most, and none while it has as many as
are free. So whoever comes next finds one, also when the servers of several teams are slow, and a team that is
alone has half of all.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Slots:
    """How many there are, and who is in them."""

    count: int
    _under_way: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def free(self) -> int:
        """How many are free."""
        return self.count - len(self._under_way)

    @property
    def share(self) -> int:
        """How many of them one team may be given: half, and the last one."""
        return (self.free + 1) // 2

    @property
    def sated(self) -> list[str]:
        """The teams that have to wait until one of their own is done."""
        return self.holding(self.free)

    def holding(self, count: int) -> list[str]:
        """The teams that have so many slots, or more."""
        held = Counter(self._under_way.values())
        return [team for team, slots in held.items() if slots >= count]

    async def room(self) -> None:
        """Wait until one is free."""
        while self.free <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    def begin(self, team: str, work: Coroutine[Any, Any, None]) -> None:
        """Begin what is done for a team; it has a slot until it ends."""
        task = asyncio.create_task(work)
        self._under_way[task] = team
        task.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Return when all that is under way is done; who is cancelled meanwhile cancels it."""
        await asyncio.gather(*self._under_way)

    @contextmanager
    def waking(self, bells: Callable[[], AbstractContextManager[asyncio.Event]]) -> Iterator[asyncio.Event]:
        """What wakes whoever fills the slots: one of its bells, or a slot that is free again."""
        with bells() as woken:
            self._freed = woken
            yield woken

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._freed.set()
