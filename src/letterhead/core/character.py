"""Characters that no hostname holds, and how we say so."""

import unicodedata
from collections.abc import Callable

import idna

from letterhead.core.refusal import Refusal, invalid

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They turn the direction of text, so that a name reads as another (UAX 9 §2)."""

JOINERS = "\u200c\u200d"
"""Nobody sees them, yet some words need them; IDNA admits them by context (RFC 5892 A.1, A.2)."""


def is_control(char: str) -> bool:
    """Whether it is a control character, or a separator of lines or paragraphs."""
    return unicodedata.category(char) in {"Cc", "Zl", "Zp"}


def is_symbol(char: str) -> bool:
    """Whether it is an emoji or another symbol outside of ASCII; IDNA 2008 has none (RFC 5892 §2.1)."""
    return not char.isascii() and unicodedata.category(char).startswith("S")


def vanishes(char: str) -> bool:
    """Whether UTS 46 drops it without a trace, or would if it were not forbidden altogether."""
    try:
        return not idna.uts46_remap(char, std3_rules=False)
    except idna.InvalidCodepoint:
        return unicodedata.category(char) == "Cf"


def unfit(char: str) -> Refusal:
    """The refusal that says why this character can't stand in a hostname."""
    code, what, mend = next((code, what, mend) for code, applies, what, mend in _KINDS if applies(char))
    return invalid(code, f"The name holds {what} (U+{ord(char):04X}).", mend=mend, param="domain")


_RETYPE = "Type the name instead of pasting it."
_LETTERS = "Names consist of letters, digits and hyphens (RFC 5892 §2)."

# The code, to which characters it applies, what they are, how to mend it; the first that applies counts.
_KINDS: tuple[tuple[str, Callable[[str], bool], str, str], ...] = (
    ("domain_control_character", is_control, "a control character", "Give the name alone, on one line."),
    ("domain_bidi_control", BIDI_CONTROLS.__contains__, "a sign that turns the direction of text", _RETYPE),
    ("domain_invisible_character", JOINERS.__contains__, "a joiner where no script needs one", _RETYPE),
    ("domain_invisible_character", vanishes, "a character that nobody sees", _RETYPE),
    ("domain_blank", str.isspace, "a blank", "Give one name, without blanks."),
    (
        "domain_underscore",
        "_".__eq__,
        "an underscore",
        "Use a hyphen: hosts have no underscore (RFC 1123 §2.1).",
    ),
    ("domain_symbol", is_symbol, "an emoji or another symbol", _LETTERS),
    ("domain_character", lambda _: True, "a character that names can't hold", _LETTERS),
)
