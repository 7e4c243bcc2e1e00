"""The zone's own servers, all of them: found by walking the delegation, asked at the same time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import dns.exception
from msgspec.structs import replace

from letterhead.core.answer import Fault, Observation, Probe, Question, Source
from letterhead.core.egress import may_connect
from letterhead.ports import Clock
from letterhead.resolver.conversation import Reply
from letterhead.resolver.delegation import Delegation, NameServer
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.gate import enter
from letterhead.resolver.memory import Memory
from letterhead.resolver.names import canonical, labels, parent, zone_text
from letterhead.resolver.observation import observed
from letterhead.resolver.panel import Lost
from letterhead.resolver.race import side_by_side
from letterhead.resolver.transport import Server
from letterhead.resolver.walk import Walk

MAX_AT_ONE_ZONE = 25
"""Questions on their way to one zone's servers, so that one with many slow ones holds up only itself."""

_ZONES = 10_000  # whose gates are kept
_FOR_THE_WALK = 0.6  # of the time; the rest is for the zone's own servers, one of which may be dead


class Authoritative:
    """Asks every server of the zone that a name lies in. Fills ports.Resolver.

    `hints` are addresses of root servers, all servers listen on `port`. Private addresses are not
    connected to unless `allow_private` (core/egress.py).
    """

    def __init__(
        self, hints: Sequence[str], clock: Clock, *, port: int = 53, allow_private: bool = False
    ) -> None:
        self._clock = clock
        self._port = port
        self._allow_private = allow_private
        self._exchange = Exchange(clock)
        self._gates: Memory[str, asyncio.Semaphore] = Memory(clock, _ZONES)
        self._walk = Walk(hints, self._exchange, clock, port=port, allow_private=allow_private)

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask; an observation for each address of each server, or one that says where the walk ended.

        Where no server gives a definite answer and time is left, the delegation is looked up afresh: the
        domain may have moved since we last walked there.
        """
        start = asyncio.get_running_loop().time()
        try:
            name = canonical(question.name)
            return await self._ask(question, name, start + within * _FOR_THE_WALK, start + within)
        except dns.exception.DNSException as error:
            detail = f"{question.name!r} is no name that the DNS can hold: {error}"
            return (self._unasked(question, Fault.MALFORMED, detail),)
        except Lost as lost:
            return (self._where_lost(question, lost),)

    async def _ask(
        self, question: Question, name: str, walk_until: float, until: float
    ) -> tuple[Observation, ...]:
        # Where no zone can begin nobody has to be asked whether one does; a referral is no answer below.
        where = parent(name) if isinstance(question, Probe) else name
        zone = await self._walk.to(where, until=walk_until)
        observations = await self._all_of(zone, question, until)
        if any(o.fault is None for o in observations):
            return observations
        with suppress(Lost):
            moved = await self._walk.to(name, until=walk_until, afresh=True)
            if _whereabouts(moved) != _whereabouts(zone):
                return await self._all_of(moved, question, until)
        return observations

    async def _all_of(self, zone: Delegation, question: Question, until: float) -> tuple[Observation, ...]:
        """What each server of the zone says; of one without an address, that it has none. Raises Lost."""
        gate = await self._admitted(zone.zone, until)
        try:
            said = await side_by_side([self._one_of(zone, *at, question, until) for at in zone.addresses])
        finally:
            gate.release()
        mute = [server for server in zone.servers if not server.addresses]
        detail = "no address was found for this name server"
        return *said, *(
            self._unasked(question, Fault.NO_SERVERS, detail, name=server.text, zone=zone.zone)
            for server in mute
        )

    async def _admitted(self, zone: str, until: float) -> asyncio.Semaphore:
        """Wait until few enough questions to the zone are on their way; returns the gate, to be released.

        Raises Lost when the time is up.
        """
        gate = self._gates.get(zone) or self._gates.keep(zone, asyncio.Semaphore(MAX_AT_ONE_ZONE))
        try:
            await enter(gate, until)
        except TimeoutError as error:
            detail = f"{MAX_AT_ONE_ZONE} other questions were on their way to its slow servers"
            raise Lost(zone, Fault.TIMEOUT, detail) from error
        return gate

    async def _one_of(
        self, zone: Delegation, server: NameServer, ip: str, question: Question, until: float
    ) -> Observation:
        at = Server(ip, self._port)
        if may_connect(ip, allow_private=self._allow_private):
            within = until - asyncio.get_running_loop().time()
            reply = await self._exchange.ask(question, at, recursive=False, within=within)
        else:
            detail = f"{ip} is no public address, and we don't ask there"
            reply = self._no_reply(question, Fault.PRIVATE_SERVER, detail, url=at.url("udp"))
        return observed(reply, Source.AUTHORITATIVE, name=server.text, zone=zone.zone)

    def _where_lost(self, question: Question, lost: Lost) -> Observation:
        """The server at which the walk ended, as the observation for the question that was on its way."""
        detail = f"on the way to {question.name}, at {zone_text(lost.zone)}: {lost}"
        reply = lost.reply or self._no_reply(question, lost.fault, detail)
        seen = observed(reply, Source.AUTHORITATIVE, name=lost.server, zone=lost.zone)
        # A registry that does not answer for its own zone is no fault of the domain's delegation.
        above = lost.fault is Fault.LAME and len(labels(lost.zone)) <= 1
        fault = Fault.NO_SERVERS if above else lost.fault
        return replace(seen, question=question, records=(), soa=None, fault=fault, detail=detail)

    def _unasked(
        self,
        question: Question,
        fault: Fault,
        detail: str,
        *,
        name: str = "",
        zone: str | None = None,
    ) -> Observation:
        """The observation of a server that was not asked."""
        return observed(self._no_reply(question, fault, detail), Source.AUTHORITATIVE, name=name, zone=zone)

    def _no_reply(self, question: Question, fault: Fault, detail: str, *, url: str = "") -> Reply:
        return Reply(question, url, self._clock.now(), 0.0, fault=fault, detail=detail)


def _whereabouts(zone: Delegation) -> tuple[str, frozenset[tuple[str, str]]]:
    """Where the zone is served, in whatever order its servers were named."""
    return zone.zone, frozenset((server.text, ip) for server, ip in zone.addresses)
