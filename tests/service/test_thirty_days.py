"""Thirty days of a handful of domains, whatever happens to them: each stands as the plain model says."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from letterhead.core.answer import Fault
from tests.service.chronicle import DAY, HOUR, MONTH, Chronicle, Zone
from tests.service.diary import Diary
from tests.service.world import CYCLE

TOLD = {
    "verified",
    "lapsed",
    "failed",
    "recovered",
    "broken",
    "expired",
    "renewed",
    "suspended",
    "resumed",
    "deleted",
}
QUICK = (Phase.reuse, Phase.generate)
"""A diary that shows a fault is told as it is: making it shorter takes months, and each of them seconds."""

WRITTEN = {"failed", "recovered", "broken", "expired"}


@pytest.mark.parametrize(
    ("diaries", "entries", "phases"),
    [
        pytest.param(8, 40, QUICK, marks=pytest.mark.timeout(600)),
        pytest.param(300, 150, tuple(Phase), marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
def test_L06_L12_L14_whatever_happens_in_thirty_days_each_domain_stands_as_the_model_says(
    tmp_path: Path, migrated: bytes, diaries: int, entries: int, phases: tuple[Phase, ...]
) -> None:
    numbers = count()
    run_state_machine_as_test(  # type: ignore[no-untyped-call] # hypothesis leaves it untyped
        lambda: Diary(tmp_path / f"{next(numbers)}.db", migrated),
        settings=settings(
            max_examples=diaries,
            stateful_step_count=entries,
            phases=phases,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_L06_L12_L18_R04_in_a_month_of_which_each_day_is_known_everything_happens_that_can(
    tmp_path: Path, migrated: bytes
) -> None:
    """What a diary may miss by chance: whatever owners can be told of, and each guard in its moment."""

    async def told() -> None:
        month = Chronicle(tmp_path / "month.db", migrated, print)
        try:
            await month.open()
            await month.live(CYCLE)
            await _strikes(month, "acme.com")
            await _silence(month, "acme.net", "acme.info")
            await _clocks(month, "acme.org")
            await _illness(month, "acme.com", "acme.info")
            await _people(month, "acme.org", "acme.dev")
            await month.live(max(MONTH - month.lasted, DAY))
            await month.settle()
            assert month.told().keys() >= TOLD
            assert month.written().keys() >= WRITTEN
            assert month.lasted >= MONTH
        finally:
            await month.close()

    asyncio.run(told())


async def _strikes(month: Chronicle, name: str) -> None:
    """Looked at too soon, a lapse is no failure; a cycle later it is one, and owners are told."""
    await month.publish(name, Zone.EMPTY)
    await month.verify(name)
    for hours, is_patrolled in ((3.5, True), (1, False), (1, True)):
        await month.live(hours * HOUR)
        await month.hasten(name, is_patrolled=is_patrolled)
        await month.verify(name)
    assert month.subjects[name].model.status == "lapsed"
    await month.publish(name, Zone.RIGHT)
    await month.live(DAY)
    await month.publish(name, Zone.WRONG)
    await month.live(DAY)
    assert month.subjects[name].model.status == "failed"
    await month.publish(name, Zone.RIGHT)
    await month.live(DAY)


async def _silence(month: Chronicle, name: str, other: str) -> None:
    """Of one nobody answers for two days, of the other for just too short a time, twice."""
    await month.publish(name, Zone.SILENT)
    for _ in range(2):
        await month.publish(other, Zone.SILENT)
        await month.live(20 * HOUR)
        await month.publish(other, Zone.PATCHY)
        await month.live(7 * HOUR)
    assert month.subjects[name].model.status == "failed"
    assert month.subjects[other].model.events == ["verified"]
    for each in (name, other):
        await month.publish(each, Zone.RIGHT)
    await month.live(DAY)


async def _clocks(month: Chronicle, name: str) -> None:
    """While the clock is not to be trusted no strike counts, be it the first or the second."""
    for by in (5 * HOUR, -5 * HOUR):
        await month.publish(name, Zone.EMPTY)
        await month.set_the_clock(by)
        await month.verify(name)
        assert month.subjects[name].model.status == "verified"
        await month.publish(name, Zone.RIGHT)
        await month.live(DAY)
        await month.publish(name, Zone.EMPTY)
        await month.verify(name)
        await month.live(HOUR)
        await month.set_the_clock(by)
        await month.hasten(name, is_patrolled=True)
        assert month.subjects[name].model.status == "lapsed"
        await month.publish(name, Zone.RIGHT)
        await month.live(DAY)


async def _illness(month: Chronicle, name: str, other: str) -> None:
    """Ours, of a day in which records go for good; a worker that begins anew; a provider that gives up."""
    await month.fall_ill(Fault.TIMEOUT)
    await month.publish(name, Zone.EMPTY)
    await month.live(DAY)
    await month.start_anew()
    await month.recover()
    await month.live(DAY)
    assert month.subjects[name].model.status == "failed"
    await month.publish(name, Zone.RIGHT)
    await month.live(DAY)
    await month.provide(gives_up=True)
    await month.refresh(other)
    await month.live(DAY)
    await month.provide(gives_up=False)
    await month.live(DAY)


async def _people(month: Chronicle, name: str, claimed: str) -> None:
    """Suspended, resumed, deleted; a claim that nobody proved begins anew and is proven."""
    for _ in range(2):
        await month.suspend(name)
        await month.live(DAY)
    await month.delete(name, Zone.EMPTY)
    assert month.expired() == [claimed]
    await month.verify(claimed)
    await month.publish(claimed, Zone.RIGHT)
    await month.live(10 * DAY)
    assert month.expired() == [name]
