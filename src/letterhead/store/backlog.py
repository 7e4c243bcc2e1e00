"""What waits, counted: each number by an index, and none of them any further than somebody wants to know."""

from datetime import datetime
from typing import Final

from letterhead.ports import Backlog
from letterhead.store.database import Database
from letterhead.store.instant import from_micros, to_micros
from letterhead.store.leases import QUEUES

MOST: Final = 10_000
"""Where counting ends: a scrape costs the same however much waits."""

_COUNT: Final = "(SELECT COUNT(*) FROM (SELECT 1 FROM {waiting} LIMIT :most) AS counted)"

_WAITING: Final = {
    "events": "event WHERE position IS NULL",
    "deliveries": "delivery WHERE due_at IS NOT NULL",
    "notices": "owner_notice WHERE due_at IS NOT NULL",
    "letters": "letter WHERE due_at IS NOT NULL",
}

_COUNTS: Final = ", ".join(f"{_COUNT.format(waiting=rows)} AS {name}" for name, rows in _WAITING.items())

# What is at work, or set aside because it breaks its examination, waits for nobody.
_LONGEST: Final = """
SELECT * FROM (
    SELECT due_at FROM domain
    WHERE {queue} AND due_at IS NOT NULL AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due_at LIMIT 1) AS longest
"""

_LONGEST_OF_EACH: Final = " UNION ALL ".join(_LONGEST.format(queue=queue) for queue in QUEUES)

BACKLOG: Final = f"SELECT (SELECT MIN(due_at) FROM ({_LONGEST_OF_EACH}) AS due) AS due_at, {_COUNTS}"  # noqa: S608 - constants alone
"""One read, whose every part goes by a partial index of what waits."""


async def backlog(database: Database, now: datetime) -> Backlog:
    """What waits now, in one read."""
    row = (await database.read(BACKLOG, {"most": MOST, "now": to_micros(now)}))[0]
    return Backlog(from_micros(row["due_at"]), **{name: int(row[name]) for name in _WAITING})
