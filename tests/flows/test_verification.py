"""From registered to verified, lapsed and back, asked for by hand, on real DNS, through the whole program."""

from letterhead.core.cause import Cause
from tests.flows.program import Program, record, zone
from tests.nameservers.internet import Internet
from tests.nameservers.nsd import Nsd


def test_a_domain_goes_from_pending_to_verified_to_lapsed_and_back(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    internet.host("way.com", "")
    domain = client.register("Way.COM")
    assert (domain["domain"], domain["status"]) == ("way.com", "pending")
    looked = client.verify(domain)
    assert (looked["status"], looked["outcome"]) == ("pending", "fail")

    internet.host("way.com", zone(domain))
    verified = client.verify(domain)
    assert (verified["status"], verified["outcome"]) == ("verified", "pass"), verified
    assert verified["may_send"]

    internet.host("way.com", zone(domain, but=("mx",)))
    lapsed = client.verify(domain)
    assert (lapsed["status"], lapsed["may_send"]) == ("lapsed", True)
    assert client.verify(domain)["status"] == "lapsed", "L07: asking twice is no second strike"

    internet.host("way.com", zone(domain))
    assert client.verify(domain)["status"] == "verified"
    assert client.turns(domain) == ["verified", "lapsed", "recovered"]


def test_the_history_tells_in_order_what_came_and_went_and_who_saw_it(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    internet.host("told.com", "", servers=("127.0.0.2", "127.0.0.3"))
    domain = client.register("told.com")
    client.verify(domain)
    internet.host("told.com", zone(domain, but=("dmarc",)), servers=("127.0.0.2", "127.0.0.3"))
    client.verify(domain)
    internet.host("told.com", "@ MX 5 mx.elsewhere.net.", servers=("127.0.0.2", "127.0.0.3"))
    client.verify(domain)
    events = client.history(domain)
    assert [event["id"] for event in events] == sorted((e["id"] for e in events), key=lambda i: int(i[4:]))
    told = [(event["kind"], event["data"].get("record", ""), event["data"].get("to", "")) for event in events]
    key = record(domain, "dkim")["host"]
    assert told == [
        ("domain.created", "", ""),
        ("domain.changed", "MX told.com", "ok"),
        ("domain.changed", "TXT _letterhead.told.com", "ok"),
        ("domain.changed", "TXT told.com", "ok"),
        ("domain.changed", f"TXT {key}", "ok"),
        ("domain.verified", "", "verified"),
        ("domain.changed", "MX told.com", "mx_foreign"),
        ("domain.changed", "TXT _letterhead.told.com", "name_missing"),
        ("domain.changed", "TXT told.com", "spf_missing"),
        ("domain.changed", f"TXT {key}", "name_missing"),
        ("domain.lapsed", "told.com", "lapsed"),
    ]
    assert events[1]["data"]["seen_on"] == "2 of 2 servers"


def test_the_evidence_names_every_server_what_it_said_and_when(program: Program, internet: Internet) -> None:
    client = program.client()
    internet.host("seen.com", "", servers=("127.0.0.2", "127.0.0.3"))
    domain = client.register("seen.com")
    assert client.get(f"/domains/{domain['id']}/evidence")["findings"] == []
    client.verify(domain)
    evidence = client.get(f"/domains/{domain['id']}/evidence")
    mx = next(finding for finding in evidence["findings"] if finding["role"] == "mx")
    servers = {(w["server"], w["name"]) for w in mx["witnesses"]}
    assert servers == {
        (f"udp://127.0.0.2:{internet.port}", "ns1.seen.com"),
        (f"udp://127.0.0.3:{internet.port}", "ns2.seen.com"),
    }
    for witness in mx["witnesses"]:
        assert witness["authoritative"]
        assert witness["zone"] == "seen.com"
        assert witness["asked_at"].endswith("Z")
        assert witness["rcode"] == "NOERROR"


def test_R11_what_was_published_a_moment_ago_passes_at_once_however_long_its_absence_is_cached(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    soa = "@ SOA ns1 hostmaster {} 3600 600 86400 3600\n"
    internet.host("fresh.com", soa.format(1))
    domain = client.register("fresh.com")
    assert client.verify(domain)["outcome"] == "fail"
    internet.host("fresh.com", soa.format(2) + zone(domain))
    assert client.verify(domain)["status"] == "verified"


def test_R16_one_dead_server_of_two_keeps_nobody_from_being_verified(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    domain = client.register("limping.com")
    internet.host("limping.com", zone(domain), servers=("127.0.0.2", "127.0.0.20"))
    internet.server("127.0.0.20").stop()
    verified = client.verify(domain)
    assert verified["status"] == "verified", verified
    evidence = client.get(f"/domains/{domain['id']}/evidence")
    faults = {w["name"]: w["fault"] for w in evidence["findings"][0]["witnesses"]}
    assert faults == {"ns1.limping.com": "", "ns2.limping.com": "network"}


def test_O13_a_lame_server_in_the_delegation_keeps_a_claim_pending_and_is_named(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    domain = client.register("lame.com")
    internet.host("lame.com", zone(domain), servers=("127.0.0.2",))
    internet.server("127.0.0.3")
    internet.delegate("lame.com", (("ns1.lame.com", "127.0.0.2"), ("ns2.lame.com", "127.0.0.3")))
    looked = client.verify(domain)
    assert (looked["status"], looked["outcome"]) == ("pending", "unknown")
    proof = record(looked, "ownership")
    assert proof["cause"] == Cause.LAME_DELEGATION
    assert "ns2.lame.com" in proof["advice"]


def test_O14_servers_with_different_content_verify_nothing_and_flip_nothing(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    internet.server("127.0.0.21", Nsd)
    servers = ("127.0.0.2", "127.0.0.21")
    pairs = tuple(zip(("ns1.split.com", "ns2.split.com"), servers, strict=True))
    domain = client.register("split.com")
    internet.host("split.com", zone(domain), servers=servers)
    internet.server("127.0.0.21").publish("split.com", zone(domain, but=("ownership",)), servers=pairs)
    looked = client.verify(domain)
    proof = record(looked, "ownership")
    assert (looked["status"], proof["cause"]) == ("pending", Cause.SERVERS_DISAGREE)
    assert "ns2.split.com (udp://127.0.0.21" in proof["advice"]

    internet.host("split.com", zone(domain), servers=servers)
    assert client.verify(domain)["status"] == "verified"
    internet.server("127.0.0.21").publish("split.com", "@ MX 5 mx.elsewhere.net.", servers=pairs)
    looked = client.verify(domain)
    assert (looked["status"], looked["outcome"]) == ("verified", "unknown")
