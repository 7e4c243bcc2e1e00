"""What goes wrong at a DNS host, seen through real DNS and told over the API with the way to mend it."""

from letterhead.core.cause import Cause
from tests.flows.program import Program, record, zone, zone_line
from tests.nameservers.internet import Internet


def test_T05_a_panel_that_appended_the_zone_is_found_out(program: Program, internet: Internet) -> None:
    client = program.client()
    domain = client.register("doubled.com")
    proof = record(domain, "ownership")
    doubled = {**proof, "host": f"{proof['host']}.doubled.com"}
    internet.host("doubled.com", f"{zone(domain, but=('ownership',))}\n{zone_line(doubled)}")
    looked = client.verify(domain)
    proof = record(looked, "ownership")
    assert (looked["status"], proof["state"], proof["cause"]) == ("pending", "fail", Cause.WRONG_NAME)
    assert "_letterhead.doubled.com.doubled.com" in proof["advice"]
    assert record(looked, "mx")["state"] == "pass"


def test_M01_a_foreign_mx_in_front_of_ours_is_named_and_what_to_do_about_it(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    domain = client.register("foreign.com")
    internet.host("foreign.com", f"{zone(domain)}\n@ MX 1 aspmx.l.google.com.")
    mx = record(client.verify(domain), "mx")
    assert (mx["state"], mx["cause"]) == ("fail", Cause.MX_FOREIGN_FIRST)
    assert mx["found"] == ["1 aspmx.l.google.com", "10 mx.letterhead.net"]
    assert "1 aspmx.l.google.com is tried before us" in mx["advice"]
    internet.host("foreign.com", f"{zone(domain, but=('mx',))}\n@ MX 10 aspmx.l.google.com.")
    mx = record(client.verify(domain), "mx")
    assert mx["cause"] == Cause.MX_FOREIGN
    assert "Replace it by an MX record 10 mx.letterhead.net" in mx["advice"]


def test_S03_two_spf_records_fail_and_the_merged_one_that_is_suggested_passes(
    program: Program, internet: Internet
) -> None:
    client = program.client()
    internet.host("gmail-spf.net", '_spf TXT "v=spf1 ip4:192.0.2.0/24 ~all"')
    domain = client.register("two-spf.com")
    theirs = '@ TXT "v=spf1 include:_spf.gmail-spf.net ~all"'
    internet.host("two-spf.com", f"{zone(domain)}\n{theirs}")
    looked = client.verify(domain)
    spf = record(looked, "spf")
    assert (looked["status"], spf["cause"]) == ("pending", Cause.SPF_MULTIPLE)
    assert "include:_spf.gmail-spf.net" in spf["suggestion"]
    assert "include:spf.letterhead.net" in spf["suggestion"]
    internet.host("two-spf.com", f'{zone(domain, but=("spf",))}\n@ TXT "{spf["suggestion"]}"')
    assert client.verify(domain)["status"] == "verified"


def test_R02_no_server_at_all_and_no_such_domain_are_told_apart(program: Program, internet: Internet) -> None:
    client = program.client()
    nowhere = client.verify(client.register("nowhere-at-all.com"))
    assert (nowhere["outcome"], record(nowhere, "mx")["cause"]) == ("fail", Cause.NAME_MISSING)
    internet.delegate("unserved.com", (("ns1.unserved.com", "127.0.0.22"),))
    unserved = client.verify(client.register("unserved.com"))
    assert (unserved["outcome"], record(unserved, "mx")["cause"]) == ("unknown", Cause.UNREACHABLE)


def test_N01_a_domain_in_any_spelling_is_one_domain(program: Program, internet: Internet) -> None:
    client = program.client()
    domain = client.register("müller-söhne.de")
    assert domain["domain_unicode"] == "müller-söhne.de"
    internet.host(domain["domain"], zone(domain))
    assert client.verify(domain)["status"] == "verified"
    for spelling in (
        "mu\u0308ller-so\u0308hne.de",
        "MÜLLER-SÖHNE.de",
        "müller-söhne.de.",
        " müller-söhne.de ",
        domain["domain"],
        domain["domain"].upper(),
    ):
        answer = client.ask("POST", "/domains", {"domain": spelling})
        assert (answer.status_code, answer.json()["code"]) == (409, "domain_exists"), spelling
    assert len(client.get("/domains")["data"]) == 1
