"""Bells that are heard by every process on one PostgreSQL, by LISTEN and NOTIFY.

A NOTIFY makes its transaction queue up behind one lock of the whole server. So none is part of a change: the
bells of the last moment go out in one statement of their own, after the commits that rang them.

One connection beside the pool listens, from the first moment in which somebody waits. While it is lost, and
behind a proxy that hands a session on with each transaction, rings of other processes go unheard.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any, Final

import psycopg
import structlog

from letterhead.ports import Bell, StoreError
from letterhead.store import postgres_session
from letterhead.store.bells import ProcessBells
from letterhead.store.database import Params, Rows, Statement

CHANNEL: Final = "letterhead"

PROOF: Final = 5.0
"""Seconds in which something must be heard of a ring of our own; it tells whether we are heard at all."""

MOST: Final = 100
"""Bells in one notification, which holds less than 8,000 bytes."""

_PAUSES: Final = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds, at most, before another attempt to listen; the last is repeated."""

_NOTIFY: Final = f"SELECT pg_notify('{CHANNEL}', :payload)"

log = structlog.get_logger()


class PostgresBells:
    """Fills ports.Bells.

    read  runs a query on a connection of the pool, outside of any transaction; raises StoreError.
    """

    def __init__(self, url: str, read: Callable[[str, Params], Awaitable[Rows]]) -> None:
        self._conninfo = postgres_session.conninfo(url)
        self._read = read
        self._here = ProcessBells(self._carry)
        self._sender = secrets.token_hex(8)
        self._unsent: set[Bell] = set()
        self._sending: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._is_deaf = False
        self._attempts = 0

    def waking(self, *bells: Bell) -> AbstractContextManager[asyncio.Event]:
        """What is set whenever one of these bells rings, in whatever process."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        return self._here.waking(*bells)

    def ring_for(self, transaction: Iterable[Statement]) -> None:
        """Ring, in a moment, whatever the statements of a transaction ring; it is committed."""
        self._here.ring_for(transaction)

    async def close(self) -> None:
        """Send and hear nothing more."""
        self._here.close()
        tasks = [task for task in (self._sending, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _carry(self, rung: frozenset[Bell]) -> None:
        """Have bells sent; what rings while some are on their way goes with the next ones."""
        self._unsent |= rung
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._unsent:
            bells, self._unsent = sorted(self._unsent), set()
            with suppress(StoreError):  # a ring may be lost
                for first in range(0, len(bells), MOST):
                    await self._notify(*bells[first : first + MOST])

    async def _notify(self, *bells: Bell) -> None:
        await self._read(_NOTIFY, {"payload": " ".join((self._sender, *bells))})

    async def _listen(self) -> None:
        """Hear what others ring until we are cancelled, over one connection after the other."""
        while True:
            try:
                async with self._connected() as connection:
                    self._here.wake_all()
                    await self._hear(connection)
            except Exception as error:  # noqa: BLE001 - the edge of a loop that nobody would start again
                self._deafened(str(postgres_session.store_error(error)))
            pause = _PAUSES[min(self._attempts, len(_PAUSES) - 1)]
            self._attempts += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - chance, not a secret

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection that listens, and may be idle for ever."""
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute("SELECT set_config('idle_session_timeout', '0', false)")
            await connection.execute(f"LISTEN {CHANNEL}")
            yield connection

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Wake those here for what is rung elsewhere, until the connection is lost."""
        await self._notify()
        heard = [each async for each in connection.notifies(timeout=PROOF, stop_after=1)]
        if not heard:
            self._deafened("nothing is heard; is there a proxy that pools transactions?")
        for notification in heard:
            self._take(notification.payload)
        async for notification in connection.notifies():
            self._take(notification.payload)

    def _take(self, payload: str) -> None:
        self._is_deaf, self._attempts = False, 0
        sender, _, bells = payload.partition(" ")
        if sender != self._sender:
            self._here.wake(map(Bell, bells.split()))

    def _deafened(self, reason: str) -> None:
        """Say once that others' changes are noticed by looking alone, until they are heard again."""
        if not self._is_deaf:
            log.warning("bells.unheard", reason=reason)
        self._is_deaf = True
