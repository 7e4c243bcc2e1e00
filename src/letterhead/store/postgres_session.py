"""One connection to PostgreSQL: how it is opened, how it behaves, and what its errors mean.

Imported only where the store's URL names PostgreSQL: psycopg is the extra `letterhead[postgres]`.
"""

from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, TupleRow, dict_row

from letterhead.core.refusal import invalid
from letterhead.ports import StoreError
from letterhead.store.database import Statement

STATEMENT_SECONDS: Final = 5
"""How long one statement may take."""
LOCK_SECONDS: Final = 3
"""How long a statement waits for a row or a table that somebody else has locked."""
IDLE_SECONDS: Final = 10
"""How long a transaction may stand open with nothing asked; the server ends it then."""

_CONNECTING: Final[dict[str, Any]] = {
    "application_name": "letterhead",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    # A server gone without a word is noticed within half a minute, in mid-sentence within ten seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

# Whatever the server's defaults are. Guards stand in WHERE clauses and unique indexes, so READ COMMITTED is
# enough, and a stricter level would only fail more often (X06). A commit that is not on the disk is none.
_SETTINGS: Final = f"""
SELECT set_config('statement_timeout', '{STATEMENT_SECONDS}s', false),
       set_config('lock_timeout', '{LOCK_SECONDS}s', false),
       set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', false),
       set_config('client_connection_check_interval', '5s', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)
"""

_PASSING: Final = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.QueryCanceled,
)


def conninfo(url: str) -> str:
    """What the URL says, and beside it what it leaves to us. Raises Refusal (store_url)."""
    try:
        return make_conninfo("", **{**_CONNECTING, **conninfo_to_dict(url)})
    except psycopg.ProgrammingError:
        # What libpq says may quote the password: it is neither repeated nor kept as the cause.
        refusal = invalid(
            "store_url",
            "The store's URL can't be understood.",
            mend='Write "postgresql://user:password@host/database", signs of a password as %40 for @.',
            param="store.url",
        )
    raise refusal


def connect(url: str) -> psycopg.Connection[DictRow]:
    """A connection of its own, without implicit transactions. Raises StoreError, Refusal."""
    try:
        connection = psycopg.connect(conninfo(url), autocommit=True, row_factory=dict_row)
        connection.execute(_SETTINGS)
    except psycopg.Error as error:
        raise store_error(error) from error
    return connection


def connect_plainly(url: str) -> psycopg.Connection[TupleRow]:
    """A connection as the driver and the server make it, for the migrations. Raises StoreError, Refusal."""
    try:
        return psycopg.connect(conninfo(url))
    except psycopg.Error as error:
        raise store_error(error) from error


async def settle(connection: psycopg.AsyncConnection[Any]) -> None:
    """Give a new connection of a pool its settings."""
    await connection.execute(_SETTINGS)


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same may well succeed when it is run again: a conflict, a deadlock, a time-out."""
    return isinstance(error, _PASSING)


def is_lost(connection: psycopg.AsyncConnection[Any], error: psycopg.Error) -> bool:
    """Whether the connection went with the error: the server stopped, was killed, or ended the session.

    Codes (PostgreSQL, appendix A): 08 is a broken connection, 57P a server that stops or starts, 25P03 a
    transaction that stood open for too long.
    """
    return connection.closed or (error.sqlstate or "").startswith(("08", "57P", "25P03"))


def refusal_of(error: psycopg.IntegrityError, statement: Statement) -> StoreError:
    """What a constraint's refusal of a statement means: one of its `duplicates`, by the index's name."""
    return statement.duplicates.get(error.diag.constraint_name or "", store_error(error))


def store_error(error: Exception) -> StoreError:
    """What happened, in the store's own words, in one line and without any value."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return StoreError(f"the database says: {error.diag.message_primary}")
    return StoreError(f"the database says: {' '.join(str(error).split())}")


def schema_version(connection: psycopg.Connection[DictRow]) -> str | None:
    """The migration that the schema stands at, or None where there is none. Raises StoreError."""
    try:
        there = connection.execute(SCHEMA_TABLE).fetchone()
        row = connection.execute(SCHEMA_VERSION).fetchone() if there and there["there"] else None
    except psycopg.Error as error:
        raise store_error(error) from error
    return str(row["version_num"]) if row else None


SCHEMA_TABLE: Final = "SELECT to_regclass('alembic_version') IS NOT NULL AS there"
SCHEMA_VERSION: Final = "SELECT version_num FROM alembic_version"
READ_ONLY: Final = "SELECT current_setting('transaction_read_only') = 'on' AS read_only"  # so on each standby
