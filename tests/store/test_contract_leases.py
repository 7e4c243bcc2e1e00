"""Leases: due work is taken by one, the longest due first, and the version fences whoever comes late."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from letterhead.core.domain import Domain
from letterhead.ports import Change, NoRoom, Stale, Store
from tests.store.samples import EVIL, HOUR, NOON, a_domain

MINUTE = timedelta(minutes=1)


async def _due(store: Store, hostname: str, due_at: datetime | None) -> Domain:
    return await store.domains.add(a_domain(hostname, due_at=due_at), (), ())


async def test_the_longest_due_come_first_and_what_is_not_due_stays(store: Store) -> None:
    now = await _due(store, "now.com", NOON)
    late = await _due(store, "late.com", NOON - MINUTE)
    later = await _due(store, "later.com", NOON - HOUR)
    await _due(store, "soon.com", NOON + timedelta(microseconds=1))
    await _due(store, "never.com", None)
    assert await store.leases.take(NOON, NOON + HOUR, 2) == [later, late]
    assert await store.leases.take(NOON, NOON + HOUR, 2) == [now]


async def test_what_is_leased_is_not_leased_again_before_its_time(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    until = NOON + MINUTE
    assert await store.leases.take(NOON, until, 9) == [domain]
    assert await store.leases.take(until - timedelta(microseconds=1), until + HOUR, 9) == []
    assert await store.leases.take(until, until + HOUR, 9) == [domain]


async def test_a_save_ends_the_lease(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    await store.leases.take(NOON, NOON + HOUR, 9)
    (saved,) = await store.domains.save([Change(replace(domain, due_at=NOON + MINUTE))])
    assert await store.leases.take(NOON + MINUTE, NOON + HOUR, 9) == [saved]


async def test_L11_each_due_domain_is_taken_by_exactly_one_of_many(store: Store) -> None:
    names = {f"n{number}.com" for number in range(60)}
    for name in names:
        await _due(store, name, NOON)
    taken = await asyncio.gather(*(store.leases.take(NOON, NOON + HOUR, 7) for _ in range(12)))
    hostnames = [domain.hostname for domains in taken for domain in domains]
    assert sorted(hostnames) == sorted(names)


async def test_L11_whose_lease_ran_out_saves_nothing_over_the_next_one(store: Store) -> None:
    await _due(store, "a.com", NOON)
    (slow,) = await store.leases.take(NOON, NOON + MINUTE, 9)
    (quick,) = await store.leases.take(NOON + MINUTE, NOON + HOUR, 9)
    await store.domains.save([Change(replace(quick, rung=1))])
    with pytest.raises(Stale):
        await store.domains.save([Change(replace(slow, rung=9))])


async def _watched(store: Store, hostname: str, due_at: datetime | None = None) -> Domain:
    """A domain that is watched for a minute from noon on."""
    domain = await _due(store, hostname, due_at or NOON + HOUR)
    await store.leases.watch(domain, NOON, NOON + MINUTE, 9)
    found = await store.domains.by_id(domain.id)
    assert found is not None
    return found


async def test_who_is_watched_is_due_at_once_and_as_it_was_otherwise(store: Store) -> None:
    soon, late = await _watched(store, "soon.com"), await _watched(store, "late.com", NOON - HOUR)
    assert (soon.watched_until, soon.due_at, soon.version) == (NOON + MINUTE, NOON, 1)
    assert late.due_at == NOON - HOUR
    (saved,) = await store.domains.save([Change(replace(soon, rung=3))])
    assert saved.watched_until == NOON + MINUTE, "a change does not end it"


async def test_who_is_watched_already_is_so_for_longer_and_due_no_sooner(store: Store) -> None:
    domain = await _watched(store, "a.com")
    await store.domains.save([Change(replace(domain, due_at=NOON + HOUR))])
    later = NOON + MINUTE / 2
    await store.leases.watch(domain, later, later + MINUTE, 9)
    found = await store.domains.by_id(domain.id)
    assert found is not None
    assert (found.watched_until, found.due_at) == (later + MINUTE, NOON + HOUR)
    after = later + MINUTE
    await store.leases.watch(domain, after, after + MINUTE, 9)
    again = await store.domains.by_id(domain.id)
    assert again is not None
    assert again.due_at == after, "whoever comes back finds it examined at once"


async def test_what_is_never_due_is_not_when_it_is_watched(store: Store) -> None:
    domain = await _due(store, "never.com", None)
    await store.leases.watch(domain, NOON, NOON + MINUTE, 9)
    found = await store.domains.by_id(domain.id)
    assert found is not None
    assert found.due_at is None


async def test_watched_and_unwatched_are_leased_apart(store: Store) -> None:
    watched = await _watched(store, "watched.com")
    other = await _due(store, "other.com", NOON)
    assert await store.leases.take(NOON, NOON + MINUTE, 9, watched=True) == [watched]
    assert await store.leases.take(NOON, NOON + MINUTE, 9, watched=True) == []
    assert await store.leases.take(NOON, NOON + MINUTE, 9) == [other]
    over = NOON + MINUTE
    assert await store.leases.take(over, over + MINUTE, 9, watched=True) == []
    assert await store.leases.take(over, over + MINUTE, 9) == [watched, other], "nobody looks any more"


async def test_a_team_watches_so_many_at_a_time_whoever_else_does(store: Store) -> None:
    first, second = await _due(store, "a.com", NOON), await _due(store, "b.com", NOON)
    foreign = await store.domains.add(a_domain("c.com", EVIL), (), ())
    until = NOON + MINUTE
    await store.leases.watch(first, NOON, until, 1)
    await store.leases.watch(foreign, NOON, until, 1)
    with pytest.raises(NoRoom):
        await store.leases.watch(second, NOON, until, 1)
    await store.leases.watch(first, NOON, until, 1)
    await store.leases.watch(second, until, until + MINUTE, 1)


async def test_who_begins_to_watch_is_not_put_off_by_what_was_decided_without_them(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    await store.leases.take(NOON, NOON + MINUTE, 9)
    await store.leases.watch(domain, NOON, NOON + MINUTE, 9)
    (saved,) = await store.domains.save([Change(replace(domain, due_at=NOON + HOUR))])
    assert saved.due_at == NOON
    (again,) = await store.domains.save([Change(replace(saved, due_at=NOON + HOUR))])
    assert again.due_at == NOON + HOUR, "decided by who knew that it is watched"
