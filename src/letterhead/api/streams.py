"""The answers of one server that go on for long: how many there may be, and how they end together."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Final

from letterhead.api import problem

MOST_OF_A_KEY: Final = 5
MOST: Final = 200
"""Streams of one key, and of all keys together, in one process."""


class Streams:
    """The streams of one server. `is_closing` when it stops."""

    def __init__(self) -> None:
        self.is_closing = False
        self._open: Counter[str] = Counter()
        self._asleep: set[asyncio.Event] = set()

    def enter(self, key: str) -> None:
        """Count a stream in. Raises `too_many_streams`."""
        if self._open[key] >= MOST_OF_A_KEY or self._open.total() >= MOST:
            raise problem.too_many_streams()
        self._open[key] += 1

    def leave(self, key: str) -> None:
        """Count a stream out."""
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]

    async def rest(self, woken: asyncio.Event, within: float) -> None:
        """Wait until `woken` is set or the server stops, for so many seconds at most."""
        if self.is_closing:
            return
        self._asleep.add(woken)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), within)
        finally:
            self._asleep.discard(woken)

    def close(self) -> None:
        """Have every stream end."""
        self.is_closing = True
        for woken in self._asleep:
            woken.set()
