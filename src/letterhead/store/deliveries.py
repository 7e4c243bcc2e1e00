"""Deliveries in the database: each row knows its next moment, and a webhook's whole queue is leased at once.

By whole queues, because a webhook's events must arrive in their order; no more than one of a team at once,
because its receivers that hang must hold up nobody else's events (service/deliveries.py). A lease spares
others the work and no more: the number of attempts and the moment of the next fence every write (X10).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from letterhead.core.delivery import SCHEDULE, Delivery, Settled, State
from letterhead.core.webhook import Webhook
from letterhead.ports import DELIVERY, Queue, Stale, StoreError
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.events import from_row as event_of
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros
from letterhead.store.webhooks import GIVE_UP, HASTEN, from_row, values

_SELECT = """
SELECT delivery.webhook, delivery.state, delivery.due_at, delivery.attempts, delivery.attempted_at,
       delivery.status, delivery.fault, event.*
FROM delivery JOIN event ON event.id = delivery.event
"""

FARTHEST: Final = 2 * SCHEDULE[-1]
"""Nothing is put off for longer: what is was put off by a clock that was ahead, and is due (L12)."""

_IS_DUE = """
    disabled IS NULL AND (leased_until <= :now OR leased_until > :farthest)
    AND (rests_until IS NULL OR rests_until <= :now OR rests_until > :farthest)
    AND (EXISTS (SELECT 1 FROM delivery WHERE delivery.webhook = webhook.id AND delivery.due_at <= :now)
      OR EXISTS (SELECT 1 FROM delivery WHERE delivery.webhook = webhook.id AND delivery.due_at > :farthest))
"""

_DUE = f"""
{_SELECT} WHERE webhook = :webhook AND (due_at <= :now OR due_at > :farthest)
ORDER BY delivery.event LIMIT :most
"""

# The longest waiting of each team, so that none takes more than is left of its share.
_LEASE = f"""
WITH waiting AS (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY team ORDER BY leased_until, id) AS turn FROM webhook
    WHERE {_IS_DUE} {{but}}),
due AS (
    SELECT webhook.id FROM waiting JOIN webhook ON webhook.id = waiting.id WHERE turn = 1 AND {_IS_DUE}
    ORDER BY leased_until LIMIT :limit {{skip_locked}})
UPDATE webhook SET leased_until = :until WHERE id IN (SELECT id FROM due)
RETURNING *
"""  # noqa: S608 - constants alone

_RELEASE = "UPDATE webhook SET leased_until = :now WHERE id = :id AND leased_until = :until"

# Whatever makes it due anew, as a replay does, gives it another moment.
_SETTLE = """
UPDATE delivery SET state = :state, due_at = :due_at, attempts = :attempts, attempted_at = :attempted_at,
    status = :status, fault = :fault
WHERE webhook = :webhook AND event = :event AND attempts = :before AND due_at = :was_due_at
"""

# Only while it is enabled: what was disabled meanwhile stays so. Before its deliveries, as in every change of
# both: else two of them may wait for one another.
_WEBHOOK = """
UPDATE webhook SET failing_since = :failing_since, rests_until = :rests_until, disabled = :disabled,
    disabled_at = :disabled_at
