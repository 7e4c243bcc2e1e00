"""Snapshots in the database: read and marked a stretch at a time, in the order of the domains' ids.

No index moves when a domain was looked at: the reader is a cursor over the primary key, and the moment is
written for a whole stretch at once (SPEED.md §1d).
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from letterhead.core.domain import Domain
from letterhead.ports import Snapshot, Stretch
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.instant import to_micros

_STRETCH = """
SELECT domain, questions, digest, checked_at FROM snapshot WHERE domain > :after ORDER BY domain LIMIT :limit
"""

_CHECKED = """
UPDATE snapshot SET checked_at = :at
WHERE domain > :after AND domain <= :last AND checked_at <= :before AND domain NOT IN {besides}
"""

_KEEP = """
INSERT INTO snapshot (domain, questions, digest, checked_at)
VALUES (:domain, :questions, :digest, :checked_at)
"""


class SnapshotTable:
    """Fills ports.Snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stretch(self, after: str, before: datetime, limit: int) -> Stretch:
        """The next snapshots behind a domain's id; the cost is that of `limit` rows, due or not."""
        rows = await self._database.read(_STRETCH, {"after": after, "limit": limit})
        moment = to_micros(before)
        due = tuple(
            Snapshot(row["domain"], row["questions"], row["digest"])
            for row in rows
            if row["checked_at"] <= moment
        )
        return Stretch(after, rows[-1]["domain"] if rows else "", before, due)

    async def checked(self, stretch: Stretch, at: datetime, besides: Collection[str]) -> None:
        """Remember that the due domains of a stretch were found unchanged, besides some of them."""
        names, params = one_of("besides", besides or [""])  # nothing is "not in" a list of none
        moments = {"at": to_micros(at), "before": to_micros(stretch.before)}
        bounds = {"after": stretch.after, "last": stretch.last}
        await self._database.write(Statement(_CHECKED.format(besides=names), {**moments, **bounds, **params}))


def succession(domain: Domain, snapshot: Snapshot | None) -> Iterator[Statement]:
    """Puts a snapshot in the place of a domain's last one; without one, only that goes."""
    yield Statement("DELETE FROM snapshot WHERE domain = :domain", {"domain": domain.id})
    if snapshot is not None:
        params: Params = {"domain": domain.id, "questions": snapshot.questions, "digest": snapshot.digest}
        yield Statement(_KEEP, {**params, "checked_at": to_micros(domain.asked_at or domain.updated_at)})
