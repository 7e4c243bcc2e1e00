"""Reading an answer with MX, TXT or CNAME records in a hurry.

What is at all unusual is left to message.py, which reads everything (`oracle`), so that one law says what an
answer means: observation.py.
Usual is a reply that echoes the question byte by byte, with nothing but the asked records, the aliases that
lead to them in their order, one SOA record of a negative answer, and an OPT record that says nothing.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import dns.exception
import dns.name
import dns.rdatatype
import dns.wire
import msgspec

from letterhead.core.answer import Mx, Question, Rdata, RecordType, ResourceRecord, Soa, Source, Target, Txt
from letterhead.resolver import message, wire
from letterhead.resolver.bulk.single import DATA_AT, HEADER, OPT_BYTES, POINTER_TO_QUESTION, single_record
from letterhead.resolver.bulk.spelled import SAFE, spelled
from letterhead.resolver.conversation import QUICK_BYTES, QUICK_LABELS, Reply
from letterhead.resolver.names import name_text
from letterhead.resolver.observation import observed

MAX_RECORDS: Final = 64
"""Records of an answer that are read here."""

MAX_ALIASES: Final = 8

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_PREFERENCE = struct.Struct("!H")
_SOA_NUMBERS = struct.Struct("!IIIII")
_MX, _TXT, _CNAME, _SOA = 15, 16, 5, 6
_IN = 1
_TYPES = {_MX: RecordType.MX, _TXT: RecordType.TXT, _CNAME: RecordType.CNAME, _SOA: RecordType.SOA}
_NOERROR, _NXDOMAIN = 0, 3
_QR_OPCODE_TC = 0xFA00
_QR, _AA, _AD = 0x8000, 0x0400, 0x0020
_OPT = b"\0\0\x29"
_SILENT = bytes(6)  # extended rcode, version and flags, and no options (RFC 6891 §6.1.2)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a definite answer says: the fields of an Observation (core/answer.py) that a message fills."""

    rcode: str
    authoritative: bool
    authenticated: bool
    records: tuple[ResourceRecord, ...]
    soa: ResourceRecord | None


Plain = tuple[str | None, int, int, Any]
"""A record as `lean` leaves it: owner (None: the asked name), type, TTL, and the data: of a TXT its strings,
of an MX preference and exchange, of a CNAME its target, of a SOA mname, rname, serial and minimum."""


class Lean(msgspec.Struct, frozen=True, gc=False):  # no part of a circle: docs/decisions/0015
    """A usual answer, with nothing made of it yet."""

    rcode: str
    flags: int
    records: list[Plain]
    soa: Plain | None


class _UnusualError(Exception):
    """This is message.py's to read."""


def read(asked: bytes, reply: bytes) -> Reading | None:
    """Read a reply to the question with this section; None when it is no definite answer."""
    usual = lean(asked, reply)
    if usual is not None:
        try:
            return in_full(asked, usual)
        except (_UnusualError, LookupError):  # the asked name, which was not read until now
            pass
    return oracle(asked, reply)


def in_full(asked: bytes, usual: Lean) -> Reading:
    """A usual answer in core's words."""
    name, _ = _name(asked, 0, len(asked))
    # An RRset holds no record twice (RFC 2181 §5).
    records = dict.fromkeys(_record(name, plain) for plain in usual.records)
    soa = None if usual.soa is None else _record(name, usual.soa)
    return Reading(usual.rcode, bool(usual.flags & _AA), bool(usual.flags & _AD), tuple(records), soa)


def _record(name: str, plain: Plain) -> ResourceRecord:
    owner, number, ttl, data = plain
    return ResourceRecord(name if owner is None else owner, _TYPES[number], ttl, _CORE[number](data))


