"""What is pending and what is settled is examined side by side, and neither waits for the other."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.service.sweep import BATCH, LEASE, PENDING, SETTLED
from tests.clock import ManualClock
from tests.service.eyes import PaperLookout
from tests.service.paper import SlowDns
from tests.service.world import CYCLE, LADDER, World, eventually, population, working

DUE = timedelta(seconds=LADDER[0] * 1.2)


@pytest.fixture
def dns(clock: ManualClock) -> SlowDns:
    return SlowDns(clock)


async def newcomer(world: World, team: str = "newcomer") -> Domain:
    """A claim of a team that has no other, with its records published, and due."""
    actor = await world.actor(team)
    claim = await world.registered(actor, f"{team}.com")
    await world.publish(actor, claim)
    world.pass_time(DUE)
    return claim


async def backlog(world: World, count: int) -> list[Domain]:
    """Verified domains that are overdue, as after a day in which no worker was there."""
    domains = await population(world, count)
    world.pass_time(CYCLE * 4)
    return domains


async def crowd(world: World, dns: SlowDns, team: str, count: int) -> list[Domain]:
    """Claims of a team whose servers do not answer, and due."""
    actor = await world.actor(team)
    claims = [await world.registered(actor, f"{team}{n}.com") for n in range(count)]
    dns.slow |= {claim.hostname for claim in claims}
    world.pass_time(DUE)
    return claims


async def unexamined(world: World, domains: list[Domain]) -> list[Domain]:
    """Those of which nothing was saved since they were read."""
    now = [await world.now(domain) for domain in domains]
    return [before for before, after in zip(domains, now, strict=True) if before.asked_at == after.asked_at]


async def examined_but(world: World, domains: list[Domain], count: int) -> None:
    """Wait until all but so many have been examined."""

    async def is_so() -> bool:
        return len(await unexamined(world, domains)) <= count

    await eventually(is_so)


async def test_L09_a_new_claim_does_not_wait_for_a_backlog_of_settled_domains(
    world: World, dns: SlowDns
) -> None:
    settled = await backlog(world, 2 * BATCH)
    dns.slow |= {domain.hostname for domain in settled}
    claim = await newcomer(world)
    async with working(world.services):
        await world.until(claim, Status.VERIFIED)
        assert await unexamined(world, settled) == settled
        dns.release_all()


@pytest.mark.parametrize("teams", [1, 4])
async def test_L09_R17_a_claim_does_not_wait_for_crowds_of_other_teams_whose_servers_are_slow(
    world: World, dns: SlowDns, teams: int
) -> None:
    crowds = [await crowd(world, dns, f"crowd{n}", PENDING + 5) for n in range(teams)]
    async with working(world.services):
        await asyncio.sleep(0.05)
        claim = await newcomer(world)
        await world.until(claim, Status.VERIFIED)
        for claims in crowds:
            assert await unexamined(world, claims) == claims
        dns.release_all()


async def test_a_team_that_had_to_wait_goes_on_when_its_own_domains_are_done(
    world: World, dns: SlowDns
) -> None:
    claims = await crowd(world, dns, "crowd", PENDING + 5)
    async with working(world.services):
        await asyncio.sleep(0.05)
        assert world.services.sweep.for_pending.free == PENDING // 2
        dns.release_all()
        await examined_but(world, claims, 0)


async def test_L09_however_many_claims_are_due_what_is_settled_has_its_turn(
    world: World, dns: SlowDns
) -> None:
    settled = await backlog(world, 3)
    crowds = [await crowd(world, dns, f"crowd{n}", PENDING) for n in range(6)]

    async def is_full() -> bool:
        return world.services.sweep.for_pending.free == 0

    async with working(world.services):
        await eventually(is_full)
        await examined_but(world, settled, 0)
        assert [await unexamined(world, claims) for claims in crowds] == crowds
        dns.release_all()


async def test_R17_a_few_domains_with_slow_servers_hold_up_themselves_alone(
    world: World, dns: SlowDns
) -> None:
    """Each of the others takes the place of one that is done."""
    settled = await backlog(world, BATCH + 10)
    slow = settled[:: len(settled) // 6]
    dns.slow |= {domain.hostname for domain in slow}
    async with working(world.services):
        await examined_but(world, settled, len(slow))
        assert await unexamined(world, settled) == slow
        dns.release_all()


async def test_a_look_that_takes_long_holds_up_no_claim(
    world: World, dns: SlowDns, clock: ManualClock
) -> None:
    eyes = PaperLookout(dns, clock)
    world = replace(world, lookouts=(eyes, None))
    eyes.is_stuck = True
    settled = await backlog(world, 2)
    claim = await newcomer(world)
    async with working(world.services):
        await world.until(claim, Status.VERIFIED)
        assert len(eyes.looks) == 1
        assert await unexamined(world, settled) == settled


async def test_one_look_at_a_time(world: World, dns: SlowDns, clock: ManualClock) -> None:
    """The lookout can do no more; those of which one is under way are examined meanwhile."""
    eyes = PaperLookout(dns, clock)
    world = replace(world, lookouts=(eyes, None))
    settled = await backlog(world, BATCH + 10)
    async with working(world.services):
        await examined_but(world, settled, 0)
    assert [len(look) for look in eyes.looks] == [BATCH, 11], "the others, and one by which they were made"


async def test_X12_told_to_stop_a_worker_finishes_what_it_has_begun_and_begins_nothing_more(
    world: World, dns: SlowDns
) -> None:
    settled = await backlog(world, 2 * SETTLED)
    claims = await crowd(world, dns, "crowd", PENDING)
    dns.slow |= {domain.hostname for domain in settled}
    sweep = world.services.sweep

    async def is_full() -> bool:
        return (sweep.for_settled.free, sweep.for_pending.free) == (0, PENDING // 2)

    async with working(world.services) as stopping:
        await eventually(is_full)
        stopping.set()
        await asyncio.sleep(0.02)
        dns.release_all()
    assert len(await unexamined(world, settled)) == SETTLED
    assert len(await unexamined(world, claims)) == PENDING // 2
    world.pass_time(LEASE)
    await world.sweep(timedelta(0))
    assert await unexamined(world, settled) == []
