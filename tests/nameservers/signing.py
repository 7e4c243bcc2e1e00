"""Zones with DNSSEC: signed, signed long ago, and changed after they were signed."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec

from tests.nameservers import zonetext

_DAY = timedelta(days=1)


class Signed(NamedTuple):
    """A whole zone file, and the DS record that says which key must have signed it (RFC 4034 §5)."""

    text: str
    anchor: str


def signed(zone: str, text: str, *, expired: bool = False) -> Signed:
    """Complete the text as zonetext does, and sign it for a day; `expired`: until yesterday."""
    origin = dns.name.from_text(zone)
    whole, _ = zonetext.complete(zone, text, ((f"ns1.{zone}", "127.0.0.1"),))
    records = dns.zone.from_text(whole, origin=origin, relativize=False)
    key = ec.generate_private_key(ec.SECP256R1())
    dnskey = dns.dnssec.make_dnskey(key.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
    until = datetime.now(UTC) + (-_DAY if expired else _DAY)
    dns.dnssec.sign_zone(
        records, keys=[(key, dnskey)], inception=until - 3 * _DAY, expiration=until, add_dnskey=True
    )
    digest = dns.dnssec.make_ds(origin, dnskey, dns.dnssectypes.DSDigest.SHA256)
    return Signed(records.to_text(relativize=False), f"{origin} DS {digest}")


def tampered(zone: str, text: str, old: str, new: str) -> Signed:
    """Signed, and then one word replaced by another behind the signature's back."""
    whole = signed(zone, text)
    assert old in whole.text
    return whole._replace(text=whole.text.replace(old, new))
