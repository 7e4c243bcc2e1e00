"""The store's URL, read."""

import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from letterhead.core.refusal import Refusal
from letterhead.ports import StoreError
from letterhead.store import location
from letterhead.store.location import sqlite_path
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate, schema_version

GOOD = {
    "sqlite:///letterhead.db": "letterhead.db",
    "sqlite:///data/letterhead.db": "data/letterhead.db",
    "sqlite:///./letterhead.db": "letterhead.db",
    "sqlite:////var/lib/letterhead/letterhead.db": "/var/lib/letterhead/letterhead.db",
    "sqlite:////srv/100%25/a%20b.db": "/srv/100%/a b.db",
    "sqlite:////srv/what%3F/no.%231.db": "/srv/what?/no.#1.db",
}

BAD = (
    "",
    "letterhead.db",
    "sqlite://",
    "sqlite:///",
    "sqlite://letterhead.db",
    "sqlite:///:memory:",
    "sqlite:///a.db?mode=ro",
    "sqlite:///a.db#x",
    "sqlite:///a%00.db",
    "SQLITE:///a.db",
    "mysql://letterhead:secret@db/letterhead",
    "postgresql:letterhead:secret",
    "postgresql://letterhead:secret%@db/letterhead",
    "postgresql://letterhead@db/letterhead?sercet=secret",
)


@pytest.mark.parametrize(("written", "path"), GOOD.items())
def test_a_file_relative_or_absolute(written: str, path: str) -> None:
    assert sqlite_path(written) == Path(path)


@pytest.mark.parametrize("written", BAD)
@pytest.mark.parametrize("use", [open_store, migrate, schema_version])
def test_anything_else_is_refused_with_what_is_supported(written: str, use: Callable[[str], object]) -> None:
    with pytest.raises(Refusal) as refused:
        use(written)
    assert (refused.value.code, refused.value.param) == ("store_url", "store.url")
    assert "postgresql://" in refused.value.mend
    trace = "".join(traceback.format_exception(refused.value))
    assert "secret" not in trace


def test_without_psycopg_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "find_spec", lambda _: None)
    for use in (open_store, migrate, schema_version):
        with pytest.raises(StoreError, match=r"psycopg\[binary,pool\]"):
            use("postgresql://db/letterhead")


def test_sqlite_does_without_psycopg(sqlite_url: str) -> None:
    code = (
        "import sys\nfrom letterhead.store.relational import open_store\n"
        f"open_store({sqlite_url!r})\nsys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
