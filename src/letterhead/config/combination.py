"""What values must be to each other, and what is legal but unwise."""

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from letterhead.config.sections import EXAMPLE_SITE, Dns, Lifecycle, Server
from letterhead.core.site import Site


def contradictions(server: Server, dns: Dns, lifecycle: Lifecycle) -> Iterator[tuple[str, str, str]]:
    """Section, key and text of each setting that can't stand beside the others."""
    if server.data_dir.exists() and not server.data_dir.is_dir():
        yield "server", "data_dir", f"{server.data_dir} is no directory"
    if not dns.authoritative and not dns.resolvers:
        yield "dns", "authoritative", "is false and there are no resolvers: there is nobody to ask"
    if dns.quorum is not None and dns.quorum > len(dns.resolvers):
        yield "dns", "quorum", f"{dns.quorum} of {len(dns.resolvers)} resolvers can never agree"
    if lifecycle.careful_seconds is not None and lifecycle.careful_seconds < lifecycle.cycle_seconds:
        yield "lifecycle", "careful_seconds", f"is shorter than a cycle of {lifecycle.cycle_seconds} seconds"
    # N09: in the open, strangers could register what is nobody's and make us ask inside our own network.
    if stranger := _beyond_loopback(dns):
        for key in ("allow_reserved_names", "allow_private_servers"):
            if getattr(dns, key):
                yield "dns", key, f"needs every root hint and resolver on loopback, and {stranger} is not"


def _beyond_loopback(dns: Dns) -> str | None:
    """The first root hint or resolver that is not on this machine.

    Hints count even while the zones' own servers are not asked: a resolver on loopback is usual in
    production, a root server there is not.
    """
    servers = (*dns.root_hints, *(urlsplit(url).hostname or "" for url in dns.resolvers))
    return next((server for server in servers if not ip_address(server).is_loopback), None)


def warnings(server: Server, site: Site, dns: Dns) -> Iterator[str]:
    """What the operator should know although it is legal."""
    if site.name == EXAMPLE_SITE:
        yield f"records would name {EXAMPLE_SITE}: set [site] name"
    if urlsplit(server.public_url).hostname in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        yield f"nobody can open {server.public_url}: set [server] public_url"
    if shared := _shared(dns):
        yield f"resolvers at one address share a cache and yet count as several: [dns] resolvers at {shared}"
    canaries = ("canary_good", "canary_absent", "canary_bogus")
    if unset := [key for key in canaries if getattr(dns, key) is None]:
        yield f"an ill resolver may go unnoticed: set [dns] {', '.join(unset)}"


def _shared(dns: Dns) -> str:
    """The addresses, this machine's own aside, at which more than one of the resolvers is."""
    hosts = Counter(urlsplit(url).hostname or "" for url in dns.resolvers)
    return ", ".join(ip for ip, many in hosts.items() if many > 1 and not ip_address(ip).is_loopback)
