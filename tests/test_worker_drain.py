"""Told to stop, the worker waits for what is under way, and for what never ends not for ever (X12)."""

import asyncio

import pytest

from letterhead import worker
from letterhead.worker import Work, beat

PATIENCE = 10.0
SHORT = 0.2


class Endless:
    """A batch without an end, unless it is cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.was_cancelled = False

    async def once(self) -> int:
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return 0


class Slow:
    """A batch that takes its time, and keeps what came of it at its end."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began = asyncio.Event()
        self.kept = 0

    async def once(self) -> int:
        self.began.set()
        await asyncio.sleep(self.seconds)
        self.kept += 1
        return 1


async def test_X12_a_work_that_never_ends_is_given_up_when_the_time_to_drain_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "DRAIN", SHORT)
    endless, slow, stopping = Endless(), Slow(SHORT / 4), asyncio.Event()
    beating = asyncio.create_task(beat((Work(endless.once), Work(slow.once)), stopping))
    await asyncio.gather(endless.began.wait(), slow.began.wait())
    kept = slow.kept
    stopping.set()
    await asyncio.wait_for(beating, PATIENCE)
    assert endless.was_cancelled
    assert slow.kept == kept + 1, "what was under way, and no batch more"


async def test_X12_what_ends_in_time_is_waited_for_and_not_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "DRAIN", PATIENCE)
    slow, stopping = Slow(SHORT), asyncio.Event()
    beating = asyncio.create_task(beat((Work(slow.once),), stopping))
    await slow.began.wait()
    stopping.set()
    await asyncio.wait_for(beating, PATIENCE / 2)
    assert slow.kept == 1
