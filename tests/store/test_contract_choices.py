"""What every store does with a team's default domain, with its room for more, and with lists by offset."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Status
from letterhead.core.event import EventKind
from letterhead.ports import Change, NoRoom, Room, Store
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, a_key, a_member, an_event, holding, told

TICK = timedelta(microseconds=1)


async def default_of(store: Store, team: str = ACME.id) -> list[str]:
    return [domain.hostname for domain in await store.domains.page(team, limit=99) if domain.is_default]


async def test_a_team_has_one_default_domain_whichever_way_it_was_made(store: Store) -> None:
    first = await store.domains.add(a_domain("a.com", is_default=True), (), ())
    assert first.is_default
    second = await store.domains.add(a_domain("b.com", is_default=True), (), ())
    assert await default_of(store) == ["b.com"]
    (first,) = await store.domains.save([Change(first, is_default=True)])
    assert first.is_default
    assert await default_of(store) == ["a.com"]
    await store.domains.save([Change(second, is_default=False)])
    assert await default_of(store) == ["a.com"], "who is not the default can't take it from another"
    await store.domains.save([Change(first, is_default=False)])
    assert await default_of(store) == []


async def test_a_save_that_says_nothing_of_it_leaves_it_alone(store: Store) -> None:
    first = await store.domains.add(a_domain("a.com", is_default=True), (), ())
    second = await store.domains.add(a_domain("b.com"), (), ())
    await store.domains.save([Change(second, is_default=True)])
    await store.domains.save([Change(first)])  # read while it was the default
    assert await default_of(store) == ["b.com"]


async def test_those_made_default_at_once_end_as_one(store: Store) -> None:
    domains = [await store.domains.add(a_domain(f"{number}.com"), (), ()) for number in range(8)]
    await asyncio.gather(*(store.domains.save([Change(each, is_default=True)]) for each in domains))
    assert len(await default_of(store)) == 1


async def test_a_default_is_its_own_teams_affair(store: Store) -> None:
    await store.domains.add(a_domain("a.com", is_default=True), (), ())
    await store.domains.add(a_domain("b.com", team=EVIL, is_default=True), (), ())
    assert (await default_of(store), await default_of(store, EVIL.id)) == (["a.com"], ["b.com"])
    team = await store.teams.by_slug(ACME.id)
    assert team is not None
    assert team.default_domain is not None


def room(domains: int = 99, registrations: int = 99) -> Room:
    return Room(domains, registrations)


async def test_O19_a_team_that_registers_all_at_once_gets_no_more_than_its_room(store: Store) -> None:
    asked = [store.domains.add(a_domain(f"{number}.com"), (), (), room(domains=3)) for number in range(12)]
    came = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, NoRoom) for each in came) == 9
    assert await store.domains.count(ACME.id) == 3
    await store.domains.add(a_domain("evil.com", team=EVIL), (), (), room(domains=3))


async def test_O12_what_was_removed_counts_among_the_days_registrations(store: Store) -> None:
    for number in range(3):
        made = await store.domains.add(a_domain(f"{number}.com"), (), (), room(registrations=3))
        gone = a_domain(made.hostname, id=made.id, status=Status.DELETED, due_at=None)
        await store.domains.save([Change(gone)])
    assert (await store.domains.count(ACME.id), await store.domains.registered(ACME.id, NOON)) == (0, 3)
    late = a_domain("4.com", created_at=NOON + 12 * HOUR - TICK)
    with pytest.raises(NoRoom):
        await store.domains.add(late, (), (), room(registrations=3))
    tomorrow = replace(late, created_at=NOON + 12 * HOUR)
    await store.domains.add(tomorrow, (), (), room(registrations=3))
    assert await store.domains.registered(ACME.id, tomorrow.created_at) == 1
    assert await store.domains.registered(ACME.id, NOON) == 0


async def test_lists_by_offset_tell_how_many_there_are(store: Store) -> None:
    made = [await store.domains.add(a_domain(f"{number}.com"), (), ()) for number in range(5)]
    held = await store.domains.add(a_domain("held.com", **holding()), (), ())
    await store.domains.add(a_domain("evil.com", team=EVIL), (), ())
    newest = [held.hostname, *(domain.hostname for domain in reversed(made))]
    for offset in range(7):
        listed, total = await store.domains.listing(ACME.id, limit=2, offset=offset)
        assert ([each.hostname for each in listed], total) == (newest[offset : offset + 2], 6)
    pending = frozenset({Status.PENDING, Status.LAPSED})
    _, total = await store.domains.listing(ACME.id, limit=1, offset=0, statuses=pending)
    assert total == 5
    only = frozenset({made[1].id, held.id})
    listed, total = await store.domains.listing(ACME.id, limit=9, offset=0, statuses=pending, only=only)
    assert ([each.id for each in listed], total) == ([made[1].id], 1)
    assert await store.domains.listing(ACME.id, limit=9, offset=0, only=frozenset()) == ([], 0)


async def test_events_of_the_nouns_that_one_may_read(store: Store) -> None:
    made = a_domain()
    await store.domains.add(made, (), (an_event(made),))
    await store.keys.add(a_key(), told())
    await store.members.add(a_member(), told(kind=EventKind.MEMBER_ADDED))
    for nouns, kinds in (
        ({"domain"}, ["domain.created"]),
        ({"key", "member"}, ["member.added", "key.created"]),
        (set[str](), []),
    ):
        events = await store.events.page(ACME.id, limit=9, nouns=frozenset(nouns))
        assert [event.kind for event in events] == kinds
    everything = await store.events.page(ACME.id, limit=9)
    assert len(everything) == 3
    (of_domain,) = await store.events.page(ACME.id, limit=9, only=frozenset({made.id}))
    assert of_domain.domain == made.id
