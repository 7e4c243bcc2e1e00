"""A server that is stopped in mid-work, as by a crash: what was acknowledged is there, and the pool heals."""

import asyncio
import signal
import time
from collections.abc import Iterator
from itertools import count

import pytest

from letterhead.ports import OutcomeUnknown, Store, StoreError
from letterhead.store import postgres
from letterhead.store.postgres import PostgresDatabase
from letterhead.store.relational import RelationalStore, open_store
from tests.postgres import Postgres
from tests.store.inspection import query
from tests.store.samples import ACME, a_domain, an_event

HEALED = 30.0


@pytest.fixture
def durable() -> Iterator[Postgres]:
    """A server that syncs to the disk as in earnest."""
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.remove()


class Load:
    """Writers that register one domain after another, whatever happens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = count()
        self._stopping = asyncio.Event()
        self._moved = asyncio.Event()
        self.acknowledged: set[str] = set()
        self.unknown: set[str] = set()
        self.refused: list[StoreError] = []

    async def run(self) -> None:
        while not self._stopping.is_set():
            domain = a_domain(f"n{next(self._numbers)}.com")
            try:
                await self._store.domains.add(domain, (), [an_event(domain)])
            except OutcomeUnknown:
                self.unknown.add(domain.id)
            except StoreError as error:
                self.refused.append(error)
            else:
                self.acknowledged.add(domain.id)
                self._moved.set()

    async def progress(self, by: int, within: float) -> float:
        """Wait until so many more were acknowledged; returns the seconds it took."""
        started, wanted = time.monotonic(), len(self.acknowledged) + by
        async with asyncio.timeout(within):
            while len(self.acknowledged) < wanted:
                self._moved.clear()
                await self._moved.wait()
        return time.monotonic() - started

    def stop(self) -> None:
        self._stopping.set()


async def _restart_under_load(server: Postgres, crashes: int, down: float) -> None:
    url = server.migrated()
    store = open_store(url)
    load = Load(store)
    try:
        await store.teams.add(ACME)
        writers = [asyncio.create_task(load.run()) for _ in range(6)]
        for _ in range(crashes):
            await load.progress(40, within=HEALED)
            await asyncio.to_thread(server.stop, signal.SIGQUIT)
            await asyncio.sleep(down)
            await asyncio.to_thread(server.start)
            await load.progress(1, within=HEALED)
        load.stop()
        await asyncio.gather(*writers)
    finally:
        await store.close()
    _assert_whole(load, url)


def _assert_whole(load: Load, url: str) -> None:
    kept = {id_ for (id_,) in query(url, "SELECT id FROM domain")}
    assert load.acknowledged <= kept, "an acknowledged write is lost"
    assert kept <= load.acknowledged | load.unknown, "a write that was refused is there"
    told = query(url, "SELECT domain FROM event")
    assert sorted(id_ for (id_,) in told) == sorted(kept), "a write is there by halves, or twice"
    assert load.refused == [], "an outage shorter than the store's patience was not sat out"


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_X05_many_immediate_stops_under_load(durable: Postgres) -> None:
    await _restart_under_load(durable, crashes=60, down=0.5)


async def test_X05_a_longer_outage_is_told_in_time_and_the_pool_heals(
    durable: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_RECONNECTING", 1.0)  # the pool has given up when the server comes back
    store = RelationalStore(PostgresDatabase(durable.migrated(), patience=1.0))
    try:
        await store.teams.add(ACME)
        await asyncio.to_thread(durable.stop, signal.SIGQUIT)
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(StoreError):
                await store.teams.by_slug("acme")
            assert time.monotonic() - started < 5
        await asyncio.to_thread(durable.start)
        assert await _first_answer(store) < HEALED
    finally:
        await store.close()


async def _first_answer(store: Store) -> float:
    """Ask until there is an answer; returns the seconds it took."""
    started = time.monotonic()
    while True:
        try:
            assert await store.teams.by_slug("acme") == ACME
        except StoreError:
            assert time.monotonic() - started < HEALED
        else:
            return time.monotonic() - started
