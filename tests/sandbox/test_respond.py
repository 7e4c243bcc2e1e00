"""The sandbox answers as Knot DNS does: the same zone, the same questions, the same answers."""

from collections.abc import Iterator

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from letterhead.sandbox.respond import MAX_UDP_PAYLOAD, respond, udp_limit
from letterhead.sandbox.zones import Zone, Zones
from tests.nameservers.knot import Knot
from tests.nameservers.ports import free_port

ACME = """
@        3600 SOA   ns1 hostmaster 7 3600 600 86400 60
@             NS    ns1
@             NS    ns.hosting.net.
@             MX    10 mx
@             MX    20 mx.hosting.net.
@             TXT   "v=spf1 include:_spf.hosting.net -all"
@             TXT   "other" "wise"
ns1           A     192.0.2.1
ns1           AAAA  2001:db8::1
mx            A     192.0.2.2
MiXed         TXT   "case"

deep.empty    TXT   "below an empty non-terminal"
*.wild        TXT   "any"
*.wild        MX    5 mx
there.wild    A     192.0.2.3
sub.there.wild A    192.0.2.4
*.alias       CNAME mx
a.*.star      TXT   "an asterisk in the middle is no wildcard"

inside        CNAME mx
chain         CNAME inside
nowhere       CNAME missing
nodata        CNAME MiXed
outside       CNAME key.dkim.hosting.net.
sibling       CNAME www.other.com.
loop          CNAME pool
pool          CNAME loop
self          CNAME self
to-wild       CNAME x.wild
to-cut        CNAME www.child

child         NS    ns1.child
child         NS    ns.hosting.net.
ns1.child     A     192.0.2.5
ns1.child     AAAA  2001:db8::5
"""
OTHER = """
@ SOA ns hostmaster 1 3600 600 86400 3600
@ NS ns.hosting.net.
www A 192.0.2.9
"""
TEXTS = {"acme.com": ACME, "other.com": OTHER}

QUESTIONS = [
    ("acme.com", "SOA"),
    ("acme.com", "NS"),
    ("acme.com", "MX"),
    ("acme.com", "TXT"),
    ("acme.com", "AAAA"),
    ("acme.com", "CNAME"),
    ("ACME.Com", "MX"),
    ("mixed.acme.com", "TXT"),
    ("MIXED.ACME.COM", "TXT"),
    ("ns1.acme.com", "A"),
    ("ns1.acme.com", "TXT"),
    ("missing.acme.com", "TXT"),
    ("far.below.missing.acme.com", "TXT"),
    ("empty.acme.com", "TXT"),
    ("deep.empty.acme.com", "TXT"),
    ("x.empty.acme.com", "TXT"),
    ("wild.acme.com", "TXT"),
    ("x.wild.acme.com", "TXT"),
    ("X.Y.wild.acme.com", "TXT"),
    ("x.wild.acme.com", "MX"),
    ("x.wild.acme.com", "A"),
    ("*.wild.acme.com", "TXT"),
    ("there.wild.acme.com", "TXT"),
    ("x.there.wild.acme.com", "TXT"),
    ("x.sub.there.wild.acme.com", "TXT"),
    ("x.alias.acme.com", "A"),
    ("x.alias.acme.com", "CNAME"),
    ("x.alias.acme.com", "TXT"),
    ("b.star.acme.com", "TXT"),
    ("a.b.star.acme.com", "TXT"),
    ("inside.acme.com", "A"),
    ("inside.acme.com", "CNAME"),
    ("inside.acme.com", "TXT"),
    ("chain.acme.com", "A"),
    ("nowhere.acme.com", "TXT"),
    ("nodata.acme.com", "MX"),
    ("outside.acme.com", "TXT"),
    ("sibling.acme.com", "A"),
    ("loop.acme.com", "A"),
    ("self.acme.com", "A"),
    ("to-wild.acme.com", "TXT"),
    ("to-cut.acme.com", "A"),
    ("child.acme.com", "NS"),
    ("child.acme.com", "TXT"),
    ("www.child.acme.com", "A"),
    ("ns1.child.acme.com", "A"),
    ("www.other.com", "A"),
    ("www.elsewhere.com", "A"),
    ("com", "SOA"),
    (".", "NS"),
    ("acme.com", "TYPE65280"),
]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    """A real name server with the same zones."""
    server = Knot("127.0.0.1", free_port(), tmp_path_factory.mktemp("oracle"))
    try:
        server.start().publish_all(TEXTS)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def zones() -> Zones:
    return Zones(Zone(origin, text) for origin, text in TEXTS.items())


