"""Driving Alembic: forward only, one process at a time, never half a step.

Importing this takes about half a second; schema.migrate does so only where there is something to do.
"""

import sqlite3
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from letterhead.ports import StoreError
from letterhead.store.location import is_postgres, sqlite_path

_MIGRATIONS = Path(__file__).parent / "migrations"

_PATIENCE: Final = 60
"""Seconds to wait for another process that is migrating."""

_LOCK: Final = 0x4C657474
"""The number of the advisory lock under which a PostgreSQL database is migrated; ours alone, by chance."""

_LOCKED_SECONDS: Final = 10
"""How long a step on PostgreSQL waits for a table that others use, and makes everybody wait behind it."""


def upgrade(url: str) -> None:
    """Bring the store at a URL to the newest schema.

    Several processes may do so at once: the first one works, the others wait for it and find nothing to do.
    Raises StoreError where it can't be done; then the step that failed has changed nothing, and the next try
    goes on from there.
    """
    if is_postgres(url):
        _upgrade_postgres(url)
        return
    path = sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # the sealed keys and the digests in it are nobody else's business
        _upgrade_sqlite(path)
    except (OSError, sqlite3.Error, SQLAlchemyError, CommandError) as error:
        raise StoreError(f"{path} can't be migrated: {error}") from error


def _upgrade_sqlite(path: Path) -> None:
    """All steps in one transaction, for which the file is locked as a whole."""
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    event.listen(engine, "begin", _lock)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)


def _lock(connection: Connection) -> None:
    """Begin for real: by itself the driver would leave changes of the schema out of the transaction."""
    connection.exec_driver_sql("BEGIN EXCLUSIVE")


def _upgrade_postgres(url: str) -> None:
    """Each step in a transaction of its own, all under a lock that ends with the connection at the latest."""
    from letterhead.store import postgres_session  # noqa: PLC0415 - an extra

    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: postgres_session.connect_plainly(url), poolclass=NullPool
    )
    try:
        with engine.connect() as connection:
            for statement in _PREPARED:
                connection.exec_driver_sql(statement)
            connection.commit()
            _require_unicode(connection)
            command.upgrade(_config(connection), "head")
    except (SQLAlchemyError, CommandError) as error:
        cause = getattr(error, "orig", None) or error  # without the statement
        raise StoreError(f"the database can't be migrated: {cause}".rstrip()) from error


_PREPARED: Final = (
    "SET statement_timeout = 0",
    "SET client_connection_check_interval = '1s'",  # who is killed in mid-step lets go of its locks
    f"SET lock_timeout = '{_PATIENCE}s'",
    f"SELECT pg_advisory_lock({_LOCK})",
    f"SET lock_timeout = '{_LOCKED_SECONDS}s'",
)


def _require_unicode(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    connection.commit()
    if encoding != "UTF8":
        raise StoreError(f"the database keeps its text in {encoding}: create it with ENCODING 'UTF8'")


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
