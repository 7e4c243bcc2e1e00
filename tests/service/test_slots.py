"""Slots: each is free again as soon as what was in it is done, and no team has them all."""

import asyncio
from contextlib import nullcontext

import pytest

from letterhead.service.slots import Slots


@pytest.fixture
def ending() -> dict[str, asyncio.Event]:
    """What ends the work of each team."""
    return {team: asyncio.Event() for team in "abcdefgh"}


async def fill(slots: Slots, team: str, ending: dict[str, asyncio.Event]) -> int:
    """Give a team all that it may have; how much that is."""

    async def work() -> None:
        await ending[team].wait()

    given = 0
    while slots.free and team not in slots.sated:
        for _ in range(slots.share):
            slots.begin(team, work())
            given += 1
    return given


async def test_each_team_has_half_of_what_those_before_it_have_left(ending: dict[str, asyncio.Event]) -> None:
    slots = Slots(30)
    given = [await fill(slots, team, ending) for team in "abcdef"]
    assert given == [15, 8, 4, 2, 1, 0]
    assert (slots.free, slots.share) == (0, 0)
    for event in ending.values():
        event.set()
    await slots.finish()
    assert (slots.free, slots.sated) == (30, [])


async def test_what_is_done_makes_room_and_wakes_whoever_fills_it(ending: dict[str, asyncio.Event]) -> None:
    slots, woken = Slots(2), asyncio.Event()
    with slots.waking(lambda: nullcontext(woken)):
        await fill(slots, "a", ending)
        await slots.room()
        await fill(slots, "b", ending)
        room = asyncio.create_task(slots.room())
        await asyncio.sleep(0)
        assert (room.done(), woken.is_set()) == (False, False)
        ending["b"].set()
        await room
        assert (slots.free, slots.sated, woken.is_set()) == (1, ["a"], True)
    ending["a"].set()
    await slots.finish()


async def test_who_is_cancelled_while_it_finishes_cancels_what_is_under_way(
    ending: dict[str, asyncio.Event],
) -> None:
    slots = Slots(4)
    await fill(slots, "a", ending)
    finishing = asyncio.create_task(slots.finish())
    await asyncio.sleep(0)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    await asyncio.sleep(0)
    assert slots.free == 4
