"""What people paste in place of a hostname: web addresses, e-mail addresses, addresses of machines.

Texts are mapped already (UTS 46), so that every kind of dot is a full stop and all is in lower case.
"""

import re

_SIGNS = frozenset("@:/\\?#")
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//")
_PATH = re.compile(r"[/\\?#]")
_IPV6_SIGNS = frozenset("0123456789abcdef:.")
_HEXADECIMAL = re.compile(r"0x[0-9a-f]*")


def holds_more_than_a_name(text: str) -> bool:
    """Whether there is a sign in it that belongs to a URL or to an e-mail address."""
    return not _SIGNS.isdisjoint(text)


def is_email(text: str) -> bool:
    """Whether the text is rather an e-mail address than a URL with a user in it."""
    return "@" in text and _SCHEME.match(text) is None


def host_in(text: str) -> str:
    """The host of a URL (RFC 3986 §3.2), of an e-mail address, or of a name with a port or a path."""
    scheme = _SCHEME.match(text)
    authority = _PATH.split(text[scheme.end() :] if scheme else text, maxsplit=1)[0]
    host = authority.rpartition("@")[2].strip("<>")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0]


def is_ip_address(host: str) -> bool:
    """Whether a program may take it for an IP address, in whatever spelling.

    IPv4 in one to four numbers, decimal, octal or hexadecimal (inet_aton; WHATWG URL §3.5), in any
    script's digits; IPv6 with or without its mail prefix and zone (RFC 5321 §4.1.3, RFC 4007 §11).
    """
    bare = host.removeprefix("ipv6:").partition("%")[0]
    if ":" in bare:
        return _IPV6_SIGNS.issuperset(bare)
    parts = bare.removesuffix(".").split(".")
    return len(parts) <= 4 and all(is_number(part) for part in parts)


def is_number(label: str) -> bool:
    """Whether a label reads as a number, decimal or hexadecimal (WHATWG URL §3.5, "ends in a number")."""
    return label.isdecimal() or _HEXADECIMAL.fullmatch(label) is not None
