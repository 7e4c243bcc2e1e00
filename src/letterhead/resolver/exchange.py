"""One question to one server and what came of it: UDP first, TCP where needed, without EDNS where refused.

Nothing here raises for what a server did; the reply says it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

import dns.rcode

from letterhead.core.answer import Fault, Question
from letterhead.ports import Clock
from letterhead.resolver import wire
from letterhead.resolver.transport import Forgery, Server, over_tcp, over_udp
from letterhead.resolver.wire import Message, Query

MAX_AT_ONE_SERVER = 50
"""Queries in flight to one address: a server's receive buffer holds a few hundred small ones."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to a question: a message, or the fault because of which there is none."""

    question: Question
    server: str
    asked_at: datetime
    elapsed_ms: float
    message: Message | None = None
    fault: Fault | None = None
    detail: str = ""


class _Failed(Exception):
    """The exchange is over without a message."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Exchange:
    """Asks servers, not too many questions of one at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._gates: WeakValueDictionary[Server, asyncio.Semaphore] = WeakValueDictionary()

    async def ask(self, question: Question, server: Server, *, recursive: bool, within: float) -> Reply:
        """Ask `server` once, for at most `within` seconds. `recursive` sets RD.

        Raises nothing but CancelledError.
        """
        gate = self._gates.setdefault(server, asyncio.Semaphore(MAX_AT_ONE_SERVER))
        conversation = _Conversation(question, server, recursive=recursive)
        asked_at, started = self._clock.now(), self._clock.monotonic()
        message, fault, detail = None, None, ""
        try:
            async with asyncio.timeout(within), gate:
                asked_at, started = self._clock.now(), self._clock.monotonic()
                message = await conversation.hold()
        except TimeoutError:
            fault, detail = conversation.silence()
        except _Failed as failure:
            fault, detail = failure.fault, str(failure)
        elapsed_ms = (self._clock.monotonic() - started) * 1000
        return Reply(question, server.url(conversation.scheme), asked_at, elapsed_ms, message, fault, detail)


class _Conversation:
    """One question to one server, from the first datagram to the reply; `scheme` is how it was asked last."""

    def __init__(self, question: Question, server: Server, *, recursive: bool) -> None:
        self._question = question
        self._server = server
        self._recursive = recursive
        self._truncated = False
        self._forged = ""
        self.scheme = "udp"

    async def hold(self) -> Message:
        """Ask; raises _Failed, or TimeoutError when the server kept silent."""
        message = await self._ask(edns=True)
        if _refuses_edns(message):
            message = await self._ask(edns=False)
        return message

    def silence(self) -> tuple[Fault, str]:
        """The fault and its detail when the time was up."""
        if self._truncated:
            return Fault.TRUNCATED, "cut off over UDP (TC), and no reply over TCP in time"
        return Fault.TIMEOUT, f"{self._forged}no reply over {self.scheme.upper()} in time"

    async def _ask(self, *, edns: bool) -> Message:
        try:
            query = wire.query(self._question, recursive=self._recursive, edns=edns)
        except ValueError as error:
            raise _Failed(Fault.MALFORMED, str(error)) from error
        try:
            return wire.read(await self._fetch(query))
        except wire.Unreadable as error:
            raise _Failed(Fault.MALFORMED, f"the reply is no DNS message: {error}") from error
        except wire.TooLarge as error:
            raise _Failed(Fault.TOO_LARGE, f"the reply is too large: {error}") from error

    async def _fetch(self, query: Query) -> bytes:
        """The whole reply, over UDP if it can be had there."""
        self.scheme = "udp"
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
            raise _Failed(Fault.TRUNCATED, "cut off (TC) even over TCP")
        self._truncated = False
        return reply

    async def _over_tcp(self, query: Query) -> bytes:
        self.scheme = "tcp"
        try:
            return await self._over(over_tcp, query)
        except Forgery as error:
            raise _Failed(Fault.MALFORMED, str(error)) from error

    async def _over(self, transport: Callable[[Server, Query], Awaitable[bytes]], query: Query) -> bytes:
        try:
            return await transport(self._server, query)
        except TimeoutError:
            raise  # an OSError, but the caller's to word
        except (OSError, EOFError) as error:
            if self._truncated:
                detail = f"cut off over UDP (TC), and TCP failed: {error}"
                raise _Failed(Fault.TRUNCATED, detail) from error
            raise _Failed(Fault.NETWORK, f"{self._forged}{self.scheme.upper()} failed: {error}") from error


def _refuses_edns(message: Message) -> bool:
    """Whether the server refused the query for its EDNS alone (RFC 6891 §6.1.3, §7)."""
    if message.rcode == dns.rcode.BADVERS:
        return True
    return not message.has_edns and message.rcode in (dns.rcode.FORMERR, dns.rcode.NOTIMP)
