"""What can be put into a zone, what is refused with which code, and what grows the serial."""

from pathlib import Path

import dns.name
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.refusal import Refusal
from letterhead.sandbox.presentation import MAX_RDATA
from letterhead.sandbox.zones import Zone, Zones


@pytest.fixture
def zone() -> Zone:
    return Zone("acme.com", "@ NS ns1\nns1 A 192.0.2.1\nalias CNAME ns1")


def held(zone: Zone, name: str, rtype: str) -> list[str]:
    rdataset = zone.records(dns.name.from_text(name), dns.rdatatype.from_text(rtype))
    return [] if rdataset is None else [rdata.to_text() for rdata in rdataset]


def test_a_zone_without_soa_is_given_one_that_is_kept_for_seconds_only() -> None:
    soa = Zone("acme.com").soa
    assert soa[0].to_text() == "ns1.acme.com. hostmaster.acme.com. 1 3600 600 86400 5"
    assert Zone(".").soa[0].mname.to_text() == "ns1."


def test_a_soa_of_its_own_stays() -> None:
    assert Zone("acme.com", "@ SOA a b 42 1 1 1 1").serial == 42


@pytest.mark.parametrize(
    ("rtype", "values", "expected"),
    [
        ("A", ["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]),
        ("AAAA", ["2001:db8::1"], ["2001:db8::1"]),
        ("MX", ["10 mx.site.example"], ["10 mx.site.example."]),
        ("MX", ["10 mx.site.example."], ["10 mx.site.example."]),
        ("mx", ["0 ."], ["0 ."]),
        ("CNAME", ["s1.dkim.site.example"], ["s1.dkim.site.example."]),
        ("TXT", ["v=spf1 -all"], ['"v=spf1 -all"']),
        ("TXT", ['say "hi" \\ ; $x'], ['"say \\"hi\\" \\\\ ; $x"']),
        ("TXT", [""], ['""']),
        ("TXT", ["é"], ['"\\195\\169"']),
        ("CAA", ['0 issue "ca.example"'], ['0 issue "ca.example"']),
    ],
)
def test_values_are_read_as_a_plan_writes_them(
    zone: Zone, rtype: str, values: list[str], expected: list[str]
) -> None:
    zone.put("x.acme.com", rtype, values)
    assert held(zone, "x.acme.com", rtype) == expected


@given(st.text(max_size=2000))
def test_any_text_comes_back_joined_as_it_went_in(text: str) -> None:
    zone = Zone("acme.com")
    zone.put("x.acme.com", "TXT", [text])
    (rdata,) = zone.records(dns.name.from_text("x.acme.com"), dns.rdatatype.TXT) or ()
    assert b"".join(rdata.strings).decode() == text
    assert all(len(string) <= 255 for string in rdata.strings)


def test_put_replaces_what_stood_there(zone: Zone) -> None:
    zone.put("acme.com", "TXT", ["one", "two"])
    zone.put("ACME.com.", "TXT", ["three"], ttl=7)
    assert held(zone, "acme.com", "TXT") == ['"three"']
    rdataset = zone.records(zone.origin, dns.rdatatype.TXT)
    assert rdataset is not None
    assert rdataset.ttl == 7


def test_the_serial_grows_with_each_change_and_with_nothing_else(zone: Zone) -> None:
    before = zone.serial
    zone.put("acme.com", "TXT", ["one"])
    assert zone.serial == before + 1
    zone.remove("acme.com", "TXT")
    assert zone.serial == before + 2
    zone.remove("acme.com", "TXT")
    with pytest.raises(Refusal):
        zone.put("acme.com", "A", ["nonsense"])
    assert zone.serial == before + 2


def test_the_serial_goes_round() -> None:
    zone = Zone("acme.com", f"@ SOA a b {2**32 - 1} 1 1 1 1")
    zone.put("acme.com", "TXT", ["x"])
    assert zone.serial == 0


@pytest.mark.parametrize(
    ("name", "rtype", "values", "code"),
    [
        ("other.com", "TXT", ["x"], "outside_zone"),
        ("com", "TXT", ["x"], "outside_zone"),
        ("notacme.com", "TXT", ["x"], "outside_zone"),
        ("a..acme.com", "TXT", ["x"], "bad_name"),
        ("x" * 64 + ".acme.com", "TXT", ["x"], "bad_name"),
        ("münchen.acme.com", "TXT", ["x"], "bad_name"),
        ("acme.com", "SOA", ["a b 1 1 1 1 1"], "unsupported_type"),
        ("acme.com", "DNAME", ["other.com"], "unsupported_type"),
        ("acme.com", "RRSIG", ["x"], "unsupported_type"),
        ("acme.com", "NOTATYPE", ["x"], "unsupported_type"),
        ("acme.com", "", ["x"], "unsupported_type"),
        ("acme.com", "A", ["256.0.0.1"], "bad_value"),
        ("acme.com", "A", [], "bad_value"),
        ("acme.com", "A", ["192.0.2.1\nns2 A 192.0.2.2"], "bad_value"),
        ("acme.com", "MX", ["mx.acme.com"], "bad_value"),
        ("acme.com", "MX", ["10 mx.münchen.de"], "bad_value"),
        ("acme.com", "TXT", ["x" * (MAX_RDATA + 1)], "bad_value"),
        ("acme.com", "TXT", ["\ud800"], "bad_value"),
        ("acme.com", "CNAME", ["other.com"], "cname_conflict"),
        ("ns1.acme.com", "CNAME", ["other.com"], "cname_conflict"),
        ("alias.acme.com", "TXT", ["x"], "cname_conflict"),
        ("x.acme.com", "CNAME", ["a.com", "b.com"], "cname_conflict"),
    ],
)
def test_what_cannot_be_put_is_refused_and_nothing_changes(
    zone: Zone, name: str, rtype: str, values: list[str], code: str
) -> None:
    serial = zone.serial
    with pytest.raises(Refusal) as refused:
        zone.put(name, rtype, values)
    assert refused.value.code == code
    assert zone.serial == serial


@pytest.mark.parametrize("ttl", [-1, 2**31])
def test_a_ttl_has_31_bits(zone: Zone, ttl: int) -> None:
    with pytest.raises(Refusal) as refused:
        zone.put("acme.com", "TXT", ["x"], ttl)
    assert refused.value.code == "bad_ttl"


def test_an_alias_can_be_changed_and_gives_its_place_up_when_removed(zone: Zone) -> None:
    zone.put("alias.acme.com", "CNAME", ["other.com"])
    assert held(zone, "alias.acme.com", "CNAME") == ["other.com."]
    zone.remove("alias.acme.com", "CNAME")
    zone.put("alias.acme.com", "TXT", ["x"])
    assert held(zone, "alias.acme.com", "TXT") == ['"x"']


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("@ NOTATYPE x", "bad_zone_file"),
        ("@ A 1.2.3", "bad_zone_file"),
        ('@ TXT "open', "bad_zone_file"),
        ("a TXT x\na CNAME b", "bad_zone_file"),
        ("sub DNAME other.com.", "unsupported_type"),
        ("x TYPE65280 \\# 1 00", "unsupported_type"),
    ],
)
def test_a_zone_file_that_cannot_be_served_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        Zone("acme.com", text)
    assert refused.value.code == code


def test_a_zone_file_cannot_read_other_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('@ TXT "secret"\n')
    with pytest.raises(Refusal):
        Zone("acme.com", f"$INCLUDE {tmp_path / 'secret'}")


def test_the_zone_that_holds_a_name_is_the_deepest() -> None:
    parent, child = Zone("acme.com"), Zone("mail.acme.com")
    zones = Zones([parent, child])
    assert zones.holding("x.mail.acme.com") is child
    assert zones.holding("mail.acme.com.") is child
    assert zones.holding("xmail.acme.com") is parent
    with pytest.raises(Refusal) as refused:
        zones.holding("acme.org")
    assert refused.value.code == "no_zone"
