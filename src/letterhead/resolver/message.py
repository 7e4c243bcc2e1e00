"""Reading a reply (RFC 1035 §4): as much of it as is evidence, in core's words.

Types that we never ask for are stepped over, so that nobody can spoil an answer with a record that we don't
need. What is read has bounds (R18), and agrees with what dnspython reads, byte by byte: tests hold the two
against each other.
"""

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

import dns.edns
import dns.exception
import dns.flags
import dns.ipv4
import dns.ipv6
import dns.name
import dns.rdatatype
import dns.wire

from letterhead.core.answer import Address, Mx, Rdata, RecordType, ResourceRecord, Soa, Target, Txt
from letterhead.resolver.names import name_text

MAX_RECORDS = 1_000
"""Records of all sections together that we read; counted by the header, before anything is parsed."""

MAX_LABELS = 10_000
"""Labels that we decode in one message; 16 kB of compression pointers can hold 240,000."""

MAX_POINTERS = 16
"""Pointers on the way to the end of one name."""

MAX_NAME = 255
"""Octets of a name (RFC 1035 §2.3.4)."""

MAX_NSID = 64
"""Octets of a server's identifier that we keep (R25)."""

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_PREFERENCE = struct.Struct("!H")
_SOA_NUMBERS = struct.Struct("!IIIII")
_OPTION = struct.Struct("!HH")
_OPT = int(dns.rdatatype.OPT)
_IN = 1
_AA, _AD = int(dns.flags.AA), int(dns.flags.AD)
_MAX_LABEL = 63
_POINTER = 0xC0
_FARTHEST = 1 << 14  # octets from the front that a pointer reaches
_TYPE_AND_CLASS = 4  # octets
_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


class Unreadable(Exception):
    """The bytes are no DNS message."""


class TooLarge(Exception):
    """The message holds more than we read."""


class Message(NamedTuple):
    """A reply as far as we read it: of its records those of class IN and a type that we ask for.

    rcode   with the upper bits that EDNS carries.
    errors  extended DNS errors, code and text (RFC 8914).
    nsid    which of the servers behind an address replied, as it calls itself (RFC 5001); b"" mostly.
    """

    flags: int
    rcode: int
    has_edns: bool
    answer: tuple[ResourceRecord, ...]
    authority: tuple[ResourceRecord, ...]
    additional: tuple[ResourceRecord, ...]
    errors: tuple[dns.edns.EDEOption, ...] = ()
    nsid: bytes = b""

    @property
    def is_authoritative(self) -> bool:
        """AA: the server answers for a zone of its own."""
        return bool(self.flags & _AA)

    @property
    def is_authenticated(self) -> bool:
        """AD: the resolver vouches for DNSSEC (RFC 6840 §5.8)."""
        return bool(self.flags & _AD)


def read(reply: bytes, max_labels: int = MAX_LABELS) -> Message:
    """Read a reply to one of our queries. Raises Unreadable or TooLarge."""
    try:
        return _Reader(reply, max_labels).message()
    except (struct.error, IndexError, ValueError, dns.exception.DNSException) as error:
        raise Unreadable(str(error) or type(error).__name__) from error


class _Edns(NamedTuple):
    """What an OPT record says (RFC 6891 §6.1)."""

    upper_rcode: int
    errors: tuple[dns.edns.EDEOption, ...]
    nsid: bytes


