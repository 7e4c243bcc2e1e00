"""The store's URL, read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from letterhead.core.refusal import Refusal
from letterhead.store.location import sqlite_path
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate, schema_version

GOOD = {
    "sqlite:///letterhead.db": "letterhead.db",
    "sqlite:///data/letterhead.db": "data/letterhead.db",
    "sqlite:///./letterhead.db": "letterhead.db",
    "sqlite:////var/lib/letterhead/letterhead.db": "/var/lib/letterhead/letterhead.db",
    "sqlite:////srv/100%25/a%20b.db": "/srv/100%/a b.db",
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
    "postgresql://letterhead:secret@db/letterhead",
    "mysql://db/letterhead",
)


@pytest.mark.parametrize(("url", "path"), GOOD.items())
def test_a_file_relative_or_absolute(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize("url", BAD)
@pytest.mark.parametrize("use", [sqlite_path, open_store, migrate, schema_version])
def test_anything_else_is_refused_with_what_is_supported(url: str, use: Callable[[str], object]) -> None:
    with pytest.raises(Refusal) as refused:
        use(url)
    assert (refused.value.code, refused.value.param) == ("store_url", "store.url")
    assert "only SQLite files are supported for now" in refused.value.text
    assert "secret" not in str(refused.value)
