"""Walking the delegation from the root down to the zone of a name, as a resolver does, but without its cache.

Each step asks a zone's servers for the SOA of a name further down. Their reply refers to the servers of a
zone below, or says in which of their own zones the name lies. To the root and the top-level domains only
one label more than their own is shown (RFC 9156), so that all questions about one domain share the way.

What was found is kept: delegations of top-level domains for up to an hour, those below for at most a
minute, so that moving a domain to other servers is noticed.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.core.suffix import registrable
from letterhead.ports import Clock
from letterhead.resolver.delegation import (
    MAX_SERVERS,
    Aliased,
    Delegation,
    Inside,
    NameServer,
    Step,
    addresses,
    delegation,
    step,
)
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.memory import Flights, Memory
from letterhead.resolver.message import Message
from letterhead.resolver.names import labels, parent, zone_text
from letterhead.resolver.panel import Budget, Lost, Panel

MAX_STEPS = 24
"""Zone cuts from the root to a name; real ones need two to four, reverse zones of IPv6 some more."""

MAX_NESTING = 4
"""Walks within walks, to find addresses of name servers that are called in other zones."""

MAX_HOSTS = 100
"""Name servers called in other zones that we look up for a registered domain, and all names below it, in
HOSTS_SECONDS. Who makes up delegations would otherwise have us flood a stranger's servers (NXNSAttack)."""

HOSTS_SECONDS = 10

REGISTRY_LIFETIME = (30, 3600)
ZONE_LIFETIME = (30, 60)
"""Seconds for which a delegation is kept: its TTL, but within these bounds."""

HOST_LIFETIME = 30
"""Seconds for which the addresses of a name server are kept; many zones name the same ones."""

NO_CUT_LIFETIME = 30
"""Seconds for which we take it that no zone begins at a name.

Should one begin meanwhile, the parent's servers refer to it, and authoritative.py starts afresh.
"""

_CAPACITY = 10_000

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Errand:
    """What a walk is bound by.

    budget  queries and time.
    domain  the name on the way to which we are; all below its registered domain share an allowance.
    afresh  nothing remembered counts below the top-level domain.
    steps   the steps that wait for this walk: it must not need one of them itself.
    """

    budget: Budget
    domain: str
    afresh: bool = False
    steps: tuple[_Key, ...] = ()


