"""Tag lists: the `name=value; name=value` text that DKIM keys and DMARC records share (RFC 6376 §3.2)."""

import re
from collections import Counter
from dataclasses import dataclass

from letterhead.core.answer import Txt

FOLDING = " \t\r\n"
"""Folding white space (RFC 6376 §2.8). Bare line breaks, which panels leave behind, are taken for it too."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # RFC 6376 §3.2 tag-name
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: name and value without blanks around, one character (U+0000 to U+00FF) for each byte."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class TagList:
    """A record taken apart, in the order written.

    malformed  the pieces between semicolons that are no `name=value`; "" where two semicolons meet.
    """

    tags: tuple[Tag, ...]
    malformed: tuple[str, ...] = ()

    @property
    def first(self) -> Tag | None:
        """The first tag, if there is any."""
        return self.tags[0] if self.tags else None

    @property
    def repeated(self) -> tuple[str, ...]:
        """The names that stand more than once, which no name may (RFC 6376 §3.2)."""
        return tuple(name for name, count in Counter(tag.name for tag in self.tags).items() if count > 1)

    def values(self, name: str) -> tuple[str, ...]:
        """Every value given to a name. Names are case-sensitive (RFC 6376 §3.2)."""
        return tuple(tag.value for tag in self.tags if tag.name == name)

    def get(self, name: str) -> str | None:
        """The value of a tag that stands exactly once; a repeated one has no value that readers agree on."""
        values = self.values(name)
        return values[0] if len(values) == 1 else None


def read(data: bytes) -> TagList:
    """Take the joined bytes of one TXT record apart. Total: every input gives a list, and no byte is lost."""
    pieces = [piece.strip(FOLDING) for piece in data.decode("latin-1").split(";")]
    if not pieces[-1]:
        pieces.pop()  # the final semicolon is optional (RFC 6376 §3.2)
    tags: list[Tag] = []
    malformed: list[str] = []
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.rstrip(FOLDING)
        if equals and _NAME.fullmatch(name):
            tags.append(Tag(name, value.lstrip(FOLDING)))
        else:
            malformed.append(piece)
    return TagList(tuple(tags), tuple(malformed))


def legible(value: str) -> str:
    r"""A value for people: printable ASCII as it is, every other byte as \xNN, cut after 80 characters."""
    shown = Txt((value.encode("latin-1"),)).text
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
