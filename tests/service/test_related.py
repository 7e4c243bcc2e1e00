"""O07, O08: names above and below those of other teams; who is asked, who is told, and who may end it."""

from datetime import timedelta

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from letterhead.service.related import MOST_APPROVALS, Related
from tests.service.world import CYCLE, World

CHILD, PARENT = "mail.acme.com", "acme.com"


async def parent_first(world: World, profile: str = "letterhead") -> tuple[Actor, Domain, Actor, Domain]:
    """A name that one team holds, and another team's claim below it with all its records published."""
    above, below = await world.actor("above"), await world.actor("below")
    parent = await world.verified(above, PARENT, profile=profile)
    child = await world.registered(below, CHILD)
    await world.publish(below, child)
    return above, parent, below, child


async def child_first(world: World, profile: str = "letterhead") -> tuple[Actor, Domain, Actor, Domain]:
    """A name that one team holds, and the name above, which another team verified later."""
    above, below = await world.actor("above"), await world.actor("below")
    child = await world.verified(below, CHILD)
    return above, await world.verified(above, PARENT, profile=profile), below, child


async def test_O07_an_approved_team_may_have_the_name_once_it_has_proven_it(world: World) -> None:
    above, parent, below, child = await parent_first(world)
    assert not (await world.verify(below, child)).domain.held
    (name,) = await world.services.related.approve(above, parent.id, "MAIL.acme.com.", "below")
    assert name == Related(CHILD, "below", is_held=False, approved=True, team=below.team)  # type: ignore[arg-type] # text is a hostname here
    await world.publish(below, child, but=[Role.OWNERSHIP])
    assert not (await world.verify(below, child)).domain.held, "it still takes its own token"
    await world.publish(below, child)
    await world.sweep(timedelta(0))
    assert (await world.now(child)).status is Status.VERIFIED, "it is examined at once"
    assert await world.turns(child) == ["approved", "verified"]
    assert await world.turns(parent) == ["verified", "related", "approved", "related"]


async def test_O07_an_approval_is_for_one_name_and_one_team(world: World) -> None:
    above, parent, below, child = await parent_first(world)
    await world.actor("other")
    await world.services.related.approve(above, parent.id, CHILD, "other")
    await world.services.related.approve(above, parent.id, "www.acme.com", "below")
    with pytest.raises(Refusal, match="already_approved"):
        await world.services.related.approve(above, parent.id, CHILD, "below")
    assert not (await world.verify(below, child)).domain.held


async def test_O07_the_nearest_name_above_that_is_held_decides(world: World) -> None:
    above, parent, below, child = await parent_first(world)
    await world.services.related.approve(above, parent.id, CHILD, "below")
    await world.verify(below, child)
    own = await world.verified(below, "eu.mail.acme.com")
    assert own.held_above == "", "below our own name nobody else is asked"
    other = await world.actor("other")
    claim = await world.registered(other, "us.mail.acme.com")
    await world.publish(other, claim)
    with pytest.raises(Refusal, match="related_not_found"):
        await world.services.related.revoke(above, parent.id, "eu.mail.acme.com")
    assert not (await world.verify(other, claim)).domain.held
    await world.services.related.approve(below, child.id, "us.mail.acme.com", "other")
    world.pass_time(timedelta(seconds=1))
    assert (await world.verify(other, claim)).domain.held
    names = [each.hostname for each in await world.services.related.of(above, parent.id)]
    assert names == [CHILD]


async def test_O07_an_approval_that_is_taken_back_ends_what_rested_on_it_after_the_grace(
    world: World,
) -> None:
    above, parent, below, child = await parent_first(world)
    await world.services.related.approve(above, parent.id, CHILD, "below")
    await world.verify(below, child)
    (name,) = await world.services.related.revoke(above, parent.id, CHILD)
    assert (name.approved, name.is_held, name.yields_at) == (False, True, world.clock.now() + CYCLE)
    await world.sweep(CYCLE - timedelta(minutes=1))
    assert (await world.now(child)).held
    await world.sweep()
    gone = await world.now(child)
    assert (gone.status, gone.held, gone.revoked_at) == (Status.FAILED, False, None)
    assert await world.services.related.of(above, parent.id) == []
    await world.sweep()
    assert not (await world.now(child)).held, "it is barred again"
    assert await world.turns(child) == ["approved", "verified", "revoked", "superseded"]


async def test_O08_a_name_below_that_was_first_is_shown_without_its_team_and_stays(world: World) -> None:
    above, parent, below, child = await child_first(world)
    assert await world.services.related.of(above, parent.id) == [
        Related(CHILD, "below", is_held=True, approved=False)  # type: ignore[arg-type] # text is a hostname here
    ]
    assert await world.services.related.of(below, child.id) == [
        Related(PARENT, "above", is_held=True, approved=False)  # type: ignore[arg-type] # text is a hostname here
    ]
    for _ in range(3):
        await world.sweep()
    assert (await world.now(child)).status is Status.VERIFIED


