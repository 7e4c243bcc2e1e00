"""Many errands over few connections to one resolver; what a connection takes with it is sent on the next."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Final, Generic, TypeVar

from letterhead.core.endpoint import Endpoint
from letterhead.resolver.bulk import window
from letterhead.resolver.bulk.errand import Errand
from letterhead.resolver.bulk.stream import Stream
from letterhead.resolver.bulk.window import Window

MAX_LOSSES: Final = 3
"""Connections that may break with an errand as the oldest on them, before it counts as what breaks them."""

MAX_FRUITLESS: Final = 10
"""Connections one after another without a single answer, before everything is given up."""

BACKOFF: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.5)
"""Seconds before the next connection after so many fruitless ones; the last for all further ones."""

MAX_FINISHED: Final = 4_096
"""Errands that wait for who asked; nothing more is sent until they are taken."""

OPEN_WITHIN: Final = 5.0
"""Seconds for a connection and its handshake."""

K = TypeVar("K")


class Engine(Generic[K]):
    """Asks one resolver over TCP, or TLS with `tls`. One `ask` at a time.

    At most window.MOST questions are on the way over all connections together.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        tls: ssl.SSLContext | None,
        *,
        connections: int = 1,
    ) -> None:
        self._endpoint = endpoint
        self._tls = tls
        self._windows = [Window(window.MOST // connections) for _ in range(connections)]
        self._streams: dict[Window, Stream[K]] = {}
        self._source: Iterator[Errand[K]] = iter(())
        self._is_dry = True
        self._again: deque[Errand[K]] = deque()
        self._finished: list[Errand[K]] = []
        self._woken = asyncio.Event()
        self._fruitless = 0

    async def ask(self, errands: Iterable[Errand[K]]) -> AsyncGenerator[list[Errand[K]], None]:
        """Do the errands; yields each of them once, as they are finished, some at a time.

        They are taken from the iterable only as there is room for them. Raises nothing for what the resolver
        does: who gets no answer has replies missing. Close the generator to call off what is left.
        """
        self._source, self._is_dry, self._fruitless = iter(errands), False, 0
        try:
            while not self._is_over:
                await self._connect()
                for stream in tuple(self._streams.values()):
                    stream.fill()
                if not self._streams:
                    self._give_up()
                if self._finished:
                    finished, self._finished = self._finished, []
                    yield finished
                elif not self._is_over:
                    await self._woken.wait()
                    self._woken.clear()
        finally:
            if not self._is_over:
                self._abandon()

    async def close(self) -> None:
        """Cut the connections; returns when their sockets are gone."""
        self._abandon()
        await asyncio.sleep(0)  # the turn in which aborted transports let go of their sockets

    def take(self) -> Errand[K] | None:
        """See Desk."""
        if len(self._finished) >= MAX_FINISHED:
            return None
        if self._again:
            return self._again.popleft()
        errand = next(self._source, None)
        self._is_dry = errand is None
        return errand

    def finished(self, errand: Errand[K]) -> None:
        """See Desk."""
        self._finished.append(errand)
        self._woken.set()

    def lost(self, stream: Stream[K], errands: list[Errand[K]]) -> None:
        """See Desk."""
        mine = next((each for each, open_stream in self._streams.items() if open_stream is stream), None)
        if mine is None:
            return  # abandoned
        del self._streams[mine]
        if errands or stream.is_owed_a_sign:  # else it was closed because it was idle
            mine.lost(entirely=not stream.is_fruitful)
            self._fruitless = 0 if stream.is_fruitful else self._fruitless + 1
        if errands:
            errands[0].losses += 1  # whatever broke it was waited for; with a small window it was this
        self._again.extendleft(errand for errand in reversed(errands) if errand.losses < MAX_LOSSES)
        self._finished += (errand for errand in errands if errand.losses >= MAX_LOSSES)
        self._woken.set()

    @property
    def _is_over(self) -> bool:
        """Whether everything was asked, and whoever asked has all of it."""
        waiting = self._again or self._finished or not all(s.is_idle for s in self._streams.values())
        return self._is_dry and not waiting

    async def _connect(self) -> None:
        """Open what is closed, as long as that leads to something."""
        if any(stream.is_fruitful for stream in self._streams.values()):
            self._fruitless = 0
        for each in self._windows:
            while each not in self._streams and self._fruitless < MAX_FRUITLESS:
                await asyncio.sleep(BACKOFF[min(self._fruitless, len(BACKOFF) - 1)])
                await self._open(each)

    async def _open(self, each: Window) -> None:
        at = self._endpoint
        try:
            async with asyncio.timeout(OPEN_WITHIN):
                _, stream = await asyncio.get_running_loop().create_connection(
                    lambda: Stream(self, each),
                    at.ip,
                    at.port,
                    ssl=self._tls,
                    server_hostname=at.certified if self._tls else None,
                )
        except OSError:
            self._fruitless += 1
            return
        if stream.is_open:
            self._streams[each] = stream
        else:
            self._fruitless += 1

    def _give_up(self) -> None:
        """Nobody is there: bring back a part of what is left without having asked."""
        for errand in iter(self.take, None):
            self._finished.append(errand)

    def _abandon(self) -> None:
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.abort()
        self._source, self._is_dry = iter(()), True
        self._again.clear()
        self._finished.clear()
