"""One usable reply from whichever of a zone's servers gives it first; who it comes from does not matter.

This is for finding the way. Evidence is asked of each server by itself (authoritative.py).
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from letterhead.core.answer import Fault, Question
from letterhead.core.egress import may_connect
from letterhead.resolver.conversation import Reply
from letterhead.resolver.delegation import Delegation, NameServer
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.message import Message
from letterhead.resolver.race import staggered
from letterhead.resolver.transport import Server

MAX_QUERIES = 100
"""Queries for one walk, walks within it included: a referral to thirteen made-up names of servers would cost
thirteen walks, each of which may meet the like."""

_HEAD_START = 0.4  # seconds that a server has before the next one is asked as well

T = TypeVar("T")


class Lost(Exception):
    """The walk ended before it found who serves the name.

    It ended at `server` (a name, "" if unknown) of `zone`; `reply`, if there was one, is what that said.
    """

    def __init__(
        self, zone: str, fault: Fault, detail: str, *, server: str = "", reply: Reply | None = None
    ) -> None:
        super().__init__(detail)
        self.zone = zone
        self.fault = fault
        self.server = server
        self.reply = reply


class Budget:
    """What a walk may spend: queries, and time until `until` on the event loop's clock."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._queries: Iterator[int] = iter(range(MAX_QUERIES))

    def spend(self, zone: str) -> float:
        """Take one query to a server of `zone`; returns the seconds it may last. Raises Lost: none left."""
        if next(self._queries, None) is None:
            raise Lost(zone, Fault.TOO_DEEP, f"more than {MAX_QUERIES} queries to find the servers")
        return self._until - asyncio.get_running_loop().time()


class Panel:
    """Asks the servers of a zone, one after another, all at `port`."""

    def __init__(self, exchange: Exchange, *, port: int, allow_private: bool) -> None:
        self._exchange = exchange
        self._port = port
        self._allow_private = allow_private

    async def ask(
        self, zone: Delegation, question: Question, read: Callable[[Message], T | None], budget: Budget
    ) -> tuple[T, NameServer]:
        """Ask until `read` makes something of a reply, those last that are known to be silent.

        Returns what was read, and the server with the one address that gave it. Raises Lost with the last
        failure when no server is left.
        """
        lost = Lost(zone.zone, Fault.NO_SERVERS, "no name server with an address to ask")
        runners = []
        silent_last = sorted(zone.addresses, key=lambda pair: self._exchange.is_silent(self._at(pair[1])))
        for server, ip in silent_last:
            if may_connect(ip, allow_private=self._allow_private):
                only = NameServer(server.name, (ip,))
                runners.append(partial(self._query, zone, question, only, budget))
            else:
                lost = Lost(zone.zone, Fault.PRIVATE_SERVER, f"{ip} is no public address", server=server.text)
        async with aclosing(staggered(runners, _HEAD_START)) as replies:
            async for server, reply in replies:
                found = read(reply.message) if reply.message else None
                if found is not None:
                    return found, server
                fault, detail = reply.fault or Fault.LAME, reply.detail or "no answer that leads on"
                lost = Lost(zone.zone, fault, detail, server=server.text, reply=reply)
        raise lost

    async def _query(
        self, zone: Delegation, question: Question, server: NameServer, budget: Budget
    ) -> tuple[NameServer, Reply]:
        at, within = self._at(server.addresses[0]), budget.spend(zone.zone)
        return server, await self._exchange.ask(question, at, recursive=False, within=within)

    def _at(self, ip: str) -> Server:
        return Server(ip, self._port)
