"""Queries as bytes, and which replies belong to them."""

import struct
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import Question, RecordType
from letterhead.resolver import wire

TXT = Question("acme.com", RecordType.TXT)


def reply(query: wire.Query, *records: str) -> dns.message.Message:
    """A proper answer to the query with these records, lines of a zone file without the owner's origin."""
    response = dns.message.make_response(dns.message.from_wire(query.wire))
    response.answer = [dns.rrset.from_text(*record.split(maxsplit=4)) for record in records]
    return response


def test_a_query_has_a_random_id_edns_of_1232_bytes_and_never_cd() -> None:
    queries = [wire.query(TXT, recursive=True, edns=True) for _ in range(50)]
    assert len({query.id for query in queries}) > 40
    parsed = dns.message.from_wire(queries[0].wire)
    assert (parsed.edns, parsed.payload) == (0, 1232)
    assert parsed.flags & dns.flags.RD
    assert not parsed.flags & dns.flags.CD
    assert parsed.question[0].to_text() == "acme.com. IN TXT"


def test_a_query_to_a_zones_own_server_does_not_desire_recursion() -> None:
    parsed = dns.message.from_wire(wire.query(TXT, recursive=False, edns=False).wire)
    assert (parsed.flags, parsed.edns) == (0, -1)


@pytest.mark.parametrize("name", ["a..b", f"{'x' * 64}.com", ".".join(["x" * 60] * 5), ".com"])
def test_a_name_that_the_dns_cannot_hold_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match="no name that the DNS can hold"):
        wire.query(Question(name, RecordType.TXT), recursive=True, edns=True)


@pytest.mark.parametrize(
    ("spoil", "accepted"),
    [
        (lambda w: w, True),
        (lambda w: w.replace(b"acme", b"aCMe"), True),
        (lambda w: w.replace(b"acme", b"acne"), False),
        (lambda w: bytes([w[0] ^ 1]) + w[1:], False),
        (lambda w: w[:2] + bytes([w[2] & 0x7F]) + w[3:], False),
        (lambda w: w[:2] + bytes([w[2] | 0x08]) + w[3:], False),
        (lambda w: w.replace(b"\x03com\x00\x00\x10", b"\x03com\x00\x00\x0f", 1), False),
        (lambda w: w.replace(b"\x00\x10\x00\x01", b"\x00\x10\x00\x03", 1), False),
        (lambda w: w[:4] + b"\x00\x02" + w[6:], False),
        (lambda w: w[:4] + b"\x00\x00" + w[6:], False),
        (lambda w: w[:11], False),
        (lambda w: w[:20], False),
        (lambda _: b"", False),
    ],
)
def test_R07_R24_a_reply_belongs_to_the_query_by_id_and_question_alone(
    spoil: Callable[[bytes], bytes], accepted: bool
) -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    assert query.is_answered_by(spoil(reply(query, "acme.com. 300 IN TXT x").to_wire())) is accepted


@pytest.mark.parametrize("rcode", range(16))
def test_only_a_server_that_understood_nothing_may_leave_the_question_out(rcode: int) -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    header = struct.pack("!HHHHHH", query.id, 0x8000 | rcode, 0, 0, 0, 0)
    assert query.is_answered_by(header) is (rcode in (1, 2, 4, 5))
    assert not query.is_answered_by(header[:6] + b"\x00\x01" + header[8:])


@given(st.binary(max_size=600))
def test_random_bytes_belong_to_no_query(junk: bytes) -> None:
    assert not wire.query(TXT, recursive=True, edns=True).is_answered_by(junk)
