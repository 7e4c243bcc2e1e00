"""What values must be to each other, and what is legal but unwise."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from letterhead.config.sections import EXAMPLE_SITE, Dns
from letterhead.core.site import Site


def contradictions(data_dir: Path, dns: Dns) -> Iterator[tuple[str, str, str]]:
    """Section, key and text of each setting that can't stand beside the others."""
    if data_dir.exists() and not data_dir.is_dir():
        yield "server", "data_dir", f"{data_dir} is no directory"
    if not dns.authoritative and not dns.resolvers:
        yield "dns", "authoritative", "is false and there are no resolvers: there is nobody to ask"
    if dns.quorum is not None and dns.quorum > len(dns.resolvers):
        yield "dns", "quorum", f"{dns.quorum} of {len(dns.resolvers)} resolvers can never agree"
    if stranger := _beyond_loopback(dns):
        for key in ("allow_reserved_names", "allow_private_servers"):
            if getattr(dns, key):
                yield (
                    "dns",
                    key,
                    f"is for tests and demo, where every root hint and resolver is on loopback; {stranger} is not",
                )


def _beyond_loopback(dns: Dns) -> str | None:
    """The first root hint or resolver that is not on this machine.

    Hints count even while the zones' own servers are not asked: a resolver on loopback is usual in
    production, a root server there is not.
    """
    servers = (*dns.root_hints, *(urlsplit(url).hostname or "" for url in dns.resolvers))
    return next((server for server in servers if not ip_address(server).is_loopback), None)


def warnings(site: Site, dns: Dns) -> Iterator[str]:
    """What the operator should know although it is legal."""
    if site.name == EXAMPLE_SITE:
        yield f"records would name {EXAMPLE_SITE}: set [site] name"
    canaries = ("canary_good", "canary_absent", "canary_bogus")
    if unset := [key for key in canaries if getattr(dns, key) is None]:
        yield f"an ill resolver may go unnoticed: set [dns] {', '.join(unset)}"
