"""Owner notices in the database, and the letters that they go into. A row comes first, a message second."""

from collections.abc import Sequence
from datetime import datetime

from letterhead.core.event import EventKind
from letterhead.core.owner_notice import Letter, OwnerNotice
from letterhead.ports import Stale
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO owner_notice (id, team, domain, hostname, email, kind, at, body, due_at)
VALUES (:id, :team, :domain, :hostname, :email, :kind, :at, :body, :due_at)
"""

_SELECT = """
SELECT owner_notice.*, letter.sent_at FROM owner_notice LEFT JOIN letter ON letter.id = owner_notice.letter
"""

# What is due is taken first, by its index: what waits for a broken way may be much more.
_READY = """
WITH due AS MATERIALIZED (SELECT team, email, due_at FROM owner_notice WHERE due_at <= :now)
SELECT team, email FROM due GROUP BY team, email
HAVING NOT EXISTS (SELECT 1 FROM letter WHERE letter.team = due.team AND letter.email = due.email
                   AND letter.created_at > :last)
ORDER BY MIN(due_at), team, email LIMIT :limit
"""

# What a team held, and what has failed since: not what it never had, nor what it lost to another team.
_BROKEN = """
SELECT hostname FROM domain
WHERE team = :team AND hostname IN {names} AND status = 'failed' AND ever_held = 1
  AND :failed = (SELECT kind FROM event WHERE event.team = domain.team AND event.domain = domain.id
                 AND kind IN (:failed, :superseded) ORDER BY id DESC LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM domain AS other WHERE other.hostname = domain.hostname AND other.held = 1)
"""

# Of two workers that have read the same, the second finds the letter of the first, or none of its notices.
_POST = """
INSERT INTO letter (id, team, email, subject, body, created_at, due_at)
SELECT :id, :team, :email, :subject, :body, :created_at, :due_at
WHERE NOT EXISTS (SELECT 1 FROM letter WHERE team = :team AND email = :email AND created_at > :last)
"""

_TAKE = "UPDATE owner_notice SET letter = :letter, due_at = NULL WHERE id = :id AND due_at IS NOT NULL"

_PUT_OFF = """
UPDATE owner_notice SET due_at = :until WHERE team = :team AND email = :email AND due_at < :until
"""

_GIVE_UP = "UPDATE owner_notice SET due_at = NULL WHERE id IN {names}"

_LEASE = """
WITH due AS (
    SELECT id FROM letter WHERE due_at <= :now AND leased_until <= :now
    ORDER BY due_at, id LIMIT :limit {skip_locked})
