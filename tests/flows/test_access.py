"""Keys and pages over the real API: fewer rights are fewer rights, and revoked is revoked at once."""

from concurrent.futures import ThreadPoolExecutor

from tests.flows.program import Program, zone
from tests.nameservers.internet import Internet

MANY = 120


def test_A02_A03_a_key_with_fewer_rights_has_fewer_rights_and_ends_at_once(program: Program) -> None:
    owner = program.client()
    domain = owner.register("keys.com", profile="mails")
    path = f"/domains/{domain['id']}"
    made = owner.ask("POST", "/keys", {"name": "ci", "permissions": ["domain.read", "key.create"]}).json()
    reader = program.client_with(made["secret"])
    assert reader.get(path)["id"] == domain["id"]
    for method, where, body in (
        ("POST", f"{path}/verify", None),
        ("DELETE", path, None),
        ("PATCH", path, {"suspended": True}),
        ("POST", "/domains", {"domain": "more.com"}),
        ("DELETE", f"/keys/{made['id']}", None),
    ):
        answer = reader.ask(method, where, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_permissions"), where
    more = reader.ask("POST", "/keys", {"name": "more", "role": "root:full"})
    assert (more.status_code, more.json()["code"]) == (403, "exceeds_own_permissions")

    assert owner.ask("DELETE", f"/keys/{made['id']}").status_code == 204
    refused = reader.ask("GET", path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_A01_another_teams_domain_is_like_one_that_never_was(program: Program) -> None:
    owner, thief = program.client(), program.client()
    domain = owner.register("theirs.com", profile="mails")
    unknown = domain["id"][:-4] + "zzzz"
    for method, suffix, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "", {"suspended": True}),
        ("POST", "/verify", None),
        ("POST", "/refresh", None),
        ("GET", "/records", None),
        ("GET", "/evidence", None),
        ("GET", "/history", None),
        ("GET", "/zone-file", None),
        ("POST", "/transfer", {"team": "thieves"}),
        ("DELETE", "/transfer", None),
        ("POST", "/transfer/accept", None),
    ):
        answers = [thief.ask(method, f"/domains/{each}{suffix}", body) for each in (domain["id"], unknown)]
        said = [{**answer.json(), "request_id": ""} for answer in answers]
        assert said[0] == said[1], suffix
        assert [answer.status_code for answer in answers] == [404, 404], suffix


def test_a_hundred_and_twenty_domains_are_listed_page_by_page(program: Program) -> None:
    client = program.client()
    names = {f"page{n}.com" for n in range(MANY)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: client.register(name, profile="mails"), names))
    seen: list[str] = []
    cursor = ""
    for expected in (50, 50, MANY - 100):
        page = client.get(f"/domains?limit=50{cursor}")
        assert len(page["data"]) == expected
        seen += [domain["domain"] for domain in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert len(seen) == MANY
    assert set(seen) == names
    assert client.get("/domains?domain=PAGE7.com.")["data"][0]["domain"] == "page7.com"


def test_L01_ten_verifies_at_once_tell_one_event(program: Program, internet: Internet) -> None:
    client = program.client()
    domain = client.register("crowd.com")
    internet.host("crowd.com", zone(domain))
    with ThreadPoolExecutor(10) as pool:
        looked = list(pool.map(lambda _: client.verify(domain), range(10)))
    assert {each["status"] for each in looked} == {"verified"}
    assert client.turns(domain) == ["verified"]


def test_L02_two_teams_that_verify_at_once_end_with_one_holder(program: Program, internet: Internet) -> None:
    clients = [program.client(), program.client()]
    for turn in range(5):
        name = f"rivals{turn}.com"
        claims = [client.register(name, profile="mails") for client in clients]
        shown = [client.show(claim) for client, claim in zip(clients, claims, strict=True)]
        internet.host(name, "\n".join(dict.fromkeys("\n".join(map(zone, shown)).splitlines())))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda pair: pair[0].verify(pair[1]), zip(clients, claims, strict=True)))
        now = [client.show(claim)["status"] for client, claim in zip(clients, claims, strict=True)]
        assert sorted(now) == ["failed", "verified"]