def oracle(asked: bytes, reply: bytes) -> Reading | None:
    """The same as observation.py sees it; None also for what takes long to read, or answers none of ours."""
    number = int.from_bytes(reply[:2], "big")
    is_ours = wire.Query(number, b"", asked).is_answered_by(reply) and not wire.is_truncated(reply)
    if not is_ours or len(reply) > QUICK_BYTES:
        return None
    try:
        said = Reply(question(asked), "", _LONG_AGO, 0.0, message.read(reply, max_labels=QUICK_LABELS))
    except (message.Unreadable, message.TooLarge, dns.exception.DNSException, ValueError):
        return None
    seen = observed(said, Source.RECURSIVE)
    if seen.fault is not None:
        return None
    return Reading(seen.rcode, seen.authoritative, seen.authenticated, seen.records, seen.soa)


def question(asked: bytes) -> Question:
    """What a question section asks. Raises DNSException or ValueError where it is none of ours."""
    parser = dns.wire.Parser(asked)
    name = parser.get_name()
    return Question(
        name_text(name), RecordType(dns.rdatatype.to_text(dns.rdatatype.RdataType.make(parser.get_uint16())))
    )


def lean(asked: bytes, reply: bytes) -> Lean | None:
    """Read a usual answer; None when it is not, whatever it is."""
    try:
        single = single_record(asked, reply)
        if single is None:
            return _read(asked, reply)
        flags, ttl = single
        number = int.from_bytes(asked[-4:-2], "big")
        data = _READERS[number](reply, HEADER + len(asked) + DATA_AT, len(reply) - OPT_BYTES)
    except (_UnusualError, LookupError, struct.error):
        return None
    return Lean("NOERROR", flags, [(None, number, ttl if ttl < 1 << 31 else 0, data)], None)  # RFC 2181 §8


def _read(asked: bytes, reply: bytes) -> Lean:
    _, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(reply)
    if (
        flags & _QR_OPCODE_TC != _QR
        or questions != 1
        or answers > MAX_RECORDS
        or authorities > 1
        or not reply.startswith(asked, HEADER)
    ):
        raise _UnusualError
    end, place = None, HEADER + len(asked)
    records: list[Plain] = []
    if answers:
        records, end, place = _answer(reply, place, answers, int.from_bytes(asked[-4:-2], "big"))
    soa = None
    if authorities:
        soa, place = _vouching(reply, place, end)
    _require_end(reply, place, additionals)
    rcode = flags & 0xF
    if rcode == _NOERROR and (records or soa):
        return Lean("NOERROR", flags, records, soa)
    if rcode == _NXDOMAIN and soa and all(number == _CNAME for _, number, _, _ in records):
        return Lean("NXDOMAIN", flags, records, soa)
    raise _UnusualError


def _answer(reply: bytes, place: int, count: int, asked: int) -> tuple[list[Plain], str | None, int]:
    """The records, the name where the aliases end (None: the asked one), and the place behind them."""
    data_of = _READERS.get(asked)
    if data_of is None:
        raise _UnusualError
    end: str | None = None
    records: list[Plain] = []
    aliases: set[str] = set()
    for _ in range(count):
        owner, number, ttl, place, stop = _head(reply, place)
        if owner != end or (number != asked and len(records) > len(aliases)):
            raise _UnusualError
        if number == asked:
            records.append((owner, number, ttl, data_of(reply, place, stop)))
        elif number == _CNAME and len(aliases) < MAX_ALIASES:
            end = _target(reply, place, stop)
            records.append((owner, number, ttl, end))
            if end in aliases or end == _name(reply, HEADER, len(reply))[0]:
                raise _UnusualError
            aliases.add(end)
        else:
            raise _UnusualError
        place = stop
    return records, end, place


def _head(reply: bytes, place: int) -> tuple[str | None, int, int, int, int]:
    """Owner, type, TTL, and where the data begin and end, of a record of class IN."""
    if reply.startswith(POINTER_TO_QUESTION, place):
        owner, place = None, place + 2
    else:
        owner, place = _name(reply, place, len(reply))
    number, rclass, ttl, length = _RECORD.unpack_from(reply, place)
    place += _RECORD.size
    stop = place + length
    if rclass != _IN or stop > len(reply):
        raise _UnusualError
    return owner, number, ttl if ttl < 1 << 31 else 0, place, stop  # RFC 2181 §8


