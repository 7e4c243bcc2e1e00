"""Vectors of the public suffix list: a name, and its registrable domain or null.

Two formats, which may stand in one file: `checkPublicSuffix('b.example.com', 'example.com');` and, newer,
`b.example.com example.com`. What stands behind `//` is a comment.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from letterhead.core import spelling, suffix
from letterhead.core.refusal import Refusal

_CALL = "checkPublicSuffix"


def vectors(text: str) -> Iterator[tuple[str | None, str | None]]:
    """Every name, and its registrable domain; None stands for null."""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith(_CALL):
            name, registrable = ast.literal_eval(
                line.removeprefix(_CALL).rstrip("; ").replace("null", "None")
            )
            yield name, registrable
        elif line and not line.startswith("//"):
            name, registrable = line.split()
            yield _named(name), _named(registrable)


def differences(path: Path) -> list[tuple[str | None, str | None, str | None]]:
    """The vectors that come out otherwise: the name, what was expected, what was found."""
    found = [
        (name, _a_labels(expected), registrable(name)) for name, expected in vectors(path.read_text("utf-8"))
    ]
    return [(name, expected, got) for name, expected, got in found if got != expected]


def registrable(name: str | None) -> str | None:
    """The registrable domain of a name in any spelling; None for a suffix, and for what is no name."""
    hostname = _a_labels(name)
    if hostname is None or suffix.is_public(hostname) or "." not in hostname:
        return None
    return suffix.registrable(hostname)


def _named(word: str) -> str | None:
    return None if word == "null" else word


def _a_labels(name: str | None) -> str | None:
    try:
        return None if name is None else spelling.a_label_form(name)
    except Refusal:
        return None
