"""A store for each test, with three teams in it, in SQLite and in PostgreSQL.

A module that is about one of them says so: DATABASES = ("sqlite",).
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from letterhead.ports import Store
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.postgres import Postgres
from tests.store.samples import ACME, EVIL, ZETA


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the newest schema and nothing in it, to be copied: migrating takes half a second."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database once with each that its module is about."""
    if "url" in metafunc.fixturenames:
        databases = getattr(metafunc.module, "DATABASES", ("sqlite", "postgres"))
        metafunc.parametrize("url", databases, indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """Where a migrated database is that is this test's own."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated: Path) -> str:
    """A migrated SQLite file."""
    path = tmp_path / "letterhead.db"
    path.write_bytes(migrated.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A migrated database in PostgreSQL."""
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store with three teams."""
    store = open_store(url)
    try:
        for team in (ACME, EVIL, ZETA):
            await store.teams.add(team)
        yield store
    finally:
        await store.close()
