"""The wire format (RFC 1035 §4): a query as bytes, and the test whether a reply belongs to it."""

import secrets
import struct
from functools import lru_cache
from typing import NamedTuple

import dns.edns
import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from letterhead.core.answer import Question, RecordType
from letterhead.resolver.names import is_plain

EDNS_PAYLOAD = 1232
"""Bytes of a UDP reply that pass every path unfragmented: IPv6's 1280 without the headers (RFC 9715 §3)."""

_HEADER = struct.Struct("!HHHHHH")
_TYPES = {t: struct.pack("!HH", dns.rdatatype.from_text(t), dns.rdataclass.IN) for t in RecordType}
# An OPT record (RFC 6891 §6.1.2) that asks for the server's identifier (RFC 5001 §2.1).
_OPT = struct.pack("!BHHIHHH", 0, dns.rdatatype.OPT, EDNS_PAYLOAD, 0, 4, dns.edns.OptionType.NSID, 0)
_QR, _QR_AND_OPCODE = 0x8000, 0xF800
_RECURSIVE = int(dns.flags.RD | dns.flags.AD)  # AD asks for AD without the signatures (RFC 6840 §5.7)
_WITHOUT_QUESTION = frozenset(
    (dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED),
)


class Query(NamedTuple):
    """A query as it is sent. `asked` is its question section."""

    id: int
    wire: bytes
    asked: bytes

    def numbered(self, number: int) -> "Query":
        """The same query under another id."""
        return self._replace(id=number, wire=number.to_bytes(2, "big") + self.wire[2:])

    def is_answered_by(self, reply: bytes) -> bool:
        """Whether the bytes claim to answer this query: id, QR, opcode and question (RFC 5452 §9.1).

        Names compare without case (RFC 4343); type and class exactly. Servers that understood nothing may
        leave the question out; such a reply carries an error at most, never an answer.
        """
        if len(reply) < _HEADER.size:
            return False
        id_, flags, questions, answers, _, _ = _HEADER.unpack_from(reply)
        if id_ != self.id or flags & _QR_AND_OPCODE != _QR:
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


def query(question: Question, *, recursive: bool, edns: bool) -> Query:
    """A query for the question, with a fresh random id; CD is never set, so a validating resolver validates.

    Raises ValueError when the name can't be put into a query (a label over 63 bytes, a name over 255).
    """
    number, asked = secrets.randbits(16), section(question)
    header = _HEADER.pack(number, _RECURSIVE if recursive else 0, 1, 0, 0, int(edns))
    return Query(number, header + asked + (_OPT if edns else b""), asked)


def section(question: Question) -> bytes:
    """The question section (RFC 1035 §4.1.2); dnspython writes the names that are not plain.

    Raises ValueError as query does.
    """
    return _name(question.name) + _TYPES[question.type]


@lru_cache(maxsize=4096)  # each name is asked of several servers
def _name(text: str) -> bytes:
    if is_plain(text):
        return b"".join(bytes((len(label),)) + label for label in text.encode().split(b".")) + b"\0"
    try:
        return dns.name.from_text(text).to_digestable()
    except dns.exception.DNSException as error:
        raise ValueError(f"{text!r} is no name that the DNS can hold: {error}") from error


def is_truncated(reply: bytes) -> bool:
    """TC: the reply is cut off and its records must not be used (RFC 2181 §9). Needs a whole header."""
    return bool(reply[2] & 0x02)
