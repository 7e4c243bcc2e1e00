"""From what somebody typed to the A-label form of a name: UTS 46 mapping, IDNA 2008, the limits of DNS.

Only the spelling is judged here; which names may be registered stands in hostname.py. No refusal repeats
what was typed, except as a code point or as a name that has itself been read here.
"""

import unicodedata

import idna

from letterhead.core import pasted
from letterhead.core.character import BIDI_CONTROLS, is_control, unfit, vanishes
from letterhead.core.refusal import Refusal, invalid

MAX_TYPED = 1000
"""Code points that we are willing to look at; more is refused by its length alone."""

MAX_LABEL = 63
MAX_NAME = 253
"""Octets of a label, and of a name without its final dot (RFC 1035 §2.3.4)."""

# A tab and every space (category Zs); a line break is no blank but a sign of something pasted or injected.
_BLANKS = (
    "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_LDH = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


def a_label_form(typed: str) -> str:
    """The one A-label form of a typed name: lower case, no final dot. Raises Refusal.

    Blanks around the name are dropped.
    """
    if len(typed) > MAX_TYPED:  # before anything whose cost depends on the length
        raise _too_long()
    text = typed.strip(_BLANKS)
    _check_controls(text)
    mapped = _mapped(text)
    _check_pasted(mapped)
    _check_wildcard(mapped)
    _check_invisible(text, mapped)
    return _encoded(mapped)


def u_label_form(name: str) -> str:
    """The name in the letters that people read; a label that is no valid A-label stays as it is."""
    return ".".join(_u_label(label) for label in name.split("."))


def shown(name: str) -> str:
    """The name for people: `münchen.de (xn--mnchen-3ya.de)`, for U-labels can deceive (UTR 36 §2.10)."""
    readable = u_label_form(name)
    return name if readable == name else f"{readable} ({name})"


def changes_its_look(typed: str) -> bool:
    """Whether the mapping made a name that looks different from the typed one: `①.com` becomes `1.com`.

    Case, width, kinds of dot, blanks around and composed or decomposed accents are spellings of the same
    letters. Whatever else UTS 46 maps (circled, superscript, ligature, Roman numeral, styled mathematical
    letters, the long s) has another look, and whoever typed it may not expect the outcome. Asked about
    names that a_label_form has read.
    """
    text = typed.strip(_BLANKS)
    plain = unicodedata.normalize("NFC", "".join(_plain(char) for char in text))
    return plain != _mapped(text)


def _plain(char: str) -> str:
    """What UTS 46 makes of the character if that differs in case, width or kind of dot only; else itself."""
    form, _, code = unicodedata.decomposition(char).partition(" ")
    letter = chr(int(code, 16)) if form in {"<wide>", "<narrow>"} else char
    mapped = idna.uts46_remap(letter, std3_rules=False)
    return mapped if mapped in {letter, letter.lower(), letter.upper(), "."} else char


def _mapped(text: str) -> str:
    """UTS 46 §4 steps 1 and 2; any dot becomes a full stop."""
    try:
        return idna.uts46_remap(text, std3_rules=False)
    except idna.InvalidCodepoint as error:
        raise _disallowed(error) from error


def _encoded(mapped: str) -> str:
    """The A-label form of a mapped text that holds a name and nothing around it."""
    if not mapped:
        raise _refused("domain_missing", "There is no name.", "Give a name like acme.com.")
    for char in mapped:
        if char.isascii() and char not in _LDH:
            raise unfit(char)
    labels = [_a_label(label) for label in mapped.removesuffix(".").split(".")]
    _check_bidi([_u_label(label) for label in labels])
    name = ".".join(labels)
    if len(name) > MAX_NAME:
        raise _too_long()
    return name


def _check_controls(text: str) -> None:
    for char in text:
        if is_control(char) or char in BIDI_CONTROLS:
            raise unfit(char)


def _check_pasted(mapped: str) -> None:
    host = pasted.host_in(mapped)
    if pasted.is_ip_address(host):
        raise _refused(
            "domain_is_ip_address", "That is an IP address.", "Give the name of a domain, such as acme.com."
        )
    if not pasted.holds_more_than_a_name(mapped):
        return
    if pasted.is_email(mapped):
        raise _misread("domain_is_email", "That is an e-mail address.", "Give what follows the @.", host)
    mend = "Give the name alone: no scheme, no port, no path."
    raise _misread("domain_is_url", "That is a web address, or part of one.", mend, host)


def _check_wildcard(mapped: str) -> None:
    if "*" in mapped:
        mend = "Register the name itself; what lies below it is a setting of its own."
        raise _misread("domain_wildcard", "A wildcard is not a name.", mend, mapped.removeprefix("*."))


def _check_invisible(text: str, mapped: str) -> None:
    """Refuse what the mapping drops silently: such a name is not the one whose bytes were sent."""
    if not text.isascii() and any(vanishes(char) for char in text):
        said = "The name holds a character that nobody sees."
        raise _misread("domain_invisible_character", said, "Type the name instead of pasting it.", mapped)


def _a_label(label: str) -> str:
    """The A-label of one mapped label, checked by IDNA 2008 (RFC 5891 §4 and §5.3)."""
    _check_shape(label)
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError as error:
        raise _idna_refusal(label, error) from error


def _u_label(label: str) -> str:
    if label.isascii() and label == label.lower() and not label.startswith("xn--"):
        return label  # as nearly all are, and the library takes 25 µs to say so
    try:
        return idna.ulabel(label)
    except idna.IDNAError:
        return label


def _check_shape(label: str) -> None:
    if not label:  # RFC 1035 §3.1: only the root is empty
        raise _refused(
            "domain_empty_label", "A part of the name is empty.", "Leave out the dot that is too many."
        )
    if len(label) > MAX_LABEL:  # an A-label is never shorter than its U-label
        raise _label_too_long()
    if label.startswith("-") or label.endswith("-"):  # RFC 5891 §4.2.3.1, RFC 1123 §2.1
        raise _refused(
            "domain_hyphen", "A part of the name begins or ends with a hyphen.", "Leave out that hyphen."
        )
    if label[2:4] == "--" and not label.startswith("xn--"):  # RFC 5890 §2.3.1
        said = "Hyphens in the third and fourth place of a part are reserved."
        raise _refused("domain_reserved_label", said, "Check the spelling of the name.")


def _idna_refusal(label: str, error: idna.IDNAError) -> Refusal:
    if error.code == "label_too_long":
        return _label_too_long()
    if label.startswith("xn--"):
        said = "A part that begins with xn-- is not the encoding of a sound name."
        return _refused("domain_punycode", said, "Type the name in its own letters.")
    if error.code and error.code.startswith("bidi_rule"):
        return _bidi_refusal()
    return _disallowed(error)


def _disallowed(error: idna.IDNAError) -> Refusal:
    if error.codepoint is not None:
        return unfit(chr(error.codepoint))
    return _refused(
        "domain_character", "A part of the name can't be encoded.", "Check the spelling of the name."
    )


def _check_bidi(labels: list[str]) -> None:
    """RFC 5893 §2: once one label is written from right to left, the rule binds every label of the name."""
    if not any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for label in labels for char in label):
        return
    for label in labels:
        try:
            idna.check_bidi(label, check_ltr=True)
        except idna.IDNABidiError as error:
            raise _bidi_refusal() from error


def _bidi_refusal() -> Refusal:
    said = "The name mixes writing from right to left with what can't stand beside it (RFC 5893 §2)."
    return _refused(
        "domain_bidi", said, "Keep digits and the other direction away from the edges of its parts."
    )


def _label_too_long() -> Refusal:
    mend = f"Each part has at most {MAX_LABEL} characters once it is encoded."
    return _refused("domain_label_too_long", "A part of the name is too long.", mend)


def _too_long() -> Refusal:
    return _refused(
        "domain_too_long", "The name is too long for DNS.", f"A name has at most {MAX_NAME} characters."
    )


def _misread(code: str, said: str, mend: str, candidate: str) -> Refusal:
    """A refusal that suggests the name inside what was typed, if there is a sound one."""
    try:
        name = _encoded(candidate)
    except Refusal:
        return _refused(code, said, mend)
    if "." not in name:
        return _refused(code, said, mend)
    return _refused(code, said, f"Did you mean {shown(name)}?", suggestion=name)


def _refused(code: str, said: str, mend: str, **extra: str) -> Refusal:
    return invalid(code, said, mend=mend, param="domain", **extra)
