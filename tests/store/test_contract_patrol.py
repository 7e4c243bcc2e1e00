"""The patrol's lap and what it makes of domains, over both databases: no stretch twice, none missed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Status
from letterhead.core.event import EventKind
from letterhead.core.lap import Lap
from letterhead.ports import Change, Snapshot, Stale, Store
from tests.store.samples import HOUR, NOON, a_domain, a_report, an_event, holding
from tests.store.taking import pending
from tests.store.test_contract_snapshots import LATER, due, kept

CYCLE = timedelta(hours=6)


async def take(store: Store, limit: int) -> list[str]:
    """The ids of the next stretch, taken as the patrol takes it; [] at the end of a lap."""
    while True:
        lap = await store.snapshots.lap()
        stretch = await store.snapshots.stretch(lap.place, LATER, limit)
        try:
            await store.snapshots.move(lap.moved(stretch.last, stretch.count, NOON, CYCLE))
        except Stale:
            continue
        return [snapshot.domain for snapshot in stretch.due]


async def test_a_lap_begins_at_the_start_and_stands_where_it_was_moved_to(store: Store) -> None:
    assert await store.snapshots.lap() == Lap()
    first = Lap("dom_7", NOON, NOON + HOUR, passed=3)
    await store.snapshots.move(first)
    assert await store.snapshots.lap() == replace(first, version=1)
    second = Lap("", NOON + HOUR, NOON + 2 * HOUR, passed=0, expected=2**40, version=1)
    await store.snapshots.move(second)
    assert await store.snapshots.lap() == replace(second, version=2)


@pytest.mark.parametrize("version", [0, 1])
async def test_L11_of_two_who_move_a_lap_from_one_place_one_does(store: Store, version: int) -> None:
    if version:
        await store.snapshots.move(Lap("dom_1", NOON, NOON))
    moves = [Lap(f"dom_{place}", NOON, NOON, version=version) for place in (2, 3)]
    outcomes = await asyncio.gather(*map(store.snapshots.move, moves), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [Stale]
    winner = moves[outcomes.index(None)]
    assert await store.snapshots.lap() == replace(winner, version=version + 1)


async def test_L11_two_who_walk_one_lap_look_at_no_stretch_twice_and_miss_none(store: Store) -> None:
    domains = [domain.id for domain in await kept(store, 60)]
    rounds, gate = 8, asyncio.Barrier(2)

    async def walk() -> list[str]:
        seen: list[str] = []
        for _ in range(rounds):
            await gate.wait()
            seen += await take(store, 4)
        return seen

    both = await asyncio.gather(walk(), walk())
    assert sorted([*both[0], *both[1]]) == domains
    lap = await store.snapshots.lap()
    assert (lap.version, lap.expected, lap.passed) == (2 * rounds, 60, 0), "fifteen stretches, and the end"


async def test_hastened_domains_are_due_then_and_nothing_else_of_them_changes(store: Store) -> None:
    names = {"later.com": LATER, "sooner.com": NOON - HOUR, "never.com": None, "other.com": LATER}
    ids = {
        name: (await store.domains.add(a_domain(name, due_at=at), (), ())).id for name, at in names.items()
    }
    await store.leases.hasten([ids[name] for name in names if name != "other.com"], NOON)
    found = {name: await store.domains.by_id(id_) for name, id_ in ids.items()}
    assert {name: (d.due_at, d.version) for name, d in found.items() if d} == {
        "later.com": (NOON, 1),
        "sooner.com": (NOON - HOUR, 1),
        "never.com": (None, 1),
        "other.com": (LATER, 1),
    }
    await store.leases.hasten([], NOON)


async def test_a_stretch_that_is_all_hastened_is_one_statement(store: Store) -> None:
    domains = [domain.id for domain in await kept(store, 20)]
    await store.leases.hasten(domains * 50, NOON - HOUR)
    assert len(await pending(store, NOON - HOUR, NOON, 99)) == 20


async def test_L10_what_was_set_aside_is_leased_again_in_its_time_and_at_once_when_it_was_changed(
    store: Store,
) -> None:
    domain = await store.domains.add(a_domain(due_at=NOON), (), ())
    await pending(store, NOON, NOON + HOUR / 60, 9)
    await store.leases.set_aside(domain, NOON + HOUR)
    assert await pending(store, NOON + HOUR / 2, NOON + 2 * HOUR, 9) == []
    assert [d.id for d in await pending(store, NOON + HOUR, NOON + 2 * HOUR, 9)] == [domain.id]
    (changed,) = await store.domains.save([Change(replace(domain, due_at=NOON))])
    await store.leases.set_aside(domain, NOON + HOUR)
    assert await pending(store, NOON, NOON + HOUR, 9) == [changed], "somebody changed it meanwhile"


async def test_L19_a_change_that_takes_the_snapshot_makes_due_and_an_examination_does_not(
    store: Store,
) -> None:
    one, two, three = await kept(store, 3)
    day = NOON + timedelta(days=1)
    (one,) = await store.domains.save([Change(replace(one, due_at=day, updated_at=LATER))])
    assert one.due_at == LATER, "from then on, and not from when it was examined"
    (two,) = await store.domains.save([Change(replace(two, due_at=day), report=a_report())])
    assert two.due_at == day
    (three,) = await store.domains.save([Change(replace(three, status=Status.SUSPENDED, due_at=None))])
    assert three.due_at is None
    assert await due(store) == []
    (one,) = await store.domains.save([Change(replace(one, due_at=day))])
    assert one.due_at == day, "nothing was kept of it any more"


async def test_L19_a_change_that_comes_from_another_domain_makes_due_from_its_event_on(store: Store) -> None:
    (domain,) = await kept(store, 1)
    told = replace(an_event(domain, EventKind.REVOKED), at=LATER)
    (domain,) = await store.domains.save([Change(replace(domain, due_at=LATER + HOUR), (told,))])
    assert domain.due_at == LATER


async def test_L19_what_is_due_sooner_stays_so(store: Store) -> None:
    (domain,) = await kept(store, 1)
    (domain,) = await store.domains.save([Change(replace(domain, due_at=NOON, updated_at=LATER))])
    assert domain.due_at == NOON


async def test_a_snapshot_goes_with_its_domain(store: Store) -> None:
    domain = await store.domains.add(a_domain(**holding(), asked_at=NOON), (), ())
    (domain,) = await store.domains.save([Change(domain, snapshot=Snapshot(domain.id, b"q", b"d"))])
    await store.domains.save([Change(replace(domain, status=Status.DELETED, held=False, due_at=None))])
    assert await due(store) == []
