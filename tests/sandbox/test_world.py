"""The demo's world: everything that a walk from the root needs, at one address."""

import dns.flags
import dns.message
import dns.rcode
import pytest

from letterhead.core.site import Site
from letterhead.sandbox.respond import respond
from letterhead.sandbox.world import world
from letterhead.sandbox.zones import Zones

SITE = Site(
    name="post.example",
    mx_host="mx.{region}.post.example",
    spf_include="_spf.post.example",
    platform_domain="agents.example",
    dkim_zone="dkim.post.example",
    mail_from="bounce.post.example",
)


@pytest.fixture
def zones() -> Zones:
    return world(SITE, ["acme.com", "mail.acme.com", "shop.co.uk"], address="127.0.0.7")


def asked(zones: Zones, name: str, rtype: str) -> dns.message.Message:
    return respond(zones, dns.message.make_query(name, rtype))


def answered(zones: Zones, name: str, rtype: str) -> list[str]:
    return [rdata.to_text() for rrset in asked(zones, name, rtype).answer for rdata in rrset]


@pytest.mark.parametrize(
    "origin", [".", "com", "uk", "example", "acme.com", "mail.acme.com", "shop.co.uk", "post.example"]
)
def test_each_zone_has_a_start_of_authority_and_a_server_at_the_address(zones: Zones, origin: str) -> None:
    assert len(answered(zones, origin, "SOA")) == 1
    (server,) = answered(zones, origin, "NS")
    assert answered(zones, server, "A") == ["127.0.0.7"]


@pytest.mark.parametrize(
    ("above", "name"),
    [
        (".", "com"),
        ("com", "acme.com"),
        ("acme.com", "mail.acme.com"),
        ("uk", "shop.co.uk"),
        ("example", "agents.example"),
    ],
)
def test_each_zone_is_delegated_with_glue_by_the_one_above(zones: Zones, above: str, name: str) -> None:
    zones.remove(name)
    referral = asked(zones, f"x.{name}", "TXT")
    assert not referral.flags & dns.flags.AA
    assert zones.holding(name).origin.to_text() == (f"{above}." if above != "." else ".")
    assert [str(rrset.name) for rrset in referral.authority] == [f"{name}."]
    assert [rdata.to_text() for rrset in referral.additional for rdata in rrset] == ["127.0.0.7"]


@pytest.mark.parametrize(
    ("name", "rtype", "values"),
    [
        ("mx.default.post.example", "A", ["127.0.0.7"]),
        ("bounce.post.example", "A", ["127.0.0.7"]),
        ("_spf.post.example", "TXT", ['"v=spf1 ip4:127.0.0.7 -all"']),
        ("agents.example", "MX", ["10 mx.default.post.example."]),
    ],
)
def test_the_site_publishes_what_customers_records_lead_to(
    zones: Zones, name: str, rtype: str, values: list[str]
) -> None:
    assert answered(zones, name, rtype) == values


def test_a_customer_starts_with_nothing_and_publishes_record_by_record(zones: Zones) -> None:
    for rtype in ("MX", "TXT"):
        assert answered(zones, "acme.com", rtype) == []
    assert asked(zones, "_dmarc.acme.com", "TXT").rcode() == dns.rcode.NXDOMAIN
    zones.holding("_dmarc.acme.com").put("_dmarc.acme.com", "TXT", ["v=DMARC1; p=none"])
    assert answered(zones, "_dmarc.acme.com", "TXT") == ['"v=DMARC1; p=none"']


def test_names_without_a_zone_do_not_exist_in_this_world(zones: Zones) -> None:
    assert asked(zones, "elsewhere.net", "A").rcode() == dns.rcode.NXDOMAIN
    assert asked(zones, "other.com", "A").rcode() == dns.rcode.NXDOMAIN
