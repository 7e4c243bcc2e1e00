"""Owner notices in the database, and the letters that they go into. A row comes first, a message second."""

from collections.abc import Sequence
from datetime import datetime

from letterhead.core.owner_notice import Letter, OwnerNotice
from letterhead.ports import Stale
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO owner_notice (id, team, domain, hostname, email, kind, at, body)
VALUES (:id, :team, :domain, :hostname, :email, :kind, :at, :body)
"""

_SELECT = """
SELECT owner_notice.*, letter.sent_at FROM owner_notice LEFT JOIN letter ON letter.id = owner_notice.letter
"""

_READY = """
SELECT email FROM owner_notice AS waiting WHERE letter IS NULL
GROUP BY email
HAVING MIN(at) <= :gathered
   AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.email = waiting.email AND letter.created_at > :last)
ORDER BY email LIMIT :limit
"""

_POST = """
INSERT INTO letter (id, email, subject, body, created_at, due_at)
VALUES (:id, :email, :subject, :body, :created_at, :due_at)
"""

_TAKE = "UPDATE owner_notice SET letter = :letter WHERE id = :id AND letter IS NULL"

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
        where = ["team = :team"]
        if before is not None:
            where.append("owner_notice.id < :before")
        if only is not None:
            names, some = one_of("only", sorted(only))
            where.append(f"domain IN {names}")
            params |= some
        sql = f"{_SELECT} WHERE {' AND '.join(where)} ORDER BY owner_notice.id DESC LIMIT :limit"
        return [_notice(row) for row in await self._database.read(sql, params)]

    async def ready(self, gathered: datetime, last: datetime, limit: int) -> list[str]:
        """Addresses with a notice of before `gathered` that waits, and no letter since `last`."""
        params = {"gathered": to_micros(gathered), "last": to_micros(last), "limit": limit}
        return [row["email"] for row in await self._database.read(_READY, params)]

    async def of_email(self, email: str, limit: int) -> list[OwnerNotice]:
        """The notices that wait for a letter to an address, in their order."""
        waiting = "owner_notice.email = :email AND letter IS NULL"
        sql = f"{_SELECT} WHERE {waiting} ORDER BY owner_notice.id LIMIT :limit"
        return [_notice(row) for row in await self._database.read(sql, {"email": email, "limit": limit})]

    async def post(self, letter: Letter, notices: Sequence[OwnerNotice]) -> None:
        """Save a letter about notices. Raises Stale where another letter took them."""
        taken = Stale(f"another letter to {letter.email} was faster")
        await self._database.write(
            Statement(_POST, _values(letter)),
            *(Statement(_TAKE, {"id": each.id, "letter": letter.id}, otherwise=taken) for each in notices),
        )

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
    }
    return Statement(_INSERT, params)


def _values(letter: Letter) -> Params:
    return {
        "id": letter.id,
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
        letter=row["letter"],
        sent_at=from_micros(row["sent_at"]),
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        email=row["email"],
        subject=row["subject"],
        text=row["body"],
        created_at=from_micros(row["created_at"]),
        due_at=from_micros(row["due_at"]),
        attempts=row["attempts"],
        sent_at=from_micros(row["sent_at"]),
        fault=row["fault"],
    )
