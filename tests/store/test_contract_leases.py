"""Leases: due work is taken by one, each kind in its order, and the version fences whoever comes late."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.team import Team
from letterhead.ports import Change, NoRoom, Stale, Store
from tests.store.inspection import query
from tests.store.samples import ACME, EVIL, HOUR, NOON, ZETA, a_domain, holding
from tests.store.taking import pending, settled, watched

MINUTE = timedelta(minutes=1)


async def _due(store: Store, hostname: str, due_at: datetime | None, **fields: Any) -> Domain:
    return await store.domains.add(a_domain(hostname, due_at=due_at, **fields), (), ())


async def _due_at_some_moments(store: Store, **fields: Any) -> list[Domain]:
    """Three that are due, the longest due first, and two that are not."""
    due = {"later.com": NOON - HOUR, "late.com": NOON - MINUTE, "now.com": NOON}
    domains = [await _due(store, name, at, **fields) for name, at in due.items()]
    await _due(store, "soon.com", NOON + timedelta(microseconds=1), **fields)
    await _due(store, "never.com", None, **fields)
    return domains


async def test_of_what_is_settled_the_longest_due_come_first_and_what_is_not_due_stays(store: Store) -> None:
    later, late, now = await _due_at_some_moments(store, **holding())
    assert await settled(store, NOON, NOON + HOUR, 2) == [later, late]
    assert await settled(store, NOON, NOON + HOUR, 2) == [now]


async def test_of_what_is_pending_those_come_first_whose_owners_have_just_begun_to_wait(store: Store) -> None:
    later, late, now = await _due_at_some_moments(store)
    assert await pending(store, NOON, NOON + HOUR, 2) == [late, now]
    assert await pending(store, NOON, NOON + HOUR, 2) == [later]


@pytest.mark.parametrize("status", [Status.LAPSED, Status.VERIFIED])
async def test_what_is_pending_and_what_is_settled_are_leased_apart(store: Store, status: Status) -> None:
    claim = await _due(store, "claim.com", NOON)
    failed = await _due(store, "failed.com", NOON, status=Status.FAILED)
    held = await _due(store, "held.com", NOON, **holding(status=status))
    assert await pending(store, NOON, NOON + HOUR) == [claim]
    assert await settled(store, NOON, NOON + HOUR) == [failed, held]


async def test_what_is_leased_is_not_leased_again_before_its_time(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    until = NOON + MINUTE
    assert await pending(store, NOON, until, 9) == [domain]
    assert await pending(store, until - timedelta(microseconds=1), until + HOUR, 9) == []
    assert await pending(store, until, until + HOUR, 9) == [domain]


async def test_a_save_ends_the_lease(store: Store) -> None:
    domain = await _due(store, "a.com", NOON)
    await pending(store, NOON, NOON + HOUR, 9)
    (saved,) = await store.domains.save([Change(replace(domain, due_at=NOON + MINUTE))])
    assert await pending(store, NOON + MINUTE, NOON + HOUR, 9) == [saved]


async def test_L11_each_due_domain_is_taken_by_exactly_one_of_many(store: Store) -> None:
    names = {f"n{number}.com" for number in range(60)}
    for name in names:
        await _due(store, name, NOON)
    taken = await asyncio.gather(*(pending(store, NOON, NOON + HOUR, 7) for _ in range(12)))
    hostnames = [domain.hostname for domains in taken for domain in domains]
    assert sorted(hostnames) == sorted(names)


async def test_L11_whose_lease_ran_out_saves_nothing_over_the_next_one(store: Store) -> None:
    await _due(store, "a.com", NOON)
    (slow,) = await pending(store, NOON, NOON + MINUTE, 9)
    (quick,) = await pending(store, NOON + MINUTE, NOON + HOUR, 9)
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
    seen = await _watched(store, "watched.com")
    other = await _due(store, "other.com", NOON)
    assert await watched(store, NOON, NOON + MINUTE, 9) == [seen]
    assert await watched(store, NOON, NOON + MINUTE, 9) == []
    assert await pending(store, NOON, NOON + MINUTE, 9) == [other]
    over = NOON + MINUTE
    assert await watched(store, over, over + MINUTE, 9) == []
    assert await pending(store, over, over + MINUTE, 9) == [seen, other], "nobody looks any more"


async def test_L12_what_was_put_off_by_a_wrong_clock_comes_back_spread_over_a_cycle(store: Store) -> None:
    year, latest = timedelta(days=365), NOON + timedelta(days=1)
    put_off = [await _due(store, f"a{n}.com", NOON + year + n * MINUTE) for n in range(3)]
    fine = [await _due(store, "fine.com", latest), await _due(store, "never.com", None)]
    counts = [await store.leases.recall(NOON, latest, HOUR, 2) for _ in range(3)]
    assert counts == [2, 1, 0]
    found = [await store.domains.by_id(domain.id) for domain in put_off + fine]
    assert [each and each.due_at for each in found] == [*(NOON + n * MINUTE for n in range(3)), latest, None]
    assert {each and each.version for each in found} == {1}


async def test_L12_what_was_taken_by_a_wrong_clock_is_taken_again(store: Store) -> None:
    far, soon = await _due(store, "far.com", NOON), await _due(store, "soon.com", NOON)
    latest = NOON + timedelta(days=1)
    await store.leases.set_aside(far, latest + MINUTE)
    await store.leases.set_aside(soon, latest)
    assert await store.leases.recall(NOON, latest, HOUR, 9) == 1
    assert await pending(store, NOON, NOON + HOUR, 9) == [far]


async def _watched_by(store: Store, team: Team, hostname: str, due_at: datetime) -> Domain:
    domain = await store.domains.add(a_domain(hostname, team, due_at=due_at), (), ())
    await store.leases.watch(domain, NOON, NOON + MINUTE, 9)
    return domain


async def test_what_is_watched_is_taken_by_turns_among_teams(store: Store) -> None:
    for number in range(4):
        await _watched_by(store, ACME, f"a{number}.com", NOON - HOUR)
    for number in range(2):
        await _watched_by(store, ZETA, f"z{number}.com", NOON - MINUTE)
    await _watched_by(store, EVIL, "e.com", NOON)
    taken = [await watched(store, NOON, NOON + HOUR, most) for most in (3, 3, 9)]
    teams = [sorted(domain.team for domain in some) for some in taken]
    acme, evil, zeta = ACME.id, EVIL.id, ZETA.id
    assert teams == [sorted([acme, evil, zeta]), sorted([acme, acme, zeta]), [acme]]


async def test_a_team_can_be_passed_over(store: Store) -> None:
    await _watched_by(store, ACME, "a.com", NOON - HOUR)
    later = await _watched_by(store, ZETA, "z.com", NOON)
    taken = await watched(store, NOON, NOON + HOUR, 9, [ACME.id, EVIL.id])
    assert [domain.id for domain in taken] == [later.id]
    assert await watched(store, NOON, NOON + HOUR, 9, [ACME.id]) == []
    assert len(await watched(store, NOON, NOON + HOUR, 9)) == 1


async def test_a_team_can_be_passed_over_with_what_is_pending(store: Store) -> None:
    await store.domains.add(a_domain("a.com", due_at=NOON), (), ())
    other = await store.domains.add(a_domain("z.com", ZETA, due_at=NOON - HOUR), (), ())
    assert await pending(store, NOON, NOON + HOUR, 9, [ACME.id, EVIL.id]) == [other]
    assert await pending(store, NOON, NOON + HOUR, 9, [ACME.id]) == []


@pytest.mark.parametrize("damage", ["selectors = 'none'", "approvals = '[1]'", "created_at = 9e17"])
async def test_L10_a_row_that_can_not_be_read_is_told_apart_and_stops_nobody(
    store: Store, url: str, damage: str
) -> None:
    due = [await _due(store, f"{name}.com", NOON - n * MINUTE) for n, name in enumerate("abc")]
    query(url, f"UPDATE domain SET {damage} WHERE id = '{due[2].id}'")
    taken = await store.leases.take_pending(NOON, NOON + MINUTE, 9)
    assert taken.domains == [due[1], due[0]]
    (row,) = taken.unreadable
    assert (row.id, row.version, row.due_at) == (due[2].id, 1, NOON - 2 * MINUTE)
    await store.leases.set_aside(row, NOON + HOUR)
    assert await pending(store, NOON + MINUTE, NOON + HOUR) == [due[1], due[0]]


async def test_L11_each_watched_domain_is_taken_by_exactly_one_of_many(store: Store) -> None:
    names = {f"n{number}.com" for number in range(9)}
    for number, name in enumerate(sorted(names)):
        await _watched_by(store, (ACME, ZETA, EVIL)[number % 3], name, NOON)
    taken = await asyncio.gather(*(watched(store, NOON, NOON + HOUR, 2) for _ in range(9)))
    assert sorted(domain.hostname for some in taken for domain in some) == sorted(names)


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
    await pending(store, NOON, NOON + MINUTE, 9)
    await store.leases.watch(domain, NOON, NOON + MINUTE, 9)
    (saved,) = await store.domains.save([Change(replace(domain, due_at=NOON + HOUR))])
    assert saved.due_at == NOON
    (again,) = await store.domains.save([Change(replace(saved, due_at=NOON + HOUR))])
    assert again.due_at == NOON + HOUR, "decided by who knew that it is watched"
