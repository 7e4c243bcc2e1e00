"""What every store says of itself: that it can save, once something could not be saved."""

import asyncio

import pytest

from letterhead.core.team import Team
from letterhead.ports import AlreadyRegistered, Change, Stale, Store, StoreError
from tests.store.inspection import query
from tests.store.samples import NOON, a_domain

_IS_FULL = """
CREATE OR REPLACE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$
"""
FULL = {
    "sqlite": ["CREATE TRIGGER full_{0} BEFORE INSERT ON {0} BEGIN SELECT RAISE(ABORT, 'no room'); END"],
    "postgresql": [
        _IS_FULL,
        "CREATE TRIGGER full_{0} BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION is_full()",
    ],
}
ROOM = {"sqlite": "DROP TRIGGER full_{0}", "postgresql": "DROP TRIGGER full_{0} ON {0}"}


def fill(url: str, *tables: str) -> None:
    """From now on these tables take no more rows, as on a full disk."""
    for table in tables:
        for statement in FULL[url.partition(":")[0]]:
            query(url, statement.format(table))


def make_room(url: str, *tables: str) -> None:
    for table in tables:
        query(url, ROOM[url.partition(":")[0]].format(table))


async def test_X03_who_could_not_save_is_not_ready_until_a_trial_can_be_saved(store: Store, url: str) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    await store.ready()
    fill(url, "domain", "request")
    with pytest.raises(StoreError, match="no room"):
        await store.domains.add(a_domain("full.com"), (), ())
    with pytest.raises(StoreError, match="no room"):
        await store.ready()
    assert domain.due_at is not None
    await store.leases.hasten([domain.id], domain.due_at)
    with pytest.raises(StoreError, match="no room"):
        await store.ready()  # what changes a row found room, a new row does not
    assert await store.domains.by_id(domain.id)
    make_room(url, "domain", "request")
    await asyncio.gather(*(store.ready() for _ in range(5)))  # nobody else has written anything
    assert query(url, "SELECT * FROM request") == []


async def test_what_fails_by_itself_keeps_nobody_from_being_ready(store: Store, url: str) -> None:
    with pytest.raises(StoreError):
        await store.domains.add(a_domain(team=Team("team_nobody", "nobody", NOON)), (), ())
    await store.ready()
    assert query(url, "SELECT * FROM request") == []


async def test_a_guard_that_refuses_raises_no_doubt(store: Store, url: str) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    fill(url, "request")  # a trial would fail
    with pytest.raises(AlreadyRegistered):
        await store.domains.add(a_domain(), (), ())
    await store.domains.save([Change(domain)])
    with pytest.raises(Stale):
        await store.domains.save([Change(domain)])
    await store.ready()
