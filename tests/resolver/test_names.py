"""Names as text: what lies below what, by label and not by letter, as dnspython sees it."""

import dns.exception
import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.resolver import names

LABEL = st.one_of(
    st.sampled_from([b"com", b"acme", b"A", b"a.b", b"a\\", b"\\.", b"\xff"]),
    st.binary(min_size=1, max_size=9),
)
NAME = st.lists(LABEL, max_size=5).map(lambda labels: dns.name.Name([*labels, b""]))


@given(NAME, NAME)
def test_what_lies_below_what_is_a_matter_of_labels(one: dns.name.Name, other: dns.name.Name) -> None:
    for name, zone in ((one, other), (one, one), (one, dns.name.root)):
        assert names.is_below(names.name_text(name), names.name_text(zone)) is name.is_subdomain(zone)
    below = dns.name.Name((*one.labels[:-1], *other.labels))
    if len(below.to_wire()) <= 255:
        assert names.is_below(names.name_text(below), names.name_text(other))


@pytest.mark.parametrize(
    ("name", "zone", "expected"),
    [
        ("acme.com", "acme.com", True),
        ("w.acme.com", "acme.com", True),
        ("notacme.com", "acme.com", False),
        ("com", "acme.com", False),
        ("acme.com", "", True),
        ("w\\.acme.com", "acme.com", False),
        ("w\\\\.acme.com", "acme.com", True),
    ],
)
def test_R07_a_name_that_only_ends_alike_is_not_below(name: str, zone: str, expected: bool) -> None:
    assert names.is_below(name, zone) is expected


@given(NAME)
def test_labels_and_parents_are_those_of_the_name(name: dns.name.Name) -> None:
    text = names.name_text(name)
    assert len(names.labels(text)) == len(name.labels) - 1
    if name != dns.name.root:
        assert names.parent(text) == names.name_text(name.parent())


@given(NAME)
def test_the_one_form_of_a_name_stays_as_it_is(name: dns.name.Name) -> None:
    assert names.canonical(names.name_text(name) or ".") == names.name_text(name)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("ACME.com.", "acme.com"), ("a\\066c.com", "abc.com"), (".", ""), ("a(b.com", "a\\(b.com")],
)
def test_a_name_is_brought_into_the_one_form(written: str, canonical: str) -> None:
    assert names.canonical(written) == canonical


@pytest.mark.parametrize("name", ["a..b", f"{'x' * 64}.com", ".com"])
def test_a_name_that_the_dns_cannot_hold_has_no_form(name: str) -> None:
    with pytest.raises(dns.exception.DNSException):
        names.canonical(name)
