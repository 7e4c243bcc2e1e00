"""Two teams and one name, on real DNS: what was left in the zone, and what only its owner can put there."""

import re

from letterhead.core.cause import Cause
from tests.flows.program import Client, Json, Program, record, zone
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


def test_O07_a_name_below_anothers_is_proven_where_they_approve_and_ends_where_they_revoke(
    lively: Program, internet: Internet
) -> None:
    above, below = lively.client(), lively.client()
    parent = above.register("upper.com")
    internet.host("upper.com", zone(parent))
    above.until(parent, "verified")
    child = below.register("mail.upper.com")
    internet.host("upper.com", f"{zone(parent)}\n{zone(child)}")
    assert below.verify(child)["status"] == "pending"
    related = f"/domains/{parent['id']}/related"
    told = above.ask("POST", f"{related}/approve", {"domain": "mail.upper.com", "team": below.team}).json()
    assert [(each["domain"], each["approved"], each["held"]) for each in told["data"]] == [
        ("mail.upper.com", True, False)
    ]
    below.until(child, "verified")
    (shown,) = below.get(f"/domains/{child['id']}/related")["data"]
    assert (shown["domain"], shown["place"], shown["approved"]) == ("upper.com", "above", True)
    assert above.ask("POST", f"{related}/revoke", {"domain": "mail.upper.com"}).status_code == 200
    below.until(child, "failed")
    assert below.turns(child) == ["approved", "verified", "revoked", "superseded"]
    assert above.get(related)["data"] == []
    assert "does not let this one have it" in below.history(child)[-1]["text"]


def test_O08_a_name_below_that_was_first_stays_until_the_one_above_revokes_it(
    lively: Program, internet: Internet
) -> None:
    below, above = lively.client(), lively.client()
    child = below.register("mail.later.com")
    internet.host("later.com", zone(child))
    below.until(child, "verified")
    parent = above.register("later.com")
    internet.host("later.com", f"{zone(parent)}\n{zone(child)}")
    above.until(parent, "verified")
    assert below.verify(child)["status"] == "verified"
    shown = above.ask("GET", f"/domains/{parent['id']}/related")
    assert [each["domain"] for each in shown.json()["data"]] == ["mail.later.com"]
    assert below.team not in shown.text
    assert child["id"] not in shown.text
    above.ask("POST", f"/domains/{parent['id']}/related/revoke", {"domain": "mail.later.com"})
    below.until(child, "failed")
    assert below.turns(child)[-2:] == ["revoked", "superseded"]
    assert above.show(parent)["status"] == "verified"


def test_O09_a_sold_domain_goes_to_its_new_owner_and_takes_nothing_along(
    lively: Program, internet: Internet
) -> None:
    seller, buyer = lively.client(), lively.client()
    held = seller.register("sold.com")
    internet.host("sold.com", zone(held))
    seller.until(held, "verified")
    claim = buyer.register("sold.com", contest=True)
    both = dict.fromkeys([*zone(held).splitlines(), *zone(claim).splitlines()])
    internet.host("sold.com", "\n".join(both))
    seller.until_told(held, "outproven")
    assert (seller.show(held)["status"], buyer.show(claim)["status"]) == ("verified", "pending")
    internet.host("sold.com", zone(claim))
    seller.until(held, "failed")
    buyer.until(claim, "verified")
    assert seller.turns(held) == ["verified", "contested", "outproven", "lapsed", "superseded"]
    assert buyer.turns(claim) == ["verified"]
    _sees_nothing_of(buyer, claim, held, (held["id"], seller.team))


def test_O10_who_registers_a_removed_name_finds_nothing_of_the_former_team(
    program: Program, internet: Internet
) -> None:
    former, heir = program.client(), program.client()
    old = former.register("heir.com")
    internet.host("heir.com", zone(old))
    assert former.verify(old)["status"] == "verified"
    assert former.ask("DELETE", f"/domains/{old['id']}").status_code == 204
    new = heir.register("heir.com")
    internet.host("heir.com", zone(new))
    assert heir.verify(new)["status"] == "verified"
    token, key = record(old, "ownership")["value"], record(old, "dkim")["host"]
    _sees_nothing_of(heir, new, old, (old["id"], former.team, token, key))
    kinds = [e["kind"] for e in former.get("/events")["data"] if e["domain_id"] == old["id"]]
    assert kinds[0] == "domain.deleted", "its own team still reads what happened"


def _sees_nothing_of(heir: Client, new: Json, old: Json, theirs: tuple[str, ...]) -> None:
    """Every read of the interface, with the heir's own domain and with the id of the former one (O10)."""
    reads = [
        path.removeprefix("/api/v2")
        for path, item in heir.get("/openapi.json")["paths"].items()
        if path.startswith("/api/v2") and "get" in item and set(re.findall(r"{(\w+)}", path)) <= {"domain_id"}
    ]
    reads.remove("/events/stream")  # it has no end
    assert len(reads) >= 10
    for read in reads:
        answer = heir.ask("GET", read.format(domain_id=new["id"]))
        assert answer.status_code == 200, read
        assert not [each for each in theirs if each in answer.text], read
        if "{domain_id}" in read:
            assert heir.ask("GET", read.format(domain_id=old["id"])).status_code == 404, read


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
        f"GET {one}/history/export",
        f"POST {one}/watch",
        f"GET {one}/zone-file",
        f"POST {one}/transfer",
        f"DELETE {one}/transfer",
        f"POST {one}/transfer/accept",
        f"GET {one}/related",
        f"POST {one}/related/approve",
        f"POST {one}/related/revoke",
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
