"""What the zone's own servers do: they disagree, or are a parking service's."""

import time

from letterhead.core.cause import Cause
from tests.flows.conftest import CYCLE
from tests.flows.program import Program, record, zone
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.nsd import Nsd

SECOND = "127.0.0.38"


def test_O14_two_servers_with_different_content_neither_promote_nor_demote_and_are_named(
    lively: Program, internet: Internet
) -> None:
    """Knot and NSD; one of them got the new zone and the other did not."""
    client = lively.client()
    nsd = internet.server(SECOND, Nsd)
    pairs = (("ns1.split.com", CUSTOMER), ("ns2.split.com", SECOND))
    domain = client.register("split.com")
    internet.host("split.com", zone(domain), servers=(CUSTOMER, SECOND))
    nsd.publish("split.com", zone(domain, but=("mx",)), servers=pairs)
    looked = client.verify(domain)
    assert (looked["status"], looked["outcome"]) == ("pending", "unknown")
    mx = record(looked, "mx")
    assert mx["cause"] == Cause.SERVERS_DISAGREE
    assert f"ns2.split.com (udp://{SECOND}:{internet.port}) says there is nothing" in mx["advice"]

    nsd.publish("split.com", zone(domain), servers=pairs)
    client.until(domain, "verified")
    internet.server(CUSTOMER).publish("split.com", zone(domain, but=("mx",)), servers=pairs)
    for _ in range(3):
        time.sleep(CYCLE)
        assert client.verify(domain)["status"] == "verified"
    assert record(client.show(domain), "mx")["cause"] == Cause.SERVERS_DISAGREE
    assert client.turns(domain) == ["verified"]


def test_O15_a_domain_that_expired_and_is_parked_says_so_and_fails_at_the_second_sweep(
    lively: Program, internet: Internet
) -> None:
    client = lively.client()
    internet.host("sedoparking.com", f"ns1 A {SECOND}")
    domain = client.register("forgotten.com")
    internet.host("forgotten.com", zone(domain))
    client.until(domain, "verified")
    parking = {"servers": (SECOND,), "names": ("ns1.sedoparking.com",)}
    internet.host("forgotten.com", "@ A 192.0.2.80", **parking)
    internet.server(CUSTOMER).withdraw("forgotten.com")
    failed = client.until(domain, "failed", meanwhile=lambda: client.verify(domain))
    assert client.turns(domain) == ["verified", "lapsed", "failed"]
    parked = record(failed, "mx")
    assert parked["cause"] == Cause.PARKED
    assert "ns1.sedoparking.com" in parked["advice"]
    lapse, failure = (e for e in client.history(domain) if e["kind"] in {"domain.lapsed", "domain.failed"})
    assert failure["data"]["cause"] == lapse["data"]["cause"] == "parked"
