"""Local parts on the platform domain, which all teams share: what is one, and which are nobody's (O17).

Two local parts that people would take for one are one: case, dots and what stands behind a plus do not count.
"""

import re
from typing import Final

from letterhead.core.refusal import invalid

_OPERATORS = """
abuse ftp hostmaster info marketing news noc postmaster sales security support trouble usenet uucp webmaster
www
"""
"""Mailboxes that every domain has for whoever runs it (RFC 2142)."""

_AUTHORITIES = """
admin administrator domain is it mis root ssladmin ssladministrator sslwebmaster sysadmin
"""
"""Where authorities send, or sent once, what proves control of a domain (CA/Browser Forum BR §3.2.2.4.4)."""

_PROGRAMS = """
api autoconfig autodiscover bounce bounces daemon dkim dmarc dmarcreports dns donotreply imap letterhead mail
mailerdaemon nobody noreply pop3 smtp spf tlsrpt unsubscribe
"""
"""From and to which programs send."""

_VOICES = """
account accounting accounts alert alerts billing careers ceo cfo compliance contact cto dpo finance gdpr hello
help helpdesk hr invoice invoices jobs legal login moderator notification notifications office operations
operator ops owner password payment payments press privacy service staff status system team
verification verify
"""
"""What people take for the operator's own voice."""

RESERVED: Final = frozenset(f"{_OPERATORS} {_AUTHORITIES} {_PROGRAMS} {_VOICES}".split())
"""In folded form, without hyphens and underscores, which are not counted either."""

_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
MAX_LENGTH: Final = 64
"""RFC 5321 §4.5.3.1.1."""


def platform_local_part(text: str) -> str:
    """The local part in the one spelling that is unique on the platform domain.

    Raises `local_part_invalid`, or `local_part_reserved` for what belongs to the operator.
    """
    canonical = folded(text)
    if not _SHAPE.fullmatch(canonical) or len(text) > MAX_LENGTH or ".." in text:
        raise invalid(
            "local_part_invalid",
            "On the shared domain an address begins with letters, digits, hyphens and underscores alone.",
            mend="Use 1 to 64 of a to z, 0 to 9, - and _, with a letter or digit at both ends.",
            param="local_part",
        )
    if re.sub(r"[-_]", "", canonical) in RESERVED:
        raise invalid(
            "local_part_reserved",
            f"{canonical} is reserved for the operator of the shared domain.",
            mend="Use another name, or a domain of your own.",
            param="local_part",
        )
    return canonical


def folded(text: str) -> str:
    """What counts of a local part: in lower case, without dots, and without a plus and what follows it."""
    return text.lower().partition("+")[0].replace(".", "")