def essence(response: dns.message.Message) -> dict[str, object]:
    """All that a resolver acts on. Additional records only for referrals: elsewhere they are a courtesy."""
    referral = not response.answer and any(r.rdtype == dns.rdatatype.NS for r in response.authority)
    return {
        "rcode": response.rcode(),
        "flags": response.flags & ~dns.flags.RD,
        "question": [str(q) for q in response.question],
        "answer": _content(response.answer),
        "authority": _content(response.authority),
        "glue": _content(response.additional) if referral else None,
    }


def _content(section: list[dns.rrset.RRset]) -> list[tuple[str, str, int, list[str]]]:
    """Names in canonical form: the case may be that of the query or of the zone (RFC 4343 §4.1)."""
    return sorted(
        (
            str(rrset.name.canonicalize()),
            dns.rdatatype.to_text(rrset.rdtype),
            rrset.ttl,
            sorted(rdata.to_digestable().hex() for rdata in rrset),
        )
        for rrset in section
    )


@pytest.mark.parametrize(("name", "rtype"), QUESTIONS)
def test_the_answer_is_that_of_knot(oracle: Knot, zones: Zones, name: str, rtype: str) -> None:
    query = dns.message.make_query(name, rtype, use_edns=True, payload=4096)
    expected = dns.query.udp(query, oracle.address, port=oracle.port, timeout=5)
    assert essence(respond(zones, query)) == essence(expected)


@pytest.fixture
def acme() -> Zones:
    return Zones([Zone("acme.com", ACME)])


def answered(zones: Zones, name: str, rtype: str) -> list[str]:
    response = respond(zones, dns.message.make_query(name, rtype))
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


def test_a_change_shows_in_the_next_answer(acme: Zones) -> None:
    zone = acme.holding("acme.com")
    assert answered(acme, "_dmarc.acme.com", "TXT") == []
    zone.put("_dmarc.acme.com", "TXT", ["v=DMARC1; p=none"])
    assert answered(acme, "_dmarc.acme.com", "TXT") == ['"v=DMARC1; p=none"']
    zone.remove("_dmarc.acme.com", "TXT")
    assert respond(acme, dns.message.make_query("_dmarc.acme.com", "TXT")).rcode() == dns.rcode.NXDOMAIN


def test_a_record_below_makes_a_name_an_empty_non_terminal_until_it_is_removed(acme: Zones) -> None:
    query = dns.message.make_query("_domainkey.acme.com", "TXT")
    zone = acme.holding("acme.com")
    assert respond(acme, query).rcode() == dns.rcode.NXDOMAIN
    zone.put("s1._domainkey.acme.com", "TXT", ["v=DKIM1"])
    assert respond(acme, query).rcode() == dns.rcode.NOERROR
    zone.remove("s1._domainkey.acme.com", "TXT")
    assert respond(acme, query).rcode() == dns.rcode.NXDOMAIN


def test_a_name_that_comes_to_exist_hides_the_wildcard(acme: Zones) -> None:
    assert answered(acme, "x.wild.acme.com", "TXT") == ['"any"']
    acme.holding("acme.com").put("x.wild.acme.com", "A", ["192.0.2.7"])
    assert answered(acme, "x.wild.acme.com", "TXT") == []


