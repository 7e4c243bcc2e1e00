"""Events in the database: appended with the change that they tell of, never changed."""

import msgspec

from letterhead.core.event import Event, EventKind
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO event (team, domain, hostname, kind, at, data)
VALUES (:team, :domain, :hostname, :kind, :at, :data)
"""


class EventTable:
    """Fills ports.Events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        team: str,
        *,
        limit: int,
        before: int | None = None,
        domain: str | None = None,
        only: frozenset[str] | None = None,
    ) -> list[Event]:
        """A team's events, newest first; of a domain those that happened while it was this team's."""
        params: dict[str, int | str | None] = {
            "team": team,
            "limit": limit,
            "before": before,
            "domain": domain,
        }
        where = ["team = :team"]
        if before is not None:
            where.append("id < :before")
        if domain is not None:
            where.append("domain = :domain")
        if only is not None:
            names, values = one_of("only", sorted(only))
            where.append(f"domain IN {names}")
            params |= values
        sql = f"SELECT * FROM event WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - parameters' names
        return [_event(row) for row in await self._database.read(sql, params)]


def insertion(event: Event) -> Statement:
    """Appends an event; the database numbers it."""
    params: Params = {
        "team": event.team,
        "domain": event.domain,
        "hostname": event.hostname,
        "kind": event.kind.value,
        "at": to_micros(event.at),
        "data": msgspec.json.encode(event.data).decode(),
    }
    return Statement(_INSERT, params)


def _event(row: Row) -> Event:
    return Event(
        kind=EventKind(row["kind"]),
        team=row["team"],
        domain=row["domain"],
        hostname=row["hostname"],
        at=from_micros(row["at"]),
        data=msgspec.json.decode(row["data"], type=dict[str, str]),
        id=row["id"],
    )