WHERE id = :id AND disabled IS NULL
"""

_AWAKE = "UPDATE webhook SET rests_until = NULL WHERE id = :id AND disabled IS NULL"

_REPLAY = """
INSERT INTO delivery (webhook, event, state, due_at)
SELECT :webhook, event.id, 'pending', :now FROM event
WHERE team = :team AND position IS NOT NULL AND {which} AND :kinds LIKE '%"' || kind || '"%'
ORDER BY event.id LIMIT :most
ON CONFLICT (webhook, event) DO UPDATE SET state = 'pending', due_at = excluded.due_at, attempts = 0
RETURNING event
"""


class DeliveryTable:
    """Fills ports.Deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, webhook: str, *, limit: int, before: int | None = None) -> list[Delivery]:
        """What was sent to a webhook or waits to be, the newest event first."""
        where = "webhook = :webhook" if before is None else "webhook = :webhook AND delivery.event < :before"
        sql = f"{_SELECT} WHERE {where} ORDER BY delivery.event DESC LIMIT :limit"
        params: Params = {"webhook": webhook, "limit": limit, "before": before}
        return [_delivery(row) for row in await self._database.read(sql, params)]

    async def lease(
        self, now: datetime, until: datetime, limit: int, most: int, but: Collection[str] = ()
    ) -> list[Queue]:
        """Take webhooks for which something is due, those first that have waited longest for their turn."""
        names, teams = one_of("team", but)
        moments = {"now": to_micros(now), "farthest": to_micros(now + FARTHEST)}
        params: Params = {**moments, "until": to_micros(until), "limit": limit, **teams}
        others = f"AND team NOT IN {names}" if but else ""
        sql = _LEASE.format(but=others, skip_locked=self._database.skip_locked)
        (rows,) = await self._database.write(Statement(sql, params))
        queues = []
        for webhook in map(from_row, rows):
            due = await self._database.read(_DUE, {**moments, "webhook": webhook.id, "most": most})
            queues.append(Queue(webhook, until, tuple(_delivery(row) for row in due)))
        return queues

    async def settle(self, before: Delivery, settled: Settled) -> None:
        """Save what came of an attempt. Raises Stale where it is not the one that counts any more."""
        after, hook = settled.delivery, values(settled.webhook)
        stale = Stale(f"event {after.event.id} does not wait for {after.webhook} any more as it did")
        params: Params = {
            "webhook": after.webhook,
            "event": after.event.id,
            "state": after.state.value,
            "due_at": to_micros(after.due_at),
            "attempts": after.attempts,
            "attempted_at": to_micros(after.attempted_at),
            "status": after.status,
            "fault": after.fault,
            "before": before.attempts,
            "was_due_at": to_micros(before.due_at),
        }
        await self._database.write(
            Statement(_WEBHOOK, hook),
            Statement(_SETTLE, params, otherwise=stale),
            *([Statement(GIVE_UP, hook)] if settled.webhook.disabled else []),
            *([insertion(settled.event)] if settled.event else []),
        )

    async def release(self, queue: Queue, now: datetime) -> None:
        """Give a webhook back; whoever waits longest comes next, of any team."""
        params: Params = {
            "id": queue.webhook.id,
            "now": to_micros(now),
            "until": to_micros(queue.until),
        }
        await self._database.write(Statement(_RELEASE, params, rings=DELIVERY))

    async def replay(
        self,
        webhook: Webhook,
        now: datetime,
        *,
        event: int | None = None,
        since: datetime | None = None,
        most: int,
    ) -> int:
        """Send one event again, or the `most` oldest since a moment; if there is none, nothing is changed."""
        params: Params = {
            **values(webhook),
            "webhook": webhook.id,
            "now": to_micros(now),
            "most": most,
            "event": event,
            "since": to_micros(since),
        }
        which = "event.id = :event" if event is not None else "event.at >= :since"
        try:
            *_, rows = await self._database.write(
                Statement(_AWAKE, params, otherwise=Stale(f"nothing is sent to {webhook.id} any more")),
                Statement(HASTEN, params),
                Statement(
                    _REPLAY.format(which=which),
                    params,
                    otherwise=None if event is None else _NoneSuch(f"no event {event} for {webhook.id}"),
                    rings=DELIVERY,
                ),
            )
        except _NoneSuch:
            return 0
        return len(rows)


class _NoneSuch(StoreError):
    """There is no such event to be sent again."""


def _delivery(row: Row) -> Delivery:
    return Delivery(
        webhook=row["webhook"],
        event=event_of(row),
        state=State(row["state"]),
        due_at=from_micros(row["due_at"]),
        attempts=row["attempts"],
        attempted_at=from_micros(row["attempted_at"]),
        status=row["status"],
        fault=row["fault"],
    )
