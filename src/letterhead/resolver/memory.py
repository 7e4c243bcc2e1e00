"""Remembering what was found out for a while, and finding out only once what several want to know at once."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from letterhead.ports import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values with a lifetime; the one not used for the longest time makes room for the newest."""

    def __init__(self, clock: Clock, capacity: int) -> None:
        self._clock = clock
        self._capacity = capacity
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is remembered under the key, or None."""
        kept = self._kept.get(key)
        if kept is None or (kept[1] != math.inf and self._clock.monotonic() >= kept[1]):
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def keep(self, key: K, value: V, lifetime: float = math.inf) -> V:
        """Remember the value, for so many seconds; returns it."""
        self._kept[key] = value, self._clock.monotonic() + lifetime
        self._kept.move_to_end(key)
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return value


class Flights(Generic[K, V]):
    """Errands under way: who wants the same one joins it, and gets the same result or the same error."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}
        self._passengers: dict[K, int] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._tasks

    async def join(self, key: K, errand: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Wait for the errand of this name; it starts now unless it is under way.

        One passenger's cancellation leaves the errand to the others; the last one's cancels it.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(errand())
            self._passengers[key] = 0
        self._passengers[key] += 1
        try:
            return await asyncio.shield(task)
        finally:
            self._leave(key, task)

    def _leave(self, key: K, task: asyncio.Task[V]) -> None:
        if self._tasks.get(key) is not task:
            return  # landed, and another passenger has cleared it away
        self._passengers[key] -= 1
        if task.done() or self._passengers[key] == 0:
            task.cancel()
            del self._tasks[key], self._passengers[key]
