"""The heartbeat by itself: what wakes a work, what does not, and how it ends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import pytest

from letterhead.worker import Work, beat

LONG = 60.0  # seconds of rest that no test waits for
PATIENCE = 10.0


class Job:
    """Counts the looks at it, and has some batches to do at the first one."""

    def __init__(self, batches: int = 0, failing: int = 0) -> None:
        self.looks = 0
        self.looked_again = asyncio.Condition()
        self.batches = batches
        self.failing = failing
        self.woken = asyncio.Event()
        self.looking = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    def waking(self) -> AbstractContextManager[asyncio.Event]:
        return nullcontext(self.woken)

    async def once(self) -> int:
        self.looks += 1
        self.looking.set()
        async with self.looked_again:
            self.looked_again.notify_all()
        await self.may_end.wait()
        if self.looks <= self.failing:
            raise RuntimeError("the store is away")
        self.batches -= 1
        return int(self.batches >= 0)

    async def looked(self, times: int) -> None:
        """Returns once it was looked at so many times."""
        async with asyncio.timeout(PATIENCE), self.looked_again:
            await self.looked_again.wait_for(lambda: self.looks >= times)


@asynccontextmanager
async def beating(*works: Work, rest: float = LONG) -> AsyncIterator[asyncio.Event]:
    stopping = asyncio.Event()
    running = asyncio.create_task(beat(works, stopping, rest))
    yield stopping
    stopping.set()
    await asyncio.wait_for(running, PATIENCE)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_work_is_woken_by_its_bell_and_by_no_other() -> None:
    one, other = Job(), Job()
    async with beating(Work(one.once, one.waking), Work(other.once, other.waking)):
        await one.looked(1)
        one.woken.set()
        await one.looked(2)
        await asyncio.sleep(0.05)
        assert (one.looks, other.looks) == (2, 1)


async def test_what_rings_during_a_look_has_it_looked_at_once_more() -> None:
    job = Job()
    job.may_end.clear()
    async with beating(Work(job.once, job.waking)):
        await job.looking.wait()
        job.woken.set()
        job.may_end.set()
        await job.looked(2)


async def test_as_long_as_there_is_something_to_do_nobody_rests() -> None:
    job = Job(batches=5)
    async with beating(Work(job.once)):
        await job.looked(6)


async def test_without_any_ring_it_is_looked_at_after_a_rest() -> None:
    job = Job()
    async with beating(Work(job.once), rest=0.01):
        await job.looked(4)


async def test_a_look_that_failed_is_repeated_after_a_rest_whatever_rings() -> None:
    job, looks = Job(failing=2), Counter[str]()

    async def once() -> int:
        job.woken.set()
        looks["all"] += 1
        return await job.once()

    async with beating(Work(once, job.waking), rest=0.3):
        await job.looked(1)
        await asyncio.sleep(0.05)
        assert looks["all"] == 1
        await job.looked(3)


@pytest.mark.parametrize("woken", [Job.waking, None])
async def test_X12_a_rest_ends_when_we_are_told_to_stop(
    woken: Callable[[Job], AbstractContextManager[asyncio.Event]] | None,
) -> None:
    job = Job()
    async with beating(Work(job.once, job.waking) if woken else Work(job.once)):
        await job.looked(1)
    assert job.looks == 1


async def test_X12_what_was_begun_is_finished_and_nothing_more_is_begun() -> None:
    job, begun, is_done = Job(), asyncio.Event(), asyncio.Event()

    async def finish() -> None:
        begun.set()
        await is_done.wait()

    async with beating(Work(job.once, job.waking, finish)) as stopping:
        await job.looked(1)
        assert not begun.is_set()
        stopping.set()
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        is_done.set()
    assert job.looks == 1


async def test_X12_a_batch_under_way_is_finished() -> None:
    job = Job(batches=1)
    job.may_end.clear()
    async with beating(Work(job.once)) as stopping:
        await job.looking.wait()
        stopping.set()
        await asyncio.sleep(0.02)
        job.may_end.set()
    assert (job.looks, job.batches) == (1, 0)
