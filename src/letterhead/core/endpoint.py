"""Endpoints: how the operator names a recursive resolver, and what is no such name.

    udp://127.0.0.1:53                       long replies come over TCP
    tcp://127.0.0.1                          one connection for all queries (RFC 7766)
    tls://9.9.9.9#dns.quad9.net              DNS over TLS (RFC 7858)
    https://9.9.9.9/dns-query#dns.quad9.net  DNS over HTTPS (RFC 8484)

A host is always an address: to find the resolver by name, there would have to be a resolver already.
What its certificate must bear stands behind the #; where nothing stands there, the address itself.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from letterhead.core.egress import may_connect
from letterhead.core.refusal import Refusal, invalid
from letterhead.core.spelling import a_label_form


class Transport(StrEnum):
    """What carries queries and replies, by the scheme of its URLs."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    HTTPS = "https"

    @property
    def is_encrypted(self) -> bool:
        """Whether the resolver proves with a certificate who it is."""
        return self in (Transport.TLS, Transport.HTTPS)


_PORTS = {Transport.UDP: 53, Transport.TCP: 53, Transport.TLS: 853, Transport.HTTPS: 443}
_USUAL_PATH = "/dns-query"  # RFC 8484 §4.1 leaves the path open; every public resolver uses this one
_PATH = re.compile(r"/[!-~]*")
_EXAMPLES = {
    Transport.UDP: "udp://127.0.0.1:53 or udp://[::1]:53",
    Transport.TCP: "tcp://127.0.0.1:53 or tcp://[::1]:53",
    Transport.TLS: "tls://9.9.9.9#dns.quad9.net",
    Transport.HTTPS: "https://9.9.9.9/dns-query#dns.quad9.net",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a resolver listens, and how it is spoken to.

    path  the path of an https:// URL, else "".
    name  the hostname that its certificate must bear, "" for the address itself.
    """

    transport: Transport
    ip: str
    port: int
    path: str = ""
    name: str = ""

    @property
    def url(self) -> str:
        """The URL without the name: "tls://9.9.9.9:853"."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.transport}://{host}:{self.port}{self.path}"

    @property
    def certified(self) -> str:
        """What the certificate must bear: the name, or the address where there is none."""
        return self.name or self.ip

    def __str__(self) -> str:
        return f"{self.url}#{self.name}" if self.name else self.url


def endpoint(url: str) -> Endpoint:
    """The endpoint that a URL names. Raises Refusal `resolver_url`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(url, "is no resolver", Transport.UDP) from error
    if parts.scheme not in _PORTS:
        raise _refused(url, "is no resolver", Transport.UDP)
    transport = Transport(parts.scheme)
    if not _is_plain(parts, transport):
        raise _refused(url, "is no resolver", transport)
    if port == 0:
        raise _refused(url, "names port 0, which is no port to connect to", transport)
    host = parts.hostname or ""
    if not may_connect(host, allow_private=True):  # the operator's own choice: it may be private
        raise _refused(url, f"is no resolver: {host!r} is no address of a name server", transport)
    return Endpoint(
        transport,
        str(ip_address(host)),
        port or _PORTS[transport],
        (parts.path if parts.path.strip("/") else _USUAL_PATH) if transport is Transport.HTTPS else "",
        _name(url, parts.fragment, transport),
    )


def _is_plain(parts: SplitResult, transport: Transport) -> bool:
    """Whether a URL has nothing but what its transport has a use for."""
    if "@" in parts.netloc or parts.query:
        return False
    if transport is Transport.HTTPS:
        return not parts.path or _PATH.fullmatch(parts.path) is not None
    return not parts.path and (transport.is_encrypted or not parts.fragment)


def _name(url: str, text: str, transport: Transport) -> str:
    if not text:
        return ""
    try:
        return a_label_form(text)
    except Refusal as refusal:
        raise _refused(url, f"is no resolver: {text!r} is no hostname", transport) from refusal


def _refused(url: str, what: str, transport: Transport) -> Refusal:
    shown = "The URL" if "@" in url else repr(url)  # it may hold a password
    return invalid(
        "resolver_url",
        f"{shown} {what}.",
        mend=f"Write the IP address of a resolver, such as {_EXAMPLES[transport]}.",
        param="dns.resolvers",
    )
