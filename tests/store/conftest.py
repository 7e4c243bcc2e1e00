"""A store for each test, with three teams in it; what PostgreSQL will join as a second parameter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from letterhead.ports import Store
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.store.samples import ACME, EVIL, ZETA


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the newest schema and nothing in it, to be copied: migrating takes half a second."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite"])
def url(tmp_path: Path, migrated: Path) -> str:
    """Where a migrated database lies that is this test's own."""
    path = tmp_path / "letterhead.db"
    path.write_bytes(migrated.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store with three teams."""
    store = open_store(url)
    for team in (ACME, EVIL, ZETA):
        await store.teams.add(team)
    yield store
    await store.close()
