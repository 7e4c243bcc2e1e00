"""Asking any server: UDP first, TCP where needed, a socket for each query, and little time for the silent."""

import asyncio
from collections.abc import Awaitable, Callable
from resource import RLIMIT_NOFILE, getrlimit
from weakref import WeakValueDictionary

from letterhead.core.answer import Fault, Question
from letterhead.ports import Clock
from letterhead.resolver import wire
from letterhead.resolver.conversation import Failed, Reply, converse
from letterhead.resolver.memory import Memory
from letterhead.resolver.transport import Forgery, Server, over_tcp, over_udp
from letterhead.resolver.wire import Query

MAX_AT_ONE_SERVER = 50
"""Queries in flight to one address: a server's receive buffer holds a few hundred small ones."""


PATIENCE = 3.0
"""Seconds that one of a zone's servers has for one question, all tries and TCP included."""

SILENT_AFTER = 2.0
"""Seconds after which a server that answers nobody counts as silent."""

SILENT_FOR = 60.0
"""Seconds for which it does, unless it speaks: an examination asks in several rounds, and can't spend its
time on each with a server that is dead (R16)."""

PATIENCE_WITH_SILENT = 0.5
"""Seconds that a silent server has for one question: enough to be heard from anywhere when it is back."""

_MANY = 10_000


class Exchange:
    """Asks servers, not too many questions of one at a time, nor of all together."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: WeakValueDictionary[Server, _Line] = WeakValueDictionary()
        self._silent: Memory[Server, None] = Memory(clock, _MANY)
        # Half of what this process may open; the rest is for whoever talks to us, and for the store.
        self._sockets = asyncio.Semaphore(getrlimit(RLIMIT_NOFILE)[0] // 2)

    def is_silent(self, server: Server) -> bool:
        """Whether the server answered nobody when it was asked last."""
        return server in self._silent

    async def ask(self, question: Question, server: Server, *, recursive: bool, within: float) -> Reply:
        """Ask `server` once, for at most `within` seconds. `recursive` sets RD.

        Raises nothing but CancelledError.
        """
        if within <= 0:
            detail, now = "no time was left to ask", self._clock.now()
            return Reply(question, server.url("udp"), now, 0.0, fault=Fault.TIMEOUT, detail=detail)
        if self.is_silent(server):
            within = min(within, PATIENCE_WITH_SILENT)
        elif not recursive:
            within = min(within, PATIENCE)
        line = self._lines.setdefault(server, _Line())
        heard = line.heard
        way = _Datagram(server, self._sockets)
        reply = await converse(
            way, question, recursive=recursive, within=within, gate=line.gate, clock=self._clock
        )
        if reply.fault is not Fault.TIMEOUT:
            line.heard += 1
            self._silent.forget(server)
        elif line.heard == heard and reply.elapsed_ms >= SILENT_AFTER * 1000:
            self._silent.keep(server, None, SILENT_FOR)
        return reply


class _Line:
    """One server while questions are on their way to it; `heard` counts the replies."""

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(MAX_AT_ONE_SERVER)
        self.heard = 0


class _Datagram:
    """The way to one server that begins with a datagram; see conversation.Way."""

    def __init__(self, server: Server, sockets: asyncio.Semaphore) -> None:
        self._server = server
        self._sockets = sockets
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

    async def fetch(self, query: Query) -> bytes:
        """The whole reply, over UDP if it can be had there."""
        self._scheme = "udp"
        try:
            reply = await self._over(over_udp, query)
        except Forgery as forgery:
            self._forged = f"{forgery}; "
            return await self._over_tcp(query)  # where nobody can forge from afar (RFC 5452 §9.3)
        if not wire.is_truncated(reply):
            return reply
        self._truncated = True
        reply = await self._over_tcp(query)
        if wire.is_truncated(reply):
            raise Failed(Fault.TRUNCATED, "cut off (TC) even over TCP")
        self._truncated = False
        return reply

    async def _over_tcp(self, query: Query) -> bytes:
        self._scheme = "tcp"
        try:
            return await self._over(over_tcp, query)
        except Forgery as error:
            raise Failed(Fault.MALFORMED, str(error)) from error

    async def _over(self, transport: Callable[[Server, Query], Awaitable[bytes]], query: Query) -> bytes:
        try:
            async with self._sockets:
                return await transport(self._server, query)
        except TimeoutError:
            raise  # an OSError, but the caller's to word
        except (OSError, EOFError) as error:
            if self._truncated:
                detail = f"cut off over UDP (TC), and TCP failed: {error}"
                raise Failed(Fault.TRUNCATED, detail) from error
            raise Failed(Fault.NETWORK, f"{self._forged}{self._scheme.upper()} failed: {error}") from error
