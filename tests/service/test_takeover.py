"""O09: a domain changes hands in the world, and what becomes of the team that held it here."""

from datetime import timedelta

import pytest

from letterhead.core.answer import Fault
from letterhead.core.cause import Cause
from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from tests.service.paper import lines
from tests.service.world import CYCLE, World, finding


async def sold(world: World, profile: str) -> tuple[Actor, Domain, Actor, Domain]:
    """A name that one team holds, and whose zone is another team's now, with nothing left of the first's."""
    seller, buyer = await world.actor("seller"), await world.actor("buyer")
    held = await world.verified(seller, profile=profile)
    claim = await world.registered(buyer, profile="mails", contest=True)
    await world.publish(buyer, claim)
    return seller, held, buyer, claim


@pytest.mark.parametrize("profile", PROFILES)
async def test_O09_a_holder_yields_to_who_proves_the_name_and_is_told_step_by_step(
    world: World, profile: str
) -> None:
    """Even where all that the holder's profile asks for is what the new owner publishes, too."""
    _, held, buyer, claim = await sold(world, profile)
    view = await world.verify(buyer, claim)
    assert view.domain.status is Status.PENDING, "never at once: the old owner has a cycle to answer"
    await world.sweep(timedelta(0))
    assert (await world.now(held)).status is Status.LAPSED, "it is examined at once"
    await world.sweep(CYCLE - timedelta(seconds=1))
    assert (await world.now(held)).held
    await world.sweep()
    before, after = await world.now(held), await world.now(claim)
    assert (before.status, before.held) == (Status.FAILED, False)
    assert (after.status, after.held) == (Status.VERIFIED, True)
    assert await world.turns(held) == ["verified", "contested", "outproven", "lapsed", "superseded"]
    assert await world.turns(claim) == ["verified"]
    assert before.id != after.id, "what belonged to the old one is found under its id alone (O10)"


async def test_O09_a_holder_who_proves_the_name_too_stays(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "mails")
    await world.verify(buyer, claim)
    view = await world.services.domains.get(seller, held.id)
    (proof,) = view.plan.of(Role.OWNERSHIP)
    assert proof.required, "somebody else has proven it: now it must be proven"
    world.dns.lines["acme.com"] += lines([proof])
    for _ in range(4):
        await world.sweep()
    assert (await world.now(held)).status is Status.VERIFIED
    assert (await world.now(claim)).status is Status.PENDING


async def test_O09_what_a_rival_once_had_counts_no_longer_when_it_is_gone(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "mails")
    await world.verify(buyer, claim)
    view = await world.verify(seller, held)
    assert (view.domain.status, finding(view, Role.OWNERSHIP).cause) == (Status.LAPSED, Cause.PROOF_STALE)
    await world.publish(buyer, claim, but=[Role.OWNERSHIP])
    await world.verify(buyer, claim)
    assert (await world.verify(seller, held)).domain.status is Status.VERIFIED
    await world.services.domains.remove(buyer, claim.id)
    assert (await world.verify(seller, held)).domain.status is Status.VERIFIED


async def test_O09_who_holds_the_name_is_told_once_until_when_to_answer_and_not_by_whom(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "letterhead")
    for _ in range(3):
        await world.verify(buyer, claim)
    events = await world.services.history.of_domain(seller, held.id, limit=100)
    (told,) = [event for event in events if event.kind == "domain.outproven"]
    until = world.clock.now() + CYCLE
    assert told.data == {"name": "acme.com", "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}


async def test_O09_a_token_out_of_sight_is_not_gone(world: World) -> None:
    _, held, buyer, claim = await sold(world, "letterhead")
    await world.verify(buyer, claim)
    await world.sweep(timedelta(0))
    world.dns.outage = Fault.TIMEOUT
    for _ in range(3):
        await world.sweep()
    assert (await world.now(held)).status is Status.LAPSED
    world.dns.outage = None
    await world.sweep()
    assert not (await world.now(held)).held
    assert (await world.turns(held)).count("outproven") == 1, "the rival was out of sight as well, not gone"


async def test_O09_a_suspended_holder_loses_the_name_too_and_stays_suspended(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "letterhead")
    await world.services.domains.change(seller, held.id, suspended=True)
    await world.verify(buyer, claim)
    await world.sweep(CYCLE - timedelta(seconds=1))
    assert (await world.now(held)).held
    for _ in range(3):
        await world.sweep()
    before, after = await world.now(held), await world.now(claim)
    assert (before.status, before.held, before.due_at) == (Status.SUSPENDED, False, None)
    assert after.status is Status.VERIFIED
    assert await world.turns(held) == ["verified", "contested", "suspended", "outproven", "superseded"]


async def test_L14_a_suspended_holder_whose_token_is_still_there_keeps_the_name(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "letterhead")
    view = await world.services.domains.get(seller, held.id)
    world.dns.lines["acme.com"] += lines(view.plan.of(Role.OWNERSHIP))
    await world.services.domains.change(seller, held.id, suspended=True)
    await world.verify(buyer, claim)
    for _ in range(4):
        await world.sweep()
    after = await world.now(held)
    assert (after.status, after.held) == (Status.SUSPENDED, True)
    assert (await world.now(claim)).status is Status.PENDING


async def test_O09_a_holder_who_proves_anew_within_the_grace_stays(world: World) -> None:
    seller, held, buyer, claim = await sold(world, "letterhead")
    await world.verify(buyer, claim)
    await world.sweep(timedelta(0))
    await world.publish(seller, held)
    await world.sweep()
    assert (await world.now(held)).status is Status.VERIFIED
    await world.sweep()
    assert (await world.now(held)).outproven_at is None, "the rival's token is gone, and forgotten"
    assert (await world.now(claim)).status is Status.PENDING
