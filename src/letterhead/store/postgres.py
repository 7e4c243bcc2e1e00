"""PostgreSQL: a pool of connections, and transactions that are run again where that is safe.

What the server refused for a passing reason, or lost before its COMMIT was sent, left nothing behind and is
run again for a while. A COMMIT that was sent and not answered is never repeated
(docs/decisions/0007-postgresql.md).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from letterhead.ports import OutcomeUnknown, StoreError
from letterhead.store import postgres_session
from letterhead.store.database import Params, Rows, Statement
from letterhead.store.doubt import Doubt
from letterhead.store.placeholders import in_psycopg_form
from letterhead.store.postgres_bells import PostgresBells
from letterhead.store.postgres_row import PostgresRow, rows_by_name

CONNECTIONS: Final = 16
"""How many connections one process opens at most."""
WAITING: Final = 1024
"""How many callers may wait for a connection; the next one is told at once."""
PATIENCE: Final = 10.0
"""Seconds for a read or a transaction with all its repetitions, the wait for a connection included."""

_PAUSES: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 1.0, 1.0)
"""Seconds, at most, before each repetition; chance keeps rivals apart."""
_RECONNECTING: Final = 10.0
"""Seconds of vain attempts after which the pool waits for the next caller; it keeps the pauses short."""

Connection = psycopg.AsyncConnection[PostgresRow]
_T = TypeVar("_T")


class PostgresDatabase:
    """A PostgreSQL database that has been migrated. Fills database.Database.

    Connects when it is first asked; raises Refusal for a URL that can't be understood.
    """

    skip_locked = "FOR UPDATE SKIP LOCKED"
    time_query = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint AS now"
    kept = "FOR SHARE"

    def __init__(self, url: str, *, connections: int = CONNECTIONS, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            postgres_session.conninfo(url),
            connection_class=Connection,
            kwargs={"autocommit": True, "row_factory": rows_by_name},
            configure=postgres_session.settle,
            min_size=1,
            max_size=connections,
            max_waiting=WAITING,
            reconnect_timeout=_RECONNECTING,
            name="letterhead",
            open=False,
        )
        self._under_way: set[asyncio.Future[None]] = set()
        self._closed = False
        self._doubt = Doubt(self.write)
        self.bells = PostgresBells(url, self.read)

    async def read(self, sql: str, params: Params) -> Rows:
        """One query by itself; it sees what is committed now."""
        wanted = _findable(params)
        return await self._patiently(lambda connection: _rows(connection, sql, wanted))

    def moment(self) -> int | None:
        """None: the server would have to be asked, and a read is no more than that."""
        return None

    async def write(self, *transaction: Statement) -> list[Rows]:
        """Run the transaction until it is committed or refused. Raises OutcomeUnknown where nobody knows.

        A caller that is cancelled while it waits does not know whether it was saved.
        """
        with self._doubt.about(transaction):
            results = await self._patiently(lambda connection: _commit(connection, transaction))
        self.bells.ring_for(transaction)
        return results

    async def schema_version(self) -> str | None:
        """The migration that the schema stands at."""
        (table,) = await self.read(postgres_session.SCHEMA_TABLE, {})
        rows = await self.read(postgres_session.SCHEMA_VERSION, {}) if table["there"] else ()
        return str(rows[0]["version_num"]) if rows else None

    async def require_writable(self) -> None:
        """Raise StoreError where the server takes no changes, as a standby, or nothing can be saved."""
        (mode,) = await self.read(postgres_session.READ_ONLY, {})
        if mode["read_only"]:
            raise StoreError("the database takes no changes: it is a standby, or was made read-only")
        await self._doubt.settle()

    async def close(self) -> None:
        """Finish what is under way, take nothing more, close every connection."""
        self._closed = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._patience)
        await self.bells.close()
        await self._pool.close()

    async def _patiently(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Do some work on a connection, again after each failure that may pass, until patience ends."""
        clock = asyncio.get_running_loop().time
        deadline, pauses = clock() + self._patience, iter(_PAUSES)
        async with self._counted():
            while True:
                try:
                    return await self._once(work, deadline - clock())
                except _Passing:
                    pause = next(pauses, self._patience)
                    if clock() + pause >= deadline:
                        raise
                await asyncio.sleep(pause * random.random())  # noqa: S311 - chance, not a secret

    async def _once(self, work: Callable[[Connection], Awaitable[_T]], within: float) -> _T:
        """Do the work once; whatever fails is a StoreError, and _Passing where nothing is left of it."""
        try:
            async with self._pool.connection(within) as connection:
                return await _attempt(connection, work)
        except _Lost:
            await self._pool.check()  # the others are gone too, as a rule
            raise
        except PoolTimeout as error:
            raise StoreError(f"no connection to the database was free for {within:.0f} seconds") from error
        except (psycopg.Error, ValueError) as error:  # the second: text that is no UTF-8
            raise postgres_session.store_error(error) from error

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        """Takes part in what close() waits for; opens the pool before its first use. Raises StoreError."""
        if self._closed:
            raise StoreError("the store is closed")
        done = asyncio.get_running_loop().create_future()
        self._under_way.add(done)
        try:
            if self._pool.closed:
                await self._pool.open()
            yield
        finally:
            self._under_way.discard(done)
            done.set_result(None)


class _Passing(StoreError):
    """Nothing was saved, and the same may succeed when it is run again."""


class _Lost(_Passing):
    """The connection broke before anything was to be saved."""


async def _attempt(connection: Connection, work: Callable[[Connection], Awaitable[_T]]) -> _T:
    try:
        return await work(connection)
    except psycopg.Error as error:
        if postgres_session.is_lost(connection, error):
            await connection.close()
            raise _Lost("the connection to the database broke") from error
        if postgres_session.is_passing(error):
            raise _Passing(str(postgres_session.store_error(error))) from error
        raise


async def _rows(connection: Connection, sql: str, params: Params) -> Rows:
    cursor = await connection.execute(in_psycopg_form(sql), params)
    return await cursor.fetchall()


async def _commit(connection: Connection, transaction: Sequence[Statement]) -> list[Rows]:
    """Run the statements in a transaction; whatever is raised before its COMMIT has the pool undo it."""
    await connection.execute("BEGIN")
    results = [await _run(connection, statement) for statement in transaction]
    try:
        await connection.execute("COMMIT")
    except psycopg.Error as error:
        if postgres_session.is_lost(connection, error):
            raise OutcomeUnknown("the connection broke during a commit: it may have been saved") from error
        raise
    return results


async def _run(connection: Connection, statement: Statement) -> Rows:
    try:
        cursor = await connection.execute(in_psycopg_form(statement.sql), statement.params)
    except psycopg.errors.UniqueViolation as error:
        raise postgres_session.refusal_of(error, statement) from error
    rows: Rows = await cursor.fetchall() if cursor.description else []
    if statement.otherwise is not None and cursor.rowcount != 1:
        raise statement.otherwise
    return rows


def _findable(params: Params) -> Params:
    """The parameters of a question, in which a NUL, that no text of PostgreSQL's holds, finds nothing.

    It becomes a code point that is no character and stands in no text of ours.
    """
    return {
        name: value.replace("\0", "\U0010ffff") if isinstance(value, str) else value
        for name, value in params.items()
    }
