"""What is chosen for a domain, and what can be changed of it later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Mode, Status
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from letterhead.core.team import MemberRole
from tests.service.world import World


async def test_region_and_provider_are_the_sites_unless_chosen(world: World) -> None:
    there = world.with_site(mx_host="mx.{region}.letterhead.net", region="eu", regions=("us",))
    actor = await there.actor()
    usual = await there.services.domains.register(actor, "a.com")
    chosen = await there.services.domains.register(actor, "b.com", region="us", provider="resend")
    assert (usual.region, usual.provider) == ("eu", "relay")
    assert (chosen.region, chosen.provider) == ("us", "resend")
    hosts = [view.plan.of(Role.MX)[0].value for view in (usual, chosen)]
    assert hosts == ["mx.eu.letterhead.net", "mx.us.letterhead.net"]
    moved = there.with_site(region="us")
    assert (await moved.services.domains.get(actor, usual.domain.id)).region == "eu"


@pytest.mark.parametrize(
    "fields", [{"region": "mars"}, {"region": ""}, {"provider": "pigeon"}, {"provider": ""}]
)
async def test_what_there_is_not_can_not_be_chosen(world: World, fields: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="unknown_"):
        await world.services.domains.register(await world.actor(), "a.com", **fields)


async def test_a_team_has_one_default_domain_and_a_transfer_takes_none_along(world: World) -> None:
    actor, other = await world.actor(), await world.actor("other")
    first = await world.registered(actor, "a.com", is_default=True)
    second = await world.registered(actor, "b.com")
    assert (await world.services.domains.change(actor, second.id, is_default=True)).domain.is_default
    assert not (await world.now(first)).is_default
    await world.services.transfers.offer(actor, second.id, "other")
    assert not (await world.services.transfers.accept(other, second.id)).domain.is_default
    assert (await world.services.teams.of(actor)).team.default_domain is None
    await world.services.domains.change(actor, first.id, is_default=True)
    await world.services.domains.remove(actor, first.id)
    assert (await world.services.teams.of(actor)).team.default_domain is None


async def test_changing_what_stands_so_already_changes_nothing(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    view = await world.services.domains.change(actor, domain.id, mode=Mode.SEND_RECEIVE, is_default=False)
    assert view.domain == domain


async def test_a_verified_domain_that_is_to_receive_lapses_without_an_mx(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor, mode=Mode.SEND_ONLY)
    await world.publish(actor, domain, but=[Role.MX])
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED
    view = await world.services.domains.change(actor, domain.id, mode=Mode.SEND_RECEIVE)
    assert view.plan.of(Role.MX)[0].required
    assert (view.domain.status, view.domain.due_at) == (Status.VERIFIED, world.clock.now())
    await world.sweep(timedelta(0))
    assert (await world.now(domain)).status is Status.LAPSED
    await world.publish(actor, domain)
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED


async def test_a_verified_domain_that_is_to_receive_stays_verified_with_its_mx(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor, mode=Mode.SEND_ONLY)
    await world.services.domains.change(actor, domain.id, mode=Mode.SEND_RECEIVE)
    await world.sweep(timedelta(0))
    now = await world.now(domain)
    assert (now.status, now.verified_at) == (Status.VERIFIED, domain.verified_at)


async def test_a_domain_that_receives_is_not_made_to_send_alone(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    with pytest.raises(Refusal, match="mode_downgrade"):
        await world.services.domains.change(actor, domain.id, mode=Mode.SEND_ONLY, suspended=True)
    assert await world.now(domain) == domain


async def test_O12_a_team_registers_so_many_domains_a_day_even_if_it_removes_them(world: World) -> None:
    actor = await world.actor()
    few = replace(world.services.domains, quota=replace(world.services.domains.quota, registrations=3))
    for number in range(3):
        view = await few.register(actor, f"{number}a.com")
        await few.remove(actor, view.domain.id)
    with pytest.raises(Refusal, match="too_many_registrations"):
        await few.register(actor, "4a.com")
    await few.register(await world.actor("other"), "4a.com")
    world.pass_time(timedelta(days=1))
    await few.register(actor, "4a.com")


async def test_A20_every_change_leaves_one_row_and_a_reader_of_domains_alone_sees_those_of_domains(
    world: World,
) -> None:
    root = await world.actor()
    domain = await world.registered(root, is_default=False, mode=Mode.SEND_ONLY)
    services = world.services
    await services.domains.change(root, domain.id, is_default=True)
    await services.domains.change(root, domain.id, mode=Mode.SEND_RECEIVE)
    await services.domains.change(root, domain.id, suspended=True)
    await services.domains.change(root, domain.id, suspended=False)
    await world.actor("other")
    await services.transfers.offer(root, domain.id, "other")
    await services.transfers.withdraw(root, domain.id)
    owner = await services.members.add(root, email="a@acme.com", role=MemberRole.OWNER)
    member = await services.members.add(root, email="b@acme.com", role=MemberRole.VIEWER)
    await services.members.change(root, member.id, role=MemberRole.ADMIN)
    await services.members.remove(root, member.id)
    key, _ = await services.keys.create(root, name="k", role="root:full", member=owner.id)
    await services.keys.revoke(root, key.id)
    address = await services.platform_addresses.take(root, "jane")
    await services.platform_addresses.release(root, address.id)
    await services.domains.remove(root, domain.id)
    events = await services.history.of_team(root, limit=99)
    assert [event.kind for event in reversed(events)] == [
        "domain.created",
        "domain.updated",
        "domain.extended",
        "domain.suspended",
        "domain.resumed",
        "domain.offered",
        "domain.withdrawn",
        "member.added",
        "member.added",
        "member.changed",
        "member.removed",
        "key.created",
        "key.revoked",
        "mailbox.address_taken",
        "mailbox.address_released",
        "domain.deleted",
    ]
    assert all(event.data.get("actor") for event in events if event.kind != "domain.created")
    reader = await world.actor("acme", "domain.read")
    seen = {event.kind.partition(".")[0] for event in await services.history.of_team(reader, limit=99)}
    assert seen == {"domain"}
