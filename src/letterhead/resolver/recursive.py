"""One recursive resolver, asked over connections that are kept: TCP, TLS or HTTPS."""

import asyncio

from letterhead.core.answer import Fault, Observation, Question, Source
from letterhead.core.endpoint import Endpoint
from letterhead.ports import Clock
from letterhead.resolver import wire
from letterhead.resolver.channel import Channel, HungUp
from letterhead.resolver.conversation import Failed
from letterhead.resolver.line import Line
from letterhead.resolver.observation import observed
from letterhead.resolver.transport import Forgery
from letterhead.resolver.wire import Query


class Recursive:
    """A recursive resolver behind a channel. Fills ports.Resolver."""

    def __init__(self, endpoint: Endpoint, channel: Channel, clock: Clock) -> None:
        self._endpoint = endpoint
        self._channel = channel
        self._line = Line(clock)

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask with recursion desired; one observation, whatever happens.

        It bears the name that the resolver's certificate proved, if the operator asked for one.
        """
        way = _Call(self._endpoint, self._channel)
        reply = await self._line.ask(way, question, recursive=True, within=within)
        return (observed(reply, Source.RECURSIVE, name=self._endpoint.name if reply.message else ""),)


class _Call:
    """The way over a channel; see conversation.Way."""

    def __init__(self, endpoint: Endpoint, channel: Channel) -> None:
        self.server = endpoint.url
        self._over = endpoint.transport.upper()
        self._channel = channel

    def silence(self) -> tuple[Fault, str]:
        return Fault.TIMEOUT, f"no reply over {self._over} in time"

    async def fetch(self, query: Query, until: float) -> bytes:
        try:
            async with asyncio.timeout_at(until):
                reply = await self._fetch(query)
        except TimeoutError:
            raise  # an OSError, but the caller's to word
        except Forgery as error:
            raise Failed(Fault.MALFORMED, str(error)) from error
        except (OSError, EOFError) as error:
            raise Failed(Fault.NETWORK, f"{self._over} failed: {error}") from error
        if wire.is_truncated(reply):
            raise Failed(Fault.TRUNCATED, f"cut off (TC) even over {self._over}")
        return reply

    async def _fetch(self, query: Query) -> bytes:
        """The reply; over another connection where the first one broke (RFC 7766 §6.2.4)."""
        try:
            return await self._channel.fetch(query)
        except HungUp:
            return await self._channel.fetch(query)
