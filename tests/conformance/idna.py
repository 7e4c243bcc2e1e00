r"""IDNA cases: lines of Unicode's `IdnaTestV2.txt`, what they ask for, and what core makes of them.

A line is `source; toUnicode; status; toAsciiN; status; …`, with `\uXXXX` and `\x{XXXX}` for characters; a
blank cell repeats the one before it. Only toAsciiN, without transitional processing, is of interest here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from letterhead.core import spelling
from letterhead.core.refusal import Refusal

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}")
_VERSION = re.compile(r"^# Version: (\d+)", re.MULTILINE)

STRICTER = {
    "domain_symbol": "IDNA 2008 has no symbols, UTS 46 has (marked NV8 in the file)",
    "domain_character": "IDNA 2008 has fewer letters, and admits some by context alone (CONTEXTO)",
    "domain_punycode": "an A-label of such a letter",
    "domain_invisible_character": "what nobody sees was hardly meant; UTS 46 drops it in silence",
    "domain_bidi_control": "likewise",
    "domain_control_character": "likewise",
    "domain_is_ip_address": "programs take a name of numbers alone for an address",
    "domain_is_url": "a sign of a URL is no letter; we say what was meant",
    "domain_is_email": "likewise",
    "domain_wildcard": "likewise",
    "domain_underscore": "hosts have none (RFC 1123 §2.1), and UseSTD3ASCIIRules may be off in a file",
    "domain_blank": "likewise",
    "domain_reserved_label": "hyphens in the third and fourth place are reserved (RFC 5890 §2.3.1)",
    "domain_hyphen": "no label begins or ends with one (RFC 5891 §4.2.3.1)",
    "domain_bidi": "the rule binds every label once one is written from right to left (RFC 5893 §2)",
}
"""Refusals of names that UTS 46 takes, and why we refuse them: on purpose, each under a code of its own."""

NEWLY_MAPPED = 16
"""Since Unicode 16 some capitals are mapped that older files call disallowed (status P1 V6 alone)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what is typed, its A-label form, the errors it has in the file."""

    number: int
    source: str
    a_label: str
    status: frozenset[str]

    @property
    def outcome(self) -> str:
        """`same`, `refused` by both, `stricter: code`, `lax` where we take what has errors, or `wrong`.

        A final dot makes no difference to us (N01); newer files call it an error of length (A4_2).
        """
        try:
            got = spelling.a_label_form(self.source)
        except Refusal as refusal:
            return "refused" if self.status else f"stricter: {refusal.code}"
        errors = self.status - {"A4_2"} if self.a_label.endswith(".") else self.status
        if errors:
            return "lax"
        return "same" if got == self.a_label.removesuffix(".") else "wrong"


def version(path: Path) -> int:
    """The version of Unicode that a file was made for; 0 where it does not say."""
    found = _VERSION.search(path.read_text("utf-8")[:10_000])
    return int(found[1]) if found else 0


def lines(path: Path) -> Iterator[Line]:
    """Every line of a file that holds a case."""
    for number, text in enumerate(path.read_text("utf-8").split("\n"), 1):
        cells = [_cell(cell) for cell in text.partition("#")[0].split(";")]
        if len(cells) >= 5:
            source, readable, status, a_label, a_status = cells[:5]
            ascii_form = a_label or readable or source
            errors = re.findall(r"\w+", (a_status or status))
            yield Line(number, _text(source), _text(ascii_form), frozenset(errors))


def _cell(text: str) -> str:
    return text.strip(" \t")


def _text(cell: str) -> str:
    return "" if cell == '""' else _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), cell)
