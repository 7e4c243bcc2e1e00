"""What every store does with members: one address once, an owner stays, and keys end with whose they are."""

import asyncio
from dataclasses import replace

import pytest

from letterhead.core.event import EventKind
from letterhead.core.team import MemberRole, Tally
from letterhead.ports import AlreadyMember, LastOwner, Stale, Store
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_key, a_member, told

OWNER, VIEWER = MemberRole.OWNER, MemberRole.VIEWER


async def test_every_field_comes_back_as_it_went_in(store: Store) -> None:
    for role in MemberRole:
        member = a_member(f"{role}@acme.com", role=role, created_at=NOON + HOUR)
        await store.members.add(member, told())
        assert await store.members.of_team(ACME.id, member.id) == member


async def test_A01_another_teams_member_is_found_by_nobody_else(store: Store) -> None:
    member = a_member()
    await store.members.add(member, told())
    assert await store.members.of_team(EVIL.id, member.id) is None
    assert await store.members.page(EVIL.id, limit=9) == []
    for asked in (store.members.remove, lambda m, e: store.members.change(m, VIEWER, e)):
        with pytest.raises(Stale):
            await asked(replace(member, team=EVIL.id), told())
    assert await store.members.of_team(ACME.id, member.id) == member


async def test_an_address_is_one_member_of_a_team_and_free_again_when_that_one_is_gone(store: Store) -> None:
    first, again = a_member(role=VIEWER), a_member(role=VIEWER)
    await store.members.add(first, told())
    with pytest.raises(AlreadyMember):
        await store.members.add(again, told())
    await store.members.add(a_member(team=EVIL), told(team=EVIL))
    await store.members.remove(first, told())
    await store.members.add(again, told())
    assert await store.members.page(ACME.id, limit=9) == [again]


async def test_pages_go_back_to_the_first(store: Store) -> None:
    members = [a_member(f"{number}@acme.com") for number in range(5)]
    for member in members:
        await store.members.add(member, told())
    first = await store.members.page(ACME.id, limit=3)
    rest = await store.members.page(ACME.id, limit=3, before=first[-1].id)
    assert [*first, *rest] == members[::-1]


async def test_A03_the_last_owner_stays(store: Store) -> None:
    owner, other = a_member(), a_member("joe@acme.com", role=VIEWER)
    for member in (owner, other):
        await store.members.add(member, told())
    with pytest.raises(LastOwner):
        await store.members.remove(owner, told())
    with pytest.raises(LastOwner):
        await store.members.change(owner, VIEWER, told())
    await store.members.change(other, OWNER, told())
    await store.members.remove(owner, told())
    assert [(m.id, m.role) for m in await store.members.page(ACME.id, limit=9)] == [(other.id, OWNER)]


@pytest.mark.parametrize("how", ["remove", "demote", "both"])
async def test_A03_owners_who_all_go_at_once_leave_one(store: Store, how: str) -> None:
    for round_number in range(5):
        owners = [a_member(f"{round_number}-{number}@acme.com") for number in range(6)]
        for owner in owners:
            await store.members.add(owner, told())

        going = [
            store.members.change(owner, VIEWER, told())
            if how == "demote" or (how == "both" and number % 2)
            else store.members.remove(owner, told())
            for number, owner in enumerate(owners)
        ]
        came = await asyncio.gather(*going, return_exceptions=True)
        assert {type(each) for each in came} <= {type(None), LastOwner}
        left = [m for m in await store.members.page(ACME.id, limit=99) if m.role is OWNER]
        assert len(left) == 1
        await store.members.add(a_member(f"{round_number}@acme.com"), told())
        await store.members.remove(left[0], told())
        (only,) = [m for m in await store.members.page(ACME.id, limit=99) if m.role is OWNER]
        await store.members.change(only, OWNER, told())


async def test_a_decision_on_an_outdated_role_is_stale(store: Store) -> None:
    member = a_member(role=VIEWER)
    await store.members.add(member, told())
    await store.members.change(member, MemberRole.ADMIN, told())
    with pytest.raises(Stale):
        await store.members.remove(member, told())


async def test_A19_the_keys_of_whoever_is_removed_are_revoked_in_the_same_moment(store: Store) -> None:
    gone, stays = a_member("gone@acme.com"), a_member("stays@acme.com")
    for member in (gone, stays):
        await store.members.add(member, told())
    keys = [a_key(member=gone.id), a_key(member=gone.id), a_key(member=stays.id), a_key()]
    for key in keys:
        await store.keys.add(key, told())
    await store.members.remove(gone, told(NOON + HOUR))
    found = [await store.keys.by_digest(key.digest) for key in keys]
    assert [each and each.revoked_at for each in found] == [NOON + HOUR, NOON + HOUR, None, None]


async def test_A19_no_key_is_made_for_whoever_is_gone(store: Store) -> None:
    member = a_member(role=VIEWER)
    await store.members.add(member, told())
    await store.members.remove(member, told())
    for key in (a_key(member=member.id), a_key(member="mem_none"), a_key(EVIL, member=member.id)):
        with pytest.raises(Stale):
            await store.keys.add(key, told())
        assert await store.keys.by_digest(key.digest) is None


async def test_A19_a_key_made_while_its_member_is_removed_is_refused_or_revoked(store: Store) -> None:
    for number in range(10):
        member = a_member(f"{number}@acme.com", role=VIEWER)
        await store.members.add(member, told())
        key = a_key(member=member.id)
        await asyncio.gather(
            store.keys.add(key, told()), store.members.remove(member, told()), return_exceptions=True
        )
        found = await store.keys.by_digest(key.digest)
        assert found is None or found.revoked_at is not None


async def test_a_key_tells_what_its_member_may_do_now(store: Store) -> None:
    member = a_member()
    await store.members.add(member, told())
    await store.members.add(a_member("joe@acme.com"), told())
    key = a_key(member=member.id)
    await store.keys.add(key, told())
    assert await store.keys.by_digest(key.digest) == replace(key, member_role=OWNER)
    await store.members.change(member, VIEWER, told())
    (listed,) = await store.keys.page(ACME.id, limit=9)
    assert listed == replace(key, member_role=VIEWER)


async def test_A20_what_is_refused_leaves_no_event(store: Store) -> None:
    member = a_member()
    await store.members.add(member, told(kind=EventKind.MEMBER_ADDED))
    for refused in (
        store.members.add(a_member(), told(kind=EventKind.MEMBER_ADDED)),
        store.members.remove(member, told(kind=EventKind.MEMBER_REMOVED)),
        store.members.change(member, VIEWER, told(kind=EventKind.MEMBER_CHANGED)),
    ):
        with pytest.raises((AlreadyMember, LastOwner)):
            await refused
    assert not await store.keys.revoke(ACME.id, "key_none", told(kind=EventKind.KEY_REVOKED))
    (event,) = await store.events.page(ACME.id, limit=9)
    assert (event.kind, event.domain, event.hostname) == (EventKind.MEMBER_ADDED, "", "")


async def test_a_team_knows_how_much_it_has(store: Store) -> None:
    assert await store.teams.tally(ACME.id) == Tally(0, 0, 0)
    member = a_member()
    await store.members.add(member, told())
    await store.members.add(a_member(team=EVIL), told(team=EVIL))
    for key in (a_key(), a_key(member=member.id), a_key(EVIL)):
        await store.keys.add(key, told())
    assert await store.teams.tally(ACME.id) == Tally(0, 1, 2)
