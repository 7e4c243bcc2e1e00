"""Snapshots, over both databases: saved with a domain, gone with its next change, read in stretches."""

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Domain
from letterhead.ports import Change, Snapshot, Store
from tests.store.samples import HOUR, NOON, a_domain

LATER = NOON + HOUR


async def kept(store: Store, count: int) -> list[Domain]:
    """Registrations with a snapshot each, in the order of their ids; examined at noon."""
    domains = []
    for number in range(count):
        made = await store.domains.add(a_domain(hostname=f"c{number}.example", asked_at=NOON), (), ())
        snapshot = Snapshot(made.id, bytes((number,)), bytes((0, number)))
        domains += await store.domains.save([Change(made, snapshot=snapshot)])
    return domains


async def due(store: Store, at: object = LATER, after: str = "", limit: int = 100) -> list[str]:
    return [snapshot.domain for snapshot in (await store.snapshots.stretch(after, at, limit)).due]


async def test_snapshots_are_read_in_stretches_to_their_end(store: Store) -> None:
    domains = await kept(store, 5)
    after, found = "", []
    while (stretch := await store.snapshots.stretch(after, LATER, 2)).last:
        assert len(stretch.due) <= 2
        found += stretch.due
        after = stretch.last
    assert found == [Snapshot(d.id, bytes((n,)), bytes((0, n))) for n, d in enumerate(domains)]


async def test_L19_a_changed_domain_is_noticed_by_nothing_until_it_was_examined(store: Store) -> None:
    one, two = await kept(store, 2)
    (one,) = await store.domains.save([Change(replace(one, updated_at=LATER))])
    assert await due(store) == [two.id]
    fresh = Snapshot(one.id, b"q", b"d")
    await store.domains.save([Change(replace(one, asked_at=LATER), snapshot=fresh)])
    assert (await store.snapshots.stretch("", LATER, 9)).due[0] == fresh
    assert await due(store, LATER - timedelta(microseconds=1)) == [two.id]


async def test_L08_a_change_that_comes_too_late_leaves_the_snapshot(store: Store) -> None:
    (domain,) = await kept(store, 1)
    with pytest.raises(Exception, match="was changed since"):
        await store.domains.save([Change(replace(domain, version=domain.version - 1))])
    assert await due(store) == [domain.id]