async def test_O08_the_holder_above_revokes_it_and_it_is_told_before_it_yields(world: World) -> None:
    above, parent, below, child = await child_first(world)
    for _ in range(2):
        await world.services.related.revoke(above, parent.id, CHILD)
    assert await world.turns(child) == ["verified", "related", "related", "revoked"], "once"
    events = await world.services.history.of_domain(below, child.id, limit=1)
    until = world.clock.now() + CYCLE
    assert events[0].data == {"name": CHILD, "above": PARENT, "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    for _ in range(2):
        await world.sweep()
    assert (await world.now(child)).status is Status.FAILED
    assert (await world.now(parent)).held


@pytest.mark.parametrize("way_out", ["approved", "delegated", "parent gone"])
async def test_O08_what_is_revoked_stays_on_any_other_ground(world: World, way_out: str) -> None:
    above, parent, below, child = await child_first(world)
    await world.services.related.revoke(above, parent.id, CHILD)
    if way_out == "approved":
        await world.services.related.approve(above, parent.id, CHILD, "below")
    elif way_out == "delegated":
        world.dns.cuts.add(CHILD)
    else:
        await world.services.domains.remove(above, parent.id)
    for _ in range(3):
        await world.sweep()
    after = await world.now(child)
    assert (after.status, after.revoked_at) == (Status.VERIFIED, None)
    assert below.team == after.team


async def test_O08_a_suspended_name_below_yields_too(world: World) -> None:
    above, parent, below, child = await child_first(world)
    await world.services.domains.change(below, child.id, suspended=True)
    await world.services.related.revoke(above, parent.id, CHILD)
    for _ in range(3):
        await world.sweep()
    after = await world.now(child)
    assert (after.status, after.held, after.due_at) == (Status.SUSPENDED, False, None)


async def test_O08_only_who_has_proven_the_zone_above_by_a_token_may_revoke(world: World) -> None:
    above, parent, _, child = await child_first(world, profile="mails")
    with pytest.raises(Refusal, match="proof_required"):
        await world.services.related.revoke(above, parent.id, CHILD)
    view = await world.services.domains.get(above, parent.id)
    (proof,) = view.plan.of(Role.OWNERSHIP)
    assert not proof.required, "it is asked for, and nothing is lost without it"
    await world.publish(above, parent)
    await world.verify(above, parent)
    await world.services.related.revoke(above, parent.id, CHILD)
    assert (await world.now(child)).revoked_at is not None


async def test_O08_what_was_delegated_is_taken_back_in_the_dns(world: World) -> None:
    world.dns.cuts.add(CHILD)
    above, parent, _, _ = await child_first(world)
    with pytest.raises(Refusal, match="zone_of_its_own"):
        await world.services.related.revoke(above, parent.id, CHILD)


@pytest.mark.parametrize(
    ("name", "team", "code"),
    [
        ("acme.com", "below", "not_below"),
        ("notacme.com", "below", "not_below"),
        ("mail.acme.com", "nobody", "team_not_found"),
        ("mail.acme.com", "above", "own_team"),
        ("mail acme com", "below", "domain_blank"),
    ],
)
async def test_what_can_not_be_approved_is_refused(world: World, name: str, team: str, code: str) -> None:
    above, parent, _, _ = await parent_first(world)
    with pytest.raises(Refusal, match=code):
        await world.services.related.approve(above, parent.id, name, team)


async def test_a_claim_decides_about_nothing(world: World) -> None:
    above = await world.actor("above")
    await world.actor("below")
    claim = await world.registered(above, PARENT)
    for said in (
        world.services.related.approve(above, claim.id, CHILD, "below"),
        world.services.related.revoke(above, claim.id, CHILD),
    ):
        with pytest.raises(Refusal, match="not_held"):
            await said
    assert await world.services.related.of(above, claim.id) == []


async def test_nothing_is_revoked_where_nobody_is(world: World) -> None:
    above, parent, _, _ = await parent_first(world)
    with pytest.raises(Refusal, match="related_not_found"):
        await world.services.related.revoke(above, parent.id, CHILD)


async def test_approvals_are_bounded_and_repeating_one_changes_nothing(world: World) -> None:
    above, parent, _, _ = await parent_first(world)
    for number in range(MOST_APPROVALS):
        names = await world.services.related.approve(above, parent.id, f"n{number}.acme.com", "below")
    assert len(names) == MOST_APPROVALS
    assert await world.services.related.approve(above, parent.id, "n0.acme.com", "below") == names
    with pytest.raises(Refusal, match="too_many_approvals"):
        await world.services.related.approve(above, parent.id, CHILD, "below")


async def test_A14_a_strangers_domain_is_missing_and_a_reader_changes_nothing(world: World) -> None:
    _, parent, below, _ = await parent_first(world)
    reader = await world.actor("above", "domain.read")
    for actor, code in ((below, "domain_not_found"), (reader, "insufficient_permissions")):
        with pytest.raises(Refusal, match=code):
            await world.services.related.approve(actor, parent.id, CHILD, "below")
        with pytest.raises(Refusal, match=code):
            await world.services.related.revoke(actor, parent.id, CHILD)
