"""Whom we ask falls ill, for real: a resolver that is killed, one that rewrites, no network at all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import httpx2
import pytest
import structlog
from structlog.typing import EventDict

from letterhead.core.canary import Symptom
from tests.flows.forwarding import passed_on
from tests.flows.program import PATIENCE, Program, write_config, zone
from tests.nameservers import lies
from tests.nameservers.authority import Authority
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.liar import Reply, Script, Transport
from tests.nameservers.ports import free_port
from tests.nameservers.unbound import Unbound

CANARIES = """
canary_good = "good.canary.org"
canary_absent = "nobody.canary.org"
canary_seconds = 1
[lifecycle]"""


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


@contextmanager
def watching(directory: Path, internet: Internet, resolver: str) -> Iterator[Program]:
    """A program with canaries, asked again each second, and cycles of a second."""
    internet.host("canary.org", "good TXT there")
    path = write_config(directory, internet, cycle=1, ladder=1, resolver=resolver)
    path.write_text(path.read_text().replace("[lifecycle]", CANARIES))
    program = Program(path).start()
    try:
        yield program
    finally:
        program.stop()


def metric(program: Program, name: str) -> float:
    text = httpx2.get(f"{program.url}/metrics", trust_env=False).text
    (line,) = (each for each in text.splitlines() if each.split("{")[0].startswith(name) and each[0] != "#")
    return float(line.rpartition(" ")[2])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_R01_a_resolver_that_is_killed_costs_no_domain_anything_and_one_alert(
    internet: Internet, tmp_path: Path, logs: list[EventDict]
) -> None:
    stubs = dict.fromkeys(("canary.org", "watched.com"), f"{CUSTOMER}@{internet.port}")
    authority = Authority(tmp_path / "authority")
    unbound = Unbound("127.0.0.46", tmp_path / "unbound", authority, stubs=stubs).start()
    try:
        with watching(tmp_path, internet, unbound.urls["tcp"]) as program:
            client = program.client()
            domain = client.register("watched.com")
            internet.host("watched.com", zone(domain))
            client.until(domain, "verified")
            assert metric(program, "letterhead_breaker_open") == 0

            unbound.stop()
            internet.host("watched.com", "")
            until(lambda: metric(program, "letterhead_breaker_open") == 1)
            assert metric(program, "letterhead_resolver_ill") == 1
            for _ in range(4):
                time.sleep(1)
                looked = client.verify(domain)
                assert (looked["status"], looked["outcome"]) == ("verified", "unknown")
            internet.host("watched.com", zone(domain))

            unbound.start()
            until(lambda: metric(program, "letterhead_breaker_open") == 0)
            assert client.verify(domain)["outcome"] == "pass"
            assert client.turns(domain) == ["verified"]
            assert metric(program, "letterhead_operator_alerts_total") == 1
    finally:
        unbound.stop()
    (alert,) = (log for log in logs if log["event"] == "operator.alert")
    assert unbound.urls["tcp"] in alert["why"]


def searching(inner: Script) -> Script:
    """A resolver that leads who mistypes a name to a page with advertisements."""

    def script(query: dns.message.Message, transport: Transport) -> Reply:
        said = inner(query, transport)
        assert isinstance(said, dns.message.Message)
        missing = said.rcode() == dns.rcode.NXDOMAIN and query.question[0].rdtype == dns.rdatatype.A
        return lies.answer("@ A 192.0.2.99", aa=False)(query, transport) if missing else said

    return script


def test_R14_a_resolver_that_rewrites_nxdomain_verifies_nothing_and_is_named(
    internet: Internet, tmp_path: Path, logs: list[EventDict]
) -> None:
    liar = internet.liar("127.0.0.37")
    liar.script(searching(passed_on(CUSTOMER, internet.port)))
    with watching(tmp_path, internet, f"udp://127.0.0.37:{internet.port}") as program:
        client = program.client()
        domain = client.register("searched.com")
        internet.host("searched.com", zone(domain))
        looked = client.verify(domain)
        assert (looked["status"], looked["outcome"]) == ("pending", "unknown")
        evidence = client.get(f"/domains/{domain['id']}/evidence")
        faults = {w["fault"] for f in evidence["findings"] for w in f["witnesses"]}
        assert faults == {"", "ill"}
        assert liar.count("searched.com") == 0, "it is not asked about any domain"
        liar.script(passed_on(CUSTOMER, internet.port))
        client.until(domain, "verified")
    ill = [log for log in logs if log["event"] == "resolver.ill"]
    assert {log["symptom"] for log in ill} == {Symptom.REWRITES}


def test_U09_without_any_network_it_starts_serves_and_takes_nothing_for_an_answer(
    internet: Internet, tmp_path: Path
) -> None:
    """Root and resolver at ports where nobody listens, as far as a test can be without a network."""
    path = write_config(tmp_path, internet, cycle=1, ladder=1, resolver=f"udp://127.0.0.1:{free_port()}")
    path.write_text(path.read_text().replace(f"_port = {internet.port}", f"_port = {free_port()}"))
    program = Program(path).start()
    try:
        client = program.client()
        assert httpx2.get(f"{program.url}/readyz", trust_env=False).status_code == 200
        domain = client.register("island.com")
        looked = client.verify(domain)
        assert (looked["status"], looked["outcome"]) == ("pending", "unknown")
        assert {record["cause"] for record in looked["records"]} == {"unreachable"}
        assert len(client.get("/domains")["data"]) == 1
    finally:
        program.stop()
