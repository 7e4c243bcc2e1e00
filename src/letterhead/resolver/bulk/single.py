"""The reply that most questions have: a single record. It is told from all others without being read.

The lengths of question and reply say where everything would stand in it, so it is cut up in one step and each
part held against what it must be.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

HEADER: Final = 12
TTL_AT, LENGTH_AT, DATA_AT = 6, 10, 12
"""Where these begin in a record whose owner is a pointer to the question (RFC 1035 §4.1.3)."""

POINTER_TO_QUESTION = b"\xc0\x0c"
# RD, RA and perhaps AD, NOERROR; one question, one answer, no authority, one additional record: the OPT.
_HEADS = {struct.pack("!HHHHH", flags, 1, 1, 0, 1): flags for flags in (0x8180, 0x81A0)}
# An OPT record that says nothing but how much its sender takes over UDP, as resolvers are set by default.
_OPTS = frozenset(struct.pack("!BHHIH", 0, 41, payload, 0, 0) for payload in (1232, 4096, 512))
OPT_BYTES: Final = 11


def single_record(asked: bytes, reply: bytes) -> tuple[int, int] | None:
    """Flags and TTL of a reply with one record, of the asked type and name; None for any other reply.

    `asked` is the question section that the reply must echo; the record begins behind it.
    """
    layout = _layout(len(asked), len(reply))
    if layout is None:
        return None
    parts_of, said = layout
    head, names, ttl, length, opt = parts_of(reply)
    is_single = (
        head in _HEADS
        and names == asked + POINTER_TO_QUESTION + asked[-4:]
        and length == said
        and opt in _OPTS
    )
    return (_HEADS[head], ttl) if is_single else None


@lru_cache(maxsize=4096)  # most domains' names and records are as long as some others'
def _layout(asked: int, reply: int) -> tuple[Callable[[bytes], Any], int] | None:
    """What cuts a reply up, and how long the record must say that its data are.

    By the lengths of question and reply. The parts are flags and counts, the question with owner, type and
    class of the record, TTL, length and OPT. None when the reply is too short to hold a record.
    """
    length = reply - asked - HEADER - DATA_AT - OPT_BYTES
    if length < 0:
        return None
    parts = struct.Struct(f"!2x{HEADER - 2}s{asked + TTL_AT}sIH{length}x{OPT_BYTES}s")
    return parts.unpack, length
