"""A name that is written out label by label (RFC 1035 §3.1), read without walking through it."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

SAFE: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
"""What the labels of ordinary names are made of."""

_LOWEST: Final = min(SAFE)
_TEXT: Final = bytes(ord(".") if 0 < each < _LOWEST else each for each in range(256)).lower()
_MAX_OCTETS: Final = 255


class _Form(NamedTuple):
    """Where the lengths of the labels stand: what takes them from there, what they are, and all octets."""

    lengths_in: Callable[[bytes], Any]
    lengths: tuple[int, ...]
    octets: int


def spelled(wire: bytes) -> str | None:
    """The name that is all of these octets, lower case, without a final dot; None where it is at all unusual.

    Unusual are the root, pointers, labels of 45 octets (which look like a hyphen) and longer ones, and any
    octet that is not SAFE. Octets that are not SAFE can only be lengths, and must stand where they lead to.
    """
    form = _form(wire.translate(None, SAFE))
    if form is None or len(wire) != form.octets or form.lengths_in(wire) != form.lengths:
        return None
    return wire[1:-1].translate(_TEXT).decode()


@lru_cache(maxsize=4096)  # most names have labels as long as some others'
def _form(lengths: bytes) -> _Form | None:
    """By the lengths of the labels, the root's last; None where they are none of a name that is usual."""
    if lengths.find(0) != len(lengths) - 1 or len(lengths) < 2 or max(lengths) >= _LOWEST:
        return None
    places = [sum(lengths[:count]) + count for count in range(len(lengths))]
    octets = places[-1] + 1
    return _Form(itemgetter(*places), tuple(lengths), octets) if octets <= _MAX_OCTETS else None
