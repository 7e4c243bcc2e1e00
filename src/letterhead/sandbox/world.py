"""A whole DNS at one address: a root, top-level domains, the site's zones and the customers' empty ones."""

from collections.abc import Iterable

import dns.name

from letterhead.core.site import Site
from letterhead.sandbox.presentation import read_name
from letterhead.sandbox.zones import Zone, Zones


def world(site: Site, customers: Iterable[str], *, address: str = "127.0.0.1") -> Zones:
    """Zones in which a walk from the root finds the site and the customers, all served at `address`.

    The site's names are filled with what customers' records lead to: the MX hosts are at `address` and the
    SPF record allows it. Each customer (a hostname) has a zone without any record of a mail domain; what a
    plan asks for goes there by `zones.holding(record.host).put(record.host, record.type, [record.text])`.
    `address` is of IPv4. Raises Refusal: bad_name.
    """
    zones = Zones([_zone(dns.name.root, address)])
    ours = [name.replace("{region}", site.region) for name in site.names]
    origins = _outermost(ours) | {read_name(name) for name in customers}
    tops = {origin.split(2)[1] for origin in origins}
    for origin in sorted(origins | tops, key=len):
        _delegate(zones, _zone(origin, address), address)
    _fill(zones, site, address)
    return zones


def _outermost(names: Iterable[str]) -> set[dns.name.Name]:
    """Those of the names that are not below another of them; the others are part of its zone."""
    parsed = {read_name(name) for name in names}
    return {name for name in parsed if not any(name.is_subdomain(other) for other in parsed - {name})}


def _zone(origin: dns.name.Name, address: str) -> Zone:
    """A zone with nothing but its name server."""
    return Zone(origin.to_text(), f"@ NS ns1\nns1 A {address}")


def _delegate(zones: Zones, zone: Zone, address: str) -> None:
    """Serve the zone and lead to it from the one above, with glue (RFC 1034 §4.2.1)."""
    server = f"ns1.{zone.origin}"
    above = zones.holding(zone.origin.to_text())
    above.put(zone.origin.to_text(), "NS", [server])
    above.put(server, "A", [address])
    zones.add(zone)


def _fill(zones: Zones, site: Site, address: str) -> None:
    """Publish what the site itself must publish."""
    mx_host = site.mx_host.replace("{region}", site.region)
    _put(zones, mx_host, "A", address)
    _put(zones, site.mail_from, "A", address)
    _put(zones, site.spf_include, "TXT", f"v=spf1 ip4:{address} -all")
    _put(zones, site.platform_domain, "MX", f"10 {mx_host}")
    _put(zones, site.platform_domain, "TXT", f"v=spf1 include:{site.spf_include} -all")


def _put(zones: Zones, name: str, rtype: str, value: str) -> None:
    zones.holding(name).put(name, rtype, [value])
