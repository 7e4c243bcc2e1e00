"""Bells within one process: the database rings them after a commit, services wait for them.

Rings are gathered for a moment, so that a burst of commits wakes everybody once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from letterhead.ports import Bell
from letterhead.store.database import Statement

GATHERING: Final = 0.02
"""Seconds from the first ring until those are woken who wait for it or for another one of the meantime."""


class ProcessBells:
    """Fills ports.Bells.

    beyond  is told of the same rings, to carry them out of this process.
    """

    def __init__(self, beyond: Callable[[frozenset[Bell]], None] = lambda _: None) -> None:
        self._beyond = beyond
        self._waiting: defaultdict[Bell, set[asyncio.Event]] = defaultdict(set)
        self._rung: set[Bell] = set()
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def waking(self, *bells: Bell) -> Iterator[asyncio.Event]:
        """What is set whenever one of these bells rings."""
        woken = asyncio.Event()
        for bell in bells:
            self._waiting[bell].add(woken)
        try:
            yield woken
        finally:
            for bell in bells:
                self._waiting[bell].discard(woken)
                if not self._waiting[bell]:
                    del self._waiting[bell]

    def ring_for(self, transaction: Iterable[Statement]) -> None:
        """Ring, in a moment, whatever the statements of a transaction ring; it is committed."""
        self._rung.update(statement.rings for statement in transaction if statement.rings)
        if self._rung and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHERING, self._strike)

    def wake(self, bells: Iterable[Bell]) -> None:
        """Wake those who wait for one of these bells, now."""
        for bell in bells:
            for woken in self._waiting.get(bell, ()):
                woken.set()

    def wake_all(self) -> None:
        """Wake whoever waits: any bell may have rung unheard."""
        self.wake(self._waiting)

    def close(self) -> None:
        """Ring nothing more of what was gathered."""
        if self._timer is not None:
            self._timer.cancel()

    def _strike(self) -> None:
        rung, self._rung, self._timer = frozenset(self._rung), set(), None
        self.wake(rung)
        self._beyond(rung)
