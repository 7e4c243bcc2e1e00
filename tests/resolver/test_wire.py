"""Queries as bytes, which replies belong to them, and what is read of a reply."""

import struct
import time
from collections.abc import Callable
from contextlib import suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letterhead.core.answer import Question, RecordType
from letterhead.resolver import wire

TXT = Question("acme.com", RecordType.TXT)


def reply(query: wire.Query, *records: str) -> dns.message.Message:
    """A proper answer to the query with these records, lines of a zone file without the owner's origin."""
    message = dns.message.make_response(dns.message.from_wire(query.wire))
    message.answer = [dns.rrset.from_text(*record.split(maxsplit=4)) for record in records]
    return message


def bare(query: wire.Query, *records: bytes) -> bytes:
    """A message of these wire-format records behind the query's question."""
    return struct.pack("!HHHHHH", query.id, 0x8400, 1, len(records), 0, 0) + query.asked + b"".join(records)


def txt(rclass: int = 1, ttl: int = 300, rtype: int = 16, rdata: bytes = b"\x02hi") -> bytes:
    return b"\xc0\x0c" + struct.pack("!HHIH", rtype, rclass, ttl, len(rdata)) + rdata


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


@pytest.mark.parametrize(("received", "read"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, 0), (2**32 - 1, 0)])
def test_R21_a_ttl_with_the_top_bit_set_is_zero(received: int, read: int) -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    (record,) = wire.read(bare(query, txt(ttl=received))).answer
    assert record.ttl == read


def test_R21_other_classes_and_types_are_stepped_over_however_broken() -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    junk = [txt(rclass=3), txt(rtype=46, rdata=b"\xff"), txt(rtype=65_280, rdata=b"")]
    (record,) = wire.read(bare(query, *junk, txt())).answer
    assert record.data.strings == (b"hi",)


def test_rcodes_are_read_with_the_upper_bits_that_edns_carries() -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    message = reply(query)
    message.set_rcode(dns.rcode.BADCOOKIE)
    assert wire.read(message.to_wire()).rcode == 23


def test_R18_more_than_a_thousand_records_are_refused_by_the_header_alone() -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    assert len(wire.read(bare(query, *[txt()] * 1000)).answer) == 1000
    header = struct.pack("!HHHHHH", query.id, 0x8400, 1, 1, 1000, 0)
    with pytest.raises(wire.TooLarge, match="1001 records"):
        wire.read(header + query.asked)


@pytest.mark.parametrize("rtype", [5, 15], ids=["CNAME", "MX"])
def test_R18_a_compression_bomb_is_given_up_quickly(rtype: int) -> None:
    deep = Question(".".join("a" * 120), RecordType.TXT)
    query = wire.query(deep, recursive=True, edns=True)
    rdata = (b"\x00\x0a" if rtype == 15 else b"") + b"\xc0\x0c"
    bomb = bare(query, *[txt(rtype=rtype, rdata=rdata)] * 1000)
    began = time.perf_counter()
    with pytest.raises(wire.TooLarge, match="labels"):
        wire.read(bomb)
    assert time.perf_counter() - began < 1.0


def test_a_pointer_that_points_at_itself_is_unreadable() -> None:
    query = wire.query(TXT, recursive=True, edns=True)
    loop = len(query.asked) + 12
    record = struct.pack("!HHHIH", 0xC000 | loop, 16, 1, 300, 0)
    with pytest.raises(wire.Unreadable):
        wire.read(bare(query, record))


RICH = reply(
    wire.query(TXT, recursive=True, edns=True),
    'acme.com. 300 IN TXT "v=spf1" "-all"',
    "acme.com. 300 IN MX 10 mx.acme.com.",
    "acme.com. 300 IN SOA ns1.acme.com. host.acme.com. 1 2 3 4 5",
    "acme.com. 300 IN AAAA 2001:db8::1",
    "acme.com. 300 IN CNAME other.example.",
)
RICH.use_edns(0, options=[dns.edns.EDEOption(3, "stale"), dns.edns.GenericOption(10, b"12345678")])


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_R18_mutated_answers_are_read_or_called_unreadable_and_raise_nothing_else(
    data: st.DataObject,
) -> None:
    mutant = bytearray(RICH.to_wire())
    for _ in range(data.draw(st.integers(1, 8))):
        mutant[data.draw(st.integers(0, len(mutant) - 1))] = data.draw(st.integers(0, 255))
    mutant = mutant[: data.draw(st.one_of(st.just(len(mutant)), st.integers(0, len(mutant))))]
    with suppress(wire.Unreadable, wire.TooLarge):
        wire.read(bytes(mutant))


@given(st.binary(max_size=600))
def test_random_bytes_are_read_or_called_unreadable_and_raise_nothing_else(junk: bytes) -> None:
    wire.query(TXT, recursive=True, edns=True).is_answered_by(junk)
    with suppress(wire.Unreadable, wire.TooLarge):
        wire.read(junk)
