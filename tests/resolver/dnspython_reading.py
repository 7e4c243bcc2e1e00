"""What dnspython makes of a reply, in our words: what message.py is held against."""

import dns.edns
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.wire
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.OPT import OPT
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from letterhead.core.answer import Address, Mx, Rdata, RecordType, ResourceRecord, Soa, Target, Txt
from letterhead.resolver.message import MAX_NSID, Message
from letterhead.resolver.names import name_text

_TYPES = {dns.rdatatype.from_text(rtype): rtype for rtype in RecordType}


def read(reply: bytes) -> Message:
    """The message. Raises DNSException where dnspython finds none."""
    parser = dns.wire.Parser(reply)
    _, flags, questions, *counts = parser.get_struct("!HHHHHH")
    for _ in range(questions):
        parser.get_name(decompress=True)
        parser.get_struct("!HH")
    (answer, _), (authority, _), (additional, opts) = (_section(parser, count) for count in counts)
    if not opts:
        return Message(flags, flags & 0xF, False, answer, authority, additional)
    (upper_rcode, opt), *_ = opts
    errors = tuple(option for option in opt.options if isinstance(option, dns.edns.EDEOption))
    nsids = [option.nsid for option in opt.options if isinstance(option, dns.edns.NSIDOption)]
    nsid = next(filter(None, nsids), b"")[:MAX_NSID]
    return Message(flags, flags & 0xF | upper_rcode << 4, True, answer, authority, additional, errors, nsid)


def _section(parser: dns.wire.Parser, count: int) -> tuple[tuple[ResourceRecord, ...], list[tuple[int, OPT]]]:
    records, opts = [], []
    for _ in range(count):
        owner = name_text(parser.get_name(decompress=True))
        number, rclass, ttl, length = parser.get_struct("!HHIH")
        if number != dns.rdatatype.OPT and (number not in _TYPES or rclass != dns.rdataclass.IN):
            parser.get_bytes(length)
            continue
        with parser.restrict_to(length):
            data = dns.rdata.from_wire_parser(rclass, number, parser)
        if isinstance(data, OPT):
            opts.append((ttl >> 24, data))
        else:
            records.append(ResourceRecord(owner, _TYPES[number], ttl if ttl < 1 << 31 else 0, _data(data)))
    return tuple(records), opts


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
    return Txt(tuple(data.strings))
