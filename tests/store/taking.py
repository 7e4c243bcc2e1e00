"""Taking what is due where every row can be read."""

from collections.abc import Collection
from datetime import datetime

from letterhead.core.domain import Domain
from letterhead.ports import Store, Taken


async def settled(store: Store, now: datetime, until: datetime, limit: int = 99) -> list[Domain]:
    return _all(await store.leases.take_settled(now, until, limit))


async def pending(
    store: Store, now: datetime, until: datetime, limit: int = 99, but: Collection[str] = ()
) -> list[Domain]:
    return _all(await store.leases.take_pending(now, until, limit, but))


async def watched(
    store: Store, now: datetime, until: datetime, limit: int = 99, but: Collection[str] = ()
) -> list[Domain]:
    return _all(await store.leases.take_watched(now, until, limit, but))


def _all(taken: Taken) -> list[Domain]:
    assert taken.unreadable == []
    return taken.domains
