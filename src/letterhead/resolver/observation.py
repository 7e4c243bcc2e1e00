"""Turning a server's reply into an observation: what of it counts, and what makes it no answer at all."""

from collections.abc import Iterable
from functools import cache

import dns.rcode
from msgspec.structs import replace

from letterhead.core.answer import Fault, Observation, Question, RecordType, ResourceRecord, Source, Target
from letterhead.resolver.conversation import Reply
from letterhead.resolver.message import Message
from letterhead.resolver.names import canonical, is_below, zone_text

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


def observed(reply: Reply, source: Source, *, name: str = "", zone: str | None = None) -> Observation:
    """What the reply amounts to.

    `name` is the server's own name where known. `zone`, for an authoritative server, is the zone it was
    asked for: records outside of it are none of its business and are left out, and a server that does
    not answer for it is lame.
    """
    message, question = reply.message, reply.question
    where = "" if zone is None else zone_text(zone)
    asked = question, source, reply.server, name, where, reply.asked_at, reply.elapsed_ms
    if message is None:
        return Observation(*asked, fault=reply.fault, detail=reply.detail)
    chain, end = _chain(question, message.answer, zone)
    leads_out = zone is not None and not is_below(end, zone)
    rcode = _rcode(message.rcode, leads_out=leads_out)
    # An RRset holds no record twice (RFC 2181 §5).
    records = tuple(dict.fromkeys(chain)) if len(chain) > 1 else tuple(chain)
    soa = None if leads_out else _soa(message.authority, end, zone)
    seen = Observation(
        *asked,
        rcode,
        message.is_authoritative,
        message.is_authenticated,
        records,
        soa,
        nsid=_nsid(message.nsid),
    )
    fault = _fault(seen, message, is_zone_server=zone is not None)
    if fault is None:
        return seen
    detail = "; ".join((_why(seen, fault), *(str(error.to_text()) for error in message.errors)))
    return replace(seen, fault=fault, detail=detail[:_DETAIL])


def _nsid(nsid: bytes) -> str:
    """The identifier for people; its octets mean what the server's operator likes (RFC 5001 §2.3)."""
    text = nsid.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else nsid.hex()


def _chain(
    question: Question, answer: Iterable[ResourceRecord], zone: str | None
) -> tuple[list[ResourceRecord], str]:
    """The records that belong to the question, in the order received, and the name where its aliases end.

    A record belongs if it has the asked type or is a CNAME, and its owner is the asked name or one that
    the aliases lead to, inside the zone. All else is out of bailiwick (RFC 5452 §6).
    """
    wanted = [
        r
        for r in answer
        if r.type in (question.type, RecordType.CNAME) and (zone is None or is_below(r.owner, zone))
    ]
    aliases = {
        r.owner: r.data.name
        for r in reversed(wanted)
        if r.type is RecordType.CNAME and isinstance(r.data, Target)
    }
    end = canonical(question.name)
    passed = {end}
    while question.type is not RecordType.CNAME and len(passed) < MAX_CHAIN and end in aliases:
        end = aliases.pop(end)
        passed.add(end)
    return [r for r in wanted if r.owner in passed], end


def _rcode(rcode: int, *, leads_out: bool) -> str:
    """The reply's rcode as far as it is about the zone.

    The rcode tells of the last name of a chain (RFC 6604 §3); where that lies in another zone, this
    server can't say whether it exists.
    """
    if leads_out and rcode == dns.rcode.NXDOMAIN:
        return "NOERROR"
    return _rcode_text(rcode)


@cache  # there are 4,096
def _rcode_text(rcode: int) -> str:
    return str(dns.rcode.to_text(dns.rcode.Rcode.make(rcode)))


def _soa(authority: Iterable[ResourceRecord], end: str, zone: str | None) -> ResourceRecord | None:
    """The SOA record that vouches for a negative answer about `end` (RFC 2308 §3)."""
    for candidate in authority:
        if (
            candidate.type is RecordType.SOA
            and is_below(end, candidate.owner)
            and (zone is None or is_below(candidate.owner, zone))
        ):
            return candidate
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


def _fault_of_rcode(rcode: int, errors: set[int], *, is_zone_server: bool) -> Fault:
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
