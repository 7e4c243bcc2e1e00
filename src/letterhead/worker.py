"""The heartbeat: works as long as there is something due, rests, and stops cleanly.

A work that rests is woken by its bell, where it has one. It looks once a second in any case: things become
due by the clock as well, and a ring may be lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass

import structlog

REST = 1.0
"""Seconds between two looks at what is due; the pending ladder starts within seconds."""

DRAIN = 28.0
"""Seconds that the batches under way are given when we are told to stop (X12); their leases run out then."""

log = structlog.get_logger()


def _by_the_clock() -> AbstractContextManager[asyncio.Event]:
    """For works that nothing wakes."""
    return nullcontext(asyncio.Event())


async def _done_already() -> None:
    """For works that have done all that they began when `once` returns."""


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do over and over.

    once    does, or begins, one batch of what is due, and returns how much that was.
    waking  holds what is set whenever something may have become due at once (ports.Bells).
    finish  returns when all that `once` has begun is done; called when `once` is called no more.
    """

    once: Callable[[], Awaitable[int]]
    waking: Callable[[], AbstractContextManager[asyncio.Event]] = _by_the_clock
    finish: Callable[[], Awaitable[None]] = _done_already


async def beat(works: Sequence[Work], stopping: asyncio.Event, rest: float = REST) -> None:
    """Do all works side by side until `stopping` is set; the batches under way are finished first."""
    with ExitStack() as hung:
        heard = [(work, hung.enter_context(work.waking())) for work in works]
        tasks = [asyncio.create_task(_repeat(work, woken, stopping, rest)) for work, woken in heard]
        try:
            await stopping.wait()
            for _, woken in heard:
                woken.set()
            await asyncio.wait(tasks, timeout=DRAIN)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(work: Work, woken: asyncio.Event, stopping: asyncio.Event, rest: float) -> None:
    while not stopping.is_set():
        woken.clear()  # whatever rings from here on has us look once more
        try:
            taken = await work.once()
        except Exception:  # the edge of a tick: the store may be away, the next tick tries again
            log.exception("worker.tick_failed")
            await asyncio.sleep(rest)  # whatever rings meanwhile
            continue
        if not taken:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), rest)
    await work.finish()
