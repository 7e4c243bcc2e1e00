"""How a query is answered from zones: the algorithm of RFC 1034 §4.3.2, pure."""

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

from letterhead.sandbox.zones import Zone, Zones

MAX_UDP_PAYLOAD = 1232
"""Bytes that we send over UDP at most and offer to take: no fragments on any path (RFC 6891 §6.2.5)."""


def respond(zones: Zones, query: dns.message.Message) -> dns.message.Message:
    """The whole response to a query; whoever sends it over UDP truncates it, see `udp_limit`.

    `query` has the QR bit clear; dnspython's FormError otherwise.
    """
    response = dns.message.make_response(query, our_payload=MAX_UDP_PAYLOAD)
    response.set_rcode(_objection(query))
    if response.rcode() != dns.rcode.NOERROR:
        return response
    (question,) = query.question
    zone = zones.find(question.name)
    if zone is None:
        response.set_rcode(dns.rcode.REFUSED)
        return response
    _resolve(zone, question.name, question.rdtype, response)
    return response


def udp_limit(query: dns.message.Message) -> int:
    """Bytes the response may have over UDP: 512 (RFC 1035 §4.2.1), more with EDNS (RFC 6891 §6.2.3)."""
    return min(max(query.payload, 512), MAX_UDP_PAYLOAD)


def _objection(query: dns.message.Message) -> dns.rcode.Rcode:
    """Why we answer nothing, whatever the zones hold; NOERROR when nothing is wrong."""
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if query.edns > 0:
        return dns.rcode.BADVERS  # RFC 6891 §6.1.3
    if len(query.question) != 1:
        return dns.rcode.FORMERR  # RFC 9619 §4
    (question,) = query.question
    if question.rdclass != dns.rdataclass.IN or dns.rdatatype.is_metatype(question.rdtype):
        return (
            dns.rcode.REFUSED
        )  # zone transfers (RFC 5936 §2.2.1), and ANY, which need not be answered (RFC 8482)
    return dns.rcode.NOERROR


def _resolve(
    zone: Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, response: dns.message.Message
) -> None:
    """RFC 1034 §4.3.2 step 3, again for each alias that stays inside the zone.

    An alias that leads out of it is left to the asker, who would not believe us about another zone
    anyway (RFC 2181 §5.4.1).
    """
    passed: set[dns.name.Name] = set()
    while name.is_subdomain(zone.origin) and name not in passed:
        passed.add(name)
        if (cut := zone.cut(name)) is not None:
            _refer(zone, cut, response)
            return
        response.flags |= dns.flags.AA
        records = zone.lookup(name)
        if records is None:
            response.set_rcode(dns.rcode.NXDOMAIN)  # also at the end of a chain (RFC 6604 §3)
            _deny(zone, response)
            return
        alias = records.get(dns.rdatatype.CNAME)
        if alias is None or rdtype == dns.rdatatype.CNAME:
            _give(zone, name, records.get(rdtype), response)
            return
        response.answer.append(_rrset(name, alias))
        name = alias[0].target


def _give(
    zone: Zone, name: dns.name.Name, found: dns.rdataset.Rdataset | None, response: dns.message.Message
) -> None:
    """Answer with the records of a name that exists, under the name asked also where a wildcard gave them."""
    if found is None:
        _deny(zone, response)
        return
    response.answer.append(_rrset(name, found))
    if found.rdtype == dns.rdatatype.NS:
        _add_addresses(zone, found, response)


def _deny(zone: Zone, response: dns.message.Message) -> None:
    """Prove an absence by the SOA; its TTL says how long it may be remembered (RFC 2308 §3)."""
    soa = _rrset(zone.origin, zone.soa)
    soa.ttl = min(soa.ttl, soa[0].minimum)
    response.authority.append(soa)


def _refer(zone: Zone, cut: dns.name.Name, response: dns.message.Message) -> None:
    """Name the servers of a zone below ours (RFC 1034 §4.3.2 step 3b)."""
    servers = zone.records(cut, dns.rdatatype.NS)
    assert servers is not None
    response.authority.append(_rrset(cut, servers))
    _add_addresses(zone, servers, response)


def _add_addresses(zone: Zone, servers: dns.rdataset.Rdataset, response: dns.message.Message) -> None:
    """Glue: the addresses we hold of these name servers (RFC 1034 §4.2.1)."""
    for server in servers:
        for rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            if (addresses := zone.records(server.target, rdtype)) is not None:
                response.additional.append(_rrset(server.target, addresses))


def _rrset(name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
