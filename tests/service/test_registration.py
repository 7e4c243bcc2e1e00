"""Registering: one name a team, whatever its spelling; what is fresh each time; how many there may be."""

import pytest

from letterhead.core.domain import Mode, Status
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from letterhead.core.refusal import Kind, Refusal
from letterhead.provider.key_pool import KeyPool
from letterhead.provider.relay import Relay
from letterhead.provider.seal import Sealer
from letterhead.service.view import View
from tests.service.world import QUOTA, World

TOKEN_BITS = 128


async def test_a_registration_is_a_claim_that_says_what_to_publish(world: World) -> None:
    actor = await world.actor()
    view = await world.services.domains.register(actor, " Acme.COM. ")
    assert (view.domain.hostname, view.domain.status, view.domain.held) == ("acme.com", Status.PENDING, False)
    assert view.report is None
    assert [record.role for record in view.plan.records] == [
        Role.MX,
        Role.OWNERSHIP,
        Role.SPF,
        Role.DKIM,
        Role.DMARC,
    ]
    assert await world.services.domains.get(actor, view.domain.id) == view
    ((domain, text), expected) = await world.services.domains.zone_file(actor, view.domain.id), view.domain
    assert domain == expected
    assert view.domain.token in text


@pytest.mark.parametrize("spelling", ["münchen.de", "mu\u0308nchen.de", "xn--mnchen-3ya.de", "MÜNCHEN.DE."])
async def test_N01_every_spelling_is_the_same_name(world: World, spelling: str) -> None:
    actor = await world.actor()
    await world.registered(actor, "münchen.de")
    with pytest.raises(Refusal) as said:
        await world.registered(actor, spelling)
    assert (said.value.kind, said.value.code) == (Kind.CONFLICT, "domain_exists")
    (found,) = await world.services.portfolio.page(actor, limit=10, hostname=spelling)
    assert found.domain.hostname == "xn--mnchen-3ya.de"


@pytest.mark.parametrize("profile", PROFILES)
async def test_N15_a_name_is_registered_once_whatever_the_profile(world: World, profile: str) -> None:
    actor = await world.actor()
    await world.registered(actor)
    with pytest.raises(Refusal, match="domain_exists"):
        await world.registered(actor, profile=profile, mode=Mode.SEND_ONLY, contest=True)
    assert len(await world.services.portfolio.page(actor, limit=10)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mail.letterhead.net", "domain_is_ours"),
        ("amazonses.com", "domain_is_providers"),
        ("co.uk", "domain_public_suffix"),
        ("*.acme.com", "domain_wildcard"),
        ("192.0.2.1", "domain_is_ip_address"),
    ],
)
async def test_N07_what_may_not_be_registered_is_refused_under_its_code(
    world: World, name: str, code: str
) -> None:
    actor = await world.actor()
    with pytest.raises(Refusal) as said:
        await world.registered(actor, name)
    assert (said.value.kind, said.value.code) == (Kind.INVALID, code)
    assert await world.services.portfolio.page(actor, limit=10) == []


async def test_an_unknown_profile_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="unknown_profile"):
        await world.registered(await world.actor(), profile="nobody")


async def test_a_limited_key_registers_nothing(world: World) -> None:
    limited = await world.actor("acme", "domain.create", domains=frozenset({"dom_1"}))
    with pytest.raises(Refusal, match="key_is_limited"):
        await world.registered(limited)


async def registered_and_removed(world: World, profile: str = "letterhead") -> View:
    actor = await world.actor()
    view = await world.services.domains.register(actor, "acme.com", profile=profile)
    await world.services.domains.remove(actor, view.domain.id)
    return view


async def test_O03_O12_the_token_is_fresh_and_random_for_each_registration(world: World) -> None:
    tokens = [(await registered_and_removed(world)).domain.token for _ in range(20)]
    assert len(set(tokens)) == len(tokens)
    assert all(
        len(token) * 5 >= TOKEN_BITS and set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")
        for token in tokens
    )


@pytest.mark.parametrize("profile", ["letterhead", "anyreach"])
async def test_K12_selectors_are_fresh_for_each_registration(world: World, profile: str) -> None:
    pool = KeyPool()
    world.provider = Relay(pool, Sealer(b"k" * 32))
    world.services = world.node(world.dns)
    views = [await registered_and_removed(world, profile) for _ in range(4)]
    selectors = [selector for view in views for selector in view.domain.selectors]
    assert selectors
    assert len(set(selectors)) == len(selectors)
    keys = {view.domain.dkim_key for view in views}
    assert len(keys) == (len(views) if profile == "letterhead" else 1)
    await pool.close()


async def test_O19_a_team_may_have_so_many_domains_and_no_more(world: World) -> None:
    actor, other = await world.actor(), await world.actor("other")
    domains = [await world.registered(actor, f"acme{n}.com") for n in range(QUOTA)]
    with pytest.raises(Refusal) as said:
        await world.registered(actor, "one-more.com")
    assert (said.value.kind, said.value.code) == (Kind.QUOTA, "quota_exceeded")
    assert world.provider.provisioned == QUOTA, "no key was made for what was refused"
    await world.registered(other, "one-more.com")
    await world.services.domains.remove(actor, domains[0].id)
    await world.registered(actor, "one-more.com")


async def test_O19_a_transfer_is_no_way_around_the_quota(world: World) -> None:
    actor, giver = await world.actor(), await world.actor("giver")
    for n in range(QUOTA):
        await world.registered(actor, f"acme{n}.com")
    gift = await world.registered(giver, "gift.com")
    await world.services.transfers.offer(giver, gift.id, "acme")
    with pytest.raises(Refusal, match="quota_exceeded"):
        await world.services.transfers.accept(actor, gift.id)
    assert (await world.now(gift)).team == giver.team
