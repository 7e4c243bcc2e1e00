"""Who is at the other end of a connection: an address, as far as it can be believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def block(address: str) -> str:
    """Whom an address stands for: itself, or its /64 where it is IPv6, all of which one host may use."""
    ip = _parsed(address)
    if ip is None:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip_network((ip, 64), strict=False))
    return str(ip)


def client(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """The block of the client: the peer's, unless the peer is a proxy of ours that says for whom it speaks.

    forwarded  the fields X-Forwarded-For in order. Each proxy adds who spoke to it at the end, so they are
               believed from the end, and only as long as one of our own proxies wrote them (A12).
    """
    address = peer
    said = [hop.strip() for field in forwarded for hop in field.split(",")]
    while said and _is_among(address, proxies) and _parsed(said[-1]) is not None:
        address = said.pop()
    return block(address)


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    ip = _parsed(address)
    return ip is not None and any(ip in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address without its zone; IPv4 in the clothes of IPv6 is IPv4 (RFC 4291 §2.5.5.2)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip
