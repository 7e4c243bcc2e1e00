"""One question to one server and what came of it, whatever carried it; without EDNS where that is refused.

Nothing that a server does is raised to the asker; the reply says it.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple, Protocol

import dns.rcode

from letterhead.core.answer import Fault, Question
from letterhead.ports import Clock
from letterhead.resolver import wire
from letterhead.resolver.gate import enter
from letterhead.resolver.message import Message, TooLarge, Unreadable, read
from letterhead.resolver.wire import Query

QUICK_BYTES = 1_500
QUICK_LABELS = 300
"""What is read in the loop, in less than a millisecond; the few replies that hold more go to a thread."""

_READER = ThreadPoolExecutor(1, "letterhead-reader")


class Reply(NamedTuple):
    """What a server said to a question: a message, or the fault because of which there is none."""

    question: Question
    server: str
    asked_at: datetime
    elapsed_ms: float
    message: Message | None = None
    fault: Fault | None = None
    detail: str = ""


class Failed(Exception):
    """The conversation is over without a message."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Way(Protocol):
    """How the queries of one conversation get to the server and its replies back."""

    @property
    def server(self) -> str:
        """The server's URL, with the scheme by which it was asked last."""

    async def fetch(self, query: Query, until: float) -> bytes:
        """The whole reply to the query, by a moment on the event loop's clock.

        Raises Failed, or TimeoutError when the server kept silent.
        """

    def silence(self) -> tuple[Fault, str]:
        """The fault and its detail when the time was up."""


async def converse(
    way: Way, question: Question, *, recursive: bool, within: float, gate: asyncio.Semaphore, clock: Clock
) -> Reply:
    """Ask, for at most `within` seconds, the wait at the gate included. `recursive` sets RD.

    Raises nothing but CancelledError.
    """
    asked_at, started = clock.now(), clock.monotonic()
    message, fault, detail = None, None, ""
    until = asyncio.get_running_loop().time() + within
    try:
        await enter(gate, until)
        try:
            asked_at, started = clock.now(), clock.monotonic()
            message = await _hold(way, question, until, recursive=recursive)
        finally:
            gate.release()
    except TimeoutError:
        fault, detail = way.silence()
    except Failed as failure:
        fault, detail = failure.fault, str(failure)
    elapsed_ms = (clock.monotonic() - started) * 1000
    return Reply(question, way.server, asked_at, elapsed_ms, message, fault, detail)


async def _hold(way: Way, question: Question, until: float, *, recursive: bool) -> Message:
    message = await _ask(way, question, until, recursive=recursive, edns=True)
    if _refuses_edns(message):
        message = await _ask(way, question, until, recursive=recursive, edns=False)
    return message


async def _ask(way: Way, question: Question, until: float, *, recursive: bool, edns: bool) -> Message:
    try:
        query = wire.query(question, recursive=recursive, edns=edns)
    except ValueError as error:
        raise Failed(Fault.MALFORMED, str(error)) from error
    try:
        reply = await way.fetch(query, until)
        return _quickly(reply) or await _slowly(reply, until)
    except Unreadable as error:
        raise Failed(Fault.MALFORMED, f"the reply is no DNS message: {error}") from error
    except TooLarge as error:
        raise Failed(Fault.TOO_LARGE, f"the reply is too large: {error}") from error


def _quickly(reply: bytes) -> Message | None:
    """The message, where reading it holds nobody up."""
    try:
        return read(reply, max_labels=QUICK_LABELS) if len(reply) <= QUICK_BYTES else None
    except TooLarge:
        return None


async def _slowly(reply: bytes, until: float) -> Message:
    """The message; those that take long are read one after another, so that a flood holds nobody up (R18)."""
    async with asyncio.timeout_at(until):
        return await asyncio.get_running_loop().run_in_executor(_READER, read, reply)


def _refuses_edns(message: Message) -> bool:
    """Whether the server refused the query for its EDNS alone (RFC 6891 §6.1.3, §7)."""
    if message.rcode == dns.rcode.BADVERS:
        return True
    return not message.has_edns and message.rcode in (dns.rcode.FORMERR, dns.rcode.NOTIMP)
