"""Our clock held against another: the database server's own, or what this machine's clocks showed before.

An embedded database has no clock. There the wall clock and the one that never steps are written down side by
side, so that a process which starts later, on the same boot of the machine, sees if the wall clock was set.
"""

from datetime import datetime, timedelta

from letterhead.ports import Clock
from letterhead.store.database import Database, Params, Statement
from letterhead.store.instant import from_micros, to_micros

_MARKED = "SELECT boot, monotonic, wall FROM mark"

_MARK = """
INSERT INTO mark (one, boot, monotonic, wall) VALUES (1, :boot, :monotonic, :wall)
ON CONFLICT (one) DO UPDATE SET boot = excluded.boot, monotonic = excluded.monotonic, wall = excluded.wall
"""

_NONE = timedelta(0)


class ClockTable:
    """Fills ports.Clocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ahead(self, clock: Clock) -> timedelta:
        """How far our wall clock is ahead; nothing where that can't be known."""
        return await (self._of_server(clock) if self._database.time_query else self._of_mark(clock))

    async def _of_server(self, clock: Clock) -> timedelta:
        before = clock.now()
        for row in await self._database.read(self._database.time_query, {}):
            after = clock.now()
            theirs: datetime | None = from_micros(row["now"])
            assert theirs is not None
            return before + (after - before) / 2 - theirs
        return _NONE

    async def _of_mark(self, clock: Clock) -> timedelta:
        now, monotonic = to_micros(clock.now()), int(clock.monotonic() * 1e6)
        ahead = 0
        for row in await self._database.read(_MARKED, {}):
            if row["boot"] == clock.boot:
                ahead = (now - row["wall"]) - (monotonic - row["monotonic"])
        if clock.boot:
            mark: Params = {"boot": clock.boot, "monotonic": monotonic, "wall": now}
            await self._database.write(Statement(_MARK, mark))
        return timedelta(microseconds=ahead)
