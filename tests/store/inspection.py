"""A look into a store's file past the store itself: raw SQL, as an operator or an attacker would run it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any


def file_of(url: str) -> Path:
    """The file behind an absolute sqlite:/// URL."""
    return Path(url.removeprefix("sqlite:///"))


def log_of(url: str) -> Path:
    """Its write-ahead log, which may not be there."""
    return Path(f"{file_of(url)}-wal")


def query(url: str, sql: str, params: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, outside of any transaction."""
    with closing(sqlite3.connect(file_of(url), isolation_level=None)) as connection:
        return connection.execute(sql, params).fetchall()
