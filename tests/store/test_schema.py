"""Migrations: from nothing to now, more than once, by several at once; and refusing what is not ours."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

import letterhead.store
from letterhead.ports import StoreError
from letterhead.store import migration
from letterhead.store.relational import open_store
from letterhead.store.schema import SCHEMA, migrate, schema_version
from tests.store.samples import ACME

DATABASES = ("sqlite",)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def _stand_at(path: Path, version: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])
        connection.commit()


def test_a_new_file_is_made_in_a_new_directory_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "100% new" / "letterhead.db"
    url = f"sqlite:///{path}"
    assert (schema_version(url), schema_version(url) == SCHEMA, path.exists()) == (None, False, False)
    migrate(url)
    assert (schema_version(url), schema_version(url) == SCHEMA) == (SCHEMA, True)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_migrating_again_changes_nothing(url: str) -> None:
    store = open_store(url)
    await store.teams.add(ACME)
    await store.close()
    path = Path(url.removeprefix("sqlite:///"))
    before = _dump(path)
    migrate(url)
    migration.upgrade(url)  # even where the short way out is not taken
    assert _dump(path) == before


def test_processes_that_migrate_at_once_all_succeed(tmp_path: Path) -> None:
    """Three processes migrate one new file after another, all at the same moment."""
    code = (
        "from letterhead.store import migration\nfrom letterhead.store.schema import migrate\n"
        "while url := input(): migrate(url); print(url, flush=True)"
    )
    command = [sys.executable, "-c", code]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for number in range(12):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for process in processes:
            print(url, file=process.stdin, flush=True)
        assert [process.stdout.readline().strip() for process in processes if process.stdout] == [url] * 3
        assert schema_version(url) == SCHEMA
    for process in processes:
        process.communicate("\n")


def test_U03_a_migration_that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "100% migrations" / "versions"
    versions.mkdir(parents=True)
    ours = Path(letterhead.store.__file__).parent / "migrations"
    (versions.parent / "env.py").write_text((ours / "env.py").read_text())
    (versions / "v0001.py").write_text(
        "from alembic import op\nrevision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (id INTEGER)')\n"
        "    op.execute('CREATE TABLE half')\n"
    )
    monkeypatch.setattr(migration, "_MIGRATIONS", versions.parent)
    path = tmp_path / "new.db"
    with pytest.raises(StoreError, match="can't be migrated"):
        migrate(f"sqlite:///{path}")
    assert _dump(path) == ["BEGIN TRANSACTION;", "COMMIT;"]


def test_what_can_not_be_migrated_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is not a database, it is a sentence of some length." * 20)
    (tmp_path / "file").touch()
    for name in ("text.db", "file/below.db", "."):
        with pytest.raises(StoreError, match=r"can't be (migrated|opened)|not a database"):
            migrate(f"sqlite:///{tmp_path / name}")


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("0000", f"the schema is at 0000 and must be at {SCHEMA}: run `letterhead migrate`"),
        ("9999", f"the schema is at 9999, newer than {SCHEMA}, the newest that this program knows"),
    ],
)
async def test_a_schema_that_is_not_ours_is_refused_in_one_line(url: str, version: str, line: str) -> None:
    _stand_at(Path(url.removeprefix("sqlite:///")), version)
    store = open_store(url)
    with pytest.raises(StoreError, match=line) as refused:
        await store.ready()
    assert "\n" not in str(refused.value)
    await store.close()


async def test_an_empty_file_has_no_schema(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreError, match="has no schema yet: run `letterhead migrate`"):
        await store.ready()
    await store.close()


def test_a_newer_schema_is_not_migrated(url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    _stand_at(path, "9999")
    before = _dump(path)
    with pytest.raises(StoreError, match=f"newer than {SCHEMA}"):
        migrate(url)
    assert _dump(path) == before


def test_the_schema_we_know_is_the_newest_migration_and_they_are_numbered_in_order() -> None:
    scripts = ScriptDirectory(str(Path(letterhead.store.__file__).parent / "migrations"))
    assert scripts.get_current_head() == SCHEMA
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == [f"{number:04d}" for number in range(len(numbers), 0, -1)]


def test_a_start_on_a_current_schema_imports_no_migration_tools(url: str) -> None:
    code = (
        "import sys\n"
        "from letterhead.store.relational import open_store\n"
        "from letterhead.store.schema import migrate\n"
        f"migrate({url!r}); open_store({url!r})\n"
        "sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
