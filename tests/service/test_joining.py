"""Joining: who comes before a run begins shares it, who comes later waits for one of their own."""

import asyncio

import pytest

from letterhead.service.joining import Joining


class Work:
    """Runs that count themselves and end when they are let."""

    def __init__(self) -> None:
        self.begun = 0
        self.at_once = 0
        self.most = 0
        self.let = asyncio.Semaphore(0)

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.let.acquire()
        self.at_once -= 1
        return number


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_while_a_run_is_under_way_shares_the_next_one() -> None:
    joining, work = Joining[int](), Work()
    first = [asyncio.create_task(joining.run("a", work)) for _ in range(3)]
    await turn()
    later = []
    for _ in range(3):
        later.append(asyncio.create_task(joining.run("a", work)))
        await turn()
    assert work.begun == 1
    for _ in range(2):
        work.let.release()
        await turn()
    assert await asyncio.gather(*first) == [1, 1, 1]
    assert await asyncio.gather(*later) == [2, 2, 2]
    assert (work.begun, work.most) == (2, 1)


async def test_keys_do_not_wait_for_each_other() -> None:
    joining, work = Joining[int](), Work()
    runs = [asyncio.create_task(joining.run(key, work)) for key in "abc"]
    await turn()
    assert work.at_once == 3
    for _ in runs:
        work.let.release()
    assert sorted(await asyncio.gather(*runs)) == [1, 2, 3]


async def test_an_error_reaches_all_who_share_it_and_the_next_run_begins_clean() -> None:
    joining, work = Joining[int](), Work()

    async def fail() -> int:
        raise ValueError("no")

    results = await asyncio.gather(*(joining.run("a", fail) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    work.let.release()
    assert await joining.run("a", work) == 1


@pytest.mark.parametrize("leaver", [0, 1])
async def test_who_goes_away_takes_the_run_from_nobody(leaver: int) -> None:
    joining, work = Joining[int](), Work()
    runs = [asyncio.create_task(joining.run("a", work)) for _ in range(2)]
    await turn()
    runs[leaver].cancel()
    await turn()
    work.let.release()
    assert await runs[1 - leaver] == 1


async def test_nothing_is_remembered_afterwards() -> None:
    joining, work = Joining[int](), Work()
    for _ in range(3):
        work.let.release()
        await joining.run("a", work)
    assert joining._under_way == {}
    assert joining._waiting == {}
