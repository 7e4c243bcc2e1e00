"""Merging: who passed under any of the records passes under the one (S03)."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.spf.check_host import Result, check_host
from letterhead.core.spf.merge import merge
from letterhead.core.spf.record import parse
from letterhead.core.spf.term import Qualifier
from tests.core.spf.zone import drive, read_zone, txt


def _merged(*records: str) -> str:
    return merge([parse(txt(record)) for record in records]).text


@pytest.mark.parametrize(
    ("records", "merged"),
    [
        (("v=spf1 a -all",), "v=spf1 a -all"),
        (("v=spf1 a -all", "v=spf1 mx ~all"), "v=spf1 a mx ~all"),
        (("v=spf1 a -all", "v=spf1 mx ?all", "v=spf1 ~all"), "v=spf1 a mx ?all"),
        (("v=spf1 a -all", "v=spf1 +all"), "v=spf1 a +all"),
        (("v=spf1 a -all", "v=spf1 -mx +all"), "v=spf1 a +all"),
        (("v=spf1 -mx +all",), "v=spf1 -mx +all"),
        (("v=spf1 a", "v=spf1 mx"), "v=spf1 a mx"),
        (("v=spf1 a", "v=spf1 mx -all"), "v=spf1 a mx -all"),
        # twice the same, in whatever spelling
        (("v=spf1 include:X.com -all", "v=spf1 +include:x.com. -all"), "v=spf1 include:X.com -all"),
        # an exclusion must not shut out the other record's sender
        (
            ("v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/24 -all", "v=spf1 ip4:192.0.2.1 -all"),
            "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all",
        ),
        (("v=spf1 ?include:x.com a -all", "v=spf1 mx -all"), "v=spf1 mx ?include:x.com a -all"),
        (("v=spf1 -a mx -all", "v=spf1 -ip4:192.0.2.1 a -all"), "v=spf1 mx a -ip4:192.0.2.1 -all"),
        (("v=spf1 -a mx -all",), "v=spf1 -a mx -all"),
        (("v=spf1 -ip4:192.0.2.1 -all", "v=spf1 a mx -all"), "v=spf1 a mx -ip4:192.0.2.1 -all"),
        # what never counted
        (("v=spf1 a -all mx", "v=spf1 -all redirect=x.com"), "v=spf1 a -all"),
        # redirects
        (("v=spf1 a", "v=spf1 redirect=x.com"), "v=spf1 a redirect=x.com"),
        (("v=spf1 redirect=x.com", "v=spf1 redirect=X.com"), "v=spf1 redirect=x.com"),
        (("v=spf1 redirect=x.com", "v=spf1 ~a"), "v=spf1 include:x.com ~a"),
        (("v=spf1 mx", "v=spf1 ~a redirect=x.com"), "v=spf1 mx ~a redirect=x.com"),
        (("v=spf1 redirect=x.com", "v=spf1 redirect=y.com"), "v=spf1 include:x.com include:y.com"),
        (("v=spf1 redirect=x.com", "v=spf1 a ~all"), "v=spf1 include:x.com a ~all"),
        # other modifiers
        (("v=spf1 exp=x.com -all", "v=spf1 exp=y.com foo=a foo=b -all"), "v=spf1 -all exp=x.com foo=a foo=b"),
    ],
)
def test_S03_records_are_merged(records: tuple[str, ...], merged: str) -> None:
    assert _merged(*records) == merged


_ZONE = """
acme.com A 192.0.2.1
acme.com MX 10 mx.acme.com
mx.acme.com A 192.0.2.2
x.com TXT v=spf1 ip4:192.0.2.3 -ip4:192.0.2.4 ip4:192.0.2.4/31 ?all
y.com TXT v=spf1 -ip4:192.0.2.1 a:acme.com include:x.com ~all
z.com TXT v=spf1 redirect=x.com
"""
_TERMS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "+", "-", "~", "?"]),
        st.sampled_from(
            [
                *(f"ip4:192.0.2.{i}" for i in range(1, 7)),
                *("ip4:192.0.2.0/30", "ip4:192.0.2.4/30", "a", "mx", "exists:acme.com"),
                *("include:x.com", "include:y.com", "include:z.com", "all"),
            ]
        ),
    ),
)
_RECORDS = st.builds(
    lambda terms, redirect: " ".join(["v=spf1", *terms, *redirect]),
    st.lists(_TERMS, max_size=3),
    st.sampled_from([[], [], ["redirect=x.com"], ["redirect=y.com"]]),
)


def _result(record: str, last: int) -> Result:
    zone = read_zone(f"acme.com TXT {record}\n{_ZONE}")
    inquiry = check_host(IPv4Address(f"192.0.2.{last}"), "acme.com", "joe@acme.com", "mx.acme.com")
    return drive(inquiry, zone).result


@given(st.lists(_RECORDS, min_size=1, max_size=3), st.integers(1, 7))
def test_S03_two_spf_records_fail_and_the_merged_one_passes_every_old_sender(
    records: list[str], last: int
) -> None:
    merged = _merged(*records)
    result = _result(merged, last)
    if result is not Result.PERMERROR:  # more than ten lookups: the caller is told the number
        assert result is Result.PASS or all(_result(record, last) is not Result.PASS for record in records)


@given(st.lists(_RECORDS, min_size=1, max_size=4))
def test_S04_a_merged_record_lets_anyone_send_only_where_one_did(records: list[str]) -> None:
    parsed = [parse(txt(record)) for record in records]
    merged = parse(txt(merge(parsed).text))
    opened = [r for r in parsed if r.all and r.all.qualifier is Qualifier.PASS]
    assert not merged.all or merged.all.qualifier is not Qualifier.PASS or opened


@given(st.lists(_RECORDS, min_size=1, max_size=4))
def test_merging_is_lawful_and_settled(records: list[str]) -> None:
    one = merge([parse(txt(record)) for record in records])
    again = merge([parse(txt(one.text))])
    assert again.text == one.text
    assert again.cost == one.cost
