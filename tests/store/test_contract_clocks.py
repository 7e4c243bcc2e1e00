"""L12: our clock held against the database's own, or against what it showed before."""

from datetime import timedelta

import pytest

from letterhead.clock import SystemClock
from letterhead.ports import Clock, Store
from tests.clock import ManualClock

HOURS = timedelta(hours=7)


class Ahead:
    """The clock of another machine, or of this one after it was set."""

    def __init__(self, clock: Clock, by: timedelta) -> None:
        self._clock, self._by = clock, by
        self.boot = clock.boot

    def now(self):  # noqa: ANN201 - as the clock's
        return self._clock.now() + self._by

    def monotonic(self) -> float:
        return self._clock.monotonic()


@pytest.mark.parametrize("by", [HOURS, -HOURS])
async def test_L12_a_clock_that_is_off_is_found_out(store: Store, by: timedelta) -> None:
    clock = SystemClock()
    assert abs(await store.clocks.ahead(clock)) < timedelta(seconds=30)
    assert abs(await store.clocks.ahead(Ahead(clock, by)) - by) < timedelta(seconds=30)


async def test_L12_time_that_passes_is_no_step(store: Store, url: str) -> None:
    if url.startswith("postgresql"):
        pytest.skip("its own clock does not wait for ours")
    clock = ManualClock()
    await store.clocks.ahead(clock)
    clock.advance(100_000)
    assert await store.clocks.ahead(clock) == timedelta(0)
    clock.step(-3_600)
    assert await store.clocks.ahead(clock) == -timedelta(hours=1)
    assert await store.clocks.ahead(clock) == timedelta(0), "from then on that is the time"


async def test_L12_of_another_boot_or_an_unknown_one_nothing_is_known(store: Store, url: str) -> None:
    if url.startswith("postgresql"):
        pytest.skip("it has a clock of its own")
    before, after, unknown = ManualClock(), ManualClock(), ManualClock()
    unknown.boot = ""
    await store.clocks.ahead(before)
    for clock in (after, unknown):
        clock.step(HOURS.total_seconds())
        assert await store.clocks.ahead(clock) == timedelta(0)
