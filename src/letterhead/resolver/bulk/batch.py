"""The replies to all questions of an errand, read at one go where each is a single record.

The lengths of questions and replies say where everything would stand then. So all of it is cut out in one
step, and what must be as in every such reply is held against that for all replies together.
"""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from letterhead.resolver.bulk.single import DATA_AT, HEADER, HEADS, OPT_BYTES, OPTS, POINTER_TO_QUESTION
from letterhead.resolver.bulk.spelled import spelled

_PARTS: Final = 7
_FLAGS: Final = {head: int.from_bytes(head[:2], "big") for head in HEADS}
_MAX_TTL: Final = (1 << 31) - 1  # RFC 2181 §8


class Batch(NamedTuple):
    """What replies with a single record each say: for each its flags, and TTL and data of its record.

    The record is of the asked name and type, the data are as `reading.lean` leaves them.
    """

    flags: Sequence[int]
    ttls: Sequence[int]
    data: Sequence[Any]


def read_batch(asked: Sequence[bytes], replies: Sequence[bytes]) -> Batch | None:
    """Read the replies to these questions; None where not each is a single record that is usual in all."""
    cut = _cut(tuple(map(len, asked)), tuple(map(len, replies)))
    if cut is None:
        return None
    parts = cut.parts.unpack(b"".join(replies))
    heads, questions, owners, ttls, lengths, data, opts = (parts[place::_PARTS] for place in range(_PARTS))
    is_usual = (
        lengths == cut.lengths
        and questions == tuple(asked)
        and [owner[2:] for owner in owners] == [question[-4:] for question in questions]
        and HEADS.issuperset(heads)
        and OPTS.issuperset(opts)
        and max(ttls) <= _MAX_TTL
    )
    if not is_usual:
        return None
    read = [_READERS.get(owner, _unread)(each) for owner, each in zip(owners, data, strict=True)]
    return None if None in read else Batch([_FLAGS[head] for head in heads], ttls, read)


class _Cut(NamedTuple):
    """How replies on end are cut, and the lengths that they must say their data have.

    Each gives flags and counts, question, owner with type and class, TTL, length, data, and OPT.
    """

    parts: struct.Struct
    lengths: tuple[int, ...]


@lru_cache(maxsize=2048)  # most domains' names and records are as long as some others'
def _cut(asked: tuple[int, ...], replies: tuple[int, ...]) -> _Cut | None:
    """By the lengths of question sections and replies; None when one is too short to hold a record."""
    around = HEADER + DATA_AT + OPT_BYTES
    lengths = tuple(reply - question - around for question, reply in zip(asked, replies, strict=True))
    if min(lengths) < 0:
        return None
    parts = (f"2x10s{q}s6sIH{data}s{OPT_BYTES}s" for q, data in zip(asked, lengths, strict=True))
    return _Cut(struct.Struct("!" + "".join(parts)), lengths)


def _exchange(data: bytes) -> tuple[int, str] | None:
    name = spelled(data[2:])
    return None if name is None else (int.from_bytes(data[:2], "big"), name)


def _text(data: bytes) -> tuple[bytes] | None:
    """Of one string, as most are."""
    return (data[1:],) if data and data[0] == len(data) - 1 else None


def _unread(_data: bytes) -> None:
    return None


_READERS: Final[dict[bytes, Callable[[bytes], Any]]] = {
    POINTER_TO_QUESTION + struct.pack("!HH", number, 1): data_of
    for number, data_of in ((5, spelled), (15, _exchange), (16, _text))
}
"""By owner (the asked name), type and class: what is made of the data; None where they are unusual."""
