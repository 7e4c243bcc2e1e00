"""The months of a domain on a clock that a test moves: strikes, cycles, expiry, suspension."""

import random
from datetime import timedelta

import pytest

from letterhead.core.answer import Fault
from letterhead.core.domain import Status
from letterhead.core.identity import Identity, Word
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from tests.service.world import CYCLE, LADDER, World

MINUTE = timedelta(minutes=1)
CLAIM = timedelta(days=30)


@pytest.mark.parametrize("seed", range(2))
async def test_L06_thirty_days_of_flaps_follow_the_reference_model(world: World, seed: int) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    weather = random.Random(seed)
    status, expected = "verified", ["verified"]
    for _ in range(30 * 4):
        sight = weather.choice(["there", "there", "gone", "blind"])
        await world.publish(actor, domain, but=[Role.MX] if sight == "gone" else [])
        world.dns.outage = Fault.TIMEOUT if sight == "blind" else None
        await world.sweep(CYCLE * 1.11)
        moves = {
            ("verified", "gone"): ("lapsed", "lapsed"),
            ("lapsed", "gone"): ("failed", "failed"),
            ("lapsed", "there"): ("verified", "recovered"),
            ("failed", "there"): ("verified", "recovered"),
        }
        if (status, sight) in moves:
            status, told = moves[status, sight]
            expected.append(told)
        assert (await world.now(domain)).status.value == status
    assert await world.turns(domain) == expected
    assert {"lapsed", "failed", "recovered"} <= set(expected)