class _Reader:
    """One message, read from its front to its end."""

    def __init__(self, wire: bytes, max_labels: int) -> None:
        self._wire = wire
        self._place = _HEADER.size
        self._max_labels = max_labels
        self._labels = 0
        self._known: dict[bytes, tuple[str, int]] = {}  # pointers, the names they lead to, and their labels

    def message(self) -> Message:
        _, flags, questions, *counts = _HEADER.unpack_from(self._wire)
        if sum(counts) > MAX_RECORDS:
            raise TooLarge(f"{sum(counts)} records; we read {MAX_RECORDS}")
        for _ in range(questions):
            self._question()
        (answer, _), (authority, _), (additional, edns) = map(self._section, counts)
        rcode, has_edns = flags & 0xF, bool(edns)
        if not has_edns:
            return Message(flags, rcode, has_edns, answer, authority, additional)
        rcode |= edns[0].upper_rcode << 4
        return Message(flags, rcode, has_edns, answer, authority, additional, edns[0].errors, edns[0].nsid)

    def _question(self) -> None:
        """Step over a question. Answers point to its name, which is remembered where it is plain."""
        start, before = self._place, self._labels
        name = self._name(len(self._wire))
        if name and self._place - start == len(name) + 2 and start < _FARTHEST:
            pointer = (_POINTER << 8 | start).to_bytes(2, "big")
            self._known[pointer] = name, self._labels - before
        self._stop(_TYPE_AND_CLASS)
        self._place += _TYPE_AND_CLASS

    def _section(self, count: int) -> tuple[tuple[ResourceRecord, ...], list[_Edns]]:
        """The records of a section, and its OPT records."""
        records, edns = [], []
        for _ in range(count):
            owner = self._name(len(self._wire))
            number, rclass, ttl, length = _RECORD.unpack_from(self._wire, self._place)
            self._place += _RECORD.size
            stop = self._stop(length)
            if number == _OPT:  # its class is a size (RFC 6891 §6.1.2)
                edns.append(self._edns(ttl >> 24, stop))
            elif rclass == _IN and number in _TYPES:
                rtype, data_of = _TYPES[number]
                records.append(ResourceRecord(owner, rtype, _ttl(ttl), data_of(self, stop)))
                if self._place != stop:
                    raise ValueError("the data end elsewhere than they say")
            self._place = stop
        return tuple(records), edns

    def _stop(self, length: int) -> int:
        """Where so many octets from here end."""
        stop = self._place + length
        if stop > len(self._wire):
            raise ValueError("the message ends too early")
        return stop

    def _name(self, bound: int) -> str:
        """The name here, which must end before `bound`."""
        if self._place < bound and not self._wire[self._place]:
            self._place += 1
            return ""
        pointer = self._wire[self._place : self._place + 2]
        if pointer in self._known and self._place + 2 <= bound:
            self._place += 2
            name, count = self._known[pointer]
        else:
            labels = self._labels_of_name(bound)
            name, count = _text(labels), len(labels) + 1  # the root's is one of them
            if pointer[0] >= _POINTER:
                self._known[pointer] = name, count
        self._labels += count
        if self._labels > self._max_labels:
            raise TooLarge(f"names of more than {self._max_labels} labels")
        return name

    def _labels_of_name(self, bound: int) -> list[bytes]:
        """The labels of the name here.

        A pointer leads backwards, and what it leads to ends before the name that it belongs to (RFC 1035
        §4.1.4).
        """
        wire, place = self._wire, self._place
        labels, start, behind, pointers = [], place, 0, 0
        while place < bound and (length := wire[place]):
            if length <= _MAX_LABEL:
                labels.append(wire[place + 1 : place + 1 + length])
                place += 1 + length
                continue
            behind = behind or place + 2
            target = int.from_bytes(wire[place : place + 2], "big") & 0x3FFF
            pointers += 1
            if length < _POINTER or place + 2 > bound or target >= start or pointers > MAX_POINTERS:
                raise ValueError("a name that leads nowhere")
            bound, start, place = start, target, target
        if place >= bound or sum(map(len, labels)) + len(labels) >= MAX_NAME:
            raise ValueError("a name without end")
        self._place = behind or place + 1
        return labels

    def four(self, stop: int) -> Address:
        """The address of an A record."""
        return Address(dns.ipv4.inet_ntoa(self._octets(stop)))

    def six(self, stop: int) -> Address:
        """The address of an AAAA record."""
        return Address(dns.ipv6.inet_ntoa(self._octets(stop)))

    def target(self, stop: int) -> Target:
        """The name in a CNAME, NS or PTR record."""
        return Target(self._name(stop))

    def mx(self, stop: int) -> Mx:
        """An MX record's preference and exchange."""
        (preference,) = _PREFERENCE.unpack_from(self._wire, self._place)
        self._place += _PREFERENCE.size
        return Mx(preference, self._name(stop))

    def soa(self, stop: int) -> Soa:
        """A SOA record."""
        mname, rname = self._name(stop), self._name(stop)
        serial, _, _, _, minimum = _SOA_NUMBERS.unpack_from(self._wire, self._place)
        self._place += _SOA_NUMBERS.size
        return Soa(mname, rname, serial, minimum)

    def txt(self, stop: int) -> Txt:
        """The character-strings of a TXT or SPF record; there is at least one (RFC 1035 §3.3.14)."""
        wire, place, strings = self._wire, self._place, []
        while place < stop:
            start, place = place + 1, place + 1 + wire[place]
            strings.append(wire[start:place])
        if not strings:
            raise ValueError("a TXT record without a string")
        self._place = place
        return Txt(tuple(strings))

    def _edns(self, upper_rcode: int, stop: int) -> _Edns:
        errors: list[dns.edns.EDEOption] = []
        nsid = b""
        while self._place < stop:
            number, length = _OPTION.unpack_from(self._wire, self._place)
            self._place += _OPTION.size
            option = self._octets(self._stop(length))
            if number == dns.edns.OptionType.NSID:
                nsid = nsid or option[:MAX_NSID]
            elif number == dns.edns.OptionType.EDE:
                errors.append(_extended_error(option))
        return _Edns(upper_rcode, tuple(errors), nsid)

    def _octets(self, stop: int) -> bytes:
        start, self._place = self._place, stop
        return self._wire[start:stop]


def _extended_error(option: bytes) -> dns.edns.EDEOption:
    error = dns.edns.EDEOption.from_wire_parser(dns.edns.OptionType.EDE, dns.wire.Parser(option))
    assert isinstance(error, dns.edns.EDEOption)
    return error


def _text(labels: list[bytes]) -> str:
    """A name in core's form; dnspython knows how to write what is not plain."""
    if b"".join(labels).translate(None, _PLAIN):
        return name_text(dns.name.Name([*labels, b""]))
    return b".".join(labels).decode().lower()


def _ttl(received: int) -> int:
    """A TTL with the top bit set means zero (RFC 2181 §8)."""
    return received if received < 1 << 31 else 0


_DATA: Final[dict[RecordType, Callable[[_Reader, int], Rdata]]] = {
    RecordType.A: _Reader.four,
    RecordType.AAAA: _Reader.six,
    RecordType.CNAME: _Reader.target,
    RecordType.MX: _Reader.mx,
    RecordType.NS: _Reader.target,
    RecordType.PTR: _Reader.target,
    RecordType.SOA: _Reader.soa,
    RecordType.SPF: _Reader.txt,
    RecordType.TXT: _Reader.txt,
}
_TYPES = {int(dns.rdatatype.from_text(rtype)): (rtype, data_of) for rtype, data_of in _DATA.items()}
