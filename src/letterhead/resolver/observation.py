"""Turning a server's reply into an observation: what of it counts, and what makes it no answer at all."""

from collections.abc import Iterable
from dataclasses import replace

import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.txtbase import TXTBase

from letterhead.core.answer import (
    Address,
    Fault,
    Mx,
    Observation,
    Rdata,
    RecordType,
    ResourceRecord,
    Soa,
    Source,
    Target,
    Txt,
)
from letterhead.resolver.conversation import Reply
from letterhead.resolver.names import name_text, zone_text
from letterhead.resolver.wire import Message, WireRecord

_STALE = frozenset((3, 19))  # extended errors: Stale Answer, Stale NXDOMAIN Answer (RFC 8914 §4.4, §4.20)
_BOGUS = frozenset(range(6, 13))  # DNSSEC Bogus to NSEC Missing (RFC 8914 §4.7 to §4.13)
_FILTERED = frozenset(
    (4, 15, 16, 17, 18)
)  # Forged Answer; Blocked to Prohibited (RFC 8914 §4.5, §4.16 to §4.19)
_WORDS = {
    Fault.BOGUS: "the resolver found the zone's DNSSEC broken",
    Fault.MALFORMED: "NXDOMAIN beside records of the asked type",
    Fault.STALE: "a cache served what it may no longer vouch for",
}
_DETAIL = 300  # characters of a server's own words that we keep

MAX_CHAIN = 32
"""CNAME records of one reply that we read: more than anybody follows (core/inquiry.py)."""


def observed(
    reply: Reply, source: Source, *, name: str = "", zone: dns.name.Name | None = None
) -> Observation:
    """What the reply amounts to.

    `name` is the server's own name where known. `zone`, for an authoritative server, is the zone it was
    asked for: records outside of it are none of its business and are left out, and a server that does
    not answer for it is lame.
    """
    observation = Observation(
        question=reply.question,
        source=source,
        server=reply.server,
        name=name,
        zone="" if zone is None else zone_text(zone),
        asked_at=reply.asked_at,
        elapsed_ms=reply.elapsed_ms,
        fault=reply.fault,
        detail=reply.detail,
    )
    return observation if reply.message is None else _with_message(observation, reply.message, zone)


def _with_message(observation: Observation, message: Message, zone: dns.name.Name | None) -> Observation:
    asked = dns.name.from_text(observation.question.name)
    rtype = dns.rdatatype.from_text(observation.question.type)
    chain, end = _chain(asked, rtype, message.answer, zone)
    leads_out = zone is not None and not end.is_subdomain(zone)
    observation = replace(
        observation,
        rcode=_rcode(message, leads_out=leads_out),
        authoritative=message.is_authoritative,
        authenticated=message.is_authenticated,
        nsid=_nsid(message.nsid),
        records=tuple(dict.fromkeys(map(record, chain))),  # an RRset holds no record twice (RFC 2181 §5)
        soa=None if leads_out else _soa(message.authority, end, zone),
    )
    fault = _fault(observation, message, is_zone_server=zone is not None)
    if fault is None:
        return observation
    detail = "; ".join((_why(observation, fault), *(str(error.to_text()) for error in message.errors)))
    return replace(observation, fault=fault, detail=detail[:_DETAIL])


def _nsid(nsid: bytes) -> str:
    """The identifier for people; its octets mean what the server's operator likes (RFC 5001 §2.3)."""
    text = nsid.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else nsid.hex()


def _chain(
    asked: dns.name.Name,
    rtype: dns.rdatatype.RdataType,
    answer: Iterable[WireRecord],
    zone: dns.name.Name | None,
) -> tuple[list[WireRecord], dns.name.Name]:
    """The records that belong to the question, in the order received, and the name where its aliases end.

    A record belongs if it has the asked type or is a CNAME, and its owner is the asked name or one that
    the aliases lead to, inside the zone. All else is out of bailiwick (RFC 5452 §6).
    """
    wanted = [
        r
        for r in answer
        if r.type in (rtype, dns.rdatatype.CNAME) and (zone is None or r.owner.is_subdomain(zone))
    ]
    aliases = {r.owner: r.data.target for r in reversed(wanted) if isinstance(r.data, CNAME)}
    passed, end = {asked}, asked
    while rtype != dns.rdatatype.CNAME and len(passed) < MAX_CHAIN and end in aliases:
        end = aliases.pop(end)
        passed.add(end)
    return [r for r in wanted if r.owner in passed], end


