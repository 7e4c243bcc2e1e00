"""What the nouns of the store need of a database: reads, and transactions that are data.

Nothing is read and then decided upon inside a transaction: guards stand in WHERE clauses and in unique
indexes, so a transaction is a row of statements that can be queued, joined with others and run anywhere.

The SQL is what SQLite and PostgreSQL have in common. Parameters are named, `:name`, and never written into
the text (A09). Booleans are integers 0 and 1, moments are integers (see instant.py), JSON is text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from letterhead.ports import Bell, Bells, StoreError

Params = Mapping[str, int | str | bytes | None]
"""The values of the named parameters; names that the text does not mention are ignored."""


class Row(Protocol):
    """One row: a column by its name, or all of them in their order."""

    def __getitem__(self, column: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a transaction.

    otherwise   raised unless exactly one row is changed; None where any number will do.
    duplicates  what to raise when a unique index, by its name, refuses the row.
    rings       which bell rings once the transaction is committed.
    """

    sql: str
    params: Params
    otherwise: StoreError | None = None
    duplicates: Mapping[str, StoreError] = field(default_factory=dict)
    rings: Bell | None = None


class Database(Protocol):
    """A database. Every failure is a StoreError.

    skip_locked  ends a SELECT whose rows are changed next: where writers run side by side it takes rows that
                 nobody else is about to change, where there is one writer it is empty.
    kept         ends a SELECT whose rows must stay as they are until the transaction is over.
    time_query   asks the database's own clock, in microseconds as `now`; empty where it has none.
    """

    skip_locked: str
    kept: str
    time_query: str

    @property
    def bells(self) -> Bells:
        """The bells that write() rings for what it has committed."""

    async def read(self, sql: str, params: Params) -> Rows:
        """The rows of one query, from what is committed now."""

    def moment(self) -> int | None:
        """What stays the same while nothing at all is committed, by whomever; None where nobody can tell.

        What was read after a look at it is what would be read now, while it is the same.
        """

    async def write(self, *transaction: Statement) -> list[Rows]:
        """Run statements all or nothing; returns the rows of each once they are durable.

        Raises a statement's `otherwise` or one of its `duplicates`; then nothing was changed.
        """

    async def schema_version(self) -> str | None:
        """The migration that the schema stands at, or None where there is no schema."""

    async def require_writable(self) -> None:
        """Raise StoreError where nothing can be saved now; tried only where something could not be lately."""

    async def close(self) -> None:
        """Finish the transactions that wait, then let go of the database."""


def one_of(name: str, values: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The right side of `IN` for any number of values, none included, and its parameters.

    A parameter for each value: SQLite takes up to 32,766 of them, PostgreSQL 65,535.
    """
    params = {f"{name}_{index}": value for index, value in enumerate(values)}
    names = ", ".join(f":{each}" for each in params)
    return f"({names or 'NULL'})", params
