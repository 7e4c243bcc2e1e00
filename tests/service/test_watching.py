"""Watching: whoever looks at a domain sees within seconds what its servers say."""

import asyncio
from datetime import timedelta

import pytest

from letterhead.core.answer import Fault, Source
from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from letterhead.core.schedule import SLOW, WATCHED
from letterhead.service.watching import LASTS, MOST
from tests.clock import ManualClock
from tests.service.paper import PaperDns, SlowDns, lines
from tests.service.world import CYCLE, LADDER, World, done, working

PAUSE = WATCHED * 1.2


async def test_a_watched_domain_is_examined_at_once_and_every_few_seconds(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    assert await world.services.watching.watch(actor, claim.id) == world.clock.now() + LASTS
    for rounds in range(1, 6):
        assert await world.watched() == 1
        assert world.dns.rounds("acme.com") == rounds
        assert await world.watched() == 0, "not before the pause is over"
        world.pass_time(PAUSE)
    await world.publish(actor, claim)
    assert await world.watched() == 1
    assert (await world.now(claim)).status is Status.VERIFIED
    world.pass_time(PAUSE)
    assert await world.watched() == 0, "what is as it should be is left alone"


async def test_when_nobody_looks_any_more_the_ladder_begins_anew(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.services.watching.watch(actor, claim.id)
    for _ in range(3):
        await world.watched()
        world.pass_time(PAUSE)
    world.pass_time(LASTS)
    assert await world.watched() == 0
    assert await world.swept() == 1
    now = await world.now(claim)
    assert now.due_at is not None
    assert now.due_at - world.clock.now() >= timedelta(seconds=LADDER[1]), "the rung after the first"


async def test_whoever_else_is_due_does_not_hold_up_what_is_watched(world: World) -> None:
    """Nor does the lane of those take what is watched: it may have to wait for slow servers there."""
    actor = await world.actor()
    for n in range(3):
        await world.registered(actor, f"other{n}.com")
    claim = await world.registered(actor)
    await world.services.watching.watch(actor, claim.id)
    world.pass_time(timedelta(minutes=1) - PAUSE)
    world.dns.hold()
    crowd = asyncio.create_task(world.swept())
    await world.dns.until_asked()
    world.dns.release()
    assert await crowd == 3
    assert world.dns.rounds("acme.com") == 0
    assert await world.watched() == 1


async def test_L07_watching_makes_nobody_fail_sooner(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    world.dns.publish("acme.com")
    await world.sweep()
    lapsed = await world.now(domain)
    assert lapsed.status is Status.LAPSED
    assert lapsed.lapsed_at is not None
    while world.clock.now() < lapsed.lapsed_at + CYCLE - timedelta(minutes=5):
        await world.services.watching.watch(actor, domain.id)
        assert await world.watched() == 1
        assert (await world.now(domain)).status is Status.LAPSED
        world.pass_time(timedelta(minutes=5))
    await world.publish(actor, domain)
    await world.services.watching.watch(actor, domain.id)
    await world.watched()
    assert await world.turns(domain) == ["verified", "lapsed", "recovered"]


async def test_R17_whose_servers_answer_slowly_climbs_the_ladder_though_it_is_watched(
    world: World, clock: ManualClock
) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    world.dns.hold()
    await world.services.watching.watch(actor, claim.id)
    lane = asyncio.create_task(world.watched())
    await world.dns.until_asked()
    clock.advance(SLOW.total_seconds())
    world.dns.release()
    await lane
    now = await world.now(claim)
    assert (now.rung, now.status) == (1, Status.PENDING)
    assert now.due_at is not None
    assert now.due_at - clock.now() >= timedelta(seconds=LADDER[1])


async def test_R01_while_we_are_ill_a_watched_domain_only_waits(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    world.dns.outage = Fault.TIMEOUT
    await world.services.watching.watch(actor, claim.id)
    assert await world.watched() == 1
    world.dns.outage = None
    await world.publish(actor, claim)
    world.pass_time(PAUSE)
    assert await world.watched() == 1
    assert (await world.now(claim)).status is Status.VERIFIED


async def test_R11_a_watched_domain_spoils_no_cache_while_it_waits_for_its_records(
    world: World, clock: ManualClock
) -> None:
    """What is missing or wrong is asked of its own servers alone, however often."""
    cache = PaperDns(clock, Source.RECURSIVE)
    cache.lines = world.dns.lines
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    claim = await world.registered(actor)
    world.dns.publish("acme.com", "acme.com MX 10 mx.elsewhere.net", "acme.com TXT v=spf1 -all")
    await world.services.watching.watch(actor, claim.id)
    for _ in range(5):
        assert await world.watched() == 1
        world.pass_time(PAUSE)
    assert cache.asked == []
    await world.publish(actor, claim)
    await world.watched()
    assert (await world.now(claim)).status is Status.VERIFIED
    assert cache.asked


async def test_a_pending_domain_waits_for_what_resolvers_remember(world: World, clock: ManualClock) -> None:
    """Nothing else stands in the way, so it is examined when that is over, and not in between."""
    cache = PaperDns(clock, Source.RECURSIVE)
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.publish(actor, claim)
    await world.sweep(timedelta(seconds=LADDER[0] * 1.2))
    asked, due_at = len(cache.asked), (await world.now(claim)).due_at
    assert due_at is not None
    assert timedelta(seconds=300) < due_at - clock.now() < timedelta(seconds=300 * 1.1 + 2), (
        "the SOA's minimum"
    )
    await world.sweep(timedelta(seconds=299))
    assert len(cache.asked) == asked
    cache.lines = world.dns.lines
    await world.sweep(timedelta(seconds=35))
    assert (await world.now(claim)).status is Status.VERIFIED


async def test_what_can_not_be_watched_is_refused(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    stranger = await world.actor("other")
    with pytest.raises(Refusal, match="no such domain"):
        await world.services.watching.watch(stranger, claim.id)
    with pytest.raises(Refusal) as lacking:
        await world.services.watching.watch(await world.actor("acme", "domain.create"), claim.id)
    assert lacking.value.code == "insufficient_permissions"
    await world.services.domains.change(actor, claim.id, suspended=True)
    with pytest.raises(Refusal) as asleep:
        await world.services.watching.watch(actor, claim.id)
    assert asleep.value.code == "suspended"
    await world.services.domains.remove(actor, claim.id)
    with pytest.raises(Refusal, match="no such domain"):
        await world.services.watching.watch(actor, claim.id)


async def test_a_team_watches_so_many_at_a_time(world: World) -> None:
    actor = await world.actor()
    claims = [await world.registered(actor, f"acme{n}.com") for n in range(MOST + 1)]
    for claim in claims[:MOST]:
        await world.services.watching.watch(actor, claim.id)
    with pytest.raises(Refusal) as refused:
        await world.services.watching.watch(actor, claims[MOST].id)
    assert refused.value.code == "too_many_watched"
    await world.services.watching.watch(actor, claims[0].id)
    world.pass_time(LASTS)
    await world.services.watching.watch(actor, claims[MOST].id)


async def test_a_watch_does_not_change_the_version_that_others_read(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.services.watching.watch(actor, claim.id)
    change = world.services.domains.change(
        actor, claim.id, is_default=True, versions=frozenset({claim.version})
    )
    assert (await change).domain.is_default


async def one_after_another(world: World, domains: list[tuple[Actor, Domain]]) -> None:
    """Each is watched when what was watched before it is under way, if anybody works."""
    for actor, domain in domains:
        await world.services.watching.watch(actor, domain.id)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("is_staggered", [True, False])
async def test_R17_two_teams_with_slow_servers_do_not_hold_up_a_third(
    world: World, clock: ManualClock, *, is_staggered: bool
) -> None:
    """Not even when each of their domains comes due by itself, and might take a lane of its own."""
    dns = SlowDns(clock)
    world.services = world.node(dns)
    slow: list[tuple[Actor, Domain]] = []
    for number in range(MOST):
        for team in ("first", "second"):
            actor, name = await world.actor(team), f"{team}{number}.com"
            slow.append((actor, await world.registered(actor, name)))
            dns.slow.add(name)
    third = await world.actor("third")
    claim = await world.registered(third)
    view = await world.services.domains.get(third, claim.id)
    dns.publish("acme.com", *lines(view.plan.records))
    if not is_staggered:
        await one_after_another(world, slow)
    async with working(world.services):
        if is_staggered:
            await one_after_another(world, slow)
        await world.services.watching.watch(third, claim.id)
        await world.until(claim, Status.VERIFIED)
        assert {(await world.now(domain)).asked_at for _, domain in slow} == {None}, "all are under way yet"
        dns.release_all()


async def test_another_node_examines_what_is_watched_here(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.publish(actor, claim, but=[Role.DMARC])
    await world.services.watching.watch(actor, claim.id)
    other = world.node(world.dns).sweep
    assert await done(other.watched, other.for_watched) == 1
    assert (await world.now(claim)).status is Status.VERIFIED
