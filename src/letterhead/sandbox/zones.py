"""Zones whose records change at run time: what a name stands for, not yet how a query is answered."""

from collections.abc import Iterable, Mapping, Sequence

import dns.name
import dns.rdataset
import dns.rdatatype

from letterhead.core.refusal import conflict, invalid, missing
from letterhead.sandbox.presentation import DEFAULT_TTL, read_name, read_rdataset, read_type, read_zone_file

Records = Mapping[dns.rdatatype.RdataType, dns.rdataset.Rdataset]
"""What stands at one name, by type."""


class Zone:
    """All records from `origin` down to the delegations out of it, the SOA included.

    text  a zone file to start from, names relative to the origin; without a SOA it is given one.

    The serial of the SOA grows with every change (RFC 1035 §3.3.13). Names passed in are full names, with or
    without the final dot, in A-label form. Raises Refusal: bad_name, bad_zone_file,
    unsupported_type.
    """

    def __init__(self, origin: str, text: str = "") -> None:
        self.origin = read_name(origin)
        self._zone = read_zone_file(self.origin, text)

    @property
    def soa(self) -> dns.rdataset.Rdataset:
        """The start of authority: one record."""
        return self._zone.find_rdataset(self.origin, dns.rdatatype.SOA)

    @property
    def serial(self) -> int:
        """The version of the content."""
        return int(self.soa[0].serial)

    def put(self, name: str, rtype: str, values: Sequence[str], ttl: int = DEFAULT_TTL) -> None:
        """Publish `values` as the records of this name and type, in place of those that stood there.

        values  as behind the type in a zone file, names in them full with or without the final dot; but a TXT
                is the bare text, without quotes and of any length, as in core.record.Record.text.
        ttl     seconds.
        Raises Refusal: bad_name, outside_zone, unsupported_type, bad_value, bad_ttl, cname_conflict.
        """
        owner, rdtype = self._owner(name), read_type(rtype)
        rdataset = read_rdataset(rdtype, ttl, values)
        self._check_alias(owner, rdtype, len(values))
        self._zone.replace_rdataset(owner, rdataset)
        self._grow()

    def remove(self, name: str, rtype: str) -> None:
        """Take all records of this name and type away; nothing happens where there are none.

        Raises Refusal: bad_name, outside_zone, unsupported_type.
        """
        owner, rdtype = self._owner(name), read_type(rtype)
        if self._zone.get_rdataset(owner, rdtype) is not None:
            self._zone.delete_rdataset(owner, rdtype)
            self._grow()

    def cut(self, name: dns.name.Name) -> dns.name.Name | None:
        """The highest delegation at or above `name`; None where the name is ours (RFC 1034 §4.2.1)."""
        for depth in range(len(self.origin) + 1, len(name) + 1):
            candidate = name.split(depth)[1]
            if self._zone.get_rdataset(candidate, dns.rdatatype.NS) is not None:
                return candidate
        return None

    def lookup(self, name: dns.name.Name) -> Records | None:
        """The records of a name inside the zone; None where the name does not exist.

        An empty non-terminal exists without records (RFC 4592 §2.2.2). A name that does not exist is
        what the wildcard below its closest encloser says, where there is one (RFC 4592 §3.3.1).
        """
        if self._exists(name):
            return self._at(name)
        encloser = name.parent()
        while not self._exists(encloser):
            encloser = encloser.parent()
        wildcard = dns.name.from_text("*", encloser)
        return self._at(wildcard) if self._exists(wildcard) else None

    def records(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rdataset.Rdataset | None:
        """What was put at exactly this name, also glue below a delegation."""
        return self._at(name).get(rdtype)

    def _at(self, name: dns.name.Name) -> Records:
        node = self._zone.get_node(name)
        return {} if node is None else {rdataset.rdtype: rdataset for rdataset in node}

    def _exists(self, name: dns.name.Name) -> bool:
        return self._zone.get_node(name) is not None or any(n.is_subdomain(name) for n in self._zone.nodes)

    def _owner(self, name: str) -> dns.name.Name:
        owner = read_name(name)
        if not owner.is_subdomain(self.origin):
            raise invalid("outside_zone", f"{name} is not in the zone {self.origin}.", param="name")
        return owner

    def _check_alias(self, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType, count: int) -> None:
        """RFC 1034 §3.6.2: a name with a CNAME has no other record, and not two of them (RFC 2181 §10.1)."""
        alias = dns.rdatatype.CNAME
        if rdtype == alias and count > 1:
            raise conflict("cname_conflict", f"{owner} can be an alias of one name only.")
        others = self._at(owner).keys() - {rdtype}
        if others and alias in {rdtype, *others}:
            raise conflict(
                "cname_conflict",
                f"{owner} can't have a CNAME and other records.",
                mend="Remove the one or the other first.",
            )

    def _grow(self) -> None:
        """Serials are counted in a circle of 2^32 (RFC 1982 §3.1)."""
        soa = self.soa
        grown = soa[0].replace(serial=(self.serial + 1) % 2**32)
        self._zone.replace_rdataset(self.origin, dns.rdataset.from_rdata(soa.ttl, grown))


class Zones:
    """The zones of one name server."""

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        self._zones = {zone.origin: zone for zone in zones}

    def add(self, zone: Zone) -> None:
        """Serve this zone, in place of another with the same origin."""
        self._zones[zone.origin] = zone

    def remove(self, origin: str) -> None:
        """Serve this zone no longer; nothing happens where it is not served."""
        self._zones.pop(read_name(origin), None)

    def find(self, name: dns.name.Name) -> Zone | None:
        """The zone with the longest origin that `name` ends with (RFC 1034 §4.3.2 step 2)."""
        for depth in range(len(name), 0, -1):
            if (zone := self._zones.get(name.split(depth)[1])) is not None:
                return zone
        return None

    def holding(self, name: str) -> Zone:
        """The zone in which a record for `name` is to be put. Raises Refusal: bad_name, no_zone."""
        zone = self.find(read_name(name))
        if zone is None:
            raise missing("no_zone", f"No zone here holds {name}.")
        return zone
