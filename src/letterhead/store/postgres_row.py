"""The rows that psycopg is to make: like sqlite3.Row, columns by name and all of them in their order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import AsyncCursor
from psycopg.rows import RowMaker


class PostgresRow:
    """One row. Fills database.Row."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, column: str) -> Any:
        return self._values[self._places[column]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)


def rows_by_name(cursor: AsyncCursor[Any]) -> RowMaker[PostgresRow]:
    """A row factory of psycopg's: where each column of a result stands is found out once."""
    places = {column.name: place for place, column in enumerate(cursor.description or ())}
    return lambda values: PostgresRow(places, values)
