"""Webhooks in the database. Their secrets come here sealed, and go as they came."""

from datetime import datetime

import msgspec

from letterhead.core.event import Event
from letterhead.core.webhook import Disabled, Webhook
from letterhead.ports import DELIVERY, NoRoom, Stale
from letterhead.store.database import Database, Params, Row, Statement
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO webhook (id, team, url, kinds, secret, created_at, version)
VALUES (:id, :team, :url, :kinds, :secret, :created_at, :version)
"""

# Whoever adds next waits here until this transaction is over, so that what follows is counted in turn.
_IN_TURN = "UPDATE team SET slug = slug WHERE id = :team"
_ROOM = "SELECT 1 AS room WHERE (SELECT COUNT(*) FROM webhook WHERE team = :team) < :most"

# What the attempts find out is not written here: they may be at work. It is forgotten, or stays.
_CHANGE = """
UPDATE webhook SET
    url = :url, kinds = :kinds, secret = :secret, old_secret = :old_secret, old_until = :old_until,
    disabled = :disabled, disabled_at = :disabled_at, version = version + 1,
    failing_since = CASE WHEN :forgets = 1 THEN NULL ELSE failing_since END,
    rests_until = CASE WHEN :forgets = 1 THEN NULL ELSE rests_until END
WHERE id = :id AND team = :team AND version = :version
RETURNING *
"""

_ARRIVED = """
UPDATE webhook SET failing_since = NULL, rests_until = NULL
WHERE id = :id AND version = :version AND disabled IS NULL
"""

# What is under way to where the webhook was before comes to nothing: its due_at is another one now.
_ANEW = "UPDATE delivery SET due_at = :now, attempts = 0 WHERE webhook = :id AND due_at IS NOT NULL"

HASTEN = "UPDATE delivery SET due_at = :now WHERE webhook = :id AND due_at > :now"
"""Makes due whatever waits for a webhook."""

GIVE_UP = """
UPDATE delivery SET state = 'given_up', due_at = NULL, attempted_at = COALESCE(attempted_at, :disabled_at)
WHERE webhook = :id AND due_at IS NOT NULL
"""
"""Ends all that waits for a webhook."""


class WebhookTable:
    """Fills ports.Webhooks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, webhook: Webhook, event: Event, most: int) -> None:
        """Save a webhook of a team that has fewer than `most`. Raises NoRoom."""
        params = {**values(webhook), "most": most}
        full = NoRoom(f"{webhook.team} has no room for one more webhook")
        await self._database.write(
            Statement(_IN_TURN, params),
            Statement(_ROOM, params, otherwise=full),
            Statement(_INSERT, params),
            insertion(event),
        )

    async def of_team(self, team: str, webhook: str) -> Webhook | None:
        """One webhook of a team by its id."""
        sql = "SELECT * FROM webhook WHERE id = :id AND team = :team"
        rows = await self._database.read(sql, {"id": webhook, "team": team})
        return from_row(rows[0]) if rows else None

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Webhook]:
        """A team's webhooks, those with an id below `before`, newest first."""
        where = "team = :team" if before is None else "team = :team AND id < :before"
        sql = f"SELECT * FROM webhook WHERE {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - constants alone
        params: Params = {"team": team, "limit": limit, "before": before}
        return [from_row(row) for row in await self._database.read(sql, params)]

    async def change(self, webhook: Webhook, event: Event, *, anew: bool = False) -> Webhook:
        """Save a webhook by compare-and-set on its version. Raises Stale."""
        ends = webhook.disabled is not None
        params: Params = {**values(webhook), "now": to_micros(event.at), "forgets": int(anew or ends)}
        rows, *_ = await self._database.write(
            Statement(_CHANGE, params, otherwise=_stale(webhook)),
            *([Statement(GIVE_UP, params)] if ends else []),
            *([Statement(_ANEW, params, rings=DELIVERY)] if anew else []),
            insertion(event),
        )
        return from_row(rows[0])

    async def arrived(self, webhook: Webhook, now: datetime) -> None:
        """Somebody was found there: all that waits is due. Raises Stale where it is another one by now."""
        params = {**values(webhook), "now": to_micros(now)}
        await self._database.write(
            Statement(_ARRIVED, params, otherwise=_stale(webhook)),
            Statement(HASTEN, params, rings=DELIVERY),
        )

    async def remove(self, webhook: Webhook, event: Event) -> None:
        """Remove a webhook and all that was sent or waits to be. Raises Stale."""
        params: Params = {"id": webhook.id, "team": webhook.team}
        await self._database.write(
            # First, so that an announcement at the same moment waits (tail.py), and then finds no webhook.
            Statement("UPDATE webhook SET kinds = '[]' WHERE id = :id AND team = :team", params),
            Statement("DELETE FROM delivery WHERE webhook = :id", params),
            Statement(
                "DELETE FROM webhook WHERE id = :id AND team = :team", params, otherwise=_stale(webhook)
            ),
            insertion(event),
        )


def _stale(webhook: Webhook) -> Stale:
    return Stale(f"{webhook.id} was changed since its version {webhook.version} was read")


_KINDS = msgspec.json.Decoder(frozenset[str])


def values(webhook: Webhook) -> Params:
    """A webhook as the parameters of statements."""
    return {
        "id": webhook.id,
        "team": webhook.team,
        "url": webhook.url,
        "kinds": msgspec.json.encode(sorted(webhook.kinds)).decode(),
        "secret": webhook.secret,
        "old_secret": webhook.old_secret,
        "old_until": to_micros(webhook.old_until),
        "created_at": to_micros(webhook.created_at),
        "disabled": webhook.disabled.value if webhook.disabled else None,
        "disabled_at": to_micros(webhook.disabled_at),
        "failing_since": to_micros(webhook.failing_since),
        "rests_until": to_micros(webhook.rests_until),
        "version": webhook.version,
    }


def from_row(row: Row) -> Webhook:
    """A webhook as it is kept."""
    return Webhook(
        id=row["id"],
        team=row["team"],
        url=row["url"],
        kinds=_KINDS.decode(row["kinds"]),
        secret=row["secret"],
        created_at=from_micros(row["created_at"]),
        old_secret=row["old_secret"],
        old_until=from_micros(row["old_until"]),
        disabled=Disabled(row["disabled"]) if row["disabled"] else None,
        disabled_at=from_micros(row["disabled_at"]),
        failing_since=from_micros(row["failing_since"]),
        rests_until=from_micros(row["rests_until"]),
        version=row["version"],
    )
