"""Asking any server: UDP first, TCP where needed, a socket for each query."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from resource import RLIMIT_NOFILE, getrlimit

from letterhead.core.answer import Fault, Question
from letterhead.ports import Clock
from letterhead.resolver import wire
from letterhead.resolver.conversation import Failed, Reply
from letterhead.resolver.gate import enter
from letterhead.resolver.line import Line
from letterhead.resolver.memory import Memory
from letterhead.resolver.poller import Poller
from letterhead.resolver.transport import Forgery, Server, over_tcp, over_udp
from letterhead.resolver.wire import Query

_LINES = 10_000  # kept; with one, what is on its way to that server and how it fared is forgotten

_Transport = Callable[[Server, Query, float], Awaitable[bytes]]


class Exchange:
    """Asks servers, not too many questions of one at a time, nor of all together."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: Memory[Server, Line] = Memory(clock, _LINES)
        # Half of what this process may open; the rest is for whoever talks to us, and for the store.
        self._sockets = asyncio.Semaphore(getrlimit(RLIMIT_NOFILE)[0] // 2)
        self._poller = Poller()

    def is_silent(self, server: Server) -> bool:
        """Whether the server answered nobody when it was asked last."""
        line = self._lines.get(server)
        return line is not None and line.is_silent

    async def ask(self, question: Question, server: Server, *, recursive: bool, within: float) -> Reply:
        """Ask `server` once, for at most `within` seconds. `recursive` sets RD.

        Raises nothing but CancelledError.
        """
        line = self._lines.get(server) or self._lines.keep(server, Line(self._clock))
        way = _Datagram(server, self._sockets, self._poller)
        return await line.ask(way, question, recursive=recursive, within=within)


class _Datagram:
    """The way to one server that begins with a datagram; see conversation.Way."""

    def __init__(self, server: Server, sockets: asyncio.Semaphore, poller: Poller) -> None:
        self._server = server
        self._sockets = sockets
        self._poller = poller
        self._scheme = "udp"
        self._truncated = False
        self._forged = ""

    @property
    def server(self) -> str:
        return self._server.url(self._scheme)

    def silence(self) -> tuple[Fault, str]:
        if self._truncated:
            return Fault.TRUNCATED, "cut off over UDP (TC), and no reply over TCP in time"
        return Fault.TIMEOUT, f"{self._forged}no reply over {self._scheme.upper()} in time"

    async def fetch(self, query: Query, until: float) -> bytes:
        """The whole reply, over UDP if it can be had there."""
        self._scheme = "udp"
        try:
            reply = await self._over(partial(over_udp, poller=self._poller), query, until)
        except Forgery as forgery:
            self._forged = f"{forgery}; "
            return await self._over_tcp(query, until)  # where nobody can forge from afar (RFC 5452 §9.3)
        if not wire.is_truncated(reply):
            return reply
        self._truncated = True
        reply = await self._over_tcp(query, until)
        if wire.is_truncated(reply):
            raise Failed(Fault.TRUNCATED, "cut off (TC) even over TCP")
        self._truncated = False
        return reply

    async def _over_tcp(self, query: Query, until: float) -> bytes:
        self._scheme = "tcp"
        try:
            return await self._over(over_tcp, query, until)
        except Forgery as error:
            raise Failed(Fault.MALFORMED, str(error)) from error

    async def _over(self, transport: _Transport, query: Query, until: float) -> bytes:
        await enter(self._sockets, until)
        try:
            return await transport(self._server, query, until)
        except TimeoutError:
            raise  # an OSError, but the caller's to word
        except (OSError, EOFError) as error:
            if self._truncated:
                detail = f"cut off over UDP (TC), and TCP failed: {error}"
                raise Failed(Fault.TRUNCATED, detail) from error
            raise Failed(Fault.NETWORK, f"{self._forged}{self._scheme.upper()} failed: {error}") from error
        finally:
            self._sockets.release()
