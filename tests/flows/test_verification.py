"""From registered to verified, lapsed and back, on real DNS, through the whole program."""

from tests.flows.conftest import Program


async def test_a_domain_goes_from_pending_to_verified_to_lapsed_and_back(program: Program) -> None:
    client = await program.client()
    program.internet.host("acme.com", "")
    answer = await client.post("/api/v2/domains", json={"domain": "Acme.COM"})
    assert answer.status_code == 201, answer.text
    domain = answer.json()
    assert domain["status"] == "pending"

    verified = (await client.post(f"/api/v2/domains/{domain['id']}/verify")).json()
    assert verified["status"] == "pending"
    assert verified["outcome"] == "fail"

    program.publish("acme.com", domain["records"])
    verified = (await client.post(f"/api/v2/domains/{domain['id']}/verify")).json()
    assert (verified["status"], verified["outcome"]) == ("verified", "pass"), verified
    assert verified["may_send"]

    program.publish("acme.com", domain["records"], but=("mx",))
    lapsed = (await client.post(f"/api/v2/domains/{domain['id']}/verify")).json()
    assert lapsed["status"] == "lapsed"
    assert lapsed["may_send"]
    again = (await client.post(f"/api/v2/domains/{domain['id']}/verify")).json()
    assert again["status"] == "lapsed", "L07: asking twice is no second strike"

    program.publish("acme.com", domain["records"])
    back = (await client.post(f"/api/v2/domains/{domain['id']}/verify")).json()
    assert back["status"] == "verified"

    history = (await client.get(f"/api/v2/domains/{domain['id']}/history")).json()["data"]
    kinds = [event["kind"] for event in reversed(history) if event["kind"] != "domain.changed"]
    assert kinds == ["domain.created", "domain.verified", "domain.lapsed", "domain.recovered"]


async def test_the_evidence_names_every_server_what_it_said_and_when(program: Program) -> None:
    client = await program.client()
    program.internet.host("acme.com", "", servers=("127.0.0.2", "127.0.0.3"))
    domain = (await client.post("/api/v2/domains", json={"domain": "acme.com"})).json()
    await client.post(f"/api/v2/domains/{domain['id']}/verify")
    evidence = (await client.get(f"/api/v2/domains/{domain['id']}/evidence")).json()
    mx = next(finding for finding in evidence["findings"] if finding["role"] == "mx")
    servers = {(w["server"], w["name"]) for w in mx["witnesses"]}
    port = program.internet.port
    assert servers == {
        (f"udp://127.0.0.2:{port}", "ns1.acme.com"),
        (f"udp://127.0.0.3:{port}", "ns2.acme.com"),
    }
    for witness in mx["witnesses"]:
        assert witness["authoritative"]
        assert witness["zone"] == "acme.com"
        assert witness["asked_at"].endswith("Z")
        assert witness["rcode"] == "NOERROR"
