"""Members: nobody raises themselves, an owner stays, and whoever goes takes their keys along."""

import asyncio

import pytest

from letterhead.core.permission import MEMBER_ROLES, Actor
from letterhead.core.refusal import Kind, Refusal
from letterhead.core.team import Member, MemberRole
from tests.service.world import World

OWNER, ADMIN, VIEWER = MemberRole.OWNER, MemberRole.ADMIN, MemberRole.VIEWER


async def joined(world: World, role: MemberRole, email: str = "") -> tuple[Member, Actor, str]:
    """A new member of acme, what their key makes of them, and that key."""
    root = await world.actor()
    member = await world.services.members.add(root, email=email or f"{role}@acme.com", role=role)
    _, secret = await world.services.keys.create(root, name="k", role="root:full", member=member.id)
    return member, await world.services.keys.authenticate(secret), secret


@pytest.mark.parametrize("role", MemberRole)
async def test_A03_a_members_key_does_what_the_role_allows_whatever_it_was_granted(
    world: World, role: MemberRole
) -> None:
    member, actor, _ = await joined(world, role)
    bound = Actor("x", "y", MEMBER_ROLES[role])
    for permission in ("domain.read", "domain.delete", "member.update", "member.create", "key.delete"):
        assert actor.may(permission) == bound.may(permission)
    assert actor.member == member.id


@pytest.mark.parametrize("role", MemberRole)
async def test_A03_nobody_changes_their_own_role(world: World, role: MemberRole) -> None:
    await joined(world, OWNER, "other@acme.com")
    member, actor, _ = await joined(world, role)
    for wanted in MemberRole:
        with pytest.raises(Refusal) as said:
            await world.services.members.change(actor, member.id, role=wanted)
        assert said.value.kind is Kind.FORBIDDEN
    (kept,) = [m for m in await world.services.members.page(actor, limit=9) if m.id == member.id]
    assert kept.role is role


async def test_A03_an_admin_makes_no_owner_and_touches_none(world: World) -> None:
    owner, *_ = await joined(world, OWNER)
    _, admin, _ = await joined(world, ADMIN)
    for asked in (
        world.services.members.add(admin, email="eve@evil.com", role=OWNER),
        world.services.members.change(admin, owner.id, role=VIEWER),
        world.services.members.remove(admin, owner.id),
        world.services.keys.create(admin, name="k", role="root:readonly", member=owner.id),
    ):
        with pytest.raises(Refusal) as said:
            await asked
        assert said.value.kind is Kind.FORBIDDEN
    assert (await world.services.members.add(admin, email="v@acme.com", role=VIEWER)).role is VIEWER


async def test_A03_the_last_owner_is_neither_removed_nor_demoted_even_by_all_at_once(world: World) -> None:
    root = await world.actor()
    owners = [
        await world.services.members.add(root, email=f"{number}@acme.com", role=OWNER) for number in range(6)
    ]
    await asyncio.gather(
        *(world.services.members.remove(root, owner.id) for owner in owners[:3]),
        *(world.services.members.change(root, owner.id, role=VIEWER) for owner in owners[3:]),
        return_exceptions=True,
    )
    left = [m for m in await world.services.members.page(root, limit=9) if m.role is OWNER]
    assert len(left) == 1
    for asked in (
        world.services.members.remove(root, left[0].id),
        world.services.members.change(root, left[0].id, role=VIEWER),
    ):
        with pytest.raises(Refusal, match="last_owner"):
            await asked


async def test_A19_who_is_removed_asks_nothing_more_and_neither_do_keys_made_with_their_keys(
    world: World,
) -> None:
    member, actor, secret = await joined(world, ADMIN)
    _, second = await world.services.keys.create(actor, name="k", role="root:readonly")
    root = await world.actor()
    _, own = await world.services.keys.create(root, name="k", role="root:full")
    await world.services.members.remove(root, member.id)
    for each in (secret, second):
        with pytest.raises(Refusal) as said:
            await world.services.keys.authenticate(each)
        assert said.value.kind is Kind.UNAUTHENTICATED
    await world.services.keys.authenticate(own)
    with pytest.raises(Refusal, match="member_not_found"):
        await world.services.keys.create(root, name="k", role="root:full", member=member.id)


async def test_a_role_counts_from_the_next_request_on(world: World) -> None:
    member, actor, secret = await joined(world, ADMIN)
    assert actor.may("domain.delete")
    await world.services.members.change(await world.actor(), member.id, role=VIEWER)
    assert not (await world.services.keys.authenticate(secret)).may("domain.delete")


async def test_A01_members_of_other_teams_are_not_there(world: World) -> None:
    member, *_ = await joined(world, VIEWER)
    evil = await world.actor("evil")
    said = []
    for member_id in (member.id, "mem_none"):
        for asked in (
            world.services.members.change(evil, member_id, role=ADMIN),
            world.services.members.remove(evil, member_id),
            world.services.keys.create(evil, name="k", role="root:full", member=member_id),
        ):
            with pytest.raises(Refusal) as refused:
                await asked
            said.append((refused.value.code, refused.value.text))
    assert len(set(said)) == 1
    assert await world.services.members.page(evil, limit=9) == []


async def test_an_address_joins_once_in_whatever_spelling(world: World) -> None:
    root = await world.actor()
    await world.services.members.add(root, email="Jane@ACME.com", role=VIEWER)
    with pytest.raises(Refusal, match="member_exists"):
        await world.services.members.add(root, email="jane@acme.com", role=ADMIN)


async def test_a_key_limited_to_domains_adds_nobody_and_finds_nobody(world: World) -> None:
    member, *_ = await joined(world, VIEWER)
    limited = await world.actor("acme", domains=frozenset({"dom_1"}))
    with pytest.raises(Refusal, match="key_is_limited"):
        await world.services.members.add(limited, email="joe@acme.com", role=VIEWER)
    with pytest.raises(Refusal, match="member_not_found"):
        await world.services.members.remove(limited, member.id)


async def test_a_team_sees_what_it_has_and_what_it_shares(world: World) -> None:
    root = await world.actor()
    domain = await world.registered(root, is_default=True)
    await joined(world, VIEWER)
    overview = await world.services.teams.of(root)
    assert (overview.team.slug, overview.team.default_domain) == ("acme", domain.id)
    assert (overview.tally.domains, overview.tally.members, overview.tally.keys) == (1, 1, 1)
    assert overview.platform_domain == world.site.platform_domain
    limited = await world.actor("acme", domains=frozenset({"dom_1"}))
    assert (await world.services.teams.of(limited)).team.default_domain is None
