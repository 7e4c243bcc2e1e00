"""Events in the database: appended with the change that they tell of, never changed."""

from collections.abc import Mapping

import msgspec

from letterhead.core.event import Event, EventKind
from letterhead.ports import HAPPENED
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
        nouns: frozenset[str] | None = None,
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
        seen, values = visible(only, nouns)
        where += seen
        params |= values
        sql = f"SELECT * FROM event WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - parameters' names
        return [from_row(row) for row in await self._database.read(sql, params)]


def visible(only: frozenset[str] | None, nouns: frozenset[str] | None) -> tuple[list[str], dict[str, str]]:
    """The conditions that an event is of some domains and its kind of some nouns, and their parameters."""
    where: list[str] = []
    params: dict[str, str] = {}
    if only is not None:
        names, params = one_of("only", sorted(only))
        where.append(f"domain IN {names}")
    if nouns is not None:
        kinds = {f"noun_{index}": f"{noun}.%" for index, noun in enumerate(sorted(nouns))}
        where.append(f"({' OR '.join(f'kind LIKE :{name}' for name in kinds) or '1 = 0'})")
        params |= kinds
    return where, params


def insertion(event: Event) -> Statement:
    """Appends an event; the database numbers it."""
    params: Params = {
        "team": event.team,
        "domain": event.domain or None,
        "hostname": event.hostname or None,
        "kind": str(event.kind),
        "at": to_micros(event.at),
        "data": msgspec.json.encode(event.data).decode(),
    }
    return Statement(_INSERT, params, rings=HAPPENED)


_KINDS: Mapping[str, EventKind] = {kind.value: kind for kind in EventKind}


def _kind(text: str) -> str:
    """The kind as we know it, or as it stands there: a newer version may have written it (U04)."""
    return _KINDS.get(text, text)


def from_row(row: Row) -> Event:
    """An event as it is kept."""
    return Event(
        kind=_kind(row["kind"]),
        team=row["team"],
        domain=row["domain"] or "",
        hostname=row["hostname"] or "",
        at=from_micros(row["at"]),
        data=msgspec.json.decode(row["data"], type=dict[str, str]),
        id=row["id"],
    )
