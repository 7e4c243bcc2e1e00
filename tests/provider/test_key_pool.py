"""Keys are distinct, there even when none are in store, and made without holding up the loop."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from letterhead.provider import key_pool
from letterhead.provider.key_pool import KeyPool


@pytest.fixture
async def pool() -> AsyncIterator[KeyPool]:
    pool = KeyPool(size=3)
    pool.start()
    yield pool
    await pool.close()


async def filled(pool: KeyPool, size: int) -> None:
    async with asyncio.timeout(30):
        while len(pool._keys) < size:  # noqa: ASYNC110 - the worker has no loop to set an event in
            await asyncio.sleep(0.01)


async def test_keys_are_distinct_also_beyond_those_in_store(pool: KeyPool) -> None:
    await filled(pool, 3)
    keys = await asyncio.gather(*(pool.take() for _ in range(10)))
    assert len({key.public_key().public_numbers().n for key in keys}) == 10


async def test_K03_keys_have_2048_bits(pool: KeyPool) -> None:
    key = await pool.take()
    assert key.key_size == 2048
    assert key.public_key().public_numbers().e == 65_537


async def test_the_store_fills_up_to_its_size_and_again_after_a_key_was_taken(pool: KeyPool) -> None:
    await filled(pool, 3)
    await asyncio.sleep(0.3)
    assert len(pool._keys) == 3
    await pool.take()
    await filled(pool, 3)


async def test_a_key_in_store_is_given_without_making_one(
    pool: KeyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(pool, 3)
    making = threading.Event()
    monkeypatch.setattr(key_pool, "_make", making.wait)
    stored = list(pool._keys)
    assert [await pool.take() for _ in range(3)] == stored
    making.set()


async def test_a_pool_that_was_not_started_makes_keys_when_asked() -> None:
    pool = KeyPool()
    first, second = await pool.take(), await pool.take()
    assert first.private_numbers() != second.private_numbers()
    await pool.close()


async def test_the_loop_turns_while_keys_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(key_pool, "_make", release.wait)
    pool = KeyPool()
    pool.start()
    taken = asyncio.create_task(pool.take())
    for _ in range(100):
        await asyncio.sleep(0)
    assert not taken.done()
    release.set()
    await taken
    await pool.close()


async def test_closing_ends_the_worker_and_forgets_what_was_in_store() -> None:
    pool = KeyPool(size=2)
    pool.start()
    await filled(pool, 2)
    await pool.close()
    assert not pool._worker.is_alive()
    assert not pool._keys


async def test_closing_at_once_while_the_first_key_is_made() -> None:
    pool = KeyPool()
    pool.start()
    began = time.monotonic()
    await pool.close()
    assert not pool._worker.is_alive()
    assert not pool._keys
    assert time.monotonic() - began < 10


async def test_keys_are_never_shown(pool: KeyPool) -> None:
    await filled(pool, 1)
    assert "PRIVATE" not in repr(pool)
    assert str((await pool.take()).private_numbers().d) not in repr(vars(pool))
