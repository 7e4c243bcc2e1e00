"""The wire format (RFC 1035 §4): a query as bytes, the test whether a reply belongs to it, and its reading.

dnspython reads names and rdata; here stand the bounds of what we let it read, and which types. Types that
we never ask for are stepped over, so that nobody can spoil an answer with a record that we don't need.
"""

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.wire
from dns.rdtypes.ANY.OPT import OPT

from letterhead.core.answer import Question, RecordType

EDNS_PAYLOAD = 1232
"""Bytes of a UDP reply that pass every path unfragmented: IPv6's 1280 without the headers (RFC 9715 §3)."""

MAX_RECORDS = 1_000
"""Records of all sections together that we read; counted by the header, before anything is parsed."""

MAX_LABELS = 10_000
"""Labels that we decode in one message, 0.1 s of work; 16 kB of compression pointers can hold 240,000."""

MAX_NSID = 64
"""Octets of a server's identifier that we keep (R25)."""

_NSID = dns.edns.GenericOption(dns.edns.OptionType.NSID, b"")  # asks for it (RFC 5001 §2.1)
_HEADER = struct.Struct("!HHHHHH")
_TYPES = frozenset(dns.rdatatype.from_text(t) for t in RecordType)
_WITHOUT_QUESTION = frozenset(
    (dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED),
)


class Unreadable(Exception):
    """The bytes are no DNS message."""


class TooLarge(Exception):
    """The message holds more than we read."""


