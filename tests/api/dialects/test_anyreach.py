"""anyreach: bare domains, verify and refresh, an organization in a header, scopes of its own."""

import pytest

from letterhead.core.finding import Outcome
from letterhead.core.permission import granted
from letterhead.service.verification import Verification
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak
from tests.api.dialects.spoken import Speaker

DOMAIN = ["id", "domain", "provider", "status", "dns_records"]


async def test_a_domain_has_the_fields_of_the_seed_in_its_order(speak: Speak) -> None:
    client = await speak("anyreach")
    domain = await client.told("POST", json={"domain": "Acme.com"})
    assert list(domain) == DOMAIN
    assert (domain["domain"], domain["provider"], domain["status"]) == ("acme.com", "resend", "pending")
    records = domain["dns_records"]
    assert [each["type"] for each in records] == ["CNAME", "CNAME", "CNAME", "TXT", "TXT", "MX"]
    assert list(records[-1]) == ["type", "name", "value", "priority", "status"]
    assert all(list(each) == ["type", "name", "value", "status"] for each in records[:-1])
    assert {each["status"] for each in records} == {"pending"}
    assert await client.told("GET", f"/{domain['id']}") == domain


async def test_a_list_is_a_plain_array_newest_first(speak: Speak) -> None:
    client = await speak("anyreach")
    for name in ("a.com", "b.com"):
        await client.register(name)
    assert [each["domain"] for each in await client.told("GET")] == ["b.com", "a.com"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mail.acme.com", "mail.acme.com lies below acme.com; a bare domain is wanted here."),
        ("www.acme.co.uk", "www.acme.co.uk lies below acme.co.uk; a bare domain is wanted here."),
    ],
)
async def test_a_subdomain_is_422_and_the_bare_domain_is_named(speak: Speak, name: str, text: str) -> None:
    assert await (await speak("anyreach")).told("POST", "", 422, json={"domain": name}) == {"detail": text}


async def test_the_second_of_two_is_told_in_the_words_of_the_seed(api: Api, speak: Speak) -> None:
    client = await speak("anyreach")
    domain = await client.register("acme.com")
    said = {"detail": "The domain acme.com is already registered."}
    assert await client.told("POST", "", 409, json={"domain": "ACME.com"}) == said
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"/{domain['id']}/verify")
    other = await speak("anyreach", team="evil")
    assert await other.told("POST", "", 409, json={"domain": "acme.com"}) == said


@pytest.mark.parametrize("action", ["verify", "refresh"])
@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.PASS, "verified"), (Outcome.FAIL, "pending"), (Outcome.UNKNOWN, "pending")],
)
async def test_verify_and_refresh_read_all_there_is_and_may_promote(
    api: Api, speak: Speak, action: str, outcome: Outcome, status: str
) -> None:
    client = await speak("anyreach")
    path = f"/{(await client.register('acme.com'))['id']}"
    api.oracle.outcome = outcome
    domain = await client.told("POST", f"{path}/{action}")
    assert (domain["status"], {each["status"] for each in domain["dns_records"]}) == (status, {status})
    assert await client.told("GET", path) == domain


async def test_verify_alone_starts_the_provider(
    api: Api, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await speak("anyreach")
    path = f"/{(await client.register('acme.com'))['id']}"
    started: list[str] = []
    verification: Verification = api.services.verification

    async def start(_: object, domain: object) -> None:
        started.append(domain.hostname)  # type: ignore[attr-defined]  # a Domain

    monkeypatch.setattr(type(verification.provider), "start", start)
    await client.told("POST", f"{path}/refresh")
    assert started == []
    await client.told("POST", f"{path}/verify")
    assert started == ["acme.com"]


async def test_A02_scopes_are_permissions_of_ours(api: Api, speak: Speak) -> None:
    path = f"/{(await (await speak('anyreach')).register('acme.com'))['id']}"
    scopes = {"email_domains:read": granted(frozenset({"email_domains:read"}))}
    scopes["email_domains:manage"] = granted(frozenset({"email_domains:manage"}))
    for scope, looks, manages in (("email_domains:read", 200, 403), ("email_domains:manage", 200, 200)):
        client = await speak("anyreach", permissions=scopes[scope])
        for method, below in (("GET", ""), ("GET", path), ("POST", f"{path}/refresh")):
            await client.told(method, below, looks)
        for method, below in (("POST", f"{path}/verify"), ("DELETE", path)):
            await client.told(method, below, manages)
        await client.told("POST", "", manages, json={"domain": "acme.net"})


async def test_A06_the_organization_must_be_the_keys_own(api: Api, speak: Speak) -> None:
    client = await speak("anyreach")
    own, other = await api.services.teams.named("acme"), await api.services.teams.named("evil")
    for organization in (own.id, "acme"):
        await client.told("GET", headers={"x-anyreach-org": organization})
    for organization in (other.id, "evil", "nobody", "", "acme, evil"):
        answer = await client.ask("GET", headers={"x-anyreach-org": organization})
        assert (answer.status_code, list(answer.json())) == (403, ["detail"]), organization


async def test_A06_a_personal_token_says_for_whom_it_asks(api: Api) -> None:
    team = await api.services.teams.named("acme")
    _, secret = await api.services.keys.issue(
        team.id, name="x", permissions=granted("root:full"), style="anyreach_personal"
    )
    client = Speaker(api, "anyreach", secret)
    assert secret.startswith("pat_")
    assert await client.told("GET", "", 401) == {"detail": "Token is missing organization claim."}
    assert await client.told("GET", headers={"x-anyreach-org": team.id}) == []


async def test_a_removed_domain_is_gone(speak: Speak) -> None:
    client = await speak("anyreach")
    domain = await client.register("a.com")
    assert await client.told("DELETE", f"/{domain['id']}") == {"id": domain["id"], "deleted": True}
    assert list(await client.told("GET", f"/{domain['id']}", 404)) == ["detail"]
