"""The version of the schema: which one this program knows, where a database stands, and getting it there."""

from contextlib import closing

from letterhead.ports import StoreError
from letterhead.store import sqlite
from letterhead.store.location import is_postgres, require_psycopg, sqlite_path

SCHEMA = "0012"
"""The newest migration in migrations/versions; they are numbered in order."""


def schema_version(url: str) -> str | None:
    """The migration that the store at a URL stands at; None where there is no file or no schema.

    Raises StoreError where there is no database, Refusal where the URL is none.
    """
    if is_postgres(url):
        return _postgres_version(url)
    path = sqlite_path(url)
    if not path.exists():
        return None
    with closing(sqlite.connect(path)) as connection:
        return sqlite.schema_version(connection)


def _postgres_version(url: str) -> str | None:
    require_psycopg()
    from letterhead.store import postgres_session  # noqa: PLC0415 - an extra, and slow to import

    with closing(postgres_session.connect(url)) as connection:
        return postgres_session.schema_version(connection)


def require_current(version: str | None) -> None:
    """Raise StoreError, with the way to mend it, unless the version is the one that this program knows."""
    if version is None:
        raise StoreError("the database has no schema yet: run `letterhead migrate`")
    if version < SCHEMA:
        raise StoreError(f"the schema is at {version} and must be at {SCHEMA}: run `letterhead migrate`")
    if version > SCHEMA:
        raise StoreError(
            f"the schema is at {version}, newer than {SCHEMA}, the newest that this program knows:"
            " run the letterhead that migrated it"
        )


def migrate(url: str) -> None:
    """Bring the store at a URL to the newest schema, from nothing or from an older one; cheap if it is there.

    Raises StoreError where it can't be done, or stands at a newer schema; Refusal where the URL is none.
    """
    version = schema_version(url)
    if version is None or version < SCHEMA:
        from letterhead.store import migration  # noqa: PLC0415 - half a second of imports that few starts need

        migration.upgrade(url)
    else:
        require_current(version)
