"""What every store does with events."""

from dataclasses import replace

import pytest

from letterhead.core.domain import Domain
from letterhead.core.event import EventKind
from letterhead.ports import Change, Store, StoreError
from tests.store.samples import ACME, EVIL, a_domain, an_event


@pytest.fixture
async def pair(store: Store) -> list[Domain]:
    """Two domains of a team, three events each, in turn."""
    pair = [await store.domains.add(a_domain(name), (), ()) for name in ("a.com", "b.com")]
    for step in range(3):
        for index, domain in enumerate(pair):
            event = an_event(domain, EventKind.CHANGED, step=str(step))
            (pair[index],) = await store.domains.save([Change(domain, (event,))])
    return pair


async def test_newest_first_and_numbered_upwards(store: Store, pair: list[Domain]) -> None:
    events = await store.events.page(ACME.id, limit=9)
    assert [(event.hostname, event.data["step"]) for event in events] == [
        (name, step) for step in "210" for name in ("b.com", "a.com")
    ]
    ids = [event.id for event in events]
    assert ids == sorted(set(ids), reverse=True)


async def test_pages_follow_one_another(store: Store, pair: list[Domain]) -> None:
    whole = await store.events.page(ACME.id, limit=9)
    first = await store.events.page(ACME.id, limit=4)
    assert first + await store.events.page(ACME.id, limit=4, before=first[-1].id) == whole


async def test_of_one_domain_or_of_some(store: Store, pair: list[Domain]) -> None:
    one, other = pair
    assert {event.domain for event in await store.events.page(ACME.id, limit=9, domain=one.id)} == {one.id}
    some = await store.events.page(ACME.id, limit=9, only=frozenset({other.id}))
    assert [event.domain for event in some] == [other.id] * 3
    assert await store.events.page(ACME.id, limit=9, only=frozenset()) == []
    assert await store.events.page(ACME.id, limit=9, domain=one.id, only=frozenset({other.id})) == []


async def test_another_teams_events_are_not_there(store: Store, pair: list[Domain]) -> None:
    assert await store.events.page(EVIL.id, limit=9) == []
    assert await store.events.page(EVIL.id, limit=9, domain=pair[0].id) == []


async def test_the_history_of_a_transferred_domain_stays_with_whose_it_was(store: Store) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    given = an_event(domain, EventKind.TRANSFERRED)
    moved = replace(domain, team=EVIL.id)
    await store.domains.save([Change(moved, (given, replace(given, team=EVIL.id)))])
    assert len(await store.events.page(ACME.id, limit=9, domain=domain.id)) == 1
    assert len(await store.events.page(EVIL.id, limit=9, domain=domain.id)) == 1


async def test_events_of_one_save_stand_in_the_order_given(store: Store) -> None:
    one, two = [await store.domains.add(a_domain(name), (), ()) for name in ("a.com", "b.com")]
    changes = [
        Change(one, (an_event(one, EventKind.VERIFIED), an_event(one, EventKind.RELATED))),
        Change(two, (an_event(two, EventKind.SUPERSEDED),)),
    ]
    await store.domains.save(changes)
    kinds = [event.kind for event in await store.events.page(ACME.id, limit=9)]
    assert kinds[::-1] == [EventKind.VERIFIED, EventKind.RELATED, EventKind.SUPERSEDED]


async def test_an_event_of_a_domain_that_never_was_is_refused(store: Store) -> None:
    domain = a_domain()
    with pytest.raises(StoreError):
        await store.domains.add(domain, (), [replace(an_event(domain), domain="dom_none")])
    assert await store.domains.by_id(domain.id) is None


async def test_U04_an_event_of_a_kind_that_this_version_does_not_know_is_read_as_it_is(store: Store) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    strange = replace(an_event(domain, to="there"), kind="domain.teleported")
    await store.domains.save([Change(domain, (strange,))])
    (read,) = await store.events.page(ACME.id, limit=9)
    assert (read.kind, read.data) == ("domain.teleported", {"to": "there"})
