"""What of a reply counts as evidence, server by server."""

import struct
import time

import dns.message
import dns.rrset
import pytest

from letterhead.core.answer import Fault, Mx, Observation, Question, RecordType, Soa, Source, Target, Txt
from letterhead.resolver import message, wire
from letterhead.resolver.conversation import Reply
from letterhead.resolver.observation import MAX_CHAIN, observed
from tests.clock import ManualClock

ASKED = Question("w.acme.com", RecordType.TXT)
ACME = "acme.com"
SOA = "acme.com. 300 IN SOA NS1.acme.com. Host\\.Master.acme.com. 7 1 2 3 900"
FOREIGN_SOA = "other.net. 300 IN SOA a.other.net. b.other.net. 7 1 2 3 900"


def seen(
    *answer: str,
    authority: tuple[str, ...] = (),
    rcode: int = 0,
    aa: bool = True,
    zone: str | None = ACME,
    question: Question = ASKED,
) -> Observation:
    """What is observed of a server of `zone` (None: a resolver) that replied so, record by record."""
    query = wire.query(question, recursive=False, edns=False)
    rrs = [b"".join(_wire(line) for line in lines) for lines in (answer, authority)]
    flags = 0x8000 | 0x0400 * aa | rcode
    header = struct.pack("!HHHHHH", query.id, flags, 1, len(answer), len(authority), 0)
    read = message.read(header + query.asked + rrs[0] + rrs[1])
    reply = Reply(question, "udp://192.0.2.1:53", ManualClock().now(), 1.5, read)
    source = Source.RECURSIVE if zone is None else Source.AUTHORITATIVE
    return observed(reply, source, name="ns1.acme.com", zone=zone)


def _wire(line: str) -> bytes:
    owner, ttl, rclass, rtype, data = line.split(maxsplit=4)
    rrset = dns.rrset.from_text(owner, int(ttl), rclass, rtype, data)
    rdata = rrset[0].to_wire()
    head = struct.pack("!HHIH", rrset.rdtype, rrset.rdclass, rrset.ttl, len(rdata))
    return rrset.name.to_wire() + head + rdata


def test_each_type_is_put_into_cores_words() -> None:
    names = {
        RecordType.MX: ("10 MX.Acme.com.", Mx(10, "mx.acme.com")),
        RecordType.NS: ("NS1.acme.com.", Target("ns1.acme.com")),
        RecordType.PTR: ("h.acme.com.", Target("h.acme.com")),
        RecordType.SPF: ('"v=spf1" " -all"', Txt((b"v=spf1", b" -all"))),
        RecordType.TXT: ('"\\255\\000"', Txt((b"\xff\x00",))),
        RecordType.SOA: (SOA.split(maxsplit=4)[4], Soa("ns1.acme.com", "host\\.master.acme.com", 7, 900)),
    }
    for rtype, (data, expected) in names.items():
        observation = seen(f"w.acme.com. 5 IN {rtype} {data}", question=Question("w.acme.com", rtype))
        assert [r.data for r in observation.records] == [expected]


def test_a_null_mx_and_the_addresses() -> None:
    null = seen("w.acme.com. 5 IN MX 0 .", question=Question("w.acme.com", RecordType.MX))
    assert null.records[0].data == Mx(0, "")
    six = seen("w.acme.com. 5 IN AAAA 2001:DB8:0::1", question=Question("w.acme.com", RecordType.AAAA))
    assert str(six.records[0].data) == "2001:db8::1"


def test_the_same_record_twice_is_one_and_two_are_two() -> None:
    twice = seen("w.acme.com. 5 IN TXT v=spf1", "w.acme.com. 5 IN TXT v=spf1", "w.acme.com. 5 IN TXT V=spf1")
    assert [str(r.data) for r in twice.records] == ["v=spf1", "V=spf1"]


def test_R07_what_lies_outside_the_servers_zone_is_left_out() -> None:
    answer = ("w.acme.com. 5 IN CNAME x.other.net.", "x.other.net. 5 IN TXT forged")
    assert [r.owner for r in seen(*answer).records] == ["w.acme.com"]
    assert [r.owner for r in seen(*answer, zone=None).records] == ["w.acme.com", "x.other.net"]


@pytest.mark.parametrize("authority", [(), (FOREIGN_SOA,)])
def test_a_servers_denial_of_a_name_in_another_zone_does_not_count(authority: tuple[str, ...]) -> None:
    alias = "w.acme.com. 5 IN CNAME nobody.other.net."
    observation = seen(alias, authority=authority, rcode=3)
    assert (observation.rcode, observation.soa, observation.fault) == ("NOERROR", None, None)


def test_a_resolvers_denial_of_the_end_of_a_chain_counts() -> None:
    alias = "w.acme.com. 5 IN CNAME nobody.other.net."
    observation = seen(alias, authority=(FOREIGN_SOA,), rcode=3, zone=None)
    assert (observation.rcode, observation.fault) == ("NXDOMAIN", None)
    assert observation.soa is not None


@pytest.mark.parametrize("rcode", [0, 3])
@pytest.mark.parametrize(
    ("authority", "fault"),
    [
        ((SOA,), None),
        ((), Fault.NO_SOA),
        ((FOREIGN_SOA,), Fault.NO_SOA),
        (("sub.w.acme.com. 300 IN SOA a. b. 1 2 3 4 5",), Fault.NO_SOA),
        (("com. 300 IN SOA a. b. 1 2 3 4 5",), Fault.NO_SOA),
        (("acme.com. 300 IN NS ns1.acme.com.",), Fault.NO_SOA),
    ],
    ids=["own", "none", "foreign", "below", "above", "NS only"],
)
def test_R03_a_negative_answer_needs_the_soa_of_its_zone(
    rcode: int, authority: tuple[str, ...], fault: Fault | None
) -> None:
    assert seen(authority=authority, rcode=rcode).fault is fault


def test_nxdomain_beside_the_record_is_a_contradiction_and_no_answer() -> None:
    assert seen("w.acme.com. 5 IN TXT x", authority=(SOA,), rcode=3).fault is Fault.MALFORMED


@pytest.mark.parametrize(
    ("rcode", "server", "resolver"),
    [
        (2, Fault.LAME, Fault.SERVFAIL),
        (5, Fault.LAME, Fault.REFUSED),
        (1, Fault.RCODE, Fault.RCODE),
        (4, Fault.RCODE, Fault.RCODE),
        (9, Fault.LAME, Fault.RCODE),
    ],
)
def test_O13_R05_what_an_error_means_depends_on_who_makes_it(
    rcode: int, server: Fault, resolver: Fault
) -> None:
    assert (seen(rcode=rcode).fault, seen(rcode=rcode, zone=None).fault) == (server, resolver)


def test_O13_an_answer_without_authority_is_a_resolvers_but_not_a_zone_servers() -> None:
    assert seen("w.acme.com. 5 IN TXT x", aa=False).fault is Fault.LAME
    assert seen("w.acme.com. 5 IN TXT x", aa=False, zone=None).fault is None


def test_R18_of_a_long_chain_of_aliases_no_more_is_read_than_anybody_follows() -> None:
    chain = [f"n{i}.acme.com. 5 IN CNAME n{i + 1}.acme.com." for i in range(900)]
    began = time.process_time()
    observation = seen(*chain, question=Question("n0.acme.com", RecordType.TXT))
    assert time.process_time() - began < 0.25  # reading it takes a tenth of that
    assert [r.owner for r in observation.records] == [f"n{i}.acme.com" for i in range(MAX_CHAIN)]
    assert observation.fault is None
