"""A look into a store's database past the store itself: raw SQL, as an operator or attacker would run it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests import postgres

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What the drivers raise where a constraint says no."""

TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'letterhead' AND datname = current_database()"
)
"""Ends every connection of ours to a PostgreSQL database."""


def file_of(url: str) -> Path:
    """The file behind an absolute sqlite:/// URL."""
    return Path(url.removeprefix("sqlite:///"))


def log_of(url: str) -> Path:
    """Its write-ahead log, which may not be there."""
    return Path(f"{file_of(url)}-wal")


def query(url: str, sql: str, params: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, outside of any transaction."""
    if url.startswith("postgresql:"):
        return postgres.query(url, sql, params)
    with closing(sqlite3.connect(file_of(url), isolation_level=None)) as connection:
        return connection.execute(sql, params).fetchall()
