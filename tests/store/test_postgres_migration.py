"""Migrating PostgreSQL: one process at a time, a step at a time, and on from where somebody was killed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import letterhead.store
from letterhead.ports import StoreError
from letterhead.store import migration
from letterhead.store.relational import open_store
from letterhead.store.schema import SCHEMA, migrate, schema_version
from tests.postgres import Postgres
from tests.store.inspection import query

OURS = Path(letterhead.store.__file__).parent / "migrations"
NEXT = f"{int(SCHEMA) + 1:04d}"
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    url = postgres.empty()
    yield url
    postgres.drop(url)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with our migrations, to which a test adds the next one."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text((OURS / "env.py").read_text())
    for path in (OURS / "versions").glob("v*.py"):
        (versions / path.name).write_text(path.read_text())
    return versions.parent


def _plant(planted: Path, *statements: str) -> None:
    (planted / "versions" / "next.py").write_text(
        f"from alembic import op\nrevision, down_revision = {NEXT!r}, {SCHEMA!r}\n"
        "def upgrade():\n" + "".join(f"    op.execute({statement!r})\n" for statement in statements)
    )


def _migrating(url: str, planted: Path) -> subprocess.Popen[str]:
    code = (
        "import sys, pathlib\nfrom letterhead.store import migration\n"
        "migration._MIGRATIONS = pathlib.Path(sys.argv[2])\nmigration.upgrade(sys.argv[1])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, url, str(planted)], stderr=subprocess.PIPE, text=True
    )


def _until(url: str, sql: str) -> None:
    deadline = time.monotonic() + 20
    while not query(url, sql)[0][0]:
        assert time.monotonic() < deadline, sql
        time.sleep(0.02)


def test_from_nothing_to_now_and_again(empty: str) -> None:
    assert schema_version(empty) is None
    migrate(empty)
    assert schema_version(empty) == SCHEMA
    before = query(empty, TABLES)
    migration.upgrade(empty)
    assert query(empty, TABLES) == before


def test_U03_a_migration_that_fails_midway_leaves_nothing_of_its_step(
    empty: str, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "_MIGRATIONS", planted)
    _plant(planted, "CREATE TABLE half (id INTEGER)", "CREATE TABLE half")
    with pytest.raises(StoreError, match="can't be migrated: syntax error"):
        migration.upgrade(empty)
    assert schema_version(empty) == SCHEMA  # the steps before it stay
    assert ("half",) not in query(empty, TABLES)


def test_U03_a_migration_killed_in_mid_step_is_resumed(
    empty: str, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plant(planted, "CREATE TABLE half (id INTEGER)", "SELECT pg_sleep(60)")
    with _migrating(empty, planted) as process:
        _until(empty, SLEEPING)
        process.kill()
    assert schema_version(empty) == SCHEMA
    assert ("half",) not in query(empty, TABLES)
    _plant(planted, "CREATE TABLE half (id INTEGER)")
    monkeypatch.setattr(migration, "_MIGRATIONS", planted)
    started = time.monotonic()
    migration.upgrade(empty)  # waits until the server has noticed that the other one is dead
    assert time.monotonic() - started < 10
    assert schema_version(empty) == NEXT
    assert ("half",) in query(empty, TABLES)


def test_U03_processes_that_migrate_at_once_all_succeed(empty: str, planted: Path) -> None:
    _plant(planted, "CREATE TABLE once (id INTEGER)", "SELECT pg_sleep(0.3)")
    processes = [_migrating(empty, planted) for _ in range(3)]
    assert [process.communicate()[1] for process in processes] == [""] * 3
    assert schema_version(empty) == NEXT


def test_U03_a_step_does_not_wait_for_ever_for_a_table_in_use(
    postgres_url: str, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "_MIGRATIONS", planted)
    brief = [each.replace("10s", "200ms") for each in migration._PREPARED]
    assert brief != list(migration._PREPARED)
    monkeypatch.setattr(migration, "_PREPARED", brief)
    _plant(planted, "CREATE TABLE half (id INTEGER)", "ALTER TABLE domain ADD COLUMN new INTEGER")
    with psycopg.connect(postgres_url) as busy:
        busy.execute("SELECT count(*) FROM domain")
        with pytest.raises(StoreError, match="lock timeout"):
            migration.upgrade(postgres_url)
    assert ("half",) not in query(postgres_url, TABLES)
    migration.upgrade(postgres_url)
    assert schema_version(postgres_url) == NEXT


def test_U03_who_waits_for_another_migration_waits_with_an_end(
    postgres_url: str, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "_MIGRATIONS", planted)
    brief = [each.replace("60s", "200ms") for each in migration._PREPARED]
    monkeypatch.setattr(migration, "_PREPARED", brief)
    _plant(planted, "CREATE TABLE half (id INTEGER)")
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(f"SELECT pg_advisory_lock({migration._LOCK})".encode())
        with pytest.raises(StoreError, match="lock timeout"):
            migration.upgrade(postgres_url)
    assert schema_version(postgres_url) == SCHEMA


@pytest.mark.parametrize(("version", "line"), [("0000", "must be at"), ("9999", "newer than")])
async def test_a_schema_that_is_not_ours_is_refused(postgres_url: str, version: str, line: str) -> None:
    query(postgres_url, f"UPDATE alembic_version SET version_num = '{version}'")
    store = open_store(postgres_url)
    with pytest.raises(StoreError, match=line):
        await store.ready()
    await store.close()


def test_a_newer_schema_is_not_migrated(postgres_url: str) -> None:
    query(postgres_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer than"):
        migrate(postgres_url)


async def test_an_empty_database_has_no_schema(empty: str) -> None:
    store = open_store(empty)
    with pytest.raises(StoreError, match="has no schema yet: run `letterhead migrate`"):
        await store.ready()
    await store.close()


def test_a_database_that_can_not_hold_every_text_is_refused(postgres: Postgres) -> None:
    postgres.query(
        "CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
    )
    with pytest.raises(StoreError, match="keeps its text in LATIN1: create it with ENCODING 'UTF8'"):
        migrate(postgres.url("narrow"))
    postgres.drop(postgres.url("narrow"))
