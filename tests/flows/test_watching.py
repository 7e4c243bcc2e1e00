"""While nobody asks: the worker verifies, watches, forgives one failure and acts on the second."""

import time

from tests.flows.conftest import CYCLE
from tests.flows.program import Client, Json, Program, zone
from tests.nameservers.internet import CUSTOMER, REGISTRY, ROOT, Internet
from tests.nameservers.nsd import Nsd


def verified(client: Client, internet: Internet, name: str, server: str = CUSTOMER) -> Json:
    """A domain that the worker has verified by itself."""
    domain = client.register(name)
    internet.host(name, zone(domain), servers=(server,))
    return client.until(domain, "verified")


def test_the_worker_verifies_by_itself_soon_after_the_records_are_there(
    lively: Program, internet: Internet
) -> None:
    client = lively.client()
    began = time.monotonic()
    domain = verified(client, internet, "alone.com")
    assert time.monotonic() - began < 10
    assert client.turns(domain) == ["verified"]
    assert domain["may_receive"]


def test_a_watched_domain_is_verified_within_seconds_where_nothing_else_happens_unasked(
    program: Program, internet: Internet
) -> None:
    """The program's ladder is hours long: only that somebody looks makes it examine this one."""
    client = program.client()
    internet.host("watched.com", "")
    domain, other = client.register("watched.com"), client.register("unwatched.com")
    answer = client.ask("POST", f"/domains/{domain['id']}/watch")
    assert answer.status_code == 200, answer.text
    client.until_checked(domain)
    internet.host("watched.com", zone(domain))
    internet.host("unwatched.com", zone(other))
    began = time.monotonic()
    client.until(domain, "verified")
    assert time.monotonic() - began < 10
    assert client.show(other)["checked_at"] is None


def test_a_record_taken_away_lapses_the_domain_and_put_back_it_recovers(
    lively: Program, internet: Internet
) -> None:
    """On Knot and on NSD. Cycles are so short here that a slow machine may see the second strike as well."""
    client = lively.client()
    internet.server("127.0.0.23", Nsd)
    servers = {"knot.com": CUSTOMER, "nsd.com": "127.0.0.23"}
    domains = [verified(client, internet, name, server) for name, server in servers.items()]
    for domain in domains:
        publish(internet, domain, servers, but=("spf",))
    for domain in domains:
        client.until_told(domain, "lapsed")
        publish(internet, domain, servers)
    for domain in domains:
        client.until_told(domain, "recovered")
        turns = [turn for turn in client.turns(domain) if turn != "failed"]
        assert turns == ["verified", "lapsed", "recovered"]
        assert client.show(domain)["may_send"]


def publish(internet: Internet, domain: Json, servers: dict[str, str], *, but: tuple[str, ...] = ()) -> None:
    internet.host(domain["domain"], zone(domain, but=but), servers=(servers[domain["domain"]],))


def test_L06_L07_a_second_failure_a_cycle_later_is_the_end_whatever_is_asked_for_by_hand(
    lively: Program, internet: Internet
) -> None:
    client = lively.client()
    domain = verified(client, internet, "given-up.com")
    internet.host("given-up.com", "")
    while client.verify(domain)["status"] == "verified":
        time.sleep(0.1)
    failed = client.until(domain, "failed", meanwhile=lambda: client.verify(domain))
    assert not failed["may_send"]
    lapse, failure = (e for e in client.history(domain) if e["kind"] in {"domain.lapsed", "domain.failed"})
    assert lapse["kind"] == "domain.lapsed"
    assert failure["data"]["cause"] == "type_missing"
    assert client.turns(domain) == ["verified", "lapsed", "failed"]


def test_R01_R02_an_outage_of_every_name_server_flips_nothing(lively: Program, internet: Internet) -> None:
    client = lively.client()
    servers = [internet.server(a) for a in (ROOT[0][1], REGISTRY[0][1], "127.0.0.24")]
    domains = [verified(client, internet, f"outage{n}.com", "127.0.0.24") for n in range(3)]
    for server in servers:
        server.stop()
    try:
        seen = client.show(domains[0])["checked_at"]
        blind = 0
        while blind < 3:
            time.sleep(CYCLE)
            now = client.show(domains[0])
            blind += now["outcome"] == "unknown" and now["checked_at"] != seen
            seen = now["checked_at"]
            assert [client.show(domain)["status"] for domain in domains] == ["verified"] * 3
            assert client.verify(domains[1])["status"] == "verified"
    finally:
        for server in servers:
            server.start()
    for domain in domains:
        assert client.verify(domain)["outcome"] == "pass"
        assert client.turns(domain) == ["verified"]


def test_L14_a_suspended_domain_stays_so_whatever_its_zone_says(lively: Program, internet: Internet) -> None:
    client = lively.client()
    domain = verified(client, internet, "asleep.com")
    path = f"/domains/{domain['id']}"
    suspended = client.ask("PATCH", path, {"suspended": True}).json()
    assert (suspended["status"], suspended["may_receive"], suspended["next_check_at"]) == (
        "suspended",
        False,
        None,
    )
    assert client.verify(domain)["status"] == "suspended"
    time.sleep(CYCLE * 2)
    assert client.show(domain)["status"] == "suspended"
    for forged in ({"status": "verified"}, {"suspended": False, "verified_at": "2026-01-01T00:00:00Z"}):
        assert client.ask("PATCH", path, forged).status_code == 422, "L13"
    assert client.ask("PATCH", path, {"suspended": False}).json()["status"] == "pending"
    client.until(domain, "verified")
    assert client.turns(domain) == ["verified", "suspended", "resumed", "verified"]
