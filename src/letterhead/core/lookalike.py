# ruff: noqa: RUF001, RUF002 - letters that look like others are what this file is about
"""Letters that pass for other letters: what makes a name look like one that it is not.

Nothing here refuses; whoever proves a name by DNS may have it. The remarks are for people who look at it.
"""

import unicodedata

from letterhead.core.character import JOINERS

# Drawn from the pairs that Unicode lists as confusable (UTS 39 §4, confusables.txt), reduced to what a
# label may hold (IDNA 2008) and to letters whose usual shape is that of one Latin letter.
_CYRILLIC = dict(zip("асԁеһіјӏорԛгѕѵѡԝху", "acdehijlopqrsvwwxy", strict=True))
_GREEK = dict(zip("αικνορσυωγϲϳ", "aikvopouwycj", strict=True))
_ARMENIAN = dict(zip("հոօսցզ", "hnougq", strict=True))
_LATIN = dict(zip("ɑɡıɩ", "agii", strict=True))
_LATIN_FOR = str.maketrans({**_CYRILLIC, **_GREEK, **_ARMENIAN, **_LATIN, **dict.fromkeys(JOINERS, "")})

# Scripts that one language writes together (UTS 39 §5.2, "highly restrictive"), each also with Latin.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)

# First words of letters' names that are no script: such letters belong to more than one.
_SHARED = frozenset({"MODIFIER", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})


def skeleton(text: str) -> str:
    """What the text looks like in Latin letters: each look-alike replaced, joiners dropped (UTS 39 §4)."""
    return text.translate(_LATIN_FOR)


def remarks(label: str) -> tuple[str, ...]:
    """What is remarkable about a U-label.

    mixed_script      letters of scripts that no language writes together: `аpple` with a Cyrillic а.
    confusable        all of it can be read as a plain Latin label: `аррӏе`, wholly Cyrillic.
    invisible_joiner  it holds a joiner that nobody sees, legitimate in some scripts (RFC 5892 A.1, A.2).
    """
    if label.isascii():
        return ()
    found = {
        "mixed_script": _mixes_scripts(label),
        "confusable": skeleton(label).isascii(),
        "invisible_joiner": any(joiner in label for joiner in JOINERS),
    }
    return tuple(remark for remark, applies in found.items() if applies)


def _mixes_scripts(label: str) -> bool:
    scripts = {_script(char) for char in label if unicodedata.category(char).startswith("L")} - _SHARED
    return len(scripts) > 1 and not any(scripts <= group for group in _TOGETHER)


def _script(letter: str) -> str:
    # Python knows no scripts; the Unicode name of a letter opens with that of its script.
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
