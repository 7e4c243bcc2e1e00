"""O18: a domain goes to another team when both say so, with its id, its state and its token."""

import asyncio

import pytest

from letterhead.core.domain import Status
from letterhead.core.event import Event, EventKind
from letterhead.core.refusal import Refusal
from tests.service.world import World


async def told(world: World, team: str) -> list[Event]:
    """What a team's audit trail says of transfers, oldest first."""
    actor = await world.actor(team)
    events = await world.services.history.of_team(actor, limit=100)
    return [e for e in reversed(events) if e.kind in {EventKind.OFFERED, EventKind.TRANSFERRED}]


async def test_O18_a_transfer_takes_both_sides_and_leaves_a_trail_on_both(world: World) -> None:
    giver, taker = await world.actor("giver"), await world.actor("taker")
    domain = await world.verified(giver)
    transfers = world.services.transfers
    with pytest.raises(Refusal, match="domain_not_found"):
        await transfers.accept(taker, domain.id)
    offered = await transfers.offer(giver, domain.id, "taker")
    assert (offered.domain.team, offered.domain.transfer_to) == (giver.team, taker.team)
    with pytest.raises(Refusal, match="domain_not_found"):
        await world.services.domains.get(taker, domain.id)
    taken = await transfers.accept(taker, domain.id)
    assert taken.domain.team == taker.team
    assert taken.domain.transfer_to is None
    same = ("id", "token", "selectors", "status", "held", "verified_at")
    assert [getattr(taken.domain, f) for f in same] == [getattr(domain, f) for f in same]
    with pytest.raises(Refusal, match="domain_not_found"):
        await world.services.domains.get(giver, domain.id)
    assert [e.kind for e in await told(world, "giver")] == [EventKind.OFFERED, EventKind.TRANSFERRED]
    (trail,) = await told(world, "taker")
    assert (trail.data["giver"], trail.data["receiver"]) == (giver.team, taker.team)
    await world.sweep()
    assert (await world.now(domain)).status is Status.VERIFIED, "nothing is proven anew"


async def test_O18_what_was_taken_back_can_no_longer_be_accepted(world: World) -> None:
    giver, taker = await world.actor("giver"), await world.actor("taker")
    domain = await world.registered(giver)
    await world.services.transfers.offer(giver, domain.id, "taker")
    view = await world.services.transfers.withdraw(giver, domain.id)
    assert view.domain.transfer_to is None
    assert await world.services.transfers.withdraw(giver, domain.id) == view, "twice does no harm"
    with pytest.raises(Refusal, match="domain_not_found"):
        await world.services.transfers.accept(taker, domain.id)


@pytest.mark.parametrize(("to", "code"), [("nobody", "team_not_found"), ("giver", "own_team")])
async def test_an_offer_needs_another_team(world: World, to: str, code: str) -> None:
    giver = await world.actor("giver")
    domain = await world.registered(giver)
    with pytest.raises(Refusal, match=code):
        await world.services.transfers.offer(giver, domain.id, to)


async def test_a_team_that_registered_the_name_itself_must_choose(world: World) -> None:
    giver, taker = await world.actor("giver"), await world.actor("taker")
    domain = await world.registered(giver)
    own = await world.registered(taker)
    await world.services.transfers.offer(giver, domain.id, "taker")
    with pytest.raises(Refusal, match="domain_exists"):
        await world.services.transfers.accept(taker, domain.id)
    await world.services.domains.remove(taker, own.id)
    assert (await world.services.transfers.accept(taker, domain.id)).domain.team == taker.team


async def test_a_suspended_domain_changes_no_hands(world: World) -> None:
    giver, taker = await world.actor("giver"), await world.actor("taker")
    domain = await world.registered(giver)
    await world.services.transfers.offer(giver, domain.id, "taker")
    await world.services.domains.change(giver, domain.id, suspended=True)
    with pytest.raises(Refusal, match="suspended"):
        await world.services.transfers.accept(taker, domain.id)


async def test_a_limited_key_takes_nothing_over(world: World) -> None:
    giver = await world.actor("giver")
    await world.actor("taker")
    domain = await world.registered(giver)
    await world.services.transfers.offer(giver, domain.id, "taker")
    limited = await world.actor("taker", domains=frozenset({domain.id}))
    with pytest.raises(Refusal, match="domain_not_found"):
        await world.services.transfers.accept(limited, domain.id)


async def test_two_that_accept_at_once_take_it_once(world: World) -> None:
    giver, taker = await world.actor("giver"), await world.actor("taker")
    domain = await world.registered(giver)
    await world.services.transfers.offer(giver, domain.id, "taker")
    accept = (world.services.transfers.accept(taker, domain.id) for _ in range(2))
    results = await asyncio.gather(*accept, return_exceptions=True)
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert len(await told(world, "taker")) == 1
