"""The store put together: every noun over one database."""

from datetime import datetime

from letterhead.ports import (
    Backlog,
    Bells,
    Clocks,
    Deliveries,
    Domains,
    Events,
    Keys,
    Leases,
    Members,
    OwnerNotices,
    PlatformAddresses,
    Reports,
    Requests,
    Snapshots,
    Tail,
    Teams,
    Webhooks,
)
from letterhead.store.backlog import backlog
from letterhead.store.clocks import ClockTable
from letterhead.store.database import Database
from letterhead.store.deliveries import DeliveryTable
from letterhead.store.domains import DomainTable
from letterhead.store.events import EventTable
from letterhead.store.keys import KeyTable
from letterhead.store.leases import LeaseTable
from letterhead.store.location import is_postgres, require_psycopg, sqlite_path
from letterhead.store.members import MemberTable
from letterhead.store.owner_notices import OwnerNoticeTable
from letterhead.store.platform_addresses import PlatformAddressTable
from letterhead.store.reports import ReportTable
from letterhead.store.requests import RequestTable
from letterhead.store.schema import require_current
from letterhead.store.snapshots import SnapshotTable
from letterhead.store.sqlite import SqliteDatabase
from letterhead.store.tail import TailTable
from letterhead.store.teams import TeamTable
from letterhead.store.webhooks import WebhookTable


class RelationalStore:
    """Everything that is kept, in the tables of one database. Fills ports.Store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.domains: Domains = DomainTable(database)
        self.leases: Leases = LeaseTable(database)
        self.reports: Reports = ReportTable(database)
        self.snapshots: Snapshots = SnapshotTable(database)
        self.events: Events = EventTable(database)
        self.teams: Teams = TeamTable(database)
        self.members: Members = MemberTable(database)
        self.keys: Keys = KeyTable(database)
        self.platform_addresses: PlatformAddresses = PlatformAddressTable(database)
        self.requests: Requests = RequestTable(database)
        self.clocks: Clocks = ClockTable(database)
        self.webhooks: Webhooks = WebhookTable(database)
        self.deliveries: Deliveries = DeliveryTable(database)
        self.owner_notices: OwnerNotices = OwnerNoticeTable(database)
        self.tail: Tail = TailTable(database)
        self.bells: Bells = database.bells

    async def backlog(self, now: datetime) -> Backlog:
        """What waits; the same cost however much that is."""
        return await backlog(self._database, now)

    async def ready(self) -> None:
        """Raise StoreError unless the database can be read and written and stands at the schema we know."""
        require_current(await self._database.schema_version())
        await self._database.require_writable()

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
