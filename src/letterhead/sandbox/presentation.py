"""Names, types, records and zone files, read from their presentation format or refused."""

from collections.abc import Sequence

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zone

from letterhead.core.refusal import invalid

TYPES = frozenset(
    {"A", "AAAA", "CAA", "CNAME", "HTTPS", "MX", "NS", "PTR", "SPF", "SRV", "SVCB", "TLSA", "TXT"}
)
"""What can be published. Without DNAME and the types of DNSSEC: what we don't act upon we don't serve."""

DEFAULT_TTL = 300  # seconds
NEGATIVE_TTL = 5  # seconds: people who play publish a record just after they looked in vain
MAX_TTL = 2**31 - 1  # RFC 2181 §8
MAX_RDATA = 65_000  # bytes; with its owner and a header a record must fit into one message over TCP


def read_name(text: str) -> dns.name.Name:
    """A full name, with or without the final dot. Raises Refusal: bad_name."""
    if not text.isascii():  # dnspython would map it by the IDNA of 2003
        raise invalid("bad_name", f"{text!r} is not in A-label form.", mend="Write xn--….", param="name")
    try:
        return dns.name.from_text(text)
    except dns.exception.DNSException as error:
        raise invalid("bad_name", f"{text!r} is no domain name: {error}.", param="name") from error


def read_type(text: str) -> dns.rdatatype.RdataType:
    """One of TYPES, in any case. Raises Refusal: unsupported_type."""
    if text.upper() not in TYPES:
        raise invalid(
            "unsupported_type",
            f"Records of type {text!r} can't be published here.",
            mend=f"Use one of {', '.join(sorted(TYPES))}.",
            param="type",
        )
    return dns.rdatatype.from_text(text)


def read_rdataset(rdtype: dns.rdatatype.RdataType, ttl: int, values: Sequence[str]) -> dns.rdataset.Rdataset:
    """Records of one name and type, as Zone.put() describes them. Raises Refusal: bad_ttl, bad_value."""
    if not 0 <= ttl <= MAX_TTL:
        raise invalid("bad_ttl", f"A TTL is 0 to {MAX_TTL} seconds, not {ttl}.", param="ttl")
    try:
        return dns.rdataset.from_rdata_list(ttl, [_rdata(rdtype, value) for value in values])
    except (dns.exception.DNSException, ValueError) as error:
        raise invalid("bad_value", f"That is no {rdtype.name} record: {error}.", param="values") from error


def read_zone_file(origin: dns.name.Name, text: str) -> dns.zone.Zone:
    """A zone file with names relative to the origin; without a SOA it is given one.

    Raises Refusal: bad_zone_file, unsupported_type.
    """
    try:
        zone = dns.zone.from_text(
            f"$TTL {DEFAULT_TTL}\n{text}\n", origin, relativize=False, check_origin=False
        )
    except (dns.exception.DNSException, ValueError) as error:
        raise invalid("bad_zone_file", f"The zone file of {origin} can't be read: {error}.") from error
    for _, rdataset in zone.iterate_rdatasets():
        if rdataset.rdtype != dns.rdatatype.SOA:
            read_type(dns.rdatatype.to_text(rdataset.rdtype))
    if zone.get_rdataset(origin, dns.rdatatype.SOA) is None:
        zone.replace_rdataset(origin, _first_soa(origin))
    return zone


def _first_soa(origin: dns.name.Name) -> dns.rdataset.Rdataset:
    server, mailbox = (dns.name.from_text(label, origin) for label in ("ns1", "hostmaster"))
    soa = f"{server} {mailbox} 1 3600 600 86400 {NEGATIVE_TTL}"
    return read_rdataset(dns.rdatatype.SOA, DEFAULT_TTL, [soa])


def _rdata(rdtype: dns.rdatatype.RdataType, value: str) -> dns.rdata.Rdata:
    text = _quoted(value) if rdtype in {dns.rdatatype.TXT, dns.rdatatype.SPF} else value
    if not text.isascii():
        raise ValueError("a name is not in A-label form")
    if "\n" in text:  # dnspython would pass over all but the first line
        raise ValueError("more than one line")
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False)
    if len(rdata.to_digestable()) > MAX_RDATA:
        raise ValueError(f"more than {MAX_RDATA} bytes")
    return rdata


def _quoted(text: str) -> str:
    """A text as character-strings of at most 255 bytes, every byte escaped (RFC 1035 §3.3.14 and §5.1)."""
    wire = text.encode()
    strings = [wire[start : start + 255] for start in range(0, len(wire), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{byte:03}" for byte in string) + '"' for string in strings)
