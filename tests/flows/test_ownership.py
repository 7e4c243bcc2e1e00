"""Two teams and one name, on real DNS: what was left in the zone, and what only its owner can put there."""

from letterhead.core.cause import Cause
from tests.flows.program import Program, record, zone
from tests.nameservers.internet import Internet


def test_O02_shared_records_left_by_a_former_team_prove_nothing_for_the_next(
    program: Program, internet: Internet
) -> None:
    first, second = program.client(), program.client()
    former = first.register("left.com", profile="mails")
    internet.host("left.com", zone(former))
    assert first.verify(former)["status"] == "verified"
    assert first.ask("DELETE", f"/domains/{former['id']}").status_code == 204
    claim = second.register("left.com", profile="mails")
    looked = second.verify(claim)
    assert (looked["status"], looked["contested"]) == ("pending", True)
    assert record(looked, "mx")["state"] == record(looked, "spf")["state"] == "pass"
    proof = record(looked, "ownership")
    assert (proof["required"], proof["cause"]) == (True, Cause.NAME_MISSING)
    internet.host("left.com", zone(looked))
    assert second.verify(claim)["status"] == "verified"


def test_O03_the_token_of_a_former_team_is_stale_for_the_next(program: Program, internet: Internet) -> None:
    first, second = program.client(), program.client()
    former = first.register("stale.com")
    internet.host("stale.com", zone(former))
    assert first.verify(former)["status"] == "verified"
    first.ask("DELETE", f"/domains/{former['id']}")
    claim = second.register("stale.com")
    internet.host("stale.com", f"{zone(former)}\n{zone(claim, but=('ownership', 'mx', 'spf', 'dmarc'))}")
    looked = second.verify(claim)
    proof = record(looked, "ownership")
    assert (looked["status"], proof["cause"]) == ("pending", Cause.PROOF_STALE)
    assert first.team not in proof["advice"]


def test_O01_the_first_to_prove_wins_and_the_squatter_is_told(program: Program, internet: Internet) -> None:
    squatter, owner = program.client(), program.client()
    squatted = squatter.register("wanted.com")
    domain = owner.register("wanted.com")
    internet.host("wanted.com", zone(domain))
    assert owner.verify(domain)["status"] == "verified"
    assert squatter.show(squatted)["status"] == "failed"
    assert squatter.turns(squatted) == ["contested", "superseded"]
    told = squatter.ask("GET", f"/domains/{squatted['id']}/history").text
    assert domain["id"] not in told
    assert owner.team not in told
    late = program.client()
    answer = late.ask("POST", "/domains", {"domain": "wanted.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "domain_held")
    contest = late.register("wanted.com", contest=True)
    assert (contest["status"], contest["held_elsewhere"]) == ("pending", True)


def test_O07_a_name_below_anothers_is_proven_only_as_a_delegated_zone(
    program: Program, internet: Internet
) -> None:
    above, below = program.client(), program.client()
    parent = above.register("parent.com")
    internet.host("parent.com", zone(parent))
    assert above.verify(parent)["status"] == "verified"
    child = below.register("mail.parent.com")
    internet.host("parent.com", f"{zone(parent)}\n{zone(child)}")
    looked = below.verify(child)
    assert (looked["status"], looked["outcome"]) == ("pending", "pass")
    cut = "mail NS ns1.mail\nns1.mail A 127.0.0.3"
    internet.server("127.0.0.3").publish("mail.parent.com", zone(child))
    internet.host("parent.com", f"{zone(parent)}\n{cut}")
    assert below.verify(child)["status"] == "verified"
    assert above.turns(parent) == ["verified", "related", "related"]


def test_O16_no_operation_proves_ownership_by_mail(program: Program) -> None:
    document = program.client().get("/openapi.json")
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v2')}"
        for path, item in document["paths"].items()
        for method in item
        if path.startswith("/api/v2/domains/{")
    }
    one = "/domains/{domain_id}"
    assert operations == {
        f"GET {one}",
        f"PATCH {one}",
        f"DELETE {one}",
        f"POST {one}/verify",
        f"POST {one}/refresh",
        f"GET {one}/records",
        f"GET {one}/evidence",
        f"GET {one}/history",
        f"GET {one}/zone-file",
        f"POST {one}/transfer",
        f"DELETE {one}/transfer",
        f"POST {one}/transfer/accept",
    }
    verify = document["paths"]["/api/v2/domains/{domain_id}/verify"]["post"]
    assert "requestBody" not in verify, "there is no code that one could send"


def test_O18_a_domain_is_handed_over_between_teams(program: Program, internet: Internet) -> None:
    giver, taker = program.client(), program.client()
    domain = giver.register("gift.com")
    internet.host("gift.com", zone(domain))
    giver.verify(domain)
    path = f"/domains/{domain['id']}"
    assert giver.ask("POST", f"{path}/transfer", {"team": taker.team}).status_code == 200
    assert taker.ask("POST", f"{path}/transfer/accept").json()["status"] == "verified"
    assert giver.ask("GET", path).status_code == 404
    assert taker.verify(domain)["outcome"] == "pass"
