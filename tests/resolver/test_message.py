"""What is read of a reply: the same as dnspython reads, within bounds."""

import random
import struct
import time
from collections.abc import Iterator
from contextlib import suppress

import dns.edns
import dns.exception
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import Question, RecordType, Txt
from letterhead.resolver import message, wire
from tests.resolver import dnspython_reading

QUERY = wire.query(Question("acme.com", RecordType.TXT), recursive=True, edns=True)


def bare(query: wire.Query, *records: bytes) -> bytes:
    """A message of these wire-format records behind the query's question."""
    return struct.pack("!HHHHHH", query.id, 0x8400, 1, len(records), 0, 0) + query.asked + b"".join(records)


def txt(rclass: int = 1, ttl: int = 300, rtype: int = 16, rdata: bytes = b"\x02hi") -> bytes:
    return b"\xc0\x0c" + struct.pack("!HHIH", rtype, rclass, ttl, len(rdata)) + rdata


@pytest.mark.parametrize(("received", "read"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, 0), (2**32 - 1, 0)])
def test_R21_a_ttl_with_the_top_bit_set_is_zero(received: int, read: int) -> None:
    (record,) = message.read(bare(QUERY, txt(ttl=received))).answer
    assert record.ttl == read


def test_R21_other_classes_and_types_are_stepped_over_however_broken() -> None:
    junk = [txt(rclass=3), txt(rtype=46, rdata=b"\xff"), txt(rtype=65_280, rdata=b"")]
    (record,) = message.read(bare(QUERY, *junk, txt())).answer
    assert record.data == Txt((b"hi",))


def test_rcodes_are_read_with_the_upper_bits_that_edns_carries() -> None:
    response = dns.message.make_response(dns.message.from_wire(QUERY.wire))
    response.set_rcode(dns.rcode.BADCOOKIE)
    assert message.read(response.to_wire()).rcode == 23


def test_R18_more_than_a_thousand_records_are_refused_by_the_header_alone() -> None:
    assert len(message.read(bare(QUERY, *[txt()] * 1000)).answer) == 1000
    header = struct.pack("!HHHHHH", QUERY.id, 0x8400, 1, 1, 1000, 0)
    with pytest.raises(message.TooLarge, match="1001 records"):
        message.read(header + QUERY.asked)


@pytest.mark.parametrize("rtype", [5, 15], ids=["CNAME", "MX"])
def test_R18_a_compression_bomb_is_given_up_quickly(rtype: int) -> None:
    deep = Question(".".join("a" * 120), RecordType.TXT)
    query = wire.query(deep, recursive=True, edns=True)
    rdata = (b"\x00\x0a" if rtype == 15 else b"") + b"\xc0\x0c"
    bomb = bare(query, *[txt(rtype=rtype, rdata=rdata)] * 1000)
    began = time.perf_counter()
    with pytest.raises(message.TooLarge, match="labels"):
        message.read(bomb)
    assert time.perf_counter() - began < 1.0


def test_a_pointer_that_points_at_itself_is_unreadable() -> None:
    loop = len(QUERY.asked) + 12
    record = struct.pack("!HHHIH", 0xC000 | loop, 16, 1, 300, 0)
    with pytest.raises(message.Unreadable):
        message.read(bare(QUERY, record))


def test_an_extended_error_and_the_servers_identifier_are_read_from_among_other_options() -> None:
    read = message.read(whole(ANSWERS[0]))
    assert [error.to_text() for error in read.errors] == ["EDE 3 (Stale Answer): old"]
    assert (read.has_edns, read.nsid) == (True, b"ns1-fra")


ANSWERS = [
    """
    acme.com. 300 IN TXT "v=spf1 " "-all"
    acme.com. 300 IN MX 10 MX.acme.com.
    acme.com. 300 IN AAAA 2001:db8::1
    acme.com. 300 IN CNAME other.example.
    """,
    """
    w.acme.com. 9 IN CNAME v.w.acme.com.
    v.w.acme.com. 9 IN A 192.0.2.1
    acme.com. 300 IN SOA ns1.acme.com. host\\.master.acme.com. 1 2 3 4 5
    """,
    """
    acme.com. 300 IN NS ns1.ACME.com.
    acme.com. 300 IN NS a\\@b\\032.acme.com.
    1.2.0.192.in-addr.arpa. 300 IN PTR acme.com.
    acme.com. 300 IN RRSIG TXT 8 2 300 20300101000000 20290101000000 1 acme.com. AAAA
    """,
]


def whole(records: str) -> bytes:
    """A reply with these records in all of its sections, and EDNS options."""
    response = dns.message.make_response(dns.message.from_wire(QUERY.wire))
    rrsets = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in records.strip().splitlines()]
    response.answer, response.authority, response.additional = rrsets[:2], rrsets[2:], rrsets[1:3]
    cookie = dns.edns.GenericOption(10, b"12345678")
    response.use_edns(0, options=[cookie, dns.edns.EDEOption(3, "old"), dns.edns.NSIDOption(b"ns1-fra")])
    return response.to_wire()


def mutants(count: int) -> Iterator[bytes]:
    """Replies of which some bytes are others, or missing."""
    chance = random.Random(11)
    originals = [whole(answer) for answer in ANSWERS]
    for number in range(count):
        mutant = bytearray(originals[number % len(originals)])
        for _ in range(chance.randint(0, 3)):
            place = chance.randrange(len(mutant))
            mutant[place] = chance.choice((chance.randrange(256), mutant[place] ^ 1, 0xC0, 0x0C, 0))
        if chance.random() < 0.1:
            mutant = mutant[: chance.randrange(len(mutant))]
        yield bytes(mutant)


def agree(count: int) -> int:
    """Hold both readings of so many mutants against each other; how many are read at all."""
    read = 0
    for mutant in mutants(count):
        ours = theirs = None
        with suppress(message.Unreadable, message.TooLarge):
            ours = message.read(mutant)
        with suppress(dns.exception.DNSException):
            theirs = dnspython_reading.read(mutant)
        # dnspython also looks into options that we step over.
        assert ours == theirs or (theirs is None and ours is not None and ours.has_edns), mutant
        read += theirs is not None
    return read


def test_R18_mutated_replies_are_read_as_dnspython_reads_them_and_raise_nothing_else() -> None:
    assert agree(3_000) > 1_000


@pytest.mark.soak
def test_R18_a_hundred_thousand_mutated_replies_are_read_as_dnspython_reads_them() -> None:
    assert agree(100_000) > 30_000


@given(st.binary(max_size=600))
def test_random_bytes_are_read_or_called_unreadable_and_raise_nothing_else(junk: bytes) -> None:
    with suppress(message.Unreadable, message.TooLarge):
        message.read(junk)