async def test_L07_a_verify_by_hand_is_never_the_second_strike(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    world.dns.publish("acme.com")
    assert (await world.verify(actor, domain)).domain.status is Status.LAPSED
    for _ in range(20):
        world.pass_time(timedelta(hours=1))
        assert (await world.verify(actor, domain)).domain.status is Status.LAPSED
    world.provider.identities = Identity(Word.FAILED)
    assert (await world.verify(actor, domain)).domain.status is Status.LAPSED, (
        "nor when the provider gives up"
    )
    await world.sweep(timedelta(0))
    assert (await world.now(domain)).status is Status.FAILED


async def test_L07_asking_by_hand_does_not_put_the_second_strike_off(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    world.dns.publish("acme.com")
    lapsed = (await world.verify(actor, domain)).domain
    assert lapsed.lapsed_at is not None
    assert lapsed.due_at is not None
    assert CYCLE <= lapsed.due_at - lapsed.lapsed_at <= CYCLE * 1.1
    while world.clock.now() < lapsed.due_at:
        world.pass_time(30 * MINUTE)
        await world.verify(actor, domain)
    await world.sweep(timedelta(0))
    assert (await world.now(domain)).status is Status.FAILED


async def test_L07_a_sweep_sooner_than_a_cycle_after_the_lapse_is_no_second_strike(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    world.dns.publish("acme.com")
    world.pass_time(CYCLE * 0.9)
    assert (await world.verify(actor, domain)).domain.status is Status.LAPSED
    await world.services.sweep.checkup.of(domain.id, by_hand=False)
    await world.sweep(CYCLE * 0.9)
    assert (await world.now(domain)).status is Status.LAPSED
    await world.sweep(CYCLE * 0.3)
    assert (await world.now(domain)).status is Status.FAILED


async def test_a_failed_domain_that_is_verified_by_hand_starts_the_provider_anew(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor, profile="anyreach")
    world.provider.identities = Identity(Word.FAILED)
    await world.sweep()
    await world.sweep()
    assert (await world.now(domain)).status is Status.FAILED
    world.provider.started.clear()
    world.provider.identities = Identity(Word.SUCCESS)
    assert (await world.services.verification.refresh(actor, domain.id)).domain.status is Status.VERIFIED
    assert world.provider.started == [], "a refresh reads and starts nothing"
    await world.verify(actor, domain)
    assert world.provider.started == [domain.id]


async def test_a_pending_domain_is_looked_at_ever_more_rarely_until_somebody_asks(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    delays = []
    for _ in range(4):
        before = world.clock.now()
        due_at = (await world.now(domain)).due_at
        assert due_at is not None
        delays.append((due_at - before).total_seconds())
        await world.sweep(due_at - before)
    assert [
        0 <= delay - rung <= rung * 0.1 for delay, rung in zip(delays, (*LADDER, LADDER[-1]), strict=True)
    ]
    world.pass_time(MINUTE)
    await world.verify(actor, domain)
    due_at = (await world.now(domain)).due_at
    assert due_at is not None
    assert (due_at - world.clock.now()).total_seconds() <= LADDER[0] * 1.1


@pytest.mark.parametrize("published", [True, False])
async def test_L14_a_suspended_domain_is_never_examined_and_never_comes_back_by_itself(
    world: World, published: bool
) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    view = await world.services.domains.change(actor, domain.id, suspended=True)
    assert (view.domain.status, view.domain.held, view.domain.due_at) == (Status.SUSPENDED, True, None)
    if not published:
        world.dns.publish("acme.com")
    world.dns.asked.clear()
    for _ in range(3):
        await world.sweep()
    assert world.dns.asked == []
    assert (await world.verify(actor, domain)).domain.status is Status.SUSPENDED
    assert (await world.services.domains.change(actor, domain.id, suspended=True)).domain.due_at is None
    view = await world.services.domains.change(actor, domain.id, suspended=False)
    assert (view.domain.status, view.domain.may_send) == (Status.PENDING, False), "never straight to verified"
    await world.sweep()
    assert (await world.now(domain)).status is (Status.VERIFIED if published else Status.PENDING)
    assert await world.turns(domain) == ["verified", "suspended", "resumed", *["verified"] * published]


async def test_L13_what_is_not_suspended_cannot_be_resumed(world: World) -> None:
    actor = await world.actor()
    claim, held = await world.registered(actor, "acme.net"), await world.verified(actor)
    for domain in (claim, held):
        with pytest.raises(Refusal, match="not_suspended"):
            await world.services.domains.change(actor, domain.id, suspended=False)
        assert (await world.now(domain)).status is domain.status


async def test_L18_a_claim_expires_and_its_token_is_worth_nothing_afterwards(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    assert domain.expires_at == world.clock.now() + CLAIM
    await world.sweep(CLAIM + CYCLE * 1.2)
    assert (await world.now(domain)).status is Status.FAILED
    assert await world.turns(domain) == ["expired"]
    await world.publish(actor, domain)
    for _ in range(3):
        await world.sweep()
    view = await world.services.verification.refresh(actor, domain.id)
    assert view.domain.status is Status.FAILED, "the token came too late"
    assert view.domain.due_at is None


async def test_L18_the_token_is_worth_nothing_even_before_the_sweep_has_noticed(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    world.pass_time(CLAIM)
    assert (await world.services.verification.refresh(actor, domain.id)).domain.status is Status.PENDING


@pytest.mark.parametrize("noticed", [True, False])
async def test_L18_verify_renews_an_expired_claim_with_a_fresh_token(world: World, noticed: bool) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    world.dns.lines["acme.com"] = [r for r in world.dns.lines["acme.com"] if " MX " not in r]
    world.pass_time(CLAIM)
    if noticed:
        await world.sweep()
    await world.publish(actor, domain)
    view = await world.verify(actor, domain)
    assert view.domain.status is Status.PENDING
    assert view.domain.token != domain.token
    assert view.domain.expires_at == world.clock.now() + CLAIM
    assert await world.turns(domain) == ["expired", "renewed"]
    await world.publish(actor, domain)
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED


async def test_L18_what_was_held_once_never_expires(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    world.dns.publish("acme.com")
    for _ in range(2):
        await world.sweep()
    await world.sweep(2 * CLAIM)
    assert (await world.now(domain)).status is Status.FAILED
    assert "expired" not in await world.turns(domain)
    await world.publish(actor, domain)
    await world.sweep()
    assert (await world.now(domain)).status is Status.VERIFIED, "it recovers by itself"
