"""Asking at the same time, or one after another without waiting for the slow."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def staggered(
    runners: Iterable[Callable[[], Coroutine[Any, Any, T]]], head_start: float
) -> AsyncGenerator[T, None]:
    """Start the runners in order: the next one when one has come in, or has had `head_start` seconds.

    Yields what they return, as they come in. Close the generator to call the others off.
    """
    waiting: set[asyncio.Task[T]] = set()
    start = deque(runners)
    try:
        while start or waiting:
            if start:
                waiting.add(asyncio.create_task(start.popleft()()))
            done, waiting = await asyncio.wait(
                waiting, timeout=head_start if start else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                yield task.result()
    finally:
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.gather(*waiting, return_exceptions=True)


async def side_by_side(errands: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Run the errands at the same time; returns what they return, in the order given.

    The first one needs no task of its own. What one of them raises calls the others off.
    """
    tasks = [asyncio.create_task(errand) for errand in errands[1:]]
    try:
        return [await each for each in (*errands[:1], *tasks)]
    finally:
        for task in tasks:
            task.cancel()
