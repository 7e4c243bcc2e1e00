"""When domains are examined next in the database, and which of them a worker has taken."""

from collections.abc import Collection
from datetime import datetime

from letterhead.core.domain import Domain
from letterhead.ports import DUE, NoRoom
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.domain_row import COLUMNS, domain_of
from letterhead.store.instant import to_micros

_LEASE = f"""
WITH due AS (
    SELECT id FROM domain
    WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now) AND {{watched}}
    ORDER BY due_at, id LIMIT :limit {{skip_locked}})
UPDATE domain SET leased_until = :until WHERE id IN (SELECT id FROM due)
RETURNING {COLUMNS}
"""  # noqa: S608 - constants alone

_IS_WATCHED = {True: "watched_until > :now", False: "(watched_until IS NULL OR watched_until <= :now)"}

# Whoever begins to watch has it examined at once; whoever goes on, or comes to it as well, changes nothing.
_WATCH = """
UPDATE domain SET
    watched_until = :until,
    due_at = CASE WHEN watched_until > :now THEN due_at WHEN due_at > :now THEN :now ELSE due_at END
WHERE id = :id AND (watched_until > :now OR :most > (
    SELECT COUNT(*) FROM domain AS other WHERE other.team = domain.team AND other.watched_until > :now))
"""


class LeaseTable:
    """Fills ports.Leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, now: datetime, until: datetime, limit: int, *, watched: bool = False
    ) -> list[Domain]:
        """Take what is due. A lease spares others the work and no more: the version fences every save."""
        params = {"now": to_micros(now), "until": to_micros(until), "limit": limit}
        sql = _LEASE.format(skip_locked=self._database.skip_locked, watched=_IS_WATCHED[watched])
        (rows,) = await self._database.write(Statement(sql, params))
        return [domain_of(row) for row in sorted(rows, key=lambda row: (row["due_at"], row["id"]))]

    async def set_aside(self, domain: Domain, until: datetime) -> None:
        """Lease a domain to nobody until a moment, unless it was changed since it was read."""
        sql = "UPDATE domain SET leased_until = :until WHERE id = :id AND version = :version"
        params: Params = {"id": domain.id, "version": domain.version, "until": to_micros(until)}
        await self._database.write(Statement(sql, params))

    async def hasten(self, domains: Collection[str], at: datetime) -> None:
        """Make domains due by a moment at the latest; those that are never due stay so."""
        if not domains:
            return
        names, params = one_of("domain", domains)
        sql = f"UPDATE domain SET due_at = :at WHERE due_at > :at AND id IN {names}"  # noqa: S608 - constants alone
        await self._database.write(Statement(sql, {"at": to_micros(at), **params}, rings=DUE))

    async def watch(self, domain: Domain, now: datetime, until: datetime, most: int) -> None:
        """Have a domain watched. Its version stays: who changes it meanwhile is in nobody's way."""
        moments = {"now": to_micros(now), "until": to_micros(until)}
        no_room = NoRoom(f"{domain.team} watches {most} domains already")
        params: Params = {"id": domain.id, "most": most, **moments}
        await self._database.write(Statement(_WATCH, params, otherwise=no_room, rings=DUE))