class _Reader(dns.wire.Parser):
    """dnspython's parser with a budget of labels."""

    def __init__(self, reply: bytes, max_labels: int) -> None:
        super().__init__(reply)
        self.labels = 0
        self.max_labels = max_labels

    def get_name(self, origin: dns.name.Name | None = None, decompress: bool = False) -> dns.name.Name:  # noqa: FBT001, FBT002 - dnspython's signature
        name = super().get_name(origin, decompress)
        self.labels += len(name.labels)
        if self.is_spent:
            raise dns.exception.DNSException
        return name

    @property
    def is_spent(self) -> bool:
        """Whether the message has more labels than we decode."""
        return self.labels > self.max_labels


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it is sent. `asked` is its question section."""

    id: int
    wire: bytes
    asked: bytes

    def numbered(self, number: int) -> "Query":
        """The same query under another id."""
        return replace(self, id=number, wire=number.to_bytes(2, "big") + self.wire[2:])

    def is_answered_by(self, reply: bytes) -> bool:
        """Whether the bytes claim to answer this query: id, QR, opcode and question (RFC 5452 §9.1).

        Names compare without case (RFC 4343); type and class exactly. Servers that understood nothing may
        leave the question out; such a reply carries an error at most, never an answer.
        """
        if len(reply) < _HEADER.size:
            return False
        id_, flags, questions, answers, _, _ = _HEADER.unpack_from(reply)
        if id_ != self.id or not flags & dns.flags.QR or flags & 0x7800:
            return False
        if questions == 0:
            return answers == 0 and flags & 0xF in _WITHOUT_QUESTION
        end = _HEADER.size + len(self.asked)
        echoed = reply[_HEADER.size : end]
        return (
            questions == 1
            and echoed[-4:] == self.asked[-4:]
            and echoed[:-4].lower() == self.asked[:-4].lower()  # lengths of labels are below "A"
        )


@dataclass(frozen=True, slots=True)
class WireRecord:
    """One record of a message, class IN, of a type that we ask for."""

    owner: dns.name.Name
    type: dns.rdatatype.RdataType
    ttl: int
    data: dns.rdata.Rdata


@dataclass(frozen=True, slots=True)
class Message:
    """A reply as far as we read it.

    errors  extended DNS errors, code and text (RFC 8914).
    nsid    which of the servers behind an address replied, as it calls itself (RFC 5001); b"" mostly.
    """

    flags: int
    rcode: dns.rcode.Rcode
    has_edns: bool
    answer: tuple[WireRecord, ...]
    authority: tuple[WireRecord, ...]
    additional: tuple[WireRecord, ...]
    errors: tuple[dns.edns.EDEOption, ...]
    nsid: bytes = b""

    @property
    def is_authoritative(self) -> bool:
        """AA: the server answers for a zone of its own."""
        return bool(self.flags & dns.flags.AA)

    @property
    def is_authenticated(self) -> bool:
        """AD: the resolver vouches for DNSSEC (RFC 6840 §5.8)."""
        return bool(self.flags & dns.flags.AD)


def query(question: Question, *, recursive: bool, edns: bool) -> Query:
    """A query for the question, with a fresh random id; CD is never set, so a validating resolver validates.

    Raises ValueError when the name can't be put into a query (a label over 63 bytes, a name over 255).
    """
    try:
        name = dns.name.from_text(question.name)
    except dns.exception.DNSException as error:
        raise ValueError(f"{question.name!r} is no name that the DNS can hold: {error}") from error
    # AD in a query asks for AD in the reply without the signatures (RFC 6840 §5.7).
    flags = dns.flags.RD | dns.flags.AD if recursive else dns.flags.Flag(0)
    message = dns.message.make_query(
        name,
        dns.rdatatype.from_text(question.type),
        use_edns=0 if edns else False,
        payload=EDNS_PAYLOAD,
        options=[_NSID] if edns else None,
        id=secrets.randbelow(1 << 16),
        flags=flags,
    )
    wire = message.to_wire()
    # The labels, a byte of length before each (the root's is all it has), then type and class.
    length = sum(len(label) + 1 for label in name.labels) + 4
    return Query(message.id, wire, wire[_HEADER.size : _HEADER.size + length])


def is_truncated(reply: bytes) -> bool:
    """TC: the reply is cut off and its records must not be used (RFC 2181 §9). Needs a whole header."""
    return bool(reply[2] & 0x02)


def read(reply: bytes, max_labels: int = MAX_LABELS) -> Message:
    """Read a reply to one of our queries. Raises Unreadable or TooLarge."""
    reader = _Reader(reply, max_labels)
    try:
        return _read(reader)
    except dns.exception.DNSException as error:
        if reader.is_spent:
            raise TooLarge(f"names of more than {max_labels} labels") from error
        raise Unreadable(str(error) or type(error).__name__) from error


def _read(reader: _Reader) -> Message:
    _, flags, questions, *counts = reader.get_struct("!HHHHHH")
    if sum(counts) > MAX_RECORDS:
        raise TooLarge(f"{sum(counts)} records; we read {MAX_RECORDS}")
    for _ in range(questions):
        reader.get_name(decompress=True)
        reader.get_struct("!HH")
    answer, authority, additional = (tuple(_records(reader, count)) for count in counts)
    edns = next((r for r in additional if isinstance(r.data, OPT)), None)
    # The upper eight bits of the rcode are the upper ones of the OPT's TTL (RFC 6891 §6.1.3).
    rcode = flags & 0xF | (edns.ttl >> 24 << 4 if edns else 0)
    options = edns.data.options if edns and isinstance(edns.data, OPT) else ()
    return Message(
        flags,
        dns.rcode.Rcode.make(rcode),
        edns is not None,
        answer,
        authority,
        tuple(r for r in additional if not isinstance(r.data, OPT)),
        tuple(option for option in options if isinstance(option, dns.edns.EDEOption)),
        next((bytes(o.to_wire() or b"")[:MAX_NSID] for o in options if o.otype == _NSID.otype), b""),
    )


def _records(reader: _Reader, count: int) -> Iterator[WireRecord]:
    for _ in range(count):
        owner = reader.get_name(decompress=True)
        number, rclass, ttl, length = reader.get_struct("!HHIH")
        is_edns = number == dns.rdatatype.OPT  # its class is a size (RFC 6891 §6.1.2)
        if not is_edns and (number not in _TYPES or rclass != dns.rdataclass.IN):
            reader.get_bytes(length)
            continue
        rtype = dns.rdatatype.RdataType.make(number)
        with reader.restrict_to(length):
            data = dns.rdata.from_wire_parser(rclass, rtype, reader)
        yield WireRecord(owner, rtype, ttl if is_edns else _ttl(ttl), data)


def _ttl(received: int) -> int:
    """A TTL with the top bit set means zero (RFC 2181 §8)."""
    return received if received < 1 << 31 else 0
