"""The tail of the events: what waits for its place in it, and whoever follows it.

An event's id is drawn before its commit, so that a lower one may appear after a higher one (decision 0007).
Its position is given after its commit, one after the other: whoever reads behind a position misses nothing.
In the same transaction the event becomes a delivery for each webhook that wants it, and notices for owners,
so that there is one of each, whatever stops in between.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from letterhead.core.delivery import KEPT
from letterhead.core.event import Event
from letterhead.core.owner_notice import OwnerNotice
from letterhead.ports import DELIVERY, Stale, tail_of
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.events import from_row, insertion, visible
from letterhead.store.instant import to_micros
from letterhead.store.owner_notices import notice_insertion

_WAITING = "SELECT * FROM event WHERE position IS NULL ORDER BY id LIMIT :limit"

_END = "SELECT COALESCE(MAX(position), 0) AS position FROM event"

# Two who announce at once draw the same number: the unique index lets one of them through.
_PLACE = """
UPDATE event SET position = 1 + (SELECT COALESCE(MAX(position), 0) FROM event)
WHERE id = :id AND position IS NULL
"""

# Whoever disables or removes one of these webhooks at this moment waits, and ends these deliveries as well;
# or came first, and then there are none.
_FAN_OUT = """
INSERT INTO delivery (webhook, event, state, due_at)
SELECT webhook.id, event.id, 'pending', :now
FROM event JOIN webhook ON webhook.team = event.team
WHERE event.id IN {events} AND webhook.disabled IS NULL AND webhook.created_at <= event.at
  AND webhook.kinds LIKE '%"' || event.kind || '"%'
{kept}
"""

# Each announcement clears away more than it adds.
_FORGET = """
DELETE FROM delivery WHERE due_at IS NULL AND (webhook, event) IN (
    SELECT webhook, event FROM delivery WHERE due_at IS NULL AND attempted_at <= :forgotten
    ORDER BY attempted_at LIMIT 1000)
"""


class TailTable:
    """Fills ports.Tail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, limit: int) -> list[Event]:
        """The first events that have no place in the tail yet, whoever's they are."""
        return [from_row(row) for row in await self._database.read(_WAITING, {"limit": limit})]

    async def announce(
        self, events: Sequence[Event], notices: Sequence[OwnerNotice], told: Sequence[Event], now: datetime
    ) -> None:
        """Give events their places, deliveries and notices. Raises Stale where another was faster."""
        await self._database.write(*_announcement(events, notices, told, now, self._database.kept))

    async def place(self, team: str, event: int) -> int | None:
        """The place of a team's event in the tail; 0 while it waits for it, None for no event of the team."""
        sql = "SELECT COALESCE(position, 0) AS position FROM event WHERE id = :event AND team = :team"
        rows = await self._database.read(sql, {"event": event, "team": team})
        return rows[0]["position"] if rows else None

    async def behind(
        self,
        team: str,
        *,
        after: int,
        limit: int,
        only: frozenset[str] | None = None,
        nouns: frozenset[str] | None = None,
    ) -> tuple[list[Event], int]:
        """A team's events behind a place, in the order of their places, and the place to go on behind."""
        end = await self.end()
        if end <= after:
            return [], after
        seen, params = visible(only, nouns)
        where = " AND ".join(["team = :team", "position > :after", "position <= :end", *seen])
        sql = f"SELECT * FROM event WHERE {where} ORDER BY position LIMIT :limit"  # noqa: S608 - parameters' names
        places: Params = {"team": team, "after": after, "end": end, "limit": limit}
        rows = await self._database.read(sql, {**params, **places})
        return [from_row(row) for row in rows], rows[-1]["position"] if len(rows) == limit else end

    async def end(self) -> int:
        """The last place that was given."""
        return int((await self._database.read(_END, {}))[0]["position"])


def _announcement(
    events: Sequence[Event], notices: Sequence[OwnerNotice], told: Sequence[Event], now: datetime, kept: str
) -> Iterator[Statement]:
    faster = Stale("another announcement was faster")
    for event in events:
        yield Statement(
            _PLACE,
            {"id": event.id},
            otherwise=faster,
            duplicates={"event_position": faster},
            rings=tail_of(event.team),
        )
    numbers, params = one_of("event", [str(event.id) for event in events])
    whole: Params = {**{name: int(value) for name, value in params.items()}, "now": to_micros(now)}
    yield Statement(_FAN_OUT.format(events=numbers, kept=kept), whole, rings=DELIVERY)
    yield Statement(_FORGET, {"forgotten": to_micros(now - KEPT)})
    for notice in notices:
        yield notice_insertion(notice)
    for event in told:
        yield insertion(event)
