"""The heartbeat: sweeps as long as there is something due, rests, and stops cleanly."""

import asyncio
import contextlib

import structlog

from letterhead.service.sweep import Sweep

REST = 1.0
"""Seconds between two looks at what is due; the pending ladder starts within seconds."""

log = structlog.get_logger()


async def beat(sweep: Sweep, stopping: asyncio.Event, rest: float = REST) -> None:
    """Sweep until `stopping` is set; the batch under way is finished first."""
    while not stopping.is_set():
        taken = 0
        try:
            taken = await sweep.once()
        except Exception:  # the edge of a tick: the store may be away, the next tick tries again
            log.exception("worker.tick_failed")
        if not taken:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), rest)
