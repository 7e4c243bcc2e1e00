"""What a recursive resolver has not seen yet, what it still sees, and what nobody can see whole."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from letterhead.core.cause import Cause
from tests.flows.forwarding import NEGATIVE_TTL, Cache, passed_on
from tests.flows.program import Program, record, write_config, zone
from tests.nameservers import lies
from tests.nameservers.internet import CUSTOMER, Internet


@pytest.fixture
def cache(internet: Internet) -> Cache:
    """A recursive resolver, of which the program is told."""
    return Cache(CUSTOMER, internet.liar("127.0.0.30"))


@pytest.fixture
def careful(tmp_path: Path, internet: Internet, cache: Cache) -> Iterator[Program]:
    program = Program(write_config(tmp_path, internet, resolver=cache.url))
    try:
        yield program.start()
    finally:
        program.stop()


def test_R11_R12_a_cache_neither_spoils_a_first_look_nor_hides_a_later_change(
    careful: Program, internet: Internet, cache: Cache
) -> None:
    client = careful.client()
    internet.host("cached.com", "")
    domain = client.register("cached.com")
    assert client.verify(domain)["outcome"] == "fail"
    assert cache.liar.queries == [], "asking too early would plant a negative answer"

    internet.host("cached.com", zone(domain))
    cache.blind = True
    looked = client.verify(domain)
    mx = record(looked, "mx")
    assert (looked["status"], mx["cause"]) == ("pending", Cause.NOT_VISIBLE_YET)
    wait = moment(mx["visible_at"]) - moment(looked["checked_at"])
    assert wait.total_seconds() == NEGATIVE_TTL
    assert "Nothing to do: wait" in mx["advice"]
    assert all(seen.rd for seen in cache.liar.queries)

    cache.blind = False
    verified = client.verify(domain)
    assert verified["status"] == "verified"
    evidence = client.get(f"/domains/{domain['id']}/evidence")
    sources = {w["source"] for finding in evidence["findings"] for w in finding["witnesses"]}
    assert sources == {"authoritative", "recursive"}

    cache.remembers = True
    internet.host("cached.com", zone(domain, but=("mx",)))
    assert client.verify(domain)["status"] == "lapsed", "R12: what the cache still has hides nothing"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_R06_an_answer_cut_off_with_tcp_closed_is_no_answer(program: Program, internet: Internet) -> None:
    liar = internet.liar("127.0.0.31", tcp=False)
    liar.script(passed_on(CUSTOMER, internet.port))
    client = program.client()
    domain = client.register("cut-off.com")
    pairs = (("ns1.cut-off.com", "127.0.0.31"),)
    internet.server(CUSTOMER).publish("cut-off.com", zone(domain), servers=pairs)
    internet.delegate("cut-off.com", pairs)
    assert client.verify(domain)["status"] == "verified"

    liar.script(lies.truncated_everywhere())
    looked = client.verify(domain)
    assert (looked["status"], looked["outcome"]) == ("verified", "unknown")
    evidence = client.get(f"/domains/{domain['id']}/evidence")
    assert {w["fault"] for f in evidence["findings"] for w in f["witnesses"]} == {"truncated"}
    pending = client.register("www.cut-off.com")
    assert client.verify(pending)["status"] == "pending"
