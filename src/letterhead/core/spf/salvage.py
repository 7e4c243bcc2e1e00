"""A record that breaks the grammar, read as it was probably meant, for the suggestion alone."""

import re

from letterhead.core.answer import Txt
from letterhead.core.spf.record import Record
from letterhead.core.spf.term import Modifier, Term, parse_term

_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "-" * 6)  # what word processors make of "-"
_SLIPS = (
    (re.compile(r"^([-+?~]?)ipv([46]):", re.IGNORECASE), r"\1ip\2:"),
    (re.compile(r"^(redirect|exp):", re.IGNORECASE), r"\1="),
    (
        re.compile(r"^([-+?~]?)(?:(?:a|mx|ip|ip6):)?(\d+\.\d+\.\d+\.\d+(?:/\d+)?)$", re.IGNORECASE),
        r"\1ip4:\2",
    ),
    (
        re.compile(r"^([-+?~]?)(?:(?:a|mx|ip|ip4):)([0-9a-f]*:[0-9a-f:]{1,40}(?:/\d+)?)$", re.IGNORECASE),
        r"\1ip6:\2",
    ),
)


def salvage(record: Txt) -> Record:
    """The terms that can be read, the usual slips mended; what can't be read is left out.

    As it stands such a record passes nobody (RFC 7208 §4.6), so leaving a term out takes nothing away.
    """
    text = record.joined.decode("utf-8", errors="replace").translate(_DASHES)
    words = re.sub(r"([:=])\s+", r"\1", text).split()[1:]
    terms: dict[str, Term] = {}
    for term in (term for word in words if (term := _term(word))):
        # §6: redirect and exp once each; the first one stays.
        once = isinstance(term, Modifier) and term.name in {"redirect", "exp"}
        terms.setdefault(term.name if once else term.text, term)
    return Record(" ".join(["v=spf1", *(t.text for t in terms.values())]), tuple(terms.values()))


def _term(word: str) -> Term | None:
    """The term that a word is, as it stands or with its slip mended; None when it can't be read."""
    for candidate in (word, _mended(word)):
        try:
            return parse_term(candidate)
        except ValueError:
            continue
    return None


def _mended(word: str) -> str:
    word = word.rstrip(".,;\"'")
    for slip, right in _SLIPS:
        word = slip.sub(right, word)
    return word
