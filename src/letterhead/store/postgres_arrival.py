"""The PostgreSQL side of moving house: one transaction into which a whole store is brought."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.sql import SQL, Identifier

from letterhead.ports import OutcomeUnknown, StoreError
from letterhead.store.postgres_session import connect_plainly, store_error


class Arrival:
    """A transaction on an empty database that is committed at the end, unless something was raised.

    A context manager; every failure is a StoreError.
    """

    def __init__(self, url: str) -> None:
        self._connection = connect_plainly(url)

    def __enter__(self) -> Self:
        self._connection.execute("SET LOCAL statement_timeout = 0")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._commit()
        finally:
            self._connection.close()  # which undoes what was not committed
        if isinstance(error, psycopg.Error):
            raise store_error(error) from error

    def require_empty(self, tables: Sequence[str]) -> None:
        """Keep others from writing until the end. Raises StoreError where any table has a row."""
        for table in tables:
            name = Identifier(table)
            self._connection.execute(SQL("LOCK TABLE {} IN EXCLUSIVE MODE NOWAIT").format(name))
            if self._connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone():
                raise StoreError(f"the target is not empty, {table} has rows: nothing was copied")

    def take(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Bring rows into a table."""
        order = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), _names(columns))
        with self._connection.cursor() as cursor, cursor.copy(order) as copy:
            for row in rows:
                copy.write_row(row)

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        """What is in a table now, in no order."""
        query = SQL("SELECT {} FROM {}").format(_names(columns), Identifier(table))
        with self._connection.cursor(name="arrived") as cursor:
            yield from cursor.execute(query)

    def continue_numbers(self, table: str, last: int) -> None:
        """Number the next row of a table after `last`, also where that row itself is gone."""
        query = "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"
        self._connection.execute(query, [table, last])

    def _commit(self) -> None:
        try:
            self._connection.commit()
        except psycopg.OperationalError as error:
            raise OutcomeUnknown("the connection broke during the commit: look into the target") from error


def _names(columns: Sequence[str]) -> Any:
    return SQL(", ").join(map(Identifier, columns))
