"""A name that is written out label by label (RFC 1035 §3.1), read without walking through it."""

from typing import Final

SAFE: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
"""What the labels of ordinary names are made of."""

_LOWEST: Final = min(SAFE)
_TEXT: Final = bytes(ord(".") if 0 < each < _LOWEST else each for each in range(256)).lower()
_MAX_OCTETS: Final = 255


def spelled(wire: bytes) -> str | None:
    """The name that is all of these octets, lower case, without a final dot; None where it is at all unusual.

    Unusual are the root, pointers, labels of 45 octets (which look like a hyphen) and most longer ones, and
    any octet that is not SAFE. Octets below the SAFE ones can only be lengths: they become dots, and must say
    how far it is to the next.
    """
    if len(wire) > _MAX_OCTETS:
        return None
    lengths = wire.translate(None, SAFE)
    text = wire[1:-1].translate(_TEXT)
    is_usual = (
        bytes([*map(len, text.split(b".")), 0]) == lengths
        and wire[0] == lengths[0]
        and wire.find(0) == len(wire) - 1
    )
    return text.decode() if is_usual else None
