"""L12: a lapse ends after a cycle has passed, whatever the clock of a process or a machine says."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog

from letterhead.core.breaker import Limits, State
from letterhead.core.domain import Status
from letterhead.ports import Clock, StoreError
from letterhead.service.timekeeping import SECONDS, Timekeeper
from tests.clock import ManualClock
from tests.service.world import CYCLE, World


@dataclass
class Others:
    """Fills ports.Clocks. `is_away`: it can't be asked."""

    ahead_by: timedelta = timedelta(0)
    is_away: bool = False
    asked: int = 0

    async def ahead(self, clock: Clock) -> timedelta:
        del clock
        self.asked += 1
        if self.is_away:
            raise StoreError("away")
        return self.ahead_by


async def lapsed(world: World, count: int) -> list[str]:
    """Verified domains of which the first has lapsed; the others are well."""
    actor = await world.actor()
    domains = [await world.verified(actor, f"acme{n}.com") for n in range(count)]
    world.dns.publish("acme0.com")
    await world.sweep()
    assert (await world.now(domains[0])).status is Status.LAPSED
    return [domain.id for domain in domains]


@pytest.mark.parametrize("by", [timedelta(hours=7), timedelta(days=40)])
async def test_L12_a_clock_that_is_set_while_nothing_runs_ends_no_lapse(world: World, by: timedelta) -> None:
    """As many are well as let a young process believe what it sees (L16)."""
    first, *_ = await lapsed(world, 12)
    world.clock.step(by.total_seconds())
    world.services = world.node(world.dns)
    world.services.breaker.limits = Limits(percent=25, minimum=1)
    with structlog.testing.capture_logs() as logs:
        await world.sweep(timedelta(minutes=2))
        domain = await world.store.domains.by_id(first)
        assert domain is not None
        assert domain.status is Status.LAPSED, "minutes have passed"
        assert world.services.breaker.state is State.OPEN
        for _ in range(3):
            await world.sweep()
    domain = await world.store.domains.by_id(first)
    assert domain is not None
    assert domain.status is Status.FAILED, "now cycles have"
    told = [log["why"] for log in logs if log["event"] == "operator.alert"]
    assert len(told) == 1
    assert "the clock of this machine is" in told[0]


async def test_the_store_is_asked_now_and_then_and_doubt_lasts_a_cycle(clock: ManualClock) -> None:
    others = Others(timedelta(minutes=-5))
    keeper = Timekeeper(others, CYCLE, clock)
    assert keeper.doubt == ""
    for _ in range(3):
        await keeper.look()
    assert others.asked == 1
    assert "0:05:00 behind" in keeper.doubt
    others.ahead_by = timedelta(0)
    clock.advance(SECONDS)
    await keeper.look()
    assert others.asked == 2
    assert keeper.doubt
    clock.advance(CYCLE.total_seconds())
    assert keeper.doubt == ""


@pytest.mark.parametrize("others", [Others(timedelta(seconds=40)), Others(is_away=True)])
async def test_a_little_skew_and_a_store_that_is_away_are_no_doubt(
    others: Others, clock: ManualClock
) -> None:
    keeper = Timekeeper(others, CYCLE, clock)
    await keeper.look()
    assert keeper.doubt == ""


@pytest.mark.parametrize("by", [3_600, -3_600])
def test_a_step_in_this_process_is_noticed_by_itself(clock: ManualClock, by: float) -> None:
    keeper = Timekeeper(Others(), CYCLE, clock)
    clock.advance(50_000)
    keeper.notice()
    assert keeper.doubt == ""
    clock.step(by)
    keeper.notice()
    assert keeper.doubt == "the clock of this machine was set"
