"""Leases: due work is taken by one, the longest due first, and the version fences whoever comes late."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from letterhead.core.domain import Domain
from letterhead.ports import Change, Stale, Store
from tests.store.samples import HOUR, NOON, a_domain

MINUTE = timedelta(minutes=1)


async def _due(store: Store, hostname: str, due_at: datetime | None) -> Domain:
    return await store.domains.add(a_domain(hostname, due_at=due_at), (), ())


async def test_the_longest_due_come_first_and_what_is_not_due_stays(store: Store) -> None:
    now = await _due(store, "now.com", NOON)
    late = await _due(store, "late.com", NOON - MINUTE)
    later = await _due(store, "later.com", NOON - HOUR)
    await _due(store, "soon.com", NOON + timedelta(microseconds=1))
    await _due(store, "never.com", None)
    assert await store.domains.lease(NOON, NOON + HOUR, 2) == [later, late]
    assert await store.domains.lease(NOON, NOON + HOUR, 2) == [now]


async def test_what_is_leased_is_not_leased_again_before_its_time(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    until = NOON + MINUTE
    assert await store.domains.lease(NOON, until, 9) == [domain]
    assert await store.domains.lease(until - timedelta(microseconds=1), until + HOUR, 9) == []
    assert await store.domains.lease(until, until + HOUR, 9) == [domain]


async def test_a_released_domain_can_be_leased_at_once(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    await store.domains.lease(NOON, NOON + HOUR, 9)
    await store.domains.release(domain.id)
    assert await store.domains.lease(NOON, NOON + HOUR, 9) == [domain]


async def test_a_save_ends_the_lease(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    await store.domains.lease(NOON, NOON + HOUR, 9)
    (saved,) = await store.domains.save([Change(replace(domain, due_at=NOON + MINUTE))])
    assert await store.domains.lease(NOON + MINUTE, NOON + HOUR, 9) == [saved]


async def test_L11_each_due_domain_is_taken_by_exactly_one_of_many(store: Store) -> None:
    names = {f"n{number}.com" for number in range(60)}
    for name in names:
        await _due(store, name, NOON)
    taken = await asyncio.gather(*(store.domains.lease(NOON, NOON + HOUR, 7) for _ in range(12)))
    hostnames = [domain.hostname for domains in taken for domain in domains]
    assert sorted(hostnames) == sorted(names)


async def test_L11_whose_lease_ran_out_saves_nothing_over_the_next_one(store: Store) -> None:
    await _due(store, "a.com", NOON)
    (slow,) = await store.domains.lease(NOON, NOON + MINUTE, 9)
    (quick,) = await store.domains.lease(NOON + MINUTE, NOON + HOUR, 9)
    await store.domains.save([Change(replace(quick, rung=1))])
    with pytest.raises(Stale):
        await store.domains.save([Change(replace(slow, rung=9))])