def test_a_delegation_that_is_put_and_removed_again(acme: Zones) -> None:
    zone = acme.holding("acme.com")
    zone.put("new.acme.com", "NS", ["ns1.new.acme.com"])
    zone.put("ns1.new.acme.com", "A", ["192.0.2.8"])
    referral = respond(acme, dns.message.make_query("mail.new.acme.com", "MX"))
    assert not referral.flags & dns.flags.AA
    assert [str(rrset.name) for rrset in referral.authority] == ["new.acme.com."]
    assert [rdata.to_text() for rrset in referral.additional for rdata in rrset] == ["192.0.2.8"]
    zone.remove("new.acme.com", "NS")
    assert answered(acme, "ns1.new.acme.com", "A") == ["192.0.2.8"]


def test_zones_come_and_go(acme: Zones) -> None:
    query = dns.message.make_query("www.other.com", "A")
    assert respond(acme, query).rcode() == dns.rcode.REFUSED
    acme.add(Zone("other.com", OTHER))
    assert answered(acme, "www.other.com", "A") == ["192.0.2.9"]
    acme.remove("other.com")
    assert respond(acme, query).rcode() == dns.rcode.REFUSED


def test_the_deepest_zone_answers(acme: Zones) -> None:
    acme.add(Zone("child.acme.com", '@ NS ns1\nns1 A 192.0.2.5\n@ TXT "own"'))
    assert answered(acme, "child.acme.com", "TXT") == ['"own"']


@pytest.mark.parametrize("rtype", ["ANY", "AXFR", "MAILB", "TSIG"])
def test_questions_for_many_types_are_refused(acme: Zones, rtype: str) -> None:
    response = respond(acme, dns.message.make_query("acme.com", rtype))
    assert (response.rcode(), response.answer) == (dns.rcode.REFUSED, [])


def test_another_class_is_refused(acme: Zones) -> None:
    query = dns.message.make_query("acme.com", "TXT", rdclass=dns.rdataclass.CH)
    assert respond(acme, query).rcode() == dns.rcode.REFUSED


def test_other_opcodes_are_not_implemented(acme: Zones) -> None:
    query = dns.message.make_query("acme.com", "SOA")
    query.set_opcode(dns.opcode.NOTIFY)
    assert respond(acme, query).rcode() == dns.rcode.NOTIMP


@pytest.mark.parametrize("count", [0, 2])
def test_a_query_asks_exactly_one_question(acme: Zones, count: int) -> None:
    query = dns.message.make_query("acme.com", "SOA")
    query.question = query.question * count
    assert respond(acme, query).rcode() == dns.rcode.FORMERR


def test_a_later_version_of_edns_is_told_ours(acme: Zones) -> None:
    response = respond(acme, dns.message.make_query("acme.com", "SOA", use_edns=1))
    assert (response.rcode(), response.edns, response.answer) == (dns.rcode.BADVERS, 0, [])


def test_edns_is_spoken_to_those_who_speak_it(acme: Zones) -> None:
    assert respond(acme, dns.message.make_query("acme.com", "SOA", use_edns=0)).payload == MAX_UDP_PAYLOAD
    assert respond(acme, dns.message.make_query("acme.com", "SOA", use_edns=False)).edns == -1


@pytest.mark.parametrize(
    ("edns", "payload", "limit"),
    [(False, 0, 512), (0, 0, 512), (0, 512, 512), (0, 1000, 1000), (0, 1232, 1232), (0, 65_535, 1232)],
)
def test_how_much_fits_over_udp(edns: bool, payload: int, limit: int) -> None:
    assert udp_limit(dns.message.make_query("acme.com", "TXT", use_edns=edns, payload=payload)) == limit


def test_rd_is_copied_and_recursion_never_offered(acme: Zones) -> None:
    query = dns.message.make_query("acme.com", "SOA")
    assert respond(acme, query).flags & (dns.flags.RD | dns.flags.RA) == dns.flags.RD
    query.flags &= ~dns.flags.RD
    assert respond(acme, query).flags & (dns.flags.RD | dns.flags.RA) == 0
