"""Names that are spelled out are read as dnspython reads them, or left to who walks through them."""

import dns.exception
import dns.name
import dns.wire
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.resolver.bulk.spelled import SAFE, spelled

LABEL = st.text("abcxyzABC019-_", min_size=1, max_size=44)
OCTETS = [b"\0", b"\1", b"\2", b"\3", b"a", b"B", b"-", b"0", b":", b"\xc0"]


def by_dnspython(wire: bytes) -> str | None:
    """The name that is all of these octets; None where there is none."""
    parser = dns.wire.Parser(wire)
    try:
        name = parser.get_name()
    except dns.exception.DNSException:
        return None
    return name.to_text(omit_final_dot=True).lower() if parser.remaining() == 0 else None


@given(st.lists(LABEL, min_size=1, max_size=5))
def test_ordinary_names_are_read_without_walking_through_them(labels: list[str]) -> None:
    assert spelled(dns.name.Name([*labels, ""]).to_wire() or b"") == ".".join(labels).lower()


@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(OCTETS)).map(b"".join)))
def test_no_octets_are_taken_for_another_name_than_dnspython_reads(wire: bytes) -> None:
    assert spelled(wire) in {None, by_dnspython(wire)}


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\0",
        b"\0\0",
        b"\x03a\0bc",  # as long as it says, with the end in the middle
        b"0" + b"a" * 57 + b":\1b\0",  # a length that looks like a letter
        b"\x02a\x01\0",
        b"\x03www\xc0\x0c",
        b"\x2d" + b"a" * 45 + b"\0",
        b"\x03a.b\0",
        (b"\x2c" + b"a" * 44) * 6 + b"\0",
        SAFE * 5,
    ],
)
def test_what_is_unusual_in_a_name_is_left_to_who_walks_through_it(wire: bytes) -> None:
    assert spelled(wire) is None
