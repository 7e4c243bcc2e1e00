"""What every store does with API keys."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from letterhead.ports import Store, StoreError
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_key, told


async def test_every_field_comes_back_as_it_went_in(store: Store) -> None:
    full = a_key(
        permissions=frozenset({"domain.*", "key.read"}),
        domains=frozenset({"dom_1", "dom_2"}),
        expires_at=NOON + HOUR,
        revoked_at=NOON + 2 * HOUR,
        last_used_at=NOON - HOUR,
    )
    for key in (full, a_key(), a_key(domains=frozenset(), permissions=frozenset())):
        await store.keys.add(key, told())
        assert await store.keys.by_digest(key.digest) == key


async def test_an_unknown_digest_finds_nothing(store: Store) -> None:
    assert await store.keys.by_digest("f" * 64) is None


async def test_a_digest_belongs_to_one_key(store: Store) -> None:
    key = a_key()
    await store.keys.add(key, told())
    with pytest.raises(StoreError):
        await store.keys.add(a_key(digest=key.digest), told())


async def test_A04_what_is_no_digest_is_refused(store: Store) -> None:
    secret = "lh_root_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"
    with pytest.raises(StoreError):
        await store.keys.add(a_key(digest=secret), told())
    await store.keys.add(a_key(digest=hashlib.sha256(secret.encode()).hexdigest()), told())


async def test_pages_are_a_teams_own_newest_first_without_the_revoked(store: Store) -> None:
    keys = [a_key(name=str(number)) for number in range(5)]
    for key in keys:
        await store.keys.add(key, told())
        await store.keys.add(a_key(EVIL), told())
    await store.keys.revoke(ACME.id, keys[2].id, told(NOON))
    first = await store.keys.page(ACME.id, limit=2)
    assert [key.name for key in first] == ["4", "3"]
    assert [key.name for key in await store.keys.page(ACME.id, limit=9, before=first[-1].id)] == ["1", "0"]


async def test_a_revoked_key_is_found_as_revoked_at_once(store: Store) -> None:
    key = a_key()
    await store.keys.add(key, told())
    assert await store.keys.revoke(ACME.id, key.id, told(NOON + HOUR))
    assert await store.keys.by_digest(key.digest) == replace(key, revoked_at=NOON + HOUR)


async def test_a_key_is_revoked_once_and_by_its_own_team(store: Store) -> None:
    key = a_key()
    await store.keys.add(key, told())
    assert not await store.keys.revoke(EVIL.id, key.id, told(NOON))
    assert not await store.keys.revoke(ACME.id, "key_none", told(NOON))
    revoked = await asyncio.gather(*(store.keys.revoke(ACME.id, key.id, told(NOON)) for _ in range(8)))
    assert sum(revoked) == 1


async def test_the_last_use_only_moves_forward(store: Store) -> None:
    key = a_key()
    await store.keys.add(key, told())
    for at in (NOON, NOON + HOUR, NOON - HOUR):
        await store.keys.used(key.id, at)
    kept = await store.keys.by_digest(key.digest)
    assert kept is not None
    assert kept.last_used_at == NOON + HOUR
