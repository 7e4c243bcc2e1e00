"""The heartbeat: works as long as there is something due, rests, and stops cleanly."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

REST = 1.0
"""Seconds between two looks at what is due; the pending ladder starts within seconds."""

DRAIN = 28.0
"""Seconds that the batches under way are given when we are told to stop (X12); their leases run out then."""

Work = Callable[[], Awaitable[int]]
"""Does one batch of what is due, and returns how much that was."""

log = structlog.get_logger()


async def beat(works: Sequence[Work], stopping: asyncio.Event, rest: float = REST) -> None:
    """Do all works side by side until `stopping` is set; the batches under way are finished first."""
    tasks = [asyncio.create_task(_repeat(work, stopping, rest)) for work in works]
    try:
        await stopping.wait()
        await asyncio.wait(tasks, timeout=DRAIN)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(work: Work, stopping: asyncio.Event, rest: float) -> None:
    while not stopping.is_set():
        taken = 0
        try:
            taken = await work()
        except Exception:  # the edge of a tick: the store may be away, the next tick tries again
            log.exception("worker.tick_failed")
        if not taken:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), rest)
