"""Where the names of receivers lead: asked of this machine's own name servers, by their absolute names.

In the loop and not by getaddrinfo, which keeps a thread for as long as a stranger's name servers please
(docs/decisions/0016-names-of-receivers.md): whoever gives a look-up up leaves nothing of it behind. What the
machine says of itself is heard as usual: its hosts file first, then the name servers of its resolv.conf.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN

HOSTS: Final = Path("/etc/hosts")

SECONDS: Final = 3.0
"""For one name, both families side by side, whoever of our name servers is asked."""

ONE_SERVER: Final = 1.0
"""Seconds until the next of our name servers is asked, or the only one once more."""

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, first those of a family in which there is a way. Raises OSError, Shortage."""


class Shortage(OSError):
    """It failed for want of something of ours: it says nothing about the name, nor about who is behind it."""


def system_look_up(configured: Callable[[], Resolver] = Resolver, hosts: Path = HOSTS) -> LookUp:
    """Looks names up as this machine does. Its files are read each time: a network may change.

    configured  the name servers of the machine; raises DNSException or ValueError where there are none.
    """

    async def look_up(name: str, port: int) -> Sequence[str]:
        found = _in_hosts(hosts, name) or await _in_dns(_resolver(configured), name)
        first = {":" in each: each for each in reversed(found)}
        ways = {is_v6: _is_on_a_way(each, port) for is_v6, each in first.items()}
        return sorted(dict.fromkeys(found), key=lambda each: not ways[":" in each])

    return look_up


def _in_hosts(hosts: Path, name: str) -> list[str]:
    """The addresses that the hosts file has for a name (hosts(5)); none where there is no such file."""
    try:
        lines = hosts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    fields = [line.partition("#")[0].lower().split() for line in lines]
    return [address for address, *names in filter(None, fields) if name in names]


def _resolver(configured: Callable[[], Resolver]) -> Resolver:
    try:
        resolver = configured()
    except (DNSException, ValueError) as error:
        raise Shortage("this machine names no name server that can be asked") from error
    resolver.timeout = ONE_SERVER
    return resolver


async def _in_dns(resolver: Resolver, name: str) -> list[str]:
    """The addresses of both families; it will do to know one of them. Raises OSError, Shortage."""
    families = await asyncio.gather(*(_of_type(resolver, name, rtype) for rtype in ("A", "AAAA")))
    found = [address for family in families for address in family or ()]
    if not found and None in families:
        if not await _is_served(resolver):
            raise Shortage("our own name servers are out of order")
        raise OSError("its name servers do not answer as they should")
    return found


async def _of_type(resolver: Resolver, name: str, rtype: str) -> list[str] | None:
    """The addresses of one family; None where nobody could tell."""
    try:
        answer = await resolver.resolve(f"{name}.", rtype, raise_on_no_answer=False, lifetime=SECONDS)
    except NXDOMAIN:
        return []
    except DNSException:
        return None
    return [rdata.address for rdata in answer.rrset or ()]


async def _is_served(resolver: Resolver) -> bool:
    """Whether our name servers know of the root, which every name server does that is in order."""
    try:
        await resolver.resolve(".", "NS", raise_on_no_answer=False, lifetime=ONE_SERVER)
    except NXDOMAIN:
        return True
    except DNSException:
        return False
    return True


def _is_on_a_way(address: str, port: int) -> bool:
    """Whether this machine has any way to an address (RFC 6724 §6, rule 1). Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, port))
    except OSError:
        return False
    return True
