"""Mail addresses of people, as we are given them: one spelling for each."""

import re
from typing import Final

from letterhead.core import spelling
from letterhead.core.refusal import Refusal, invalid

MAX_ADDRESS: Final = 254
"""Octets of an address that fits into a path of SMTP (RFC 5321 §4.5.3.1.3)."""
MAX_LOCAL_PART: Final = 64
"""RFC 5321 §4.5.3.1.1."""

_DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""RFC 5322 §3.2.3, in lower case; quoted local parts are valid, and nobody has one."""


def email(text: str) -> str:
    """The address in the one spelling in which it is kept and compared: lower case, its domain in A-labels.

    RFC 5321 §2.4 would let two local parts differ by case alone; no mail system that people use does.
    Raises `email_invalid`.
    """
    local, at, domain = text.strip(" ").lower().rpartition("@")
    if not at or len(local) > MAX_LOCAL_PART or not _DOT_ATOM.fullmatch(local):
        raise _invalid("The part before the @ is missing or holds what it may not.")
    if "=?" in local:  # RFC 2047 §5: what reads a header may take it for something else than it is
        raise _invalid('The part before the @ holds "=?", with which an encoded word begins.')
    try:
        hostname = spelling.a_label_form(domain)
    except Refusal as refusal:
        raise _invalid(refusal.text) from refusal
    if "." not in hostname or len(local) + 1 + len(hostname) > MAX_ADDRESS:
        raise _invalid("It has no domain of two parts or more, or is too long.")
    return f"{local}@{hostname}"


def _invalid(text: str) -> Refusal:
    mend = "Give an address such as jane@acme.com."
    return invalid("email_invalid", f"That is no e-mail address. {text}", mend=mend, param="email")
