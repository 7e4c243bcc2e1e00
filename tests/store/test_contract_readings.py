"""What is read of a domain or key is the very same while nothing has changed, and never once anything has."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.finding import without_witnesses
from letterhead.core.team import MemberRole
from letterhead.ports import Change, Reading, Store
from letterhead.store import domains
from letterhead.store.relational import open_store
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, a_key, a_member, a_report, holding, told


@pytest.fixture
async def domain(store: Store) -> Domain:
    """A domain that was examined once."""
    added = await store.domains.add(a_domain(due_at=NOON + HOUR), (), ())
    (saved,) = await store.domains.save([Change(added, (), a_report())])
    return saved


async def read(store: Store, domain: Domain) -> Reading:
    found = await store.domains.with_report(ACME.id, domain.id)
    assert found is not None
    return found


async def test_what_has_not_changed_is_the_very_same(store: Store, domain: Domain) -> None:
    first = await read(store, domain)
    await store.domains.add(a_domain("other.com", EVIL), (), ())
    assert await read(store, domain) is first
    assert (first.domain, first.report) == (domain, without_witnesses(a_report()))


async def _saved(store: Store, domain: Domain) -> None:
    await store.domains.save([Change(replace(domain, updated_at=NOON + HOUR))])


async def _examined(store: Store, domain: Domain) -> None:
    await store.domains.save([Change(domain, (), a_report(NOON + HOUR))])


async def _hastened(store: Store, domain: Domain) -> None:  # no version tells of it
    await store.leases.hasten([domain.id], NOON)


async def _contested(store: Store, domain: Domain) -> None:  # nor of another row
    await store.domains.add(a_domain(domain.hostname, EVIL), (), ())


async def _held_elsewhere(store: Store, domain: Domain) -> None:
    await store.domains.add(a_domain(domain.hostname, EVIL, **holding()), (), ())


async def _default(store: Store, domain: Domain) -> None:
    await store.domains.save([Change(domain, is_default=True)])


_CHANGES = (_saved, _examined, _hastened, _contested, _held_elsewhere, _default)


@pytest.mark.parametrize("change", _CHANGES, ids=[each.__name__ for each in _CHANGES])
async def test_whatever_changed_shows_at_once_whoever_changed_it(
    store: Store, url: str, domain: Domain, change: Callable[[Store, Domain], Awaitable[None]]
) -> None:
    before = await read(store, domain)
    elsewhere = open_store(url)  # another process, or another node
    try:
        await change(elsewhere, domain)
        after = await read(store, domain)
        assert after is not before
        assert (after.domain, after.report) != (before.domain, before.report)
        fresh = await read(elsewhere, domain)
        assert (after.domain, after.report) == (fresh.domain, fresh.report)
    finally:
        await elsewhere.close()


async def test_whoever_heard_of_a_change_sees_it_however_many_read_at_the_same_time(
    store: Store, url: str, domain: Domain
) -> None:
    elsewhere = open_store(url)

    async def changes(number: int) -> None:
        mine = await elsewhere.domains.add(a_domain(f"n{number}.com"), (), ())
        await read(store, mine)
        for turn in range(1, 6):
            at = NOON + timedelta(seconds=turn)
            await elsewhere.domains.save(
                [Change(replace(mine, updated_at=at, version=turn), (), a_report(at))]
            )
            seen = await read(store, mine)
            assert (seen.domain.version, seen.domain.updated_at) == (turn + 1, at)

    async def reads() -> None:
        for _ in range(200):
            await read(store, domain)
            await asyncio.sleep(0)

    try:
        await asyncio.gather(*(changes(number) for number in range(8)), reads(), reads())
    finally:
        await elsewhere.close()


async def test_a_key_that_was_read_shows_at_once_what_became_of_it(store: Store, url: str) -> None:
    member = a_member(role=MemberRole.VIEWER)
    await store.members.add(member, told())
    key = a_key(member=member.id)
    await store.keys.add(key, told())
    read = await store.keys.by_digest(key.digest)
    assert await store.keys.by_digest(key.digest) is read
    elsewhere = open_store(url)
    try:
        await elsewhere.members.change(member, MemberRole.ADMIN, told())  # a row of another table
        changed = await store.keys.by_digest(key.digest)
        assert changed == replace(key, member_role=MemberRole.ADMIN) != read
        await elsewhere.keys.revoke(ACME.id, key.id, told(NOON + HOUR))
        revoked = await store.keys.by_digest(key.digest)
        assert revoked == replace(key, member_role=MemberRole.ADMIN, revoked_at=NOON + HOUR)
    finally:
        await elsewhere.close()


async def test_what_was_read_opens_nothing_to_others(store: Store, domain: Domain) -> None:
    await read(store, domain)
    assert await store.domains.with_report(EVIL.id, domain.id) is None
    assert await store.domains.with_report(ACME.id, domain.id) is not None
    await store.domains.save([Change(replace(domain, status=Status.DELETED, due_at=None))])
    assert await store.domains.with_report(ACME.id, domain.id) is None


async def test_what_is_forgotten_is_read_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch, url: str, domain: Domain
) -> None:
    monkeypatch.setattr(domains, "READINGS", 1)
    narrow = open_store(url)
    try:
        other = await narrow.domains.add(
            a_domain("other.com", created_at=NOON + timedelta(seconds=1)), (), ()
        )
        first = await read(narrow, domain)
        await read(narrow, other)
        again = await read(narrow, domain)
        assert again is not first
        assert (again.domain, again.report) == (first.domain, first.report)
    finally:
        await narrow.close()
