"""Pages of domains: newest first, filtered, and the same however much is registered meanwhile."""

from dataclasses import replace

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.ports import Change, Store
from tests.store.samples import ACME, EVIL, a_domain


@pytest.fixture
async def seven(store: Store) -> list[Domain]:
    """Seven domains of a team, newest first, among those of another."""
    domains = []
    for number in range(7):
        domains.append(await store.domains.add(a_domain(f"n{number}.com"), (), ()))
        await store.domains.add(a_domain(f"x{number}.com", team=EVIL), (), ())
    return domains[::-1]


async def test_pages_follow_one_another_without_gap_or_repeat(store: Store, seven: list[Domain]) -> None:
    seen: list[Domain] = []
    while page := await store.domains.page(ACME.id, limit=3, before=seen[-1].id if seen else None):
        seen += page
    assert seen == seven


async def test_paging_is_stable_while_domains_come_and_go(store: Store, seven: list[Domain]) -> None:
    first = await store.domains.page(ACME.id, limit=3)
    await store.domains.add(a_domain("new.com"), (), ())
    await store.domains.save([Change(replace(seven[2], status=Status.DELETED))])  # the cursor itself goes
    second = await store.domains.page(ACME.id, limit=9, before=first[-1].id)
    assert (first, second) == (seven[:3], seven[3:])


async def test_a_page_has_at_most_its_limit(store: Store, seven: list[Domain]) -> None:
    assert await store.domains.page(ACME.id, limit=1) == seven[:1]
    assert await store.domains.page(ACME.id, limit=0) == []
    assert await store.domains.page(ACME.id, limit=7) == seven


async def test_a_page_by_status(store: Store, seven: list[Domain]) -> None:
    (failed,) = await store.domains.save([Change(replace(seven[3], status=Status.FAILED))])
    assert await store.domains.page(ACME.id, limit=9, status=Status.FAILED) == [failed]
    assert len(await store.domains.page(ACME.id, limit=9, status=Status.PENDING)) == 6
    assert await store.domains.page(ACME.id, limit=9, status=Status.DELETED) == []


async def test_a_page_of_one_hostname_is_exact(store: Store, seven: list[Domain]) -> None:
    assert await store.domains.page(ACME.id, limit=9, hostname="n3.com") == [seven[3]]
    assert await store.domains.page(ACME.id, limit=9, hostname="x3.com") == []
    assert await store.domains.page(ACME.id, limit=9, hostname="n%.com") == []


async def test_a_page_of_what_a_key_may_see(store: Store, seven: list[Domain]) -> None:
    (foreign,) = await store.domains.page(EVIL.id, limit=1)
    only = frozenset({seven[5].id, seven[1].id, foreign.id})
    assert await store.domains.page(ACME.id, limit=9, only=only) == [seven[1], seven[5]]
    assert await store.domains.page(ACME.id, limit=9, only=only, before=seven[1].id) == [seven[5]]
    assert await store.domains.page(ACME.id, limit=9, only=frozenset()) == []