def _strings(reply: bytes, place: int, stop: int) -> tuple[bytes, ...]:
    if reply[place] == stop - place - 1:  # a single one, as most are
        return (reply[place + 1 : stop],)
    strings = []
    while place < stop:
        start = place + 1
        place = start + reply[place]
        strings.append(reply[start:place])
    if place != stop or not strings:
        raise _UnusualError
    return tuple(strings)


def _exchange(reply: bytes, place: int, stop: int) -> tuple[int, str]:
    (preference,) = _PREFERENCE.unpack_from(reply, place)
    return preference, _target(reply, place + _PREFERENCE.size, stop)


def _target(reply: bytes, place: int, stop: int) -> str:
    ordinary = spelled(reply[place:stop])
    if ordinary is not None:
        return ordinary
    name, behind = _name(reply, place, stop)
    if behind != stop:
        raise _UnusualError
    return name


def _vouching(reply: bytes, place: int, end: str | None) -> tuple[Plain, int]:
    """The SOA record of a zone that the name at the end of the aliases lies in, and the place behind it."""
    owner, number, ttl, place, stop = _head(reply, place)
    if number != _SOA or not _is_below(reply, end, owner):
        raise _UnusualError
    mname, place = _name(reply, place, stop)
    rname, place = _name(reply, place, stop)
    serial, _, _, _, minimum = _SOA_NUMBERS.unpack_from(reply, place)
    if place + _SOA_NUMBERS.size != stop:
        raise _UnusualError
    return (owner, number, ttl, (mname, rname, serial, minimum)), stop


def _is_below(reply: bytes, name: str | None, owner: str | None) -> bool:
    """Whether a name is the owner or lies below it; None is the asked name."""
    if name is None:
        name, _ = _name(reply, HEADER, len(reply))
        owner = name if owner is None else owner
    return owner is not None and (owner in ("", name) or name.endswith(f".{owner}"))


def _require_end(reply: bytes, place: int, additionals: int) -> None:
    """Nothing follows but, perhaps, an OPT record that says nothing."""
    if additionals == 0 and place == len(reply):
        return
    usual = (
        additionals == 1
        and len(reply) == place + len(_OPT) + 2 + len(_SILENT)
        and reply.startswith(_OPT, place)
        and reply.endswith(_SILENT)
    )
    if not usual:
        raise _UnusualError


def _name(reply: bytes, place: int, bound: int) -> tuple[str, int]:
    """The name at a place, lower case, and the place behind it; it must end before `bound`.

    A pointer leads backwards, and what it leads to ends before the name that it belongs to (RFC 1035 §4.1.4).
    """
    labels, start, behind = [], place, 0
    while (length := reply[place]) != 0:
        if length < 64:
            start_of_label, place = place + 1, place + 1 + length
            labels.append(reply[start_of_label:place])
        elif length >= 0xC0:
            behind = behind or place + 2
            target = (length & 0x3F) << 8 | reply[place + 1]
            if target >= start or place + 2 > bound:
                raise _UnusualError
            bound, start, place = start, target, target
        else:
            raise _UnusualError
        if place >= bound:
            raise _UnusualError
    name = b".".join(labels)
    if len(name) > 253 or len(name.translate(None, SAFE)) >= max(len(labels), 1):  # the dots between, or more
        raise _UnusualError
    return name.decode().lower(), behind or place + 1


_READERS: Final[dict[int, Callable[[bytes, int, int], Any]]] = {
    _MX: _exchange,
    _TXT: _strings,
    _CNAME: _target,
}
_CORE: Final[dict[int, Callable[[Any], Rdata]]] = {
    _MX: lambda data: Mx(*data),
    _TXT: Txt,
    _CNAME: Target,
    _SOA: lambda data: Soa(*data),
}
