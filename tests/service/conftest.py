"""A world for each test: a store of its own, an empty DNS, noon."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from letterhead.ports import Store
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.clock import ManualClock
from tests.service.paper import PaperDns
from tests.service.world import World


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty database with the newest schema: migrating takes half a second, copying none."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, migrated: bytes) -> Path:
    """The database file of the test's own."""
    path = tmp_path / "letterhead.db"
    path.write_bytes(migrated)
    return path


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = open_store(f"sqlite:///{path}")
    yield store
    await store.close()


@pytest.fixture
def dns(clock: ManualClock) -> PaperDns:
    return PaperDns(clock)


@pytest.fixture
def world(store: Store, path: Path, clock: ManualClock, dns: PaperDns) -> World:
    return World(store, path, clock, dns)
