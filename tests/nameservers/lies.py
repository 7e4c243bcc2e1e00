"""Ready-made scripts for the liar. Each function here returns a script; `inner` is the script it twists."""

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zonefile

from tests.nameservers.liar import Delayed, Script, Transport


def answer(records: str = "", *, authority: str = "", aa: bool = True) -> Script:
    """Answer whatever is asked with these records: lines of a zone file whose origin is the name asked."""

    def script(query: dns.message.Message, _: Transport) -> dns.message.Message:
        response = _response(query, aa=aa)
        response.answer = _rrsets(records, query)
        response.authority = _rrsets(authority, query)
        return response

    return script


def rcode(number: int) -> Script:
    """Answer with this RCODE and nothing else; one above 15 needs a query with EDNS (RFC 6891 §6.1.3)."""

    def script(query: dns.message.Message, _: Transport) -> dns.message.Message:
        response = _response(query)
        response.set_rcode(dns.rcode.Rcode(number))
        return response

    return script


def silent() -> Script:
    """Say nothing."""
    return lambda _query, _transport: None


def per_transport(*, udp: Script, tcp: Script) -> Script:
    """One script over UDP, another one over TCP."""
    return lambda query, transport: (udp if transport == "udp" else tcp)(query, transport)


def truncated_everywhere() -> Script:
    """Set TC and give no records, over UDP and over TCP too, where it makes no sense (RFC 2181 §9)."""

    def script(query: dns.message.Message, _: Transport) -> dns.message.Message:
        response = _response(query)
        response.flags |= dns.flags.TC
        return response

    return script


def nxdomain_without_soa() -> Script:
    """Say NXDOMAIN without the SOA record that a negative answer must bring (RFC 2308 §3)."""
    return rcode(dns.rcode.NXDOMAIN)


def wrong_id(inner: Script | None = None) -> Script:
    """Answer under another ID than the query's, and only so."""

    def script(query: dns.message.Message, transport: Transport) -> bytes:
        return _with_id(_wire(inner or forgery(), query, transport), query.id ^ 0x5555)

    return script


def wrong_question(inner: Script | None = None) -> Script:
    """Answer another question than the one that was asked."""

    def script(query: dns.message.Message, transport: Transport) -> dns.message.Message:
        response = dns.message.from_wire(_wire(inner or forgery(), query, transport))
        (asked,) = query.question
        response.question = [
            dns.rrset.RRset(dns.name.from_text("other.example"), asked.rdclass, asked.rdtype)
        ]
        return response

    return script


def forged_first(count: int, inner: Script) -> Script:
    """Send `count` forged answers under wrong IDs before the true one."""

    def script(query: dns.message.Message, transport: Transport) -> list[bytes]:
        forged = _wire(forgery(), query, transport)
        # Steps from 1 to 65,535 never lead back to the true ID.
        flood = [_with_id(forged, (query.id + 1 + index % 65_535) % 65_536) for index in range(count)]
        return [*flood, _wire(inner, query, transport)]

    return script


def forgery() -> Script:
    """The answer of an attacker: a TXT record "forged" at the name asked."""
    return answer('@ TXT "forged"')


def slow(seconds: float, inner: Script) -> Script:
    """Answer as `inner` does, but so many seconds later."""
    return lambda query, transport: Delayed(seconds, inner(query, transport))


def garbage(wire: bytes = b"\x00garbage") -> Script:
    """Send bytes that are no DNS message."""
    return lambda _query, _transport: wire


def mangled(inner: Script, keep: int) -> Script:
    """Cut the answer of `inner` off after `keep` bytes: from 12 on the header is whole."""
    return lambda query, transport: _wire(inner, query, transport)[:keep]


def huge(size: int) -> Script:
    """Answer with TXT records until the message has about `size` bytes, TC or not; at most 65,000."""
    lines = [f'@ TXT "{index:05}{"x" * 245}"' for index in range(size // 263)]
    return answer("\n".join(lines))


def edns_formerr(inner: Script) -> Script:
    """Be a server from before EDNS: FORMERR to a query with OPT, `inner` to one without (RFC 6891 §7)."""

    def script(query: dns.message.Message, transport: Transport) -> dns.message.Message | bytes:
        if query.edns < 0:
            return _wire(inner, query, transport)
        response = _response(query)
        response.set_rcode(dns.rcode.FORMERR)
        response.use_edns(False)
        return response

    return script


def _response(query: dns.message.Message, *, aa: bool = True) -> dns.message.Message:
    response = dns.message.make_response(query)
    if aa:
        response.flags |= dns.flags.AA
    return response


def _rrsets(records: str, query: dns.message.Message) -> list[dns.rrset.RRset]:
    return dns.zonefile.read_rrsets(
        records, origin=query.question[0].name, relativize=False, default_ttl=300, rdclass=dns.rdataclass.IN
    )


def _wire(script: Script, query: dns.message.Message, transport: Transport) -> bytes:
    """The one message with which a script answers."""
    reply = script(query, transport)
    assert isinstance(reply, bytes | dns.message.Message), "only a script with one answer can be twisted"
    return reply if isinstance(reply, bytes) else reply.to_wire(max_size=65_535)


def _with_id(wire: bytes, message_id: int) -> bytes:
    return message_id.to_bytes(2, "big") + wire[2:]
