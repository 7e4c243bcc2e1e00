"""Knot and NSD keep the same promises: what publish() returned from is what everybody is told."""

from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import psutil
import pytest

from tests.nameservers import ports, program
from tests.nameservers.knot import Knot
from tests.nameservers.nsd import Nsd
from tests.nameservers.server import Server

SOA = "@ SOA ns1 hostmaster {} 3600 600 86400 60\n@ NS ns1.elsewhere.net.\n"


@pytest.fixture(params=[Knot, Nsd])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    server = request.param("127.0.0.1", ports.free_port(), tmp_path / "s", also=("127.0.0.2",))
    try:
        yield server.start()
    finally:
        server.stop()


def asked(server: Server, name: str, rtype: str = "TXT", *, at: str = "127.0.0.1") -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, rtype), at, port=server.port, timeout=5)


def texts(response: dns.message.Message) -> list[str]:
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


def test_each_change_is_served_at_every_address_once_publish_returns(server: Server) -> None:
    for turn in range(10):
        server.publish("acme.com", f'@ TXT "{turn}"\nx MX 10 mx.acme.com.')
        for address in server.addresses:
            assert texts(asked(server, "acme.com", at=address)) == [f'"{turn}"']
    assert texts(asked(server, "x.acme.com", "MX")) == ["10 mx.acme.com."]


def test_a_text_without_soa_and_ns_is_given_both(server: Server) -> None:
    server.publish("acme.com", '@ TXT "x"')
    assert texts(asked(server, "acme.com", "NS")) == ["ns1.acme.com."]
    assert texts(asked(server, "ns1.acme.com", "A")) == ["127.0.0.1"]
    first = asked(server, "acme.com", "SOA").answer[0][0].serial
    server.publish("acme.com", '@ TXT "y"')
    assert asked(server, "acme.com", "SOA").answer[0][0].serial > first


def test_a_text_with_soa_and_ns_is_published_as_it_stands(server: Server) -> None:
    server.publish("acme.com", SOA.format(7))
    assert asked(server, "acme.com", "SOA").answer[0][0].serial == 7
    assert texts(asked(server, "acme.com", "NS")) == ["ns1.elsewhere.net."]
    with pytest.raises(ValueError, match="raise it"):
        server.publish("acme.com", SOA.format(7))


def test_several_zones_and_the_root(server: Server) -> None:
    server.publish_all({".": '@ TXT "root"', "com": '@ TXT "com"'})
    server.publish("acme.com", '@ TXT "acme"')
    for name, text in ((".", '"root"'), ("com", '"com"'), ("acme.com", '"acme"')):
        assert texts(asked(server, name)) == [text]


def test_a_withdrawn_zone_is_refused_and_the_others_stay(server: Server) -> None:
    server.publish_all({"acme.com": '@ TXT "a"', "other.com": '@ TXT "o"'})
    server.withdraw("acme.com")
    assert asked(server, "acme.com").rcode() == dns.rcode.REFUSED
    assert texts(asked(server, "other.com")) == ['"o"']
    server.withdraw("acme.com")


def test_a_text_that_is_no_zone_file_is_an_error_at_once(server: Server) -> None:
    with pytest.raises(dns.exception.DNSException):
        server.publish("acme.com", "@ NOTATYPE x")


def test_stop_ends_every_process_and_may_be_called_again(server: Server) -> None:
    family = server.family()
    server.stop()
    server.stop()
    _, alive = psutil.wait_procs(family, timeout=2)
    assert {p.status() for p in alive} <= {psutil.STATUS_ZOMBIE}  # orphans wait for the init of a container


def test_a_server_comes_back_with_its_zones(server: Server) -> None:
    server.publish("acme.com", '@ TXT "x"')
    server.stop()
    server.start()
    assert texts(asked(server, "acme.com")) == ['"x"']
    server.publish("acme.com", '@ TXT "y"')
    assert texts(asked(server, "acme.com")) == ['"y"']


@pytest.mark.parametrize("kind", [Knot, Nsd])
def test_a_server_that_cannot_start_says_why(
    kind: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "configuration", lambda _: "nonsense\n")
    server = kind("127.0.0.1", ports.free_port(), tmp_path)
    with pytest.raises(RuntimeError, match=r"did not start:\n.*nonsense|did not start:\n.*server\.conf"):
        server.start()
    server.stop()


def test_a_deep_directory_is_no_obstacle(tmp_path: Path) -> None:
    for kind in (Knot, Nsd):
        server = kind("127.0.0.1", ports.free_port(), tmp_path / ("deep" * 30) / kind.program)
        try:
            server.start().publish("acme.com", '@ TXT "x"')
        finally:
            server.stop()


def test_ports_are_free_and_not_handed_out_twice(server: Server) -> None:
    assert not ports._is_free(server.port)
    given = [ports.free_port() for _ in range(20)]
    assert len(set(given)) == 20
    assert server.port not in given


@pytest.mark.parametrize(("ci", "outcome"), [("true", "Failed"), ("", "Skipped")])
def test_a_missing_program_fails_in_ci_and_is_skipped_by_name_elsewhere(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException, match="nosuchd is not installed") as said:
        program.find("nosuchd")
    assert type(said.value).__name__ == outcome