def _rcode(message: Message, *, leads_out: bool) -> str:
    """The reply's rcode as far as it is about the zone.

    The rcode tells of the last name of a chain (RFC 6604 §3); where that lies in another zone, this
    server can't say whether it exists.
    """
    if leads_out and message.rcode == dns.rcode.NXDOMAIN:
        return "NOERROR"
    return str(dns.rcode.to_text(message.rcode))


def _soa(
    authority: Iterable[WireRecord], end: dns.name.Name, zone: dns.name.Name | None
) -> ResourceRecord | None:
    """The SOA record that vouches for a negative answer about `end` (RFC 2308 §3)."""
    for candidate in authority:
        if (
            isinstance(candidate.data, SOA)
            and end.is_subdomain(candidate.owner)
            and (zone is None or candidate.owner.is_subdomain(zone))
        ):
            return record(candidate)
    return None


def _fault(observation: Observation, message: Message, *, is_zone_server: bool) -> Fault | None:
    """Why the reply is no definite answer; None if it is one."""
    errors = {int(error.code) for error in message.errors}
    if message.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return _fault_of_rcode(message.rcode, errors, is_zone_server=is_zone_server)
    if is_zone_server and not message.is_authoritative:
        return Fault.LAME
    if errors & _STALE:
        return Fault.STALE
    if errors & _FILTERED:
        return Fault.REFUSED
    is_nxdomain = observation.rcode == "NXDOMAIN"
    if is_nxdomain and any(r.type is not RecordType.CNAME for r in observation.records):
        return Fault.MALFORMED
    is_negative = is_nxdomain or not observation.records
    return Fault.NO_SOA if is_negative and observation.soa is None else None


def _fault_of_rcode(rcode: dns.rcode.Rcode, errors: set[int], *, is_zone_server: bool) -> Fault:
    match rcode:
        case dns.rcode.SERVFAIL | dns.rcode.REFUSED | dns.rcode.NOTAUTH if is_zone_server:
            return Fault.LAME
        case dns.rcode.SERVFAIL if errors & _BOGUS:
            return Fault.BOGUS
        case dns.rcode.SERVFAIL:
            return Fault.SERVFAIL
        case dns.rcode.REFUSED:
            return Fault.REFUSED
    return Fault.RCODE


def _why(observation: Observation, fault: Fault) -> str:
    """The fault in words, for people."""
    match fault:
        case Fault.LAME if observation.rcode in ("SERVFAIL", "REFUSED", "NOTAUTH"):
            return f"{observation.rcode}, though the delegation names this server for {observation.zone}"
        case Fault.LAME:
            return f"no authoritative answer, though the delegation names this server for {observation.zone}"
        case Fault.NO_SOA:
            return f"{observation.rcode} without a record and without the SOA that proves it"
        case Fault.REFUSED if observation.rcode != "REFUSED":
            return "the resolver keeps the true answer to itself"
    return _WORDS.get(fault) or f"rcode {observation.rcode}"


def record(received: WireRecord) -> ResourceRecord:
    """A received record in core's words."""
    rtype = RecordType(dns.rdatatype.to_text(received.type))
    return ResourceRecord(name_text(received.owner), rtype, received.ttl, _data(received.data))


def _data(data: dns.rdata.Rdata) -> Rdata:
    match data:
        case A() | AAAA():
            return Address(data.address)
        case CNAME() | NS() | PTR():
            return Target(name_text(data.target))
        case MX():
            return Mx(data.preference, name_text(data.exchange))
        case SOA():
            return Soa(name_text(data.mname), name_text(data.rname), data.serial, data.minimum)
        case TXTBase():  # TXT and SPF
            return Txt(tuple(data.strings))
    raise AssertionError(f"wire.py reads no {type(data).__name__}")
