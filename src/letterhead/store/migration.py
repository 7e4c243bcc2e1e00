"""Driving Alembic: forward only, one process at a time, all or nothing.

Importing this takes about half a second; schema.migrate does so only where there is something to do.
"""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from letterhead.ports import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"

_PATIENCE = 60.0
"""Seconds to wait for another process that is migrating."""


def upgrade(path: Path) -> None:
    """Bring an SQLite file to the newest schema; makes it, for this user alone, if it isn't there.

    Several processes may do so at once: the first one works, the others wait for it and find nothing to do.
    Raises StoreError where it can't be done; then nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # the sealed keys and the digests in it are nobody else's business
        _upgrade(path)
    except (OSError, sqlite3.Error, SQLAlchemyError, CommandError) as error:
        raise StoreError(f"{path} can't be migrated: {error}") from error


def _upgrade(path: Path) -> None:
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    event.listen(engine, "begin", _lock)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)


def _lock(connection: Connection) -> None:
    """Begin for real: by itself the driver would leave changes of the schema out of the transaction."""
    connection.exec_driver_sql("BEGIN EXCLUSIVE")


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
