"""mails: bare objects, two states, a message that tells what is missing, open to any origin."""

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak

SUMMARY = [
    "id",
    "domain",
    "status",
    "mx_verified",
    "spf_verified",
    "dkim_verified",
    "created_at",
    "verified_at",
]


async def test_a_registration_has_the_fields_of_the_seed_in_its_order(speak: Speak) -> None:
    client = await speak("mails")
    answer = await client.ask("POST", json={"domain": " Acme.COM "})
    assert answer.status_code == 201
    body = answer.json()
    assert list(body) == ["id", "domain", "status", "dns_records", "instructions"]
    assert (body["domain"], body["status"]) == ("acme.com", "pending")
    assert answer.headers["location"].endswith(f"/v1/domains/{body['id']}")
    records = body["dns_records"]
    assert list(records) == ["mx", "spf", "dmarc"]
    assert list(records["mx"]) == ["type", "host", "value", "priority", "purpose"]
    assert list(records["spf"]) == list(records["dmarc"]) == ["type", "host", "value", "purpose"]
    assert records["mx"]["priority"] == 10
    assert records["dmarc"]["value"].startswith("v=DMARC1; p=quarantine; rua=mailto:")
    assert body["instructions"] == (
        f"Add these DNS records to acme.com, then POST /v1/domains/{body['id']}/verify to check."
    )


async def test_a_list_is_without_records_and_newest_first_and_one_domain_has_them(speak: Speak) -> None:
    client = await speak("mails")
    names = ["a.com", "b.com", "c.com"]
    ids = [(await client.register(name))["id"] for name in names]
    listed = (await client.told("GET"))["domains"]
    assert [each["domain"] for each in listed] == names[::-1]
    assert all(list(each) == SUMMARY for each in listed)
    shown = await client.told("GET", f"/{ids[0]}")
    assert list(shown) == [*SUMMARY, "dns_records"]
    assert (shown["created_at"], shown["verified_at"]) == ("2026-01-15T12:00:00Z", None)


@pytest.mark.parametrize(
    ("outcome", "status", "message"),
    [
        (Outcome.PASS, "dns_verified", "Domain verified! You can now create mailboxes on this domain."),
        (Outcome.FAIL, "pending", "Verification incomplete. MX: MISSING, SPF: MISSING"),
        (Outcome.UNKNOWN, "pending", "Verification incomplete. MX: UNKNOWN, SPF: UNKNOWN"),
    ],
)
async def test_verify_never_fails_for_what_the_dns_says(
    api: Api, speak: Speak, outcome: Outcome, status: str, message: str
) -> None:
    client = await speak("mails")
    domain = await client.register("acme.com")
    api.oracle.outcome = outcome
    verified = await client.told("POST", f"/{domain['id']}/verify")
    there = outcome is Outcome.PASS
    assert verified == {
        "id": domain["id"],
        "domain": "acme.com",
        "status": status,
        "mx_verified": there,
        "spf_verified": there,
        "message": message,
    }
    assert list(verified) == ["id", "domain", "status", "mx_verified", "spf_verified", "message"]


async def test_what_is_not_found_out_changes_no_boolean_and_is_told_by_the_message_alone(
    api: Api, speak: Speak
) -> None:
    client = await speak("mails")
    path = f"/{(await client.register('acme.com'))['id']}"
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"{path}/verify")
    known = await client.told("GET", path)
    api.oracle.outcome = Outcome.UNKNOWN
    told = await client.told("POST", f"{path}/verify")
    assert (told["status"], told["mx_verified"], told["spf_verified"]) == ("dns_verified", True, True)
    assert told["message"] == "Verification incomplete. MX: UNKNOWN, SPF: UNKNOWN"
    assert await client.told("GET", path) == known


async def test_a_domain_that_breaks_is_pending_again_and_was_never_verified(api: Api, speak: Speak) -> None:
    client = await speak("mails")
    path = f"/{(await client.register('acme.com'))['id']}"
    for outcome, status, has_moment in (
        (Outcome.PASS, "dns_verified", True),
        (Outcome.FAIL, "pending", False),
    ):
        api.oracle.outcome = outcome
        await client.told("POST", f"{path}/verify")
        shown = await client.told("GET", path)
        assert (shown["status"], shown["verified_at"] is not None) == (status, has_moment)


async def test_a_contested_claim_is_asked_for_its_proof(api: Api, speak: Speak) -> None:
    holder, claimant = await speak("mails"), await speak("mails", team="evil")
    held = await holder.register("acme.com")
    claim = await claimant.register("acme.com")
    assert list(claim["dns_records"]) == ["mx", "spf", "dmarc", "verification"]
    assert claim["dns_records"]["verification"]["host"].startswith("_")
    told = await claimant.told("POST", f"/{claim['id']}/verify")
    assert told["message"] == "Verification incomplete. MX: MISSING, SPF: MISSING, TXT: MISSING"
    assert "verification" in (await holder.told("GET", f"/{held['id']}"))["dns_records"]


async def test_a_removed_domain_is_gone(speak: Speak) -> None:
    client = await speak("mails")
    path = f"/{(await client.register('acme.com'))['id']}"
    assert await client.told("DELETE", path) == {"ok": True}
    assert await client.told("DELETE", path, 404) == {"error": "Domain not found"}


async def test_its_errors_have_the_texts_of_the_seed(api: Api, speak: Speak) -> None:
    client = await speak("mails")
    await client.register("acme.com")
    for status, text, given in (
        (400, "Invalid JSON", {"content": b"{", "headers": {"content-type": "application/json"}}),
        (400, "Invalid domain", {"json": {"domain": "acme"}}),
        (400, "Invalid domain", {"json": {}}),
        (409, "Domain already registered", {"json": {"domain": "acme.com"}}),
    ):
        assert await client.told("POST", "", status, **given) == {"error": text}
    assert await client.told("PUT", "", 405) == {"error": "Method not allowed"}
    nobody = await api.client.get("/v1/domains")
    assert nobody.json() == {"error": "Unauthorized", "code": "invalid_or_expired_token"}


async def test_scripts_of_any_origin_are_let_in_by_every_answer(api: Api, speak: Speak) -> None:
    client = await speak("mails")
    preflight = {"origin": "https://app.example", "access-control-request-method": "POST"}
    answers = [
        await api.client.options("/v1/domains", headers=preflight),
        await client.ask("GET"),
        await client.ask("GET", "/nobody"),
        await api.client.get("/v1/domains"),
        await api.client.get("/v1/nothing"),
    ]
    assert [each.status_code for each in answers] == [204, 200, 404, 401, 404]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        methods, headers = (
            "GET, POST, PUT, PATCH, DELETE, OPTIONS",
            "Content-Type, Authorization, Idempotency-Key",
        )
        assert answer.headers["access-control-allow-methods"] == methods
        assert answer.headers["access-control-allow-headers"] == headers
