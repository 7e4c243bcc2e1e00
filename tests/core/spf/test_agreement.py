"""The judgement of a record agrees with what the evaluator makes of mail from our site (S02)."""

from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.spf.authorisation import authorisation
from letterhead.core.spf.check_host import Result, check_host
from letterhead.core.spf.judgement import State
from letterhead.core.spf.remark import RemarkKind
from letterhead.core.spf.wanted import Wanted
from tests.core.spf.zone import drive, read_zone

_ZONE = """
spf.letterhead.example TXT v=spf1 ip4:198.51.100.7 -all
acme.com A 192.0.2.1
acme.com MX 10 acme.com
good.x.com TXT v=spf1 ip4:192.0.2.5 include:spf.letterhead.example ~all
late.x.com TXT v=spf1 -all include:spf.letterhead.example
soft.x.com TXT v=spf1 ~include:spf.letterhead.example -all
none.x.com TXT v=spf1 ip4:192.0.2.6 -all
bad.x.com TXT v=spf1 moo
slow.x.com TXT !timeout
"""
_TERMS = st.sampled_from(
    [
        *(
            "a",
            "mx",
            "ip4:192.0.2.0/24",
            "-ip4:192.0.2.9",
            "-ip4:0.0.0.0/0",
            "-all",
            "~all",
            "?all",
            "foo=bar",
        ),
        *("include:good.x.com", "?include:good.x.com", "include:late.x.com", "include:soft.x.com"),
        *("include:none.x.com", "include:bad.x.com", "include:gone.x.com", "include:slow.x.com"),
        *("include:spf.letterhead.example", "-include:spf.letterhead.example"),
    ]
)
_RECORDS = st.builds(
    lambda terms, redirect: " ".join(["v=spf1", *terms, *redirect]),
    st.lists(_TERMS, max_size=5),
    st.sampled_from(
        [[], ["redirect=spf.letterhead.example"], ["redirect=good.x.com"], ["redirect=slow.x.com"]]
    ),
)


@given(_RECORDS)
def test_S02_who_is_authorised_passes_and_who_passes_is_authorised(record: str) -> None:
    zone = read_zone(f"acme.com TXT {record}\n{_ZONE}")
    found = drive(authorisation("acme.com", Wanted((("include:spf.letterhead.example",),))), zone)
    verdict = drive(check_host(IPv4Address("198.51.100.7"), "acme.com", "joe@acme.com", "us.example"), zone)
    if found.state is State.AUTHORISED and not any(r.ahead_of_ours for r in found.remarks):
        assert verdict.result is Result.PASS
    if found.state is State.AUTHORISED and verdict.result is not Result.PASS:
        # Only what the remarks warn of: something broken stands ahead of ours.
        broken = {RemarkKind.BROKEN_INCLUDE, RemarkKind.DANGLING_INCLUDE}
        assert any(r.ahead_of_ours and r.kind in broken for r in found.remarks)
    if verdict.result is Result.PASS:
        assert found.state in {State.AUTHORISED, State.TOO_MANY_LOOKUPS, State.TOO_MANY_VOIDS}
