"""When domains are examined next in the database, and which of them a worker has taken."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from letterhead.core.domain import Domain
from letterhead.ports import DUE, NoRoom, Taken, Unreadable
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.domain_row import COLUMNS, domain_of
from letterhead.store.instant import from_micros, to_micros

PENDING: Final = "status = 'pending'"
SETTLED: Final = "status <> 'pending'"

QUEUES: Final = (PENDING, SETTLED)
"""Each has an index of its own of what is due. A statement that names none goes through all domains."""

_IS_DUE = "due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)"

_DUE = f"""
WITH due AS (
    SELECT id FROM domain
    WHERE {{queue}} AND {_IS_DUE} AND (watched_until IS NULL OR watched_until <= :now) {{but}}
    ORDER BY {{order}} LIMIT :limit {{skip_locked}})
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
_IS_OFF = " OR ".join(
    f"({queue} AND due_at > :latest) OR ({queue} AND due_at <= :now AND leased_until > :latest)"
    for queue in QUEUES
)

_RECALL = f"""
WITH off AS (SELECT id FROM domain WHERE {_IS_OFF} LIMIT :limit {{skip_locked}})
UPDATE domain SET
    due_at = CASE WHEN due_at > :latest THEN :now + (due_at - :now) % :within ELSE due_at END,
    leased_until = NULL
WHERE id IN (SELECT id FROM off)
RETURNING id
"""  # noqa: S608 - constants alone

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

    async def take_settled(self, now: datetime, until: datetime, limit: int) -> Taken:
        """Take what is due. A lease spares others the work and no more: the version fences every save."""
        return await self._taken(_DUE, now, until, limit, queue=SETTLED, order="due_at, id")

    async def take_pending(
        self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()
    ) -> Taken:
        """The same of what is pending, what became due last first, of all teams but some."""
        order = "due_at DESC, id DESC"
        return await self._taken(_DUE, now, until, limit, but, queue=PENDING, order=order)

    async def take_watched(
        self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()
    ) -> Taken:
        """The same of what is watched, by turns among all teams but some."""
        return await self._taken(_DUE_WATCHED, now, until, limit, but)

    async def _taken(
        self,
        due: str,
        now: datetime,
        until: datetime,
        limit: int,
        but: Collection[str] = (),
        **words: str,
    ) -> Taken:
        names, teams = one_of("team", but)
        others = f"AND team NOT IN {names}" if but else ""
        sql = due.format(but=others, skip_locked=self._database.skip_locked, **words) + _LEASE
        params: Params = {"now": to_micros(now), "until": to_micros(until), "limit": limit, **teams}
        (rows,) = await self._database.write(Statement(sql, params))
        taken = Taken([], [])
        for row in sorted(rows, key=lambda row: (row["due_at"], row["id"])):
            _read(row, taken)
        return taken

    async def set_aside(self, row: Domain | Unreadable, until: datetime) -> None:
        """Lease a domain to nobody until a moment, unless it was changed since it was read."""
        sql = "UPDATE domain SET leased_until = :until WHERE id = :id AND version = :version"
        params: Params = {"id": row.id, "version": row.version, "until": to_micros(until)}
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


def _read(row: Row, taken: Taken) -> None:
    """Add a row to what was taken; whatever is wrong with it, the others are there to be examined (L10)."""
    try:
        taken.domains.append(domain_of(row))
    except Exception as error:  # noqa: BLE001 - the edge of a loop: it is told to whoever took it
        # Its other columns may be what is wrong; by these it was found.
        due_at = from_micros(max(row["due_at"], 0))
        taken.unreadable.append(Unreadable(row["id"], row["version"], due_at, error))
