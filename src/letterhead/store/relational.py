"""The store put together: every noun over one database."""

from letterhead.ports import Domains, Events, Keys, Reports, Teams
from letterhead.store.database import Database
from letterhead.store.domains import DomainTable
from letterhead.store.events import EventTable
from letterhead.store.keys import KeyTable
from letterhead.store.location import is_postgres, require_psycopg, sqlite_path
from letterhead.store.reports import ReportTable
from letterhead.store.schema import require_current
from letterhead.store.sqlite import SqliteDatabase
from letterhead.store.teams import TeamTable


class RelationalStore:
    """Everything that is kept, in the tables of one database. Fills ports.Store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.domains: Domains = DomainTable(database)
        self.reports: Reports = ReportTable(database)
        self.events: Events = EventTable(database)
        self.teams: Teams = TeamTable(database)
        self.keys: Keys = KeyTable(database)

    async def ready(self) -> None:
        """Raise StoreError unless the database can be read and stands at the schema we know."""
        require_current(await self._database.schema_version())

    async def close(self) -> None:
        """Finish what waits to be written, then let go of the database."""
        await self._database.close()


def open_store(url: str) -> RelationalStore:
    """Open the store at a URL, migrated before; `ready()` says whether it was.

    Raises Refusal for a URL that names nothing we support, StoreError where there is no database.
    """
    return RelationalStore(open_database(url))


def open_database(url: str) -> Database:
    """Open the database at a URL. Raises as open_store does."""
    if not is_postgres(url):
        return SqliteDatabase(sqlite_path(url))
    require_psycopg()
    from letterhead.store.postgres import PostgresDatabase  # noqa: PLC0415 - an extra, and slow to import

    return PostgresDatabase(url)
