"""Addresses on the platform domain: for every team, without a domain, and never the operator's."""

from dataclasses import replace

import pytest

from letterhead.core.event import EventKind
from letterhead.core.refusal import Kind, Refusal
from letterhead.service.platform_addresses import PlatformAddresses
from tests.service.world import World


def several(world: World, most: int = 9) -> PlatformAddresses:
    """The same use cases where a team may have more than one address."""
    return replace(world.services.platform_addresses, most=most)


async def refused(world: World, team: str, local_part: str) -> tuple[Kind, str, str, str]:
    """What a team is told that asks for a name in vain."""
    with pytest.raises(Refusal) as said:
        await several(world).take(await world.actor(team), local_part)
    return said.value.kind, said.value.code, said.value.text, said.value.mend


async def test_O17_a_team_without_any_domain_has_an_address(world: World) -> None:
    actor = await world.actor()
    taken = await world.services.platform_addresses.take(actor, "Jane.Doe+news")
    assert taken.at(world.site.platform_domain) == f"janedoe@{world.site.platform_domain}"
    assert await world.services.platform_addresses.page(actor, limit=9) == [taken]
    assert await world.services.platform_addresses.get(actor, taken.id) == taken
    assert await world.services.portfolio.page(actor, limit=9) == []


@pytest.mark.parametrize("spelling", ["jane", "JANE", "j.a.n.e", "jane+x", "J.ane+a+b"])
async def test_O17_a_taken_address_is_refused_in_every_spelling_and_whose_it_is_is_not_told(
    world: World, spelling: str
) -> None:
    await several(world).take(await world.actor(), "jane")
    own, others = await refused(world, "acme", spelling), await refused(world, "evil", spelling)
    assert own == others
    assert own[:2] == (Kind.CONFLICT, "address_taken")


async def test_a_team_has_as_many_as_the_site_lets_it(world: World) -> None:
    root = await world.actor()
    first = await world.services.platform_addresses.take(root, "jane")
    with pytest.raises(Refusal) as said:
        await world.services.platform_addresses.take(root, "joe")
    assert (said.value.kind, said.value.code) == (Kind.QUOTA, "quota_exceeded")
    await world.services.platform_addresses.release(root, first.id)
    await world.services.platform_addresses.take(root, "joe")
    more = world.with_site(platform_addresses_per_team=2)
    await more.services.platform_addresses.take(root, "jane")
    with pytest.raises(Refusal, match="quota_exceeded"):
        await more.services.platform_addresses.take(root, "jim")


async def test_A14_a_team_without_room_learns_nothing_of_what_others_have(world: World) -> None:
    await several(world).take(await world.actor("evil"), "joe")
    root, told = await world.actor(), set()
    await world.services.platform_addresses.take(root, "jane")
    for name in ("jane", "joe", "free"):
        with pytest.raises(Refusal) as said:
            await world.services.platform_addresses.take(root, name)
        told.add((said.value.code, said.value.text))
    assert len(told) == 1


async def test_a_released_address_is_free_for_anybody(world: World) -> None:
    root, evil = await world.actor(), await world.actor("evil")
    taken = await several(world).take(root, "jane")
    await several(world).release(root, taken.id)
    assert await several(world).page(root, limit=9) == []
    assert (await several(world).take(evil, "jane")).team == evil.team
    with pytest.raises(Refusal, match="address_not_found"):
        await several(world).release(root, taken.id)


async def test_A01_another_teams_address_is_answered_like_an_unknown_one(world: World) -> None:
    root, evil = await world.actor(), await world.actor("evil")
    taken = await several(world).take(root, "jane")
    told = set()
    for asked in (several(world).get, several(world).release):
        for address in (taken.id, "adr_none"):
            with pytest.raises(Refusal) as said:
                await asked(evil, address)
            told.add((said.value.kind, said.value.code, said.value.text))
    assert len(told) == 1
    assert await several(world).page(root, limit=9) == [taken]


async def test_A02_each_act_needs_its_own_permission(world: World) -> None:
    taken = await several(world).take(await world.actor(), "jane")
    addresses = several(world)
    for permission, act in {
        "mailbox.create": lambda actor: addresses.take(actor, "joe"),
        "mailbox.read": lambda actor: addresses.get(actor, taken.id),
        "mailbox.delete": lambda actor: addresses.release(actor, taken.id),
    }.items():
        others = {f"mailbox.{verb}" for verb in ("create", "read", "update", "delete")} - {permission}
        with pytest.raises(Refusal, match="insufficient_permissions"):
            await act(await world.actor("acme", *others))
        await act(await world.actor("acme", permission))


async def test_a_key_limited_to_domains_has_no_addresses(world: World) -> None:
    taken = await several(world).take(await world.actor(), "jane")
    limited = await world.actor("acme", domains=frozenset({"dom_1"}))
    with pytest.raises(Refusal, match="key_is_limited"):
        await several(world).take(limited, "joe")
    for asked in (several(world).get, several(world).release):
        with pytest.raises(Refusal, match="address_not_found"):
            await asked(limited, taken.id)
    assert await several(world).page(limited, limit=9) == []


async def test_a_key_limited_to_mailboxes_has_those_addresses_alone(world: World) -> None:
    root = await world.actor()
    mine, theirs = [await several(world).take(root, name) for name in ("jane", "joe")]
    limited = await world.actor("acme", domains=frozenset(), mailboxes=frozenset({mine.id}))
    assert await several(world).page(limited, limit=9) == [mine]
    assert await several(world).get(limited, mine.id) == mine
    with pytest.raises(Refusal, match="key_is_limited"):
        await several(world).take(limited, "jack")
    for asked in (several(world).get, several(world).release):
        with pytest.raises(Refusal, match="address_not_found"):
            await asked(limited, theirs.id)
    await several(world).release(limited, mine.id)
    assert await several(world).page(root, limit=9) == [theirs]


async def test_A20_whoever_takes_and_releases_is_remembered(world: World) -> None:
    root = await world.actor()
    taken = await world.services.platform_addresses.take(root, "jane")
    await world.services.platform_addresses.release(root, taken.id)
    with pytest.raises(Refusal):
        await world.services.platform_addresses.release(root, taken.id)
    events = await world.store.events.page(root.team, limit=9)
    assert [each.kind for each in events] == [EventKind.ADDRESS_RELEASED, EventKind.ADDRESS_TAKEN]
    for each in events:
        assert each.data == {
            "platform_address": taken.id,
            "address": f"jane@{world.site.platform_domain}",
            "actor": root.key,
        }
