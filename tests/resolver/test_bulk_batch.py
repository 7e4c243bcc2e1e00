"""Replies that are read at one go say what each says when it is read by itself, or are left to that."""

import dns.exception
import dns.name
import dns.wire
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.resolver.bulk.batch import read_batch
from letterhead.resolver.bulk.reading import lean
from letterhead.resolver.bulk.spelled import spelled
from tests.resolver.replies import mutants, reply, section

RECORDS = {
    "acme.com MX": "acme.com. 300 IN MX 10 mx.Acme.example.",
    "acme.com TXT": 'acme.com. 300 IN TXT "v=spf1 -all"',
    "_dmarc.acme.com TXT": '_dmarc.acme.com. 60 IN TXT "v=DMARC1; p=none"',
    "k._domainkey.acme.com CNAME": "k._domainkey.acme.com. 60 IN CNAME k.dkim.example.",
}
ASKED = [section(question) for question in RECORDS]
REPLIES = [reply(question, [record], []) for question, record in RECORDS.items()]

LABEL = st.text("abcxyzABC019-_", min_size=1, max_size=44)


def agrees(asked: list[bytes], replies: list[bytes]) -> bool:
    """Hold a batch against each reply by itself; whether it was read as a batch at all."""
    batch = read_batch(asked, replies)
    if batch is None:
        return False
    rows = zip(asked, replies, *batch, strict=True)
    for question, whole, flags, ttl, data in rows:
        usual = lean(question, whole)
        assert usual is not None
        assert (usual.rcode, usual.flags, usual.soa) == ("NOERROR", flags, None)
        kind = int.from_bytes(question[-4:-2], "big")
        assert usual.records == [(None, kind, ttl, data)]
    return True


def test_single_records_are_read_at_one_go() -> None:
    assert agrees(ASKED, REPLIES)
    batch = read_batch(ASKED, REPLIES)
    assert batch is not None
    assert batch.ttls == (300, 300, 60, 60)
    assert batch.data == [
        (10, "mx.acme.example"),
        (b"v=spf1 -all",),
        (b"v=DMARC1; p=none",),
        "k.dkim.example",
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("acme.com TXT", ['acme.com. 300 IN TXT "one"', 'acme.com. 300 IN TXT "two"']),
        ("acme.com TXT", ['acme.com. 300 IN TXT "in two " "strings"']),
        ("acme.com TXT", []),
        ("acme.com MX", ["acme.com. 300 IN MX 10 mx.acme.com."]),  # a pointer into the question
        ("acme.com MX", ["acme.com. 300 IN MX 0 ."]),
        ("acme.com A", ["acme.com. 300 IN A 192.0.2.1"]),
        ("acme.com TXT", ["acme.com. 300 IN CNAME other.example."]),
    ],
    ids=["two", "two strings", "none", "compressed", "null MX", "another type", "an alias"],
)
def test_one_unusual_reply_leaves_all_to_be_read_one_by_one(question: str, answer: list[str]) -> None:
    assert not agrees([*ASKED, section(question)], [*REPLIES, reply(question, answer, [])])


def test_replies_in_the_place_of_others_are_no_batch() -> None:
    txt, dmarc = ASKED[1:3]
    assert read_batch([dmarc, txt], [REPLIES[1], REPLIES[2]]) is None


def held_against(count: int) -> int:
    """Put so many mutants among replies that are usual; how many were read as a batch with them."""
    return sum(agrees([*ASKED, asked], [*REPLIES, mutant]) for asked, mutant in mutants(count))


def test_R18_mutated_answers_are_read_at_one_go_as_they_are_by_themselves() -> None:
    assert 0 < held_against(5_000) < 1_500


@pytest.mark.soak
def test_R18_a_hundred_thousand_mutated_answers_are_read_at_one_go_as_they_are_by_themselves() -> None:
    assert 0 < held_against(100_000) < 30_000


@given(st.lists(st.binary(max_size=80), min_size=4, max_size=4))
def test_junk_is_no_batch_and_raises_nothing(junk: list[bytes]) -> None:
    assert read_batch(ASKED, junk) is None


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


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b"\0", b"\1", b"\2", b"\3", b"a", b"B", b"-", b"0", b":", b"\xc0"])).map(
            b"".join
        ),
    )
)
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
    ],
)
def test_what_is_unusual_in_a_name_is_left_to_who_walks_through_it(wire: bytes) -> None:
    assert spelled(wire) is None
