"""Zone files as tests write them: a few lines, completed to what a name server accepts."""

from collections.abc import Sequence
from itertools import count

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zone

_serials = count(1)


def complete(zone: str, text: str, servers: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """Complete `text` to the zone file of `zone`; returns it with the serial of its SOA record.

    Names are relative to the zone and the TTL is 300 s unless the text says otherwise. A text without a
    SOA is given one whose serial grows from call to call; a text without NS records at the apex is given
    one for each of `servers`, pairs of name and address, with the address of those inside the zone.
    Raises dnspython's error for a text that is no zone file.
    """
    origin = dns.name.from_text(zone)
    text = f"$ORIGIN {origin}\n$TTL 300\n{text}\n"
    parsed = dns.zone.from_text(text, origin=origin, relativize=False, check_origin=False)
    if parsed.get_rdataset(origin, dns.rdatatype.NS) is None:
        text += f"$ORIGIN {origin}\n" + "".join(_server_lines(origin, parsed, servers))
    if (soa := parsed.get_rdataset(origin, dns.rdatatype.SOA)) is not None:
        return text, int(soa[0].serial)
    serial = next(_serials)
    return f"{origin} 300 IN SOA ns1.invalid. hostmaster.invalid. {serial} 3600 600 86400 300\n{text}", serial


def _server_lines(
    origin: dns.name.Name, parsed: dns.zone.Zone, servers: Sequence[tuple[str, str]]
) -> list[str]:
    lines = []
    for name, ip in servers:
        lines.append(f"@ 300 IN NS {name}.\n")
        if dns.name.from_text(name).is_subdomain(origin):
            lines.append(address_line(name, ip))
    return lines


def address_line(name: str, ip: str) -> str:
    """The A or AAAA record of a name server, as a line of a zone file."""
    return f"{name}. 300 IN {'AAAA' if ':' in ip else 'A'} {ip}\n"
