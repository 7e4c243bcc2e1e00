"""Joining: who asks for the same thing while it has not begun yet shares one run of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Joining(Generic[T]):
    """At most one run for each key at a time, and at most one waiting behind it.

    A request joins the waiting run, which begins after the request; never the one under way, whose
    questions may have been asked before the customer's change.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[T]] = {}
        self._waiting: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work for a key, or share the run about to begin; a cancelled caller ends neither."""
        task = self._waiting.get(key)
        if task is None:
            task = asyncio.create_task(self._in_turn(key, work))
            self._waiting[key] = task
        return await asyncio.shield(task)

    async def _in_turn(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        before = self._under_way.get(key)
        if before is not None:
            await asyncio.wait([before])
        task = self._waiting.pop(key)
        self._under_way[key] = task
        try:
            return await work()
        finally:
            if self._under_way.get(key) is task:
                del self._under_way[key]
