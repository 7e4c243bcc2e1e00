"""A migration killed at the end of each of its steps, and done anew from there, on both databases."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import letterhead.store
from letterhead.store.schema import SCHEMA, migrate, schema_version
from tests.postgres import Postgres

OURS = Path(letterhead.store.__file__).parent / "migrations"
STEPS = sorted(path.name for path in (OURS / "versions").glob("v*.py"))
DYING = """
_whole = upgrade

def upgrade():
    _whole()
    import os
    os.kill(os.getpid(), 9)
"""
"""Every statement of the step has run then, and nothing of it is committed."""


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that has no schema yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.empty()
    yield url
    postgres.drop(url)


def _migrated_by(migrations: Path, url: str) -> int:
    """Migrate in a process of its own, with these migrations; returns how it ended."""
    code = (
        "import sys, pathlib\nfrom letterhead.store import migration\n"
        "migration._MIGRATIONS = pathlib.Path(sys.argv[2])\nmigration.upgrade(sys.argv[1])"
    )
    return subprocess.run([sys.executable, "-c", code, url, str(migrations)], check=False).returncode


@pytest.mark.parametrize("step", STEPS)
def test_U03_a_migration_killed_in_any_step_is_resumed(step: str, empty: str, tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text((OURS / "env.py").read_text())
    for name in STEPS:
        text = (OURS / "versions" / name).read_text()
        (versions / name).write_text(text + DYING if name == step else text)
    assert _migrated_by(versions.parent, empty) == -signal.SIGKILL
    whole = STEPS[: STEPS.index(step)] if empty.startswith("postgres") else []
    assert schema_version(empty) == (whole[-1][1:5] if whole else None)
    assert schema_version(empty) != SCHEMA
    migrate(empty)
    assert schema_version(empty) == SCHEMA
