"""Group commit: one thread owns the write connection and commits whatever waits, all at once.

A commit is durable only after the disk has synced, and that costs the same for one transaction as for a
hundred. Each transaction has a savepoint of its own, so that one which fails takes nothing with it, and
nobody is told of success before the commit that all of them share.

Once the disk has failed, nobody knows what is on it: a system that could not sync some pages may say of the
next attempt that all is well (X02). Nothing more is written then until a restart reads what is really there.
"""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from letterhead.ports import OutcomeUnknown, StoreError
from letterhead.store.database import Rows, Statement

MAX_BATCH = 256
"""Transactions in one commit at most, so that the first never waits long for the last."""

BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""


@dataclass(frozen=True, slots=True)
class _Transaction:
    statements: tuple[Statement, ...]
    done: Future[list[Rows]] = field(default_factory=Future)


class GroupCommit:
    """The one writer of this process. The connection is its own from now on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: SimpleQueue[_Transaction | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._is_sound = True
        self._thread = threading.Thread(target=self._run, name="letterhead-writer", daemon=True)
        self._thread.start()

    def submit(self, *statements: Statement) -> "Future[list[Rows]]":
        """Queue a transaction, from any thread; the future is done after the commit. Raises StoreError."""
        transaction = _Transaction(statements)
        with self._gate:  # nothing may be queued behind the end
            if self._closed:
                raise StoreError("the store is closed")
            self._queue.put(transaction)
        return transaction.done

    def require_sound(self) -> None:
        """Raise StoreError when the disk has failed and nothing is written any more."""
        if not self._is_sound:
            raise StoreError("the disk has failed: nothing is saved before a restart, see to the disk first")

    def close(self) -> None:
        """Take nothing more, commit what waits, close the connection; returns when that is done."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first, *self._waiting()]
            self._commit([each for each in batch if each.done.set_running_or_notify_cancel()])
        self._connection.close()

    def _waiting(self) -> Iterator[_Transaction]:
        for _ in range(MAX_BATCH - 1):
            try:
                transaction = self._queue.get_nowait()
            except Empty:
                return
            if transaction is None:
                self._queue.put(None)
                return
            yield transaction

    def _commit(self, batch: list[_Transaction]) -> None:
        try:
            self.require_sound()
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(transaction) for transaction in batch]
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the writer outlives whatever happens to one batch
            self._abandon()
            outcomes = [self._failure(error) for _ in batch]
        for transaction, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, StoreError):
                transaction.done.set_exception(outcome)
            else:
                transaction.done.set_result(outcome)

    def _attempt(self, transaction: _Transaction) -> list[Rows] | StoreError:
        """Run one transaction of the batch; a failure of its own is an outcome and touches no other."""
        outcome: list[Rows] | StoreError
        self._connection.execute("SAVEPOINT attempt")
        try:
            outcome = [self._run_statement(statement) for statement in transaction.statements]
        except Exception as error:
            if not self._connection.in_transaction or _is_of_the_disk(error):
                raise  # SQLite has undone the whole batch: the disk is full, or broken
            outcome = store_error(error)
            self._connection.execute("ROLLBACK TO attempt")
        self._connection.execute("RELEASE attempt")
        return outcome

    def _run_statement(self, statement: Statement) -> Rows:
        try:
            cursor = self._connection.execute(statement.sql, statement.params)
        except sqlite3.IntegrityError as error:
            refusing = self._unique_index(error)
            raise statement.duplicates.get(refusing, store_error(error)) from error
        rows: Rows = cursor.fetchall()
        changed = cursor.rowcount if cursor.description is None else len(rows)
        if statement.otherwise is not None and changed != 1:
            raise statement.otherwise
        return rows

    def _unique_index(self, error: sqlite3.IntegrityError) -> str:
        """The name of the unique index that refused a row, "" where something else did.

        SQLite names the index's columns only: "UNIQUE constraint failed: domain.team, domain.hostname".
        """
        columns = str(error).partition("UNIQUE constraint failed: ")[2]
        named = {"table": columns.partition(".")[0], "columns": columns}
        for row in self._connection.execute(_UNIQUE_INDEX, named):
            return str(row["name"])
        return ""

    def _abandon(self) -> None:
        with suppress(sqlite3.Error):  # SQLite may have done so itself
            self._connection.execute("ROLLBACK")

    def _failure(self, error: Exception) -> StoreError:
        """What to tell each transaction of a batch that failed as a whole."""
        if self._is_sound and (_is_of_the_disk(error) or self._connection.in_transaction):
            self._is_sound = False
            return OutcomeUnknown(f"the disk failed in mid-commit: {error}")
        return store_error(error)


_UNIQUE_INDEX = """
SELECT list.name
FROM pragma_index_list(:table) AS list
WHERE list."unique" = 1 AND :columns = (
    SELECT group_concat(:table || '.' || info.name, ', ') FROM pragma_index_info(list.name) AS info)
"""


def is_busy(error: Exception) -> bool:
    """Whether it failed because somebody else has locked the database."""
    return _primary_code(error) == sqlite3.SQLITE_BUSY


def _is_of_the_disk(error: Exception) -> bool:
    """Whether reading, writing or syncing failed; a disk that is merely full is another matter (X03)."""
    return _primary_code(error) == sqlite3.SQLITE_IOERR


def _primary_code(error: Exception) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)  # errors of the driver itself have none
    return code & 0xFF


def store_error(error: Exception) -> StoreError:
    """What happened, in the store's own words."""
    if isinstance(error, StoreError):
        return error
    if is_busy(error):
        return StoreError(f"another process has kept the database locked for over {BUSY_SECONDS:g} seconds")
    return StoreError(f"the database says: {error}")
