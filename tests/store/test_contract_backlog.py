"""What every store says of what waits in it."""

from dataclasses import replace

import pytest

from letterhead.core.domain import Status
from letterhead.ports import Backlog, Change, Store
from letterhead.store import backlog
from tests.store.samples import HOUR, NOON, a_domain, an_event, holding


async def test_an_empty_store_has_nothing_waiting(store: Store) -> None:
    assert await store.backlog(NOON) == Backlog(None, 0, 0, 0, 0)


async def test_the_domain_that_is_due_longest_is_the_lag_and_one_that_never_is_counts_not(
    store: Store,
) -> None:
    await store.domains.add(a_domain("a.com", due_at=NOON), (), ())
    late = await store.domains.add(a_domain("b.com", due_at=NOON - HOUR), (), ())
    await store.domains.add(a_domain("c.com", due_at=None, **holding(status=Status.SUSPENDED)), (), ())
    assert (await store.backlog(NOON)).due_since == NOON - HOUR
    await store.domains.save([Change(replace(late, due_at=NOON + HOUR))])
    assert (await store.backlog(NOON)).due_since == NOON


async def test_what_is_at_work_or_set_aside_is_no_lag(store: Store) -> None:
    broken = await store.domains.add(a_domain("a.com", due_at=NOON - HOUR), (), ())
    await store.leases.set_aside(broken, NOON + HOUR)
    assert (await store.backlog(NOON)).due_since is None
    assert (await store.backlog(NOON + HOUR)).due_since == NOON - HOUR


async def test_events_wait_until_they_are_announced(store: Store) -> None:
    domain = a_domain()
    await store.domains.add(domain, (), (an_event(domain), an_event(domain)))
    assert (await store.backlog(NOON)).events == 2
    await store.tail.announce(await store.tail.waiting(1), (), (), NOON)
    assert (await store.backlog(NOON)).events == 1


async def test_counting_ends_where_nobody_wants_to_know_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MOST", 3)
    domain = a_domain()
    await store.domains.add(domain, (), [an_event(domain)] * 5)
    assert (await store.backlog(NOON)).events == 3
