"""What of an answer goes into the digest: all that can change a verdict, and nothing that changes by itself.

TTLs count down and are left out; so is what a zone's SOA record says, since a serial moves with every other
change of the zone. Records that a resolver deals out by turns are put in order.
"""

import struct
from typing import Final

from letterhead.core.answer import Rdata, Txt
from letterhead.resolver.bulk.reading import Reading, read

_FLAGS_AT, _COUNTS_TO = 2, 12
_FIXED: Final = 12  # a pointer to the question, type, class, TTL and length
_LENGTH = struct.Struct("!H")
# RD, RA and perhaps AD, NOERROR; one question, one answer, no authority, one additional record: the OPT.
_HEADS = frozenset(struct.pack("!HHHHH", flags, 1, 1, 0, 1) for flags in (0x8180, 0x81A0))
_POINTER_TO_QUESTION = b"\xc0\x0c"
# An OPT record that says nothing but how much its sender takes over UDP, as resolvers are set by default.
_OPTS = tuple(struct.pack("!BHHIH", 0, 41, payload, 0, 0) for payload in (1232, 4096, 512))
_OPT_BYTES: Final = 11


def material(asked: bytes, reply: bytes) -> bytes | None:
    """The bytes that stand for a reply which belongs to the question; None when it is no definite answer.

    Of a single record of the asked type these are the reply's own without id and TTL: nothing is parsed.
    Everything else is read.
    """
    record = _COUNTS_TO + len(asked)
    if (
        reply[_FLAGS_AT:_COUNTS_TO] in _HEADS
        and reply.endswith(_OPTS)
        and reply.startswith(_POINTER_TO_QUESTION, record)
        and reply[record + 2 : record + 6] == asked[-4:]
        and record + _FIXED + _LENGTH.unpack_from(reply, record + 10)[0] + _OPT_BYTES == len(reply)
    ):
        return reply[_FLAGS_AT : record + 6] + reply[record + 10 :]
    reading = read(asked, reply)
    return None if reading is None else _written(asked, reading)


def _written(asked: bytes, reading: Reading) -> bytes:
    records = sorted(repr((r.owner, r.type.value, _content(r.data))) for r in reading.records)
    return repr((asked, reading.rcode, reading.authenticated, reading.soa is None, records)).encode()


def _content(data: Rdata) -> tuple[bytes, ...] | str:
    return data.strings if isinstance(data, Txt) else str(data)