class Walk:
    """Finds the servers of a name's zone, from the addresses of root servers in `hints`."""

    def __init__(
        self, hints: Sequence[str], exchange: Exchange, clock: Clock, *, port: int, allow_private: bool
    ) -> None:
        hinted = tuple(NameServer(None, (ip,)) for ip in hints)
        self._root = Delegation("", hinted, 0)
        self._panel = Panel(exchange, port=port, allow_private=allow_private)
        self._memory: Memory[_Key, Delegation | Inside] = Memory(clock, _CAPACITY)
        self._flights: Flights[_Key, Delegation | Inside] = Flights()
        self._hosts: Memory[str, tuple[str, ...]] = Memory(clock, _CAPACITY)
        self._allowances: Memory[str, Iterator[int]] = Memory(clock, _CAPACITY)

    async def to(self, name: str, *, until: float, afresh: bool = False) -> Delegation:
        """The zone that `name` lies in, with its servers; `until` is a moment on the event loop's clock.

        Servers that only the zone itself names are among them; some may lack addresses. `afresh` asks
        the top-level domain anew. Raises Lost.
        """
        return await self._to(name, _Errand(Budget(until), name, afresh))

    def _allowance(self, name: str) -> Iterator[int]:
        """The lookups of name servers that all walks for one registered domain share."""
        domain = registrable(name)
        allowance = self._allowances.get(domain)
        if allowance is None:
            allowance = self._allowances.keep(domain, iter(range(MAX_HOSTS)), HOSTS_SECONDS)
        return allowance

    async def _to(self, name: str, errand: _Errand) -> Delegation:
        here = self._root
        for _ in range(MAX_STEPS):
            below = await self._below(here, name, errand)
            if below is None:
                return here
            here = below
        raise Lost(here.zone, Fault.TOO_DEEP, f"more than {MAX_STEPS} zone cuts on the way to {name}")

    async def _below(self, here: Delegation, name: str, errand: _Errand) -> Delegation | None:
        """The next zone cut on the way to `name`, if there is one."""
        for probe in _probes(name, here):
            found = await self._step(here, probe, errand)
            if isinstance(found, Delegation):
                return found
            if not found.exists:
                return None  # nor does anything below it (RFC 8020)
        return None

    async def _step(self, here: Delegation, probe: str, errand: _Errand) -> Delegation | Inside:
        """The step from one zone towards a name: remembered, under way already, or taken now."""
        key = (here.zone, probe)
        known = self._memory.get(key)
        if known is not None and not (errand.afresh and here != self._root):
            return known
        if key in errand.steps:
            raise Lost(
                here.zone, Fault.NO_SERVERS, f"the servers of {zone_text(probe)} are named in a circle"
            )
        onward = replace(errand, steps=(*errand.steps, key))
        if errand.steps:  # A walk within a step joins nobody: two that wait for each other never end.
            return await self._take(here, probe, onward)
        shared = key in self._flights
        try:
            return await self._flights.join(key, lambda: self._take(here, probe, onward))
        except Lost as lost:
            if not shared or lost.fault is not Fault.TIMEOUT:
                raise
        # Whom we joined may have had less time left than we have.
        return await self._flights.join(key, lambda: self._take(here, probe, onward))

    async def _take(self, here: Delegation, probe: str, errand: _Errand) -> Delegation | Inside:
        try:
            found = await self._look(here, probe, errand)
        except Lost:
            if here.is_registry:
                raise
            return Inside(here.zone, exists=True)  # all its servers are asked next; each says what ails it
        lifetime = _lifetime(found)
        if lifetime:
            self._memory.keep((here.zone, probe), found, lifetime)
        return found

    async def _look(self, here: Delegation, probe: str, errand: _Errand) -> Delegation | Inside:
        """Ask a zone's servers about a name further down; a zone that begins there comes with its servers."""
        found, server = await self._probe(here, probe, errand)
        match found:
            case Delegation():
                return await self._completed(found, errand)
            case Aliased() if parent(probe) == here.zone:
                return Inside(here.zone, exists=True)
            case Aliased():
                return await self._look(here, parent(probe), errand)
            case Inside() if found.zone != here.zone:
                return await self._completed(await self._beside(found.zone, here, server, errand), errand)
        return found

    async def _probe(self, here: Delegation, probe: str, errand: _Errand) -> tuple[Step, NameServer]:
        read = partial(step, probe=probe, zone=here.zone)
        return await self._panel.ask(here, _question(probe, RecordType.SOA), read, errand.budget)

    async def _beside(self, zone: str, here: Delegation, server: NameServer, errand: _Errand) -> Delegation:
        """The delegation of a zone that a server of its parent serves as well, and so never refers to.

        Where none of its servers has an address, the one that answered stands for them.
        """
        asked = replace(here, servers=(server,))
        try:
            given = await self._with_addresses(await self._own(zone, asked, errand), errand)
        except Lost:
            return Delegation(zone, (server,), 0)
        return given if given.addresses else replace(given, servers=(server,))

    async def _completed(self, given: Delegation, errand: _Errand) -> Delegation:
        """The delegation with addresses, and with the servers that the zone names beyond its parent's."""
        given = await self._with_addresses(given, errand)
        if given.is_registry:
            return given
        try:
            own = await self._own(given.zone, given, errand)
        except Lost:
            return given
        known = {server.name for server in given.servers}
        more = tuple(server for server in own.servers if server.name not in known)
        both = replace(given, servers=(given.servers + more)[:MAX_SERVERS])
        return await self._with_addresses(both, errand) if more else given

    async def _own(self, zone: str, asked: Delegation, errand: _Errand) -> Delegation:
        """The NS records of a zone as it has them itself, from one of the servers in `asked`. Raises Lost."""

        def read(message: Message) -> Delegation | None:
            own = delegation(message, message.answer, zone, asked.zone)
            return own if message.is_authoritative and own.servers else None

        own, _ = await self._panel.ask(asked, _question(zone, RecordType.NS), read, errand.budget)
        return own

    async def _with_addresses(self, given: Delegation, errand: _Errand) -> Delegation:
        servers = await asyncio.gather(*(self._with_address(server, errand) for server in given.servers))
        return replace(given, servers=tuple(servers))

    async def _with_address(self, server: NameServer, errand: _Errand) -> NameServer:
        """The server with its addresses; where the referral brought none, a walk of its own finds them."""
        if server.addresses or server.name is None or len(errand.steps) > MAX_NESTING:
            return server
        found = self._hosts.get(server.name)
        if found is None or errand.afresh:
            if next(self._allowance(errand.domain), None) is None:
                return server
            found = await self._look_up(server.name, errand)
            if not found:
                return server
            self._hosts.keep(server.name, found, HOST_LIFETIME)
        return replace(server, addresses=found)

    async def _look_up(self, name: str, errand: _Errand) -> tuple[str, ...]:
        """The addresses of a name server, as the zone that it is called in has them."""
        try:
            zone = await self._to(name, errand)
        except Lost:
            return ()
        four, six = await asyncio.gather(
            self._addresses(name, RecordType.A, zone, errand),
            self._addresses(name, RecordType.AAAA, zone, errand),
        )
        return four + six

    async def _addresses(
        self, name: str, rtype: RecordType, zone: Delegation, errand: _Errand
    ) -> tuple[str, ...]:
        def read(message: Message) -> tuple[str, ...] | None:
            return addresses(message.answer, name) if message.is_authoritative else None

        try:
            found, _ = await self._panel.ask(zone, _question(name, rtype), read, errand.budget)
        except Lost:
            return ()
        return found


def _probes(name: str, here: Delegation) -> list[str]:
    """The names to ask a zone's servers about, on the way to `name`."""
    if name == here.zone:
        return []
    if not here.is_registry:
        return [name]
    one_more = ".".join(labels(name)[-len(labels(here.zone)) - 1 :])
    return [name] if name == one_more else [one_more, name]


def _question(name: str, rtype: RecordType) -> Question:
    return Question(zone_text(name), rtype)


def _lifetime(found: Delegation | Inside) -> float:
    """How long a step may be remembered, in seconds; 0: not at all."""
    if isinstance(found, Inside):
        return NO_CUT_LIFETIME
    if not found.addresses:
        return 0
    least, most = REGISTRY_LIFETIME if found.is_registry else ZONE_LIFETIME
    return max(least, min(found.ttl, most))
