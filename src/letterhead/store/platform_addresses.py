"""Addresses on the platform domain in the database.

Whose one is, is decided by the unique index `platform_address_local_part`, never by a look beforehand.
"""

from letterhead.core.event import Event
from letterhead.core.platform_address import PlatformAddress
from letterhead.ports import AddressTaken, NoRoom, Stale
from letterhead.store.database import Database, Row, Statement, one_of
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO platform_address (id, team, local_part, created_at) VALUES (:id, :team, :local_part, :created_at)
"""

# Whoever takes one for the same team next waits here until this transaction is over, and counts it as well.
_IN_TURN = "UPDATE team SET slug = slug WHERE id = :team"
_ROOM = "SELECT 1 AS room WHERE (SELECT COUNT(*) FROM platform_address WHERE team = :team) < :most"

_DELETE = "DELETE FROM platform_address WHERE id = :id AND team = :team"


class PlatformAddressTable:
    """Fills ports.PlatformAddresses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, address: PlatformAddress, event: Event, most: int) -> None:
        """Save an address of a team that has fewer than `most`. Raises NoRoom, else AddressTaken."""
        params = {**_values(address), "most": most}
        full = NoRoom(f"{address.team} has no room for one more address")
        taken = AddressTaken(f"{address.local_part} is taken")
        await self._database.write(
            Statement(_IN_TURN, params),
            Statement(_ROOM, params, otherwise=full),
            Statement(_INSERT, params, duplicates={"platform_address_local_part": taken}),
            insertion(event),
        )

    async def of_team(self, team: str, address: str) -> PlatformAddress | None:
        """One address of a team by its id."""
        sql = "SELECT * FROM platform_address WHERE id = :id AND team = :team"
        rows = await self._database.read(sql, {"id": address, "team": team})
        return _address(rows[0]) if rows else None

    async def page(
        self, team: str, *, limit: int, before: str | None = None, only: frozenset[str] | None = None
    ) -> list[PlatformAddress]:
        """A team's addresses, or `only` some of them, those with an id below `before`, newest first."""
        where, params = ["team = :team"], dict[str, int | str | None](team=team, limit=limit, before=before)
        if before is not None:
            where.append("id < :before")
        if only is not None:
            names, named = one_of("only", sorted(only))
            where.append(f"id IN {names}")
            params |= named
        sql = f"SELECT * FROM platform_address WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - parameters' names
        return [_address(row) for row in await self._database.read(sql, params)]

    async def remove(self, address: PlatformAddress, event: Event) -> None:
        """Remove an address; from then on anybody may take it. Raises Stale where it is gone already."""
        gone = Stale(f"{address.id} is no address of {address.team}")
        await self._database.write(Statement(_DELETE, _values(address), otherwise=gone), insertion(event))


def _values(address: PlatformAddress) -> dict[str, int | str]:
    return {
        "id": address.id,
        "team": address.team,
        "local_part": address.local_part,
        "created_at": to_micros(address.created_at),
    }


def _address(row: Row) -> PlatformAddress:
    return PlatformAddress(row["id"], row["team"], row["local_part"], from_micros(row["created_at"]))
