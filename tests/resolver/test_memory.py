"""Remembering for a while, and finding out only once."""

import asyncio

import pytest

from letterhead.resolver.memory import Flights, Memory
from letterhead.resolver.race import side_by_side, staggered
from tests.clock import ManualClock


def test_a_value_is_kept_for_its_lifetime(clock: ManualClock) -> None:
    memory: Memory[str, int] = Memory(clock, 10)
    memory.keep("a", 1, 30)
    clock.advance(29.9)
    assert memory.get("a") == 1
    clock.advance(0.1)
    assert memory.get("a") is None
    assert memory.get("b") is None


def test_a_value_without_a_lifetime_is_kept_as_long_as_there_is_room(clock: ManualClock) -> None:
    memory: Memory[str, int] = Memory(clock, 10)
    assert memory.keep("a", 1) == 1
    clock.advance(1e9)
    assert memory.get("a") == 1


def test_the_one_not_used_for_the_longest_time_makes_room(clock: ManualClock) -> None:
    memory: Memory[str, int] = Memory(clock, 2)
    for key, value in (("a", 1), ("b", 2)):
        memory.keep(key, value, 30)
    assert memory.get("a") == 1
    memory.keep("c", 3, 30)
    assert [memory.get(key) for key in "abc"] == [1, None, 3]


async def test_an_errand_is_run_once_for_all_who_join_and_again_for_who_comes_later() -> None:
    runs = 0

    async def errand() -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0)
        return runs

    flights: Flights[str, int] = Flights()
    assert await asyncio.gather(*(flights.join("a", errand) for _ in range(5))) == [1] * 5
    assert await flights.join("a", errand) == 2


async def test_an_error_is_everybodys_and_is_not_kept() -> None:
    async def errand() -> int:
        await asyncio.sleep(0)
        raise LookupError

    flights: Flights[str, int] = Flights()
    results = await asyncio.gather(*(flights.join("a", errand) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 3
    with pytest.raises(LookupError):
        await flights.join("a", errand)


async def test_the_last_passengers_cancellation_ends_the_errand() -> None:
    ended = asyncio.Event()

    async def errand() -> int:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return 1

    flights: Flights[str, int] = Flights()
    passengers = [asyncio.create_task(flights.join("a", errand)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    passengers[0].cancel()
    await asyncio.sleep(0.01)
    assert not ended.is_set()
    passengers[1].cancel()
    await asyncio.wait_for(ended.wait(), 1)


async def test_runners_start_one_after_another_and_come_in_as_they_are_ready() -> None:
    started = []

    async def run(name: str, seconds: float) -> str:
        started.append(name)
        await asyncio.sleep(seconds)
        return name

    runners = [lambda: run("slow", 0.2), lambda: run("quick", 0), lambda: run("third", 0.05)]
    assert [name async for name in staggered(runners, 0.05)] == ["quick", "third", "slow"]
    assert started == ["slow", "quick", "third"]


async def test_a_runner_that_comes_in_early_lets_the_next_one_start_at_once() -> None:
    async def run() -> float:
        return asyncio.get_running_loop().time()

    times = [at async for at in staggered([run, run, run], 5)]
    assert times[-1] - times[0] < 1


async def test_runners_not_waited_for_are_called_off() -> None:
    ended = asyncio.Event()

    async def quick() -> str:
        await asyncio.sleep(0.01)
        return "quick"

    async def slow() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return "slow"

    replies = staggered([slow, quick], 0.001)
    assert await anext(replies) == "quick"
    await replies.aclose()
    assert ended.is_set()


async def test_errands_side_by_side_run_at_the_same_time_and_keep_their_order() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def one() -> str:
        first.set()
        await second.wait()
        return "one"

    async def two() -> str:
        await first.wait()
        second.set()
        return "two"

    assert await asyncio.wait_for(side_by_side([one(), two()]), 1) == ["one", "two"]
    assert await side_by_side([]) == []


async def test_one_of_several_errands_that_fails_calls_the_others_off() -> None:
    called_off = asyncio.Event()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            called_off.set()

    with pytest.raises(LookupError):
        await side_by_side([fails(), waits()])
    await asyncio.wait_for(called_off.wait(), 1)
