"""What of an answer goes into the digest: all that can change a verdict, and nothing that changes by itself.

TTLs count down and are left out; so is what a zone's SOA record says, since a serial moves with every other
change of the zone. Records that a resolver deals out by turns are put in order.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from letterhead.core.answer import Rdata, Txt
from letterhead.resolver.bulk.reading import Reading, read
from letterhead.resolver.bulk.single import HEADER, LENGTH_AT, TTL_AT, single_record

_FLAGS_AT: Final = 2
_TTL_BYTES: Final = LENGTH_AT - TTL_AT


def materials(asked: Sequence[bytes], replies: Sequence[bytes]) -> bytes | None:
    """The bytes that stand for the replies to some questions; None when one is no definite answer.

    Each reply belongs to its question. The lengths come first: where one ends, the next begins.
    """
    each = [material(*pair) for pair in zip(asked, replies, strict=True)]
    definite = [one for one in each if one is not None]
    return _lengths(map(len, definite)) + b"".join(definite) if len(definite) == len(each) else None


def skimmed(asked: Sequence[bytes], replies: Sequence[bytes]) -> bytes:
    """What `materials` makes of replies with a single record each, and of no others; nothing is looked at.

    So it is only to be held against what `materials` made of earlier replies: those passed its checks, and so
    would these if they are the same. b"" when they can't be.
    """
    layout = _layout(tuple(map(len, asked)), tuple(map(len, replies)))
    return b"".join((layout.lengths, *layout.parts.unpack(b"".join(replies)))) if layout else b""


def material(asked: bytes, reply: bytes) -> bytes | None:
    """The bytes that stand for a reply which belongs to the question; None when it is no definite answer.

    Of a single record of the asked type these are the reply's own without id and TTL: nothing is parsed.
    Everything else is read.
    """
    if single_record(asked, reply):
        record = HEADER + len(asked)
        return reply[_FLAGS_AT : record + TTL_AT] + reply[record + LENGTH_AT :]
    reading = read(asked, reply)
    return None if reading is None else _written(asked, reading)


class _Layout(NamedTuple):
    """For replies of a single record, on end: the lengths of their materials, and where these stand."""

    lengths: bytes
    parts: struct.Struct


@lru_cache(maxsize=2048)  # most domains' names and records are as long as some others'
def _layout(asked: tuple[int, ...], replies: tuple[int, ...]) -> _Layout | None:
    """By the lengths of question sections and replies; None when one is too short to hold a record."""
    heads = [HEADER - _FLAGS_AT + length + TTL_AT for length in asked]
    tails = [length - _FLAGS_AT - head - _TTL_BYTES for length, head in zip(replies, heads, strict=True)]
    if min(tails) < 0:
        return None
    parts = (f"{_FLAGS_AT}x{head}s{_TTL_BYTES}x{tail}s" for head, tail in zip(heads, tails, strict=True))
    return _Layout(_lengths(map(sum, zip(heads, tails, strict=True))), struct.Struct("".join(parts)))


def _lengths(each: Iterable[int]) -> bytes:
    return b"".join(length.to_bytes(4, "big") for length in each)


def _written(asked: bytes, reading: Reading) -> bytes:
    """In words, among which is no NUL; a reply's own bytes have one behind the name (RFC 1035 §3.1)."""
    records = sorted(repr((r.owner, r.type.value, _content(r.data))) for r in reading.records)
    return repr((asked, reading.rcode, reading.authenticated, reading.soa is None, records)).encode()


def _content(data: Rdata) -> tuple[bytes, ...] | str:
    return data.strings if isinstance(data, Txt) else str(data)
