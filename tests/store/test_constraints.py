"""What the database itself refuses, whoever asks and however."""

from dataclasses import replace

import pytest

from letterhead.core.domain import Status
from letterhead.ports import Change, Store, StoreError
from tests.store.inspection import REFUSED, query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, a_report, holding
from tests.store.taking import pending


async def test_L02_the_database_itself_refuses_a_second_holder(store: Store, url: str) -> None:
    await store.domains.add(a_domain(team=ACME, **holding()), (), ())
    await store.domains.add(a_domain(team=EVIL), (), ())
    with pytest.raises(REFUSED, match=r"(?i)unique"):
        query(url, "UPDATE domain SET status = 'verified', held = 1, ever_held = 1")


@pytest.mark.parametrize(
    "forced",
    [
        "status = 'active'",
        "status = ''",
        "status = 'verified'",  # without holding the name
        "status = 'lapsed'",
        "held = 1, ever_held = 1",  # a claim that holds
        "status = 'deleted', held = 1, ever_held = 1",
        "status = 'failed', held = 1, ever_held = 1",
        "status = 'verified', held = 1, ever_held = 0",
        "held = 2",
        "mode = 'receive_only'",
        "hostname = NULL",
    ],
)
async def test_L13_the_database_itself_refuses_a_state_that_can_not_be(
    store: Store, url: str, forced: str
) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    with pytest.raises(REFUSED):
        query(url, f"UPDATE domain SET {forced}")
    assert await store.domains.by_id(domain.id) == domain


async def test_L13_a_state_that_can_not_be_is_refused_to_a_save_too(store: Store) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    with pytest.raises(StoreError, match=r"(?i)check"):
        await store.domains.save([Change(replace(domain, status=Status.VERIFIED), (), a_report())])
    assert await store.reports.newest(domain.id) is None
    assert await pending(store, NOON, NOON + HOUR, 9) == [domain]
