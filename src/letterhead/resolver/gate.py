"""Gates: semaphores that nobody waits at for longer than until a moment."""

import asyncio


async def enter(gate: asyncio.Semaphore, until: float) -> None:
    """Wait to be let in, until a moment on the event loop's clock; who is let in releases the gate later.

    Raises TimeoutError. A gate that stands open takes no timer.
    """
    if not gate.locked():
        await gate.acquire()
        return
    async with asyncio.timeout_at(until):
        await gate.acquire()
