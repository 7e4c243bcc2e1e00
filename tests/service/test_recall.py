"""A clock that was far ahead and is set back: what it put off is found again, and nothing else is."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from letterhead.ports import Change
from letterhead.service import sweep
from letterhead.service.sweep import RECALLS
from tests.service.world import CYCLE, World

YEAR = timedelta(days=365)


@pytest.mark.parametrize("at_once", [2, 1_000])
async def test_L12_what_a_clock_far_ahead_put_off_is_examined_within_a_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(sweep, "RECALLED", at_once)
    actor = await world.actor()
    domains = [await world.verified(actor, f"acme{n}.com") for n in range(5)]
    world.clock.step(YEAR.total_seconds())
    await world.sweep()
    world.clock.step(-YEAR.total_seconds())
    dues = [(await world.now(domain)).due_at for domain in domains]
    assert all(moment and moment > world.clock.now() + YEAR for moment in dues)
    rounds = {d.hostname: world.dns.rounds(d.hostname) for d in domains}
    with structlog.testing.capture_logs() as logs:
        await world.sweep(RECALLS)
        for _ in range(6):
            await world.sweep(CYCLE / 6)
    assert sum(log["domains"] for log in logs if log["event"] == "sweep.recalled") == len(domains)
    assert all(world.dns.rounds(name) == before + 1 for name, before in rounds.items())
    dues = [(await world.now(domain)).due_at for domain in domains]
    assert all(moment and moment <= world.clock.now() + CYCLE * 1.1 for moment in dues)


async def test_L12_what_is_due_as_the_schedule_says_is_never_recalled(world: World) -> None:
    await world.verified(await world.actor())
    with structlog.testing.capture_logs() as logs:
        for _ in range(12):
            await world.sweep(RECALLS)
    assert "sweep.recalled" not in {log["event"] for log in logs}


async def test_what_a_longer_cycle_has_put_off_comes_within_the_shorter_one(world: World) -> None:
    domain = await world.verified(await world.actor())
    sweep, hour = world.services.sweep, timedelta(hours=1)
    sweep.cadence = replace(sweep.cadence, cycle=hour, careful=hour, ladder=(hour,), grace=hour)
    assert domain.due_at is not None
    assert domain.due_at - world.clock.now() > 5 * hour
    await world.sweep(RECALLS)
    due_at = (await world.now(domain)).due_at
    assert due_at is not None
    assert due_at - world.clock.now() <= hour


async def test_what_is_due_when_a_long_grace_ends_is_not_recalled(world: World) -> None:
    domain = await world.verified(await world.actor())
    sweep = world.services.sweep
    sweep.cadence = replace(sweep.cadence, grace=timedelta(days=60))
    due_at = world.clock.now() + sweep.cadence.grace
    await world.store.domains.save([Change(replace(domain, due_at=due_at))])
    await world.sweep(RECALLS)
    assert (await world.now(domain)).due_at == due_at
