"""SQLite: point reads in the event loop, writes by the one writer of group_commit.py.

A read takes about 10 µs; handing it to a thread costs more than that and several times as much at the 99th
percentile. Readers see the last commit and never wait for the writer (WAL).
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from letterhead.ports import StoreError
from letterhead.store.bells import ProcessBells
from letterhead.store.database import Params, Rows, Statement
from letterhead.store.doubt import Doubt
from letterhead.store.group_commit import BUSY_SECONDS, GroupCommit, is_busy, store_error

_DURABLE = (
    "PRAGMA synchronous = FULL",  # a commit that was acknowledged survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # a destroyed key is overwritten, not just forgotten
)
_READING = (
    "PRAGMA query_only = ON",
    # Pages are read where the system keeps them anyway, not copied one by one: a third of a point read.
    f"PRAGMA mmap_size = {2**40}",  # SQLite maps 2 GiB at most
)


class SqliteDatabase:
    """An SQLite file that has been migrated. Fills database.Database.

    Raises StoreError where there is no such file or it can't be opened.
    """

    skip_locked = ""
    time_query = ""
    kept = ""

    def __init__(self, path: Path) -> None:
        writing = connect_writer(path)
        self._reader = connect_reader(path)
        self._writer = GroupCommit(writing)
        self._moment: int | None = None
        self._doubt = Doubt(self.write)
        self.bells = ProcessBells()

    async def read(self, sql: str, params: Params) -> Rows:
        """One query, in the loop; without a transaction around it each sees the newest commit."""
        try:
            rows: Rows = self._reader.execute(sql, params).fetchall()
        except (sqlite3.Error, ValueError, OverflowError) as error:  # the last two: values no column can hold
            raise store_error(error) from error
        return rows

    def moment(self) -> int | None:
        """SQLite's data version, looked at once in each turn of the loop (docs/decisions/0013).

        Whoever is awake in this turn was called before the look, so has not heard of a later commit: each
        comes from another thread or process, and whoever hears of it is called after the look is forgotten.
        """
        if self._moment is None:
            asyncio.get_running_loop().call_soon(self._forget_moment)  # first: calls come in their order
            try:
                (self._moment,) = self._reader.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error as error:
                raise store_error(error) from error
        return self._moment

    def _forget_moment(self) -> None:
        self._moment = None

    async def write(self, *transaction: Statement) -> list[Rows]:
        """Queue the transaction and wait for its commit.

        A caller that is cancelled while it waits does not know whether it was saved.
        """
        with self._doubt.about(transaction):
            results = await asyncio.wrap_future(self._writer.submit(*transaction))
        self.bells.ring_for(transaction)
        return results

    async def schema_version(self) -> str | None:
        """The migration that the schema stands at."""
        return schema_version(self._reader)

    async def require_writable(self) -> None:
        """Raise StoreError where the disk has failed or nothing can be saved."""
        self._writer.require_sound()
        await self._doubt.settle()

    async def close(self) -> None:
        """Commit what waits, then close both connections; the last one to go tidies the log away."""
        await asyncio.to_thread(self._writer.close)
        self._reader.close()
        self.bells.close()


def connect(path: Path, pragmas: Sequence[str] = ()) -> sqlite3.Connection:
    """Open an existing file, without implicit transactions. Raises StoreError.

    The connection may be used in another thread than this one, though never in two at once.
    """
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        _settle(connection, pragmas)
    except sqlite3.Error as error:
        raise StoreError(f"{path} can't be opened as a database: {error}") from error
    return connection


def _settle(connection: sqlite3.Connection, pragmas: Sequence[str]) -> None:
    """Set a fresh connection up, or close it; a file that is no database is noticed here first."""
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA schema_version")  # reads the file, which connecting alone does not
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open an existing file for reading alone. Raises StoreError."""
    return connect(path, _READING)


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open an existing file for durable writes, with its write-ahead log on. Raises StoreError."""
    connection = connect(path, _DURABLE)
    try:
        _turn_log_on(connection)
    except sqlite3.Error as error:
        connection.close()
        raise store_error(error) from error
    return connection


def _turn_log_on(connection: sqlite3.Connection) -> None:
    """The first to open a file must be alone with it for this, and SQLite does not wait until it is."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":  # SQLite goes on in another mode without a word, as on some network disks
            raise sqlite3.NotSupportedError(f"no write-ahead log can be kept here, only mode {mode!r}")
        return


def schema_version(connection: sqlite3.Connection) -> str | None:
    """The migration that a file's schema stands at, or None where it has no schema. Raises StoreError."""
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise store_error(error) from error
    return None if row is None else str(row["version_num"])
