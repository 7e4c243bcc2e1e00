"""Questions as the bytes that are sent, prepared once for a domain and kept beside it.

Each has two bytes of length before it (RFC 1035 §4.2.2) and an id of zero, which `errand` overwrites.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

import dns.rdatatype

from letterhead.core.answer import Question
from letterhead.resolver import wire

MAX_QUESTIONS: Final = 16
"""Questions about one domain: the lower four bits of an id say which of them a reply belongs to."""

_HEAD = struct.Struct("!HHHHHHH")
_RECURSIVE = 0x0120  # RD, and AD: wants AD in the reply without the signatures (RFC 6840 §5.7)
_OPT = struct.pack("!BHHIH", 0, dns.rdatatype.OPT, wire.EDNS_PAYLOAD, 0, 0)  # RFC 6891 §6.1.2


@dataclass(frozen=True, slots=True)
class Shape:
    """Where things stand in prepared questions: each query's id and end, and the question sections."""

    ids: tuple[int, ...]
    ends: tuple[int, ...]
    sections: struct.Struct


def prepared(questions: Iterable[Question]) -> bytes:
    """The questions, each once: how many, the length of each query, and the queries, ready to be sent.

    Raises ValueError when there are none or more than MAX_QUESTIONS, or a name is none that the DNS can hold.
    """
    unique = tuple(dict.fromkeys(questions))
    if not 0 < len(unique) <= MAX_QUESTIONS:
        raise ValueError(f"{len(unique)} questions; there must be 1 to {MAX_QUESTIONS}")
    queries = [_framed(question) for question in unique]
    lengths = struct.pack(f"!{len(queries)}H", *map(len, queries))
    return bytes((len(queries),)) + lengths + b"".join(queries)


def opened(prepared_questions: bytes) -> tuple[Shape, bytes, tuple[bytes, ...]]:
    """The shape of prepared questions, the queries alone, and the question section of each.

    Raises ValueError where the bytes are none that `prepared` could have made, by their lengths.
    """
    try:
        start = 1 + 2 * prepared_questions[0]
        shape, queries = _shape(prepared_questions[1:start]), prepared_questions[start:]
        return shape, queries, shape.sections.unpack(queries)
    except (IndexError, struct.error) as error:
        raise ValueError(f"{prepared_questions[:64]!r} are no prepared questions") from error


@lru_cache(maxsize=4096)  # domains whose names are as long have the same one
def _shape(packed: bytes) -> Shape:
    lengths = struct.unpack(f"!{len(packed) // 2}H", packed)
    if not 0 < len(lengths) <= MAX_QUESTIONS:
        raise ValueError(f"{len(lengths)} questions; there must be 1 to {MAX_QUESTIONS}")
    ends = tuple(accumulate(lengths))
    ids = tuple(end - length + 2 for end, length in zip(ends, lengths, strict=True))
    around = _HEAD.size, len(_OPT)
    sections = "".join(f"{around[0]}x{length - sum(around)}s{around[1]}x" for length in lengths)
    return Shape(ids, ends, struct.Struct(sections))


def _framed(question: Question) -> bytes:
    asked = wire.section(question)
    length = _HEAD.size - 2 + len(asked) + len(_OPT)
    return _HEAD.pack(length, 0, _RECURSIVE, 1, 0, 0, 1) + asked + _OPT
