"""Delegations: which servers a zone is given to, and how a server's reply moves a walk along.

Sources: RFC 1034 §4.2, §5.3.3. Everything here is a pure reading of messages; walk.py asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import dns.rcode

from letterhead.core.answer import Address, RecordType, ResourceRecord, Target
from letterhead.resolver.message import Message
from letterhead.resolver.names import is_below, labels

MAX_SERVERS = 13
"""Name servers of one zone that we ask; more never fitted a 512-byte referral."""

MAX_ADDRESSES = 26
"""Addresses of one zone's servers that we ask: IPv4 and IPv6 of each."""

_MAX_PER_SERVER = 4  # so that one name with many addresses does not use up the share of the others


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server of a zone. `name` is None for a root hint; without addresses it can't be asked."""

    name: str | None
    addresses: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name as evidence shows it; "" if it has none."""
        return self.name or ""


@dataclass(frozen=True, slots=True)
class Delegation:
    """A zone and the servers it is given to. `ttl` in seconds."""

    zone: str
    servers: tuple[NameServer, ...]
    ttl: int

    @property
    def is_registry(self) -> bool:
        """Whether this is the root or a top-level domain."""
        return len(labels(self.zone)) <= 1

    @property
    def addresses(self) -> list[tuple[NameServer, str]]:
        """Each address to ask, with its server; at most MAX_ADDRESSES."""
        return [(server, ip) for server in self.servers for ip in server.addresses][:MAX_ADDRESSES]


@dataclass(frozen=True, slots=True)
class Inside:
    """The probed name is in `zone`, which the server itself serves. `exists` is False for NXDOMAIN."""

    zone: str
    exists: bool


@dataclass(frozen=True, slots=True)
class Aliased:
    """The probed name is an alias: no zone begins there (RFC 1034 §3.6.2), so its parent tells the zone."""


Step = Delegation | Inside | Aliased
"""Where a reply to a probe leads: down a referral, no further, or around an alias."""


def step(message: Message, probe: str, zone: str) -> Step | None:
    """What the reply of one of `zone`'s servers, asked for the SOA of `probe`, says about the way there.

    None when it says nothing usable: an error, a referral upwards or sideways, an answer without AA.
    """
    if message.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return None
    starts = [r.owner for r in message.answer + message.authority if r.type is RecordType.SOA]
    if not message.answer and not starts:
        down = _referral(message, probe, zone)
        if down is not None:
            return down
    if not message.is_authoritative:
        return None
    if any(r.type is RecordType.CNAME and r.owner == probe for r in message.answer):
        return Aliased()
    begins = next((s for s in starts if is_below(probe, s) and is_below(s, zone)), zone)
    return Inside(begins, message.rcode == dns.rcode.NOERROR)


def _referral(message: Message, probe: str, zone: str) -> Delegation | None:
    """The delegation that a referral gives; only downwards, and towards the probed name."""
    for candidate in message.authority:
        child = candidate.owner
        if candidate.type is RecordType.NS and child != zone and is_below(child, zone):
            return delegation(message, message.authority, child, zone) if is_below(probe, child) else None
    return None


def delegation(message: Message, section: Iterable[ResourceRecord], child: str, bailiwick: str) -> Delegation:
    """The NS records of `child` in a section, with those addresses that lie in the server's bailiwick.

    Addresses of names outside of it are anybody's to forge and are left out (RFC 2181 §5.4.1).
    """
    records = [
        (r.data.name, r.ttl)
        for r in section
        if r.owner == child and r.type is RecordType.NS and isinstance(r.data, Target)
    ]
    names = list(dict.fromkeys(name for name, _ in records))[:MAX_SERVERS]
    servers = (
        NameServer(n, addresses(message.additional, n) if is_below(n, bailiwick) else ()) for n in names
    )
    return Delegation(child, tuple(servers), min((ttl for _, ttl in records), default=0))


def addresses(section: Iterable[ResourceRecord], name: str) -> tuple[str, ...]:
    """The A and AAAA records of a name server, in the order received."""
    found = (r.data.ip for r in section if r.owner == name and isinstance(r.data, Address))
    return tuple(dict.fromkeys(found))[:_MAX_PER_SERVER]