UPDATE letter SET leased_until = :until WHERE id IN (SELECT id FROM due)
RETURNING *
"""

_SETTLE = """
UPDATE letter SET due_at = :due_at, attempts = :attempts, sent_at = :sent_at, fault = :fault, leased_until = 0
WHERE id = :id AND attempts = :before
"""


class OwnerNoticeTable:
    """Fills ports.OwnerNotices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, team: str, *, limit: int, before: str | None = None, only: frozenset[str] | None = None
    ) -> list[OwnerNotice]:
        """A team's notices, newest first; `only`: those of some domains."""
        params: dict[str, int | str | None] = {"team": team, "limit": limit, "before": before}
        where = ["owner_notice.team = :team"]
        if before is not None:
            where.append("owner_notice.id < :before")
        if only is not None:
            names, some = one_of("only", sorted(only))
            where.append(f"domain IN {names}")
            params |= some
        sql = f"{_SELECT} WHERE {' AND '.join(where)} ORDER BY owner_notice.id DESC LIMIT :limit"
        return [_notice(row) for row in await self._database.read(sql, params)]

    async def ready(self, now: datetime, last: datetime, limit: int) -> list[tuple[str, str]]:
        """Teams and addresses of owners with a notice that is due, and no letter since `last`."""
        params = {"now": to_micros(now), "last": to_micros(last), "limit": limit}
        return [(row["team"], row["email"]) for row in await self._database.read(_READY, params)]

    async def waiting(self, team: str, email: str, limit: int) -> list[OwnerNotice]:
        """The notices that wait for a letter to an owner, due or not, in their order."""
        waits = (
            "owner_notice.team = :team AND owner_notice.email = :email AND owner_notice.due_at IS NOT NULL"
        )
        sql = f"{_SELECT} WHERE {waits} ORDER BY owner_notice.id LIMIT :limit"
        params: Params = {"team": team, "email": email, "limit": limit}
        return [_notice(row) for row in await self._database.read(sql, params)]

    async def broken(self, team: str, hostnames: Sequence[str]) -> frozenset[str]:
        """Those that the team held, that have failed since, and that nobody else has."""
        names, some = one_of("name", hostnames)
        kinds = {"failed": str(EventKind.FAILED), "superseded": str(EventKind.SUPERSEDED)}
        rows = await self._database.read(_BROKEN.format(names=names), {**some, **kinds, "team": team})
        return frozenset(row["hostname"] for row in rows)

    async def post(self, letter: Letter, notices: Sequence[OwnerNotice], last: datetime) -> None:
        """Save a letter about notices. Raises Stale where there is one since `last`, or one took them."""
        taken = Stale(f"another letter to {letter.email} was faster")
        await self._database.write(
            Statement(_POST, {**_values(letter), "last": to_micros(last)}, otherwise=taken),
            *(Statement(_TAKE, {"id": each.id, "letter": letter.id}, otherwise=taken) for each in notices),
        )

    async def put_off(self, team: str, email: str, until: datetime) -> None:
        """Let none of the notices that wait for an owner be due before a moment."""
        params: Params = {"team": team, "email": email, "until": to_micros(until)}
        await self._database.write(Statement(_PUT_OFF, params))

    async def give_up(self, notices: Sequence[OwnerNotice]) -> None:
        """Let notices wait no longer: they go into no letter."""
        if notices:
            names, some = one_of("id", [each.id for each in notices])
            await self._database.write(Statement(_GIVE_UP.format(names=names), some))

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Letter]:
        """Take up to `limit` letters that are due. The number of attempts fences every write (X10)."""
        params: Params = {"now": to_micros(now), "until": to_micros(until), "limit": limit}
        sql = _LEASE.format(skip_locked=self._database.skip_locked)
        (rows,) = await self._database.write(Statement(sql, params))
        return [_letter(row) for row in rows]

    async def settle(self, before: Letter, after: Letter) -> None:
        """Save what came of an attempt. Raises Stale where another attempt was faster."""
        params = {**_values(after), "before": before.attempts}
        stale = Stale(f"{before.id} was sent by somebody else")
        await self._database.write(Statement(_SETTLE, params, otherwise=stale))


def notice_insertion(notice: OwnerNotice) -> Statement:
    """Appends a notice that waits for its letter."""
    params: Params = {
        "id": notice.id,
        "team": notice.team,
        "domain": notice.domain,
        "hostname": notice.hostname,
        "email": notice.email,
        "kind": notice.kind,
        "at": to_micros(notice.at),
        "body": notice.text,
        "due_at": to_micros(notice.due_at),
    }
    return Statement(_INSERT, params)


def _values(letter: Letter) -> Params:
    return {
        "id": letter.id,
        "team": letter.team,
        "email": letter.email,
        "subject": letter.subject,
        "body": letter.text,
        "created_at": to_micros(letter.created_at),
        "due_at": to_micros(letter.due_at),
        "attempts": letter.attempts,
        "sent_at": to_micros(letter.sent_at),
        "fault": letter.fault,
    }


def _notice(row: Row) -> OwnerNotice:
    return OwnerNotice(
        id=row["id"],
        team=row["team"],
        domain=row["domain"],
        hostname=row["hostname"],
        email=row["email"],
        kind=row["kind"],
        at=from_micros(row["at"]),
        text=row["body"],
        due_at=from_micros(row["due_at"]),
        letter=row["letter"],
        sent_at=from_micros(row["sent_at"]),
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        team=row["team"],
        email=row["email"],
        subject=row["subject"],
        text=row["body"],
        created_at=from_micros(row["created_at"]),
        due_at=from_micros(row["due_at"]),
        attempts=row["attempts"],
        sent_at=from_micros(row["sent_at"]),
        fault=row["fault"],
    )
