"""The liar says what its script says, over both transports, and keeps count."""

import socket
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.nameservers import lies
from tests.nameservers.liar import Liar, Script, Seen


def query(name: str = "acme.com", rtype: str = "TXT", *, edns: bool = True) -> dns.message.Message:
    return dns.message.make_query(name, rtype, use_edns=edns)


def over_udp(liar: Liar, message: dns.message.Message | None = None) -> dns.message.Message:
    return dns.query.udp(message or query(), liar.address, port=liar.port, timeout=2)


def over_tcp(liar: Liar, message: dns.message.Message | None = None) -> dns.message.Message:
    return dns.query.tcp(message or query(), liar.address, port=liar.port, timeout=2)


def datagrams(liar: Liar, message: dns.message.Message, expected: int) -> list[bytes]:
    """The raw datagrams that come back, as many as expected."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(2)
        asker.sendto(message.to_wire(), (liar.address, liar.port))
        return [asker.recv(65_535) for _ in range(expected)]


def first_text(response: dns.message.Message) -> str:
    return response.answer[0][0].to_text()


def test_without_a_script_everything_is_refused(liar: Liar) -> None:
    assert over_udp(liar).rcode() == dns.rcode.REFUSED
    assert over_tcp(liar).rcode() == dns.rcode.REFUSED


def test_queries_are_kept_with_name_type_transport_and_rd(liar: Liar) -> None:
    over_udp(liar, query("ACME.com", "MX"))
    iterative = query()
    iterative.flags &= ~dns.flags.RD
    over_tcp(liar, iterative)
    assert liar.queries == [Seen("acme.com", "MX", "udp", rd=True), Seen("acme.com", "TXT", "tcp", rd=False)]
    assert liar.count() == 2
    assert liar.count("acme.com", transport="tcp") == 1
    assert liar.count(rtype="A") == 0


def test_a_new_script_holds_from_the_next_query_on(liar: Liar) -> None:
    for text in ('"one"', '"two"'):
        liar.script(lies.answer(f"@ TXT {text}"))
        assert first_text(over_udp(liar)) == text


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.BADVERS, 11])
def test_rcode(liar: Liar, code: int) -> None:
    liar.script(lies.rcode(code))
    assert over_udp(liar).rcode() == code


def test_truncated_everywhere(liar: Liar) -> None:
    liar.script(lies.truncated_everywhere())
    assert over_udp(liar).flags & dns.flags.TC
    assert over_tcp(liar).flags & dns.flags.TC


def test_each_transport_by_a_script_of_its_own(liar: Liar) -> None:
    liar.script(lies.per_transport(udp=lies.truncated_everywhere(), tcp=lies.answer('@ TXT "whole"')))
    assert over_udp(liar).answer == []
    assert first_text(over_tcp(liar)) == '"whole"'


def test_nxdomain_without_soa(liar: Liar) -> None:
    liar.script(lies.nxdomain_without_soa())
    response = over_udp(liar)
    assert (response.rcode(), response.authority) == (dns.rcode.NXDOMAIN, [])


def test_wrong_id_and_wrong_question_differ_from_the_query(liar: Liar) -> None:
    asked = query()
    liar.script(lies.wrong_id())
    (wire,) = datagrams(liar, asked, 1)
    response = dns.message.from_wire(wire)
    assert response.id != asked.id
    assert response.question == asked.question
    liar.script(lies.wrong_question())
    (wire,) = datagrams(liar, asked, 1)
    response = dns.message.from_wire(wire)
    assert response.id == asked.id
    assert response.question != asked.question


def test_a_forged_flood_comes_before_the_truth_and_never_bears_its_id(liar: Liar) -> None:
    asked = query()
    liar.script(lies.forged_first(50, lies.answer('@ TXT "true"')))
    *forged, true = [dns.message.from_wire(wire) for wire in datagrams(liar, asked, 51)]
    assert {first_text(message) for message in forged} == {'"forged"'}
    assert asked.id not in {message.id for message in forged}
    assert (true.id, first_text(true)) == (asked.id, '"true"')


def test_slow_answers_come_later_and_hold_nobody_up(liar: Liar) -> None:
    liar.script(lies.slow(0.3, lies.answer('@ TXT "late"')))
    began = time.monotonic()
    assert first_text(over_udp(liar)) == '"late"'
    assert time.monotonic() - began >= 0.3
    assert len(liar.queries) == 1


@pytest.mark.parametrize("script", [lies.garbage(), lies.mangled(lies.answer('@ TXT "x"'), 20)])
def test_garbage_is_no_message(liar: Liar, script: Script) -> None:
    liar.script(script)
    (wire,) = datagrams(liar, query(), 1)
    with pytest.raises(dns.exception.DNSException):
        dns.message.from_wire(wire)


@pytest.mark.parametrize("size", [5_000, 60_000])
def test_huge_answers_have_about_the_size_asked_for(liar: Liar, size: int) -> None:
    liar.script(lies.huge(size))
    for response in (over_udp(liar), over_tcp(liar)):
        assert abs(len(response.to_wire(max_size=65_535)) - size) < 300


def test_edns_formerr_answers_only_queries_without_opt(liar: Liar) -> None:
    liar.script(lies.edns_formerr(lies.answer('@ TXT "old"')))
    refused = over_udp(liar)
    assert (refused.rcode(), refused.edns) == (dns.rcode.FORMERR, -1)
    assert first_text(over_udp(liar, query(edns=False))) == '"old"'


def test_silence_and_no_tcp() -> None:
    liar = Liar(tcp=False).start()
    try:
        liar.script(lies.silent())
        with pytest.raises(dns.exception.Timeout):
            dns.query.udp(query(), liar.address, port=liar.port, timeout=0.1)
        with pytest.raises(ConnectionRefusedError):
            over_tcp(liar)
    finally:
        liar.stop()


def test_what_is_no_query_is_passed_over(liar: Liar) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(b"junk", (liar.address, liar.port))
    assert over_udp(liar).rcode() == dns.rcode.REFUSED
    assert liar.count() == 1


def test_an_error_in_a_script_comes_to_light_at_the_end() -> None:
    def broken(_query: dns.message.Message, _transport: str) -> bytes:
        raise KeyError("mistake")

    liar = Liar().start()
    liar.script(broken)
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(query(), liar.address, port=liar.port, timeout=0.1)
    with pytest.raises(KeyError, match="mistake"):
        liar.stop()
