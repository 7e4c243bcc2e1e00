"""Moving house: everything in an SQLite file into an empty PostgreSQL database, all or nothing.

The tables, their columns and their order are read from the file itself, so that none is ever forgotten.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from letterhead.core.refusal import invalid
from letterhead.ports import StoreError
from letterhead.store import sqlite
from letterhead.store.location import is_postgres, sqlite_path
from letterhead.store.schema import migrate, require_current

if TYPE_CHECKING:
    from letterhead.store.postgres_arrival import Arrival


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that arrived whole. `digest`: SHA-256 over its rows in whatever order, in hex."""

    table: str
    rows: int
    digest: str


def copy(source: str, target: str, told: Callable[[Copied], None]) -> None:
    """Copy the SQLite store at one URL into the PostgreSQL database at another; `told` of each table.

    The target gets its schema where it has none, and rows only at the end, all of them. Raises Refusal for
    URLs of another kind; StoreError where a schema is not of this version, the target holds anything, a table
    arrives otherwise than it left, or the source changes meanwhile; then the target is as empty as before.
    """
    if not is_postgres(target) or is_postgres(source):
        raise invalid(
            "store_url",
            "A store is copied from SQLite to PostgreSQL.",
            mend="Give a sqlite:/// URL to copy from and a postgresql:// URL to copy to.",
            param="store.url",
        )
    with closing(sqlite.connect_reader(sqlite_path(source))) as reading:
        require_current(sqlite.schema_version(reading))
        migrate(target)
        try:
            _copy(reading, target, told)
        except sqlite3.Error as error:
            raise StoreError(f"the source can't be read: {error}") from error


def _copy(reading: sqlite3.Connection, target: str, told: Callable[[Copied], None]) -> None:
    from letterhead.store.postgres_arrival import Arrival  # noqa: PLC0415 - an extra

    with Arrival(target) as arrival:
        before = _version_of_data(reading)
        reading.execute("BEGIN")  # all tables as they are at one moment
        tables = list(_tables(reading))
        arrival.require_empty(tables)
        for table in tables:
            told(_move(reading, arrival, table))
        for table, last in reading.execute("SELECT name, seq FROM sqlite_sequence"):
            arrival.continue_numbers(table, last)
        reading.execute("ROLLBACK")
        if _version_of_data(reading) != before:
            raise StoreError("the source was written to meanwhile: stop what uses it, then copy again")


def _move(reading: sqlite3.Connection, arrival: "Arrival", table: str) -> Copied:
    columns = [row["name"] for row in reading.execute("SELECT name FROM pragma_table_info(?)", [table])]
    left = Tally()
    query = f'SELECT {", ".join(columns)} FROM "{table}"'  # noqa: S608 - the schema's own names
    arrival.take(table, columns, left.counting(tuple(row) for row in reading.execute(query)))
    arrived = Tally()
    for _ in arrived.counting(arrival.rows(table, columns)):
        pass
    if arrived != left:
        raise StoreError(f"{table} arrived otherwise than it left: nothing was copied")
    return Copied(table, left.rows, left.digest)


def _tables(reading: sqlite3.Connection) -> Iterator[str]:
    """Every table but Alembic's and SQLite's own, each after those that it refers to."""
    names = reading.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'alembic_version'"
    ).fetchall()
    referred = 'SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)'
    graph = {name: {parent for (parent,) in reading.execute(referred, [name])} - {name} for (name,) in names}
    yield from TopologicalSorter(graph).static_order()


def _version_of_data(reading: sqlite3.Connection) -> int:
    """A number that changes when anybody else commits to the file."""
    return int(reading.execute("PRAGMA data_version").fetchone()[0])


class Tally:
    """How many rows there were, and the sum of their digests, which no order changes."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def counting(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The same rows, counted as they pass."""
        for row in rows:
            self.rows += 1
            # The values are integers, text, bytes and None, which Python writes alike whoever brings them.
            self._sum += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
            yield row

    @property
    def digest(self) -> str:
        """The sum, in hex."""
        return f"{self._sum % 2**256:064x}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and (self.rows, self.digest) == (other.rows, other.digest)

    __hash__ = None  # type: ignore[assignment] # it changes while it counts
