"""Suggestions: what is suggested is right, says nothing twice, and takes nobody's place (S03, S05)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.spf.authorisation import authorisation
from letterhead.core.spf.judgement import State
from letterhead.core.spf.record import parse
from letterhead.core.spf.salvage import salvage
from letterhead.core.spf.wanted import Wanted
from tests.core.spf.zone import drive, read_zone, txt

_WANTED = Wanted((("include:a.example.net", "include:b.example.net"), ("include:c.example.net",)))
_HOSTS = "x.com TXT v=spf1 ip4:192.0.2.1 -all\nacme.com A 192.0.2.1"


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("v=spf1 ipv4:192.0.2.1 IPv6:2001:db8::1 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"),
        ("v=spf1 a:192.0.2.1 mx:192.0.2.0/24 -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all"),
        ("v=spf1 192.0.2.1 ip4:2001:db8::/32 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all"),
        ("v=spf1 redirect:x.com", "v=spf1 redirect=x.com"),
        ("v=spf1 include: x.com, a; -all.", "v=spf1 include:x.com a -all"),
        (r"v=spf1 a \xe2\x80\x94all", "v=spf1 a -all"),
        ("v=spf1 redirect=x.com redirect=y.com", "v=spf1 redirect=x.com"),
        ("v=spf1 a moo ip4:1.2.3 mx -all", "v=spf1 a mx -all"),
        (r"v=spf1 \xff\x00", "v=spf1"),
    ],
)
def test_a_broken_record_is_read_as_it_was_meant(broken: str, meant: str) -> None:
    assert salvage(txt(broken)).text == meant


@given(st.binary(max_size=200))
def test_whatever_is_salvaged_is_a_record(octets: bytes) -> None:
    escaped = "".join(f"\\x{octet:02x}" for octet in octets)
    assert parse(txt(salvage(txt(f"v=spf1 {escaped}")).text)).terms is not None


@pytest.mark.timeout(5)
@pytest.mark.parametrize("filler", [".", ":", "a:", "1.", '"', "ip4:1"])
def test_a_hostile_record_is_salvaged_in_no_time(filler: str) -> None:
    assert salvage(txt("v=spf1 " + filler * 20_000 + "! a")).text == "v=spf1 a"


_TERMS = st.sampled_from(
    [
        *("a", "+a", "~a", "include:x.com", "include:gone.com", "include:acme.com", "ip4:192.0.2.1"),
        *(
            "include:a.example.net",
            "~include:b.example.net",
            "include:c.example.net",
            "-include:c.example.net",
        ),
        *("all", "-all", "?all", "redirect=x.com", "redirect=c.example.net", "-ip4:0.0.0.0/0"),
        *("foo=bar", "moo", "ipv4:1.2.3.4"),
    ]
)


@given(st.lists(st.lists(_TERMS, max_size=6), max_size=3))
def test_a_suggestion_that_is_followed_authorises_us(records: list[list[str]]) -> None:
    zone = "".join(f"acme.com TXT v=spf1 {' '.join(terms)}\n" for terms in records) + _HOSTS
    found = drive(authorisation("acme.com", _WANTED), read_zone(zone))
    if found.state is not State.AUTHORISED:
        assert found.suggestion is not None
        after = drive(
            authorisation("acme.com", _WANTED), read_zone(f"acme.com TXT {found.suggestion}\n{_HOSTS}")
        )
        assert (after.state, after.missing) == (State.AUTHORISED, ()) or after.state is State.LOOP
        keys = [m.key for m in parse(txt(found.suggestion)).mechanisms]
        assert len(set(keys)) == len(keys)
