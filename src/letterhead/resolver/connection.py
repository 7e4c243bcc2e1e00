"""One connection on which many replies are waited for at the same time, and the opening of it when needed."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from letterhead.core.endpoint import Endpoint
from letterhead.resolver.channel import HungUp

QUIET = 6.0
"""Seconds without a reply after which a connection is closed: it is idle, or dead and nobody told us."""


class Connection(asyncio.Protocol):
    """A connection whose replies bear numbers. Who asks waits in `_reply`; who reads calls `_arrive`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether queries can be sent."""
        return not (self._ended.is_set() or self._transport.is_closing())

    async def close(self) -> None:
        """Cut the connection; returns when it is gone."""
        self._transport.abort()
        await self._ended.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)
        self._wait_anew()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
        self._disappoint(HungUp(f"the connection was closed{f': {exc}' if exc else ''}"))

    async def _reply(self, number: int) -> bytes:
        """Wait for the reply with this number. Raises what arrives instead: HungUp, TimeoutError, …."""
        if not self._waiting:
            self._wait_anew()
        arrived: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting[number] = arrived
        try:
            return await arrived
        finally:
            del self._waiting[number]

    def _arrive(self, number: int, reply: bytes | Exception) -> None:
        """Hand a reply, or the reason why there is none, to whoever still waits for it."""
        self._wait_anew()
        arrived = self._waiting.get(number)
        if arrived is None or arrived.done():
            return
        if isinstance(reply, Exception):
            arrived.set_exception(reply)
        else:
            arrived.set_result(reply)

    def _wait_anew(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(QUIET, self._give_up)

    def _give_up(self) -> None:
        self._disappoint(TimeoutError())
        self._transport.abort()

    def _disappoint(self, error: Exception) -> None:
        for arrived in self._waiting.values():
            if not arrived.done():
                arrived.set_exception(error)


C = TypeVar("C", bound=Connection)


class Kept(Generic[C]):
    """The one connection to an endpoint: made by `kind`, opened by who needs it first, and shared."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext | None, kind: Callable[[], C]) -> None:
        self._endpoint = endpoint
        self._tls = tls
        self._kind = kind
        self._opening = asyncio.Lock()
        self.current: C | None = None

    async def open(self) -> C:
        """The connection, open. Raises OSError."""
        async with self._opening:
            if self.current is None or not self.current.is_open:
                at = self._endpoint
                _, self.current = await asyncio.get_running_loop().create_connection(
                    self._kind,
                    at.ip,
                    at.port,
                    ssl=self._tls,
                    server_hostname=at.certified if self._tls else None,
                )
            return self.current

    async def close(self) -> None:
        """Close the connection if there is one."""
        if self.current is not None:
            await self.current.close()
