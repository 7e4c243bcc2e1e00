"""Where we may connect to: the one guard between what strangers write and the network we stand in.

Name servers, mail exchangers, webhooks: whatever address came from outside is shown to `may_connect`,
and the connection is made to that very address.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NEVER_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # "this network", and the unspecified address (RFC 791 §3.2)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved, and the limited broadcast (RFC 1112 §4, RFC 919 §7)
        ),
    )
)

_PRIVATE_V4 = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",  # private use (RFC 1918)
            "100.64.0.0/10",  # behind a carrier's address translation (RFC 6598)
            "127.0.0.0/8",  # loopback (RFC 1122 §3.2.1.3)
            "169.254.0.0/16",  # link-local, and every cloud's metadata service (RFC 3927)
            "172.16.0.0/12",  # private use (RFC 1918)
            "192.0.0.0/24",  # protocol assignments (RFC 6890 §2.1)
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # relays of 6to4, withdrawn (RFC 7526)
            "192.168.0.0/16",  # private use (RFC 1918)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "198.51.100.0/24",  # documentation (RFC 5737)
            "203.0.113.0/24",  # documentation (RFC 5737)
        ),
    )
)

_PUBLIC_V6 = IPv6Network("2000::/3")  # all that is given out as global unicast (RFC 4291 §2.4)

_PRIVATE_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo and ORCHID among them (RFC 2928, RFC 4380, RFC 7343)
            "2001:db8::/32",  # documentation (RFC 3849)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)

_NEVER_V6 = (
    IPv6Network("::/128"),  # the unspecified address (RFC 4291 §2.5.2)
    IPv6Network("ff00::/8"),  # multicast (RFC 4291 §2.7)
)

_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address (RFC 6052 §2.1)


@lru_cache(maxsize=10_000)  # a name server is shown for each question to it
def may_connect(ip: str, *, allow_private: bool) -> bool:
    """Whether we may open a connection to the address `ip`, which came from somebody we don't trust.

    Only public unicast addresses pass. `allow_private` (tests, demo, a lab) lets loopback, private,
    link-local and documentation addresses pass too; multicast, broadcast, unspecified and reserved ones
    never do. An address that carries an IPv4 address is judged by that one. Text that is not exactly
    one address ("127.1", "0x7f.1", "2130706433", "fe80::1%eth0", "localhost") never passes.
    Source: the special-purpose address registries of RFC 6890.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        return _may_v6(address, allow_private) if inner is None else _may_v4(inner, allow_private)
    return _may_v4(address, allow_private)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a mapped, NAT64 or 6to4 address leads to, else None.

    Sources: RFC 4291 §2.5.5.2, RFC 6052 §2.1, RFC 3056 §2.
    """
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _may_v4(address: IPv4Address, allow_private: bool) -> bool:  # noqa: FBT001 - private, and named alike throughout
    if any(address in network for network in _NEVER_V4):
        return False
    return allow_private or not any(address in network for network in _PRIVATE_V4)


def _may_v6(address: IPv6Address, allow_private: bool) -> bool:  # noqa: FBT001 - as above
    # A scope ("%eth0") names one of our own links; nobody outside can mean it.
    if address.scope_id is not None or any(address in network for network in _NEVER_V6):
        return False
    if allow_private:
        return True
    return address in _PUBLIC_V6 and not any(address in network for network in _PRIVATE_V6)
