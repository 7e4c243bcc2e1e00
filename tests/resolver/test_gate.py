"""Gates that nobody waits at for too long."""

import asyncio

import pytest

from letterhead.resolver.gate import enter


async def test_an_open_gate_lets_in_even_who_is_late() -> None:
    gate = asyncio.Semaphore(1)
    await enter(gate, asyncio.get_running_loop().time() - 1)
    assert gate.locked()


async def test_at_a_closed_gate_nobody_waits_longer_than_until_the_moment() -> None:
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(0)
    began = loop.time()
    with pytest.raises(TimeoutError):
        await enter(gate, began + 0.05)
    assert 0.04 <= loop.time() - began < 1
    gate.release()
    await enter(gate, loop.time() + 1)  # who gave up holds no place
