"""Zones that fall silent: owners who are told of it are told when it is over, whoever found out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.answer import Fault
from letterhead.core.broken import TOLD_AFTER
from letterhead.core.canary import Canaries
from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.permission import Actor
from letterhead.core.record import Role
from letterhead.core.team import MemberRole
from tests.clock import ManualClock
from tests.service.mailroom import Sink
from tests.service.paper import ApartDns
from tests.service.world import MOST, World

MINUTE = timedelta(minutes=2)
"""So long that the canaries are asked anew."""


@pytest.fixture
def dns(clock: ManualClock) -> ApartDns:
    dns = ApartDns(clock)
    dns.publish("canary.net", "good.canary.net TXT there")
    return dns


@pytest.fixture
def watched(world: World) -> World:
    """A world with canaries, which are well, and with a smarthost."""
    canaries = Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net")
    return replace(world, canaries=canaries, smarthost=Sink())


async def owner(world: World) -> Actor:
    """Somebody of a team that has an owner who can be written to."""
    actor = await world.actor()
    await world.services.members.add(actor, email="jane@elsewhere.net", role=MemberRole.OWNER)
    return actor


async def told_by_hand(world: World, dns: ApartDns, actor: Actor, domain: Domain) -> None:
    """Its zone is silent for a day, and nobody but its people asks."""
    dns.silent.add(domain.hostname)
    for _ in range(2):
        await world.services.verification.refresh(actor, domain.id)
        world.pass_time(TOLD_AFTER)
    assert (await world.turns(domain))[-1] == "broken"


async def answers(world: World, dns: ApartDns, domain: Domain) -> None:
    world.pass_time(MINUTE)
    dns.silent.discard(domain.hostname)


async def letters(world: World) -> list[str]:
    """Which events owners are written about, oldest first."""
    while await world.services.announcements.once():
        pass
    actor = await world.actor()
    notices = await world.services.owner_notices.page(actor, limit=MOST)
    notices.sort(key=lambda notice: notice.at)
    return [notice.kind.removeprefix("domain.") for notice in notices]


async def recoveries(world: World, domain: Domain) -> list[dict[str, str]]:
    events = await world.store.events.page(domain.team, limit=MOST, domain=domain.id)
    return [event.data for event in events if event.kind is EventKind.RECOVERED]


@pytest.mark.parametrize("by_hand", [True, False])
async def test_R04_who_was_told_by_hand_of_the_silence_is_told_that_it_is_over(
    watched: World, dns: ApartDns, *, by_hand: bool
) -> None:
    actor = await owner(watched)
    domain = await watched.verified(actor)
    await told_by_hand(watched, dns, actor, domain)
    assert (await watched.now(domain)).status is Status.VERIFIED
    await answers(watched, dns, domain)
    if by_hand:
        await watched.verify(actor, domain)
    for _ in range(2):
        await watched.sweep()
    assert await watched.turns(domain) == ["verified", "broken", "recovered"], "once"
    (recovery,) = await recoveries(watched, domain)
    assert (recovery["from"], recovery["told"]) == ("verified", "domain.broken")
    assert await letters(watched) == ["broken", "recovered"]


async def test_R04_it_is_over_only_when_all_that_is_required_is_there(watched: World, dns: ApartDns) -> None:
    """A zone that answers first without its records lapses in silence, and is no end of what was told."""
    actor = await owner(watched)
    domain = await watched.verified(actor)
    await told_by_hand(watched, dns, actor, domain)
    await answers(watched, dns, domain)
    await watched.publish(actor, domain, but=[Role.MX])
    await watched.verify(actor, domain)
    assert await letters(watched) == ["broken"]
    await watched.publish(actor, domain)
    await watched.sweep(MINUTE)
    await watched.verify(actor, domain)
    assert await watched.turns(domain) == ["verified", "broken", "lapsed", "recovered"]
    assert await letters(watched) == ["broken", "recovered"]


async def test_R04_who_was_told_before_the_first_proof_hears_of_its_end_as_well(
    watched: World, dns: ApartDns
) -> None:
    actor = await owner(watched)
    domain = await watched.registered(actor)
    await told_by_hand(watched, dns, actor, domain)
    await answers(watched, dns, domain)
    await watched.publish(actor, domain)
    await watched.verify(actor, domain)
    assert await watched.turns(domain) == ["broken", "verified", "recovered"]
    assert await letters(watched) == ["broken", "recovered"]


async def test_R04_a_silence_after_that_is_told_anew(watched: World, dns: ApartDns) -> None:
    actor = await owner(watched)
    domain = await watched.verified(actor)
    for _ in range(2):
        await told_by_hand(watched, dns, actor, domain)
        await answers(watched, dns, domain)
        await watched.verify(actor, domain)
    assert await letters(watched) == ["broken", "recovered"] * 2


async def test_R01_an_outage_of_ours_is_no_silence_that_is_told(watched: World, dns: ApartDns) -> None:
    actor = await owner(watched)
    domain = await watched.verified(actor)
    dns.outage = Fault.TIMEOUT
    for _ in range(3):
        watched.pass_time(TOLD_AFTER)
        await watched.services.verification.refresh(actor, domain.id)
    dns.outage = None
    await watched.sweep()
    assert await watched.turns(domain) == ["verified"]
    assert await letters(watched) == []
