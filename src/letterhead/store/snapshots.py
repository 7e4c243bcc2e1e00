"""Snapshots in the database: read a stretch at a time, in the order of the domains' ids.

Nothing of a domain is written when it was looked at and nothing has changed: the reader is a cursor over the
primary key, which all nodes share in a row of its own. To mark each row cost as much as to read it again.
"""

from collections.abc import Iterator
from datetime import datetime

from letterhead.core.lap import Lap
from letterhead.ports import Change, Snapshot, Stale, Stretch
from letterhead.store.database import Database, Params, Statement
from letterhead.store.instant import from_micros, to_micros

_LAP = "SELECT place, began_at, next_at, passed, expected, version FROM lap"

# The row is there from the first stretch on; of two who find none, the second changes nothing.
_MOVE = """
INSERT INTO lap (one, place, began_at, next_at, passed, expected, version)
VALUES (1, :place, :began_at, :next_at, :passed, :expected, 1)
ON CONFLICT (one) DO UPDATE SET
    place = excluded.place, began_at = excluded.began_at, next_at = excluded.next_at,
    passed = excluded.passed, expected = excluded.expected, version = lap.version + 1
WHERE lap.version = :version
"""

_STRETCH = """
SELECT domain, questions, digest, checked_at FROM snapshot WHERE domain > :after ORDER BY domain LIMIT :limit
"""

# Who is changed otherwise than by an examination is due from that moment on.
_DUE_AGAIN = """
UPDATE domain SET due_at = :at
WHERE id = :domain AND due_at > :at AND EXISTS (SELECT 1 FROM snapshot WHERE snapshot.domain = domain.id)
"""

_KEEP = """
INSERT INTO snapshot (domain, questions, digest, checked_at)
VALUES (:domain, :questions, :digest, :checked_at)
"""


class SnapshotTable:
    """Fills ports.Snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lap(self) -> Lap:
        """Where the patrol of all nodes stands; at the start where it never began."""
        for row in await self._database.read(_LAP, {}):
            moments = from_micros(row["began_at"]), from_micros(row["next_at"])
            return Lap(row["place"], *moments, row["passed"], row["expected"], row["version"])
        return Lap()

    async def move(self, lap: Lap) -> None:
        """Move the patrol on. Raises Stale where somebody else did since the lap was read."""
        params: Params = {
            "place": lap.place,
            "began_at": to_micros(lap.began_at),
            "next_at": to_micros(lap.next_at),
            "passed": lap.passed,
            "expected": lap.expected,
            "version": lap.version,
        }
        stale = Stale(f"the patrol was moved on since its version {lap.version} was read")
        await self._database.write(Statement(_MOVE, params, otherwise=stale))

    async def stretch(self, after: str, before: datetime, limit: int) -> Stretch:
        """The next snapshots behind a domain's id; the cost is that of `limit` rows, due or not."""
        rows = await self._database.read(_STRETCH, {"after": after, "limit": limit})
        moment = to_micros(before)
        due = [
            Snapshot(domain, questions, digest)
            for domain, questions, digest, checked_at in rows
            if checked_at <= moment
        ]
        return Stretch(rows[-1]["domain"] if rows else "", len(rows), due)


def succession(change: Change) -> Iterator[Statement]:
    """Puts a change's snapshot in the place of the domain's last one; without one, only that goes."""
    domain, snapshot = change.domain, change.snapshot
    if change.report is None and snapshot is None:
        yield Statement(_DUE_AGAIN, {"domain": domain.id, "at": to_micros(_moment(change))})
    yield Statement("DELETE FROM snapshot WHERE domain = :domain", {"domain": domain.id})
    if snapshot is not None:
        params: Params = {"domain": domain.id, "questions": snapshot.questions, "digest": snapshot.digest}
        yield Statement(_KEEP, {**params, "checked_at": to_micros(domain.asked_at or domain.updated_at)})


def _moment(change: Change) -> datetime:
    """When a change was made: it is told of, also where it leaves `updated_at` as it was."""
    return max((event.at for event in change.events), default=change.domain.updated_at)
