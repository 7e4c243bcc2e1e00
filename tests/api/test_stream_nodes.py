"""The event stream of one node, and what happens on another: it comes by a ring."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from letterhead.api.native import stream
from letterhead.api.settings import Limits
from letterhead.ports import DELIVERY, HAPPENED, Store
from letterhead.store.relational import open_store
from letterhead.worker import Work, beat
from tests.api.conftest import Api, Oracle, services_of
from tests.clock import ManualClock
from tests.postgres import Postgres

PATIENCE = 10.0


@pytest.fixture
def limits() -> Limits:
    return Limits(drain_time=2, stream_time=60.0)


@pytest.fixture(params=["one process", "two nodes"])
def url(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[str]:
    """SQLite for one process, PostgreSQL for nodes."""
    if request.param == "one process":
        shutil.copyfile(migrated, tmp_path / "letterhead.db")
        yield f"sqlite:///{tmp_path / 'letterhead.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store of the node that serves."""
    store = open_store(url)
    yield store
    await store.close()


@pytest.fixture
async def elsewhere(url: str, store: Store) -> AsyncIterator[Store]:
    """The store of the node that works: on SQLite that is the same process."""
    if url.startswith("sqlite:"):
        yield store
        return
    other = open_store(url)
    yield other
    await other.close()


async def test_an_event_reaches_a_follower_long_before_the_next_look(
    api: Api, elsewhere: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "POLL", 60.0)
    key, stopping = await api.key(), asyncio.Event()
    services = services_of(elsewhere, clock, Oracle(clock))
    works = [
        Work(services.announcements.once, lambda: elsewhere.bells.waking(HAPPENED)),
        Work(services.dispatch.once, lambda: elsewhere.bells.waking(DELIVERY)),
    ]
    beating = asyncio.create_task(beat(works, stopping, rest=60.0))
    headers = {"authorization": f"Bearer {key}"}
    async with (
        asyncio.timeout(PATIENCE),
        api.client.stream("GET", "/api/v2/events/stream", headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        for name in ("a.com", "b.com", "c.com"):
            await api.domain(key, name)
            async for line in lines:
                if line.startswith("data: ") and name in line:
                    break
    stopping.set()
    await asyncio.wait_for(beating, PATIENCE)
