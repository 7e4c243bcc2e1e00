"""What a single value must look like: each function returns it in its canonical form or raises ValueError.

The text of the error follows "[section] key: " and therefore starts in the middle of a sentence.
"""

import re
import ssl
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from letterhead.core.dmarc.policy import Policy, policy_named
from letterhead.core.egress import may_connect
from letterhead.core.endpoint import endpoint
from letterhead.core.pasted import is_number
from letterhead.core.refusal import Refusal
from letterhead.core.spelling import a_label_form

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?")  # RFC 1035 §2.3.4, less one for an underscore
_LOCAL_PART = re.compile(r"[A-Za-z0-9._+-]+")  # what needs no escaping in a DMARC URI (RFC 9989 §4.8)
# User and password, hosts and ports, the database, parameters of libpq (RFC 3986 §3). A sign that must be
# escaped and is not is refused, so that no part of a password is ever taken for a host or a database.
_POSTGRES = re.compile(
    r"(?:(?:[^\s:/?#@%]|%[0-9A-Fa-f]{2})+(?::(?:[^\s:/?#@%]|%[0-9A-Fa-f]{2})*)?@)?"
    r"[^\s/?#@]*/[^\s/?#@]+(?:\?[^\s#@]*)?"
)


def hostname(text: str) -> str:
    """A hostname of two labels or more, in A-label form without the final dot (RFC 5890 §2.3.2.1)."""
    try:
        name = a_label_form(text)
    except Refusal as refusal:
        raise ValueError(f"{text!r} is no hostname. {refusal.text} {refusal.mend}") from refusal
    if "." not in name or is_number(name.rpartition(".")[2]):
        raise ValueError(f"{text!r} is no hostname such as mail.acme.com")
    return name


def regional(text: str) -> str:
    """A hostname in which `{region}` may stand for a label."""
    if "{region}" not in text:
        return hostname(text)
    example = text.replace("{region}", "eu-west-1")
    if hostname(example) != example:
        raise ValueError(f"{text!r} must be in lower-case ASCII without a final dot")
    return text


def label(text: str) -> str:
    """One label of a hostname, short enough to bear an underscore in front."""
    if not _LABEL.fullmatch(text):
        raise ValueError(f"{text!r} is no label of a hostname: lower-case letters, digits and inner hyphens")
    return text


def policy(text: str) -> Policy:
    """A DMARC policy (RFC 9989 §4.7)."""
    named = policy_named(text)
    if named is None:
        raise ValueError(f"{text!r} is no DMARC policy; there are {', '.join(Policy)}")
    return named


def mailbox(text: str) -> str:
    """A mail address that can stand in a DMARC record as it is."""
    local, at, domain = text.rpartition("@")
    if not (at and _LOCAL_PART.fullmatch(local)):
        raise ValueError(f"{text!r} is no mail address such as dmarc@acme.com")
    return f"{local}@{hostname(domain)}"


def interface(text: str) -> str:
    """Where a server may listen: an IP address, "localhost" or a hostname."""
    try:
        return str(ip_address(text))
    except ValueError:
        return text if text == "localhost" else hostname(text)


def address(text: str) -> str:
    """The IP address of a name server that the operator trusts; it may be private."""
    if not may_connect(text, allow_private=True):
        raise ValueError(f"{text!r} is no address of a name server")
    return str(ip_address(text))


def network(text: str) -> str:
    """An IP address or a network, such as 10.0.0.0/8."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no address or network: {error}") from error


def origin(text: str) -> str:
    """The origin under which people reach us: scheme, host and maybe a port, nothing else (RFC 6454 §4)."""
    parts = _split(text)
    # What is wrong is said without quoting the URL: it may hold a password.
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected a URL such as https://mail.acme.com")
    if "@" in parts.netloc:
        raise ValueError("must name no user and no password")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("must end after the host or the port: no path, no query, no fragment")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{bracketed(interface(parts.hostname))}{port}"


def resolver_url(text: str) -> str:
    """A recursive resolver in full: "tls://9.9.9.9#dns.quad9.net" has the port 853 (core/endpoint.py)."""
    try:
        return str(endpoint(text))
    except Refusal as refusal:
        raise ValueError(f"{refusal.text} {refusal.mend}") from refusal


def certificates(path: Path | None) -> Path | None:
    """A file of certificates in PEM, whole enough that somebody can be trusted by it."""
    if path is None:
        return None
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ValueError(f"{path} holds no certificates that can be read: {error.strerror}") from error
    return path


def smarthost_url(text: str | None) -> str | None:
    """A smarthost: "smtp://user:password@mail.acme.com:587", or "smtps://…" for TLS from the first byte."""
    if text is None:
        return None
    parts = _split(text)
    # What is wrong is said without quoting the URL: it may hold a password.
    is_plain = parts.path in {"", "/"} and not (parts.query or parts.fragment)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not is_plain:
        raise ValueError("expected a URL such as smtp://user:password@mail.acme.com:587")
    if (parts.username is None) != (parts.password is None) or "@" in (parts.password or ""):
        raise ValueError("needs user and password, or none of them; in a password write @ as %40, / as %2F")
    interface(parts.hostname)
    return text


def store_url(text: str) -> str:
    """A database: "sqlite:///letterhead.db", with four slashes for an absolute path, or "postgresql://…"."""
    scheme, _, rest = text.partition("://")
    # The URL is not quoted: it may hold a password.
    if scheme in {"postgresql", "postgres"}:
        if not _POSTGRES.fullmatch(rest) or "password=" in rest:
            raise ValueError(
                "expected a URL such as postgresql://user:password@host/database;"
                " in a password write @ as %40, / as %2F, : as %3A, # as %23, ? as %3F and % as %25"
            )
        return f"postgresql://{rest}"
    if scheme != "sqlite" or not rest.startswith("/") or rest == "/":
        raise ValueError(
            "expected a URL such as sqlite:///letterhead.db or postgresql://user:password@host/database"
        )
    return text


def bracketed(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address in brackets (RFC 3986 §3.2.2)."""
    return f"[{host}]" if ":" in host else host


def each(check: Callable[[str], str]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """The check of a list whose members are checked one by one and are all different."""

    def checked(texts: tuple[str, ...]) -> tuple[str, ...]:
        members = tuple(check(text) for text in texts)
        twice = next((member for member in members if members.count(member) > 1), None)
        if twice is not None:
            raise ValueError(f"names {twice} twice")
        return members

    return checked


def _split(text: str) -> SplitResult:
    """The parts of a URL whose port, where it has one, is a port."""
    parts = urlsplit(text)
    if parts.port == 0:
        raise ValueError("port 0 is no port to connect to")
    return parts
