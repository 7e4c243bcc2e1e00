"""The reply that most questions have: a single record. It is told from all others without being read."""

import struct
from typing import Final

HEADER: Final = 12
TTL_AT, LENGTH_AT, DATA_AT = 6, 10, 12
"""Where these begin in a record whose owner is a pointer to the question (RFC 1035 §4.1.3)."""

# RD, RA and perhaps AD, NOERROR; one question, one answer, no authority, one additional record: the OPT.
_HEADS = frozenset(struct.pack("!HHHHH", flags, 1, 1, 0, 1) for flags in (0x8180, 0x81A0))
POINTER_TO_QUESTION = b"\xc0\x0c"
# An OPT record that says nothing but how much its sender takes over UDP, as resolvers are set by default.
_OPTS = frozenset(struct.pack("!BHHIH", 0, 41, payload, 0, 0) for payload in (1232, 4096, 512))
_OPT_BYTES: Final = 11


def single_record(asked: bytes, reply: bytes) -> int:
    """Where the record begins in a reply with one record, of the asked type and name; 0 in any other reply.

    `asked` is the question section that the reply must echo.
    """
    record = HEADER + len(asked)
    data = record + DATA_AT
    is_single = (
        reply[2:HEADER] in _HEADS
        and reply.startswith(asked, HEADER)
        and reply[record : record + TTL_AT] == POINTER_TO_QUESTION + asked[-4:]
        and reply[-_OPT_BYTES:] in _OPTS
        and len(reply) == data + int.from_bytes(reply[data - 2 : data], "big") + _OPT_BYTES
    )
    return record if is_single else 0
