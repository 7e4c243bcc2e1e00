"""When domains are examined next in the database, and which of them a worker has taken."""

from collections.abc import Collection
from datetime import datetime, timedelta

from letterhead.core.domain import Domain
from letterhead.ports import DUE, NoRoom
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.domain_row import COLUMNS, domain_of
from letterhead.store.instant import to_micros

_IS_DUE = "due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)"

_DUE = f"""
WITH due AS (
    SELECT id FROM domain WHERE {_IS_DUE} AND (watched_until IS NULL OR watched_until <= :now)
    ORDER BY due_at, id LIMIT :limit {{skip_locked}})
"""  # noqa: S608 - constants alone

# By turns among the teams that wait: the longest due of each, then the second of each, and so on.
_DUE_WATCHED = f"""
WITH waiting AS (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY team ORDER BY due_at, id) AS turn FROM domain
    WHERE {_IS_DUE} AND watched_until > :now {{but}}),
due AS (
    SELECT domain.id FROM waiting JOIN domain ON domain.id = waiting.id WHERE {_IS_DUE}
    ORDER BY waiting.turn, domain.due_at, domain.id LIMIT :limit {{skip_locked}})
"""  # noqa: S608 - constants alone

_LEASE = f"UPDATE domain SET leased_until = :until WHERE id IN (SELECT id FROM due) RETURNING {COLUMNS}"  # noqa: S608 - constants alone

# A lease that ends behind that matters once its domain is due: until then it is left alone.
_RECALL = """
WITH off AS (
    SELECT id FROM domain WHERE due_at > :latest OR (due_at <= :now AND leased_until > :latest)
    LIMIT :limit {skip_locked})
UPDATE domain SET
    due_at = CASE WHEN due_at > :latest THEN :now + (due_at - :now) % :within ELSE due_at END,
    leased_until = NULL
WHERE id IN (SELECT id FROM off)
RETURNING id
"""

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

    async def take(self, now: datetime, until: datetime, limit: int) -> list[Domain]:
        """Take what is due. A lease spares others the work and no more: the version fences every save."""
        return await self._lease(_DUE.format(skip_locked=self._database.skip_locked), now, until, limit, {})

    async def take_watched(
        self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()
    ) -> list[Domain]:
        """Take what is due of what is watched, by turns among all teams but some."""
        names, teams = one_of("team", but)
        others = f"AND team NOT IN {names}" if but else ""
        due = _DUE_WATCHED.format(skip_locked=self._database.skip_locked, but=others)
        return await self._lease(due, now, until, limit, teams)

    async def _lease(
        self, due: str, now: datetime, until: datetime, limit: int, others: Params
    ) -> list[Domain]:
        params = {"now": to_micros(now), "until": to_micros(until), "limit": limit, **others}
        (rows,) = await self._database.write(Statement(due + _LEASE, params))
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

    async def recall(self, now: datetime, latest: datetime, within: timedelta, limit: int) -> int:
        """Make due what is so, or leased, only behind a moment: both stand in the index of what is due."""
        params: Params = {
            "now": to_micros(now),
            "latest": to_micros(latest),
            "within": within // timedelta(microseconds=1),
            "limit": limit,
        }
        sql = _RECALL.format(skip_locked=self._database.skip_locked)
        (rows,) = await self._database.write(Statement(sql, params))
        return len(rows)

    async def watch(self, domain: Domain, now: datetime, until: datetime, most: int) -> None:
        """Have a domain watched. Its version stays: who changes it meanwhile is in nobody's way."""
        moments = {"now": to_micros(now), "until": to_micros(until)}
        no_room = NoRoom(f"{domain.team} watches {most} domains already")
        params: Params = {"id": domain.id, "most": most, **moments}
        await self._database.write(Statement(_WATCH, params, otherwise=no_room, rings=DUE))
