"""agentmail_pro: camel case, offsets, a default domain, suspension, VERIFICATION_FAILED."""

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak

REGISTERED = ["id", "domain", "status", "isDefault", "dnsRecords", "createdAt", "updatedAt"]
LISTED = [
    "id",
    "domain",
    "status",
    "isDefault",
    "createdAt",
    "updatedAt",
    "verifiedAt",
    "inboxCount",
    "sentCount",
]
SHOWN = [
    "id",
    "domain",
    "status",
    "isDefault",
    "region",
    "dnsRecords",
    "verificationStatus",
    "createdAt",
    "verifiedAt",
    "stats",
]


async def test_every_shape_has_the_fields_of_the_seed_in_its_order(api: Api, speak: Speak) -> None:
    client = await speak("agentmail_pro")
    made = await client.told("POST", status=201, json={"domain": "acme.com", "isDefault": False})
    assert list(made) == REGISTERED
    assert [list(each) for each in made["dnsRecords"]] == [
        ["type", "name", "value", "priority"],
        *[["type", "name", "value"]] * 4,
    ]
    assert made["dnsRecords"][0]["value"] == "10 mx.letterhead.example"
    assert made["dnsRecords"][1]["name"] == "_amazonses.acme.com"
    assert made["dnsRecords"][3]["name"] == "lh1._domainkey.acme.com"
    (listed,) = (await client.told("GET"))["domains"]
    assert list(listed) == LISTED
    shown = await client.told("GET", f"/{made['id']}")
    assert list(shown) == SHOWN
    assert list(shown["dnsRecords"][0]) == ["type", "name", "value", "priority", "verified"]
    assert list(shown["verificationStatus"]) == ["mx", "dkim", "spf", "dmarc"]
    assert shown["stats"] == {"inboxCount": 0, "sentCount": 0, "receivedCount": 0}
    api.oracle.outcome = Outcome.PASS
    verified = await client.told("POST", f"/{made['id']}/verify")
    assert list(verified) == ["id", "domain", "status", "verificationStatus", "verifiedAt"]
    assert (verified["status"], verified["verifiedAt"]) == ("active", "2026-01-15T12:00:00Z")
    changed = await client.told("PATCH", f"/{made['id']}", json={"isDefault": True, "status": "suspended"})
    assert list(changed) == ["id", "domain", "isDefault", "status", "updatedAt"]
    assert (changed["isDefault"], changed["status"]) == (True, "suspended")
    removed = await client.told("DELETE", f"/{made['id']}")
    assert list(removed) == ["success", "message", "deletedAt"]
    assert (removed["success"], removed["message"]) == (True, "Domain removed successfully")


async def test_what_is_definitely_missing_is_422_and_stored_first(api: Api, speak: Speak) -> None:
    client = await speak("agentmail_pro")
    domain = await client.register("acme.com")
    body = await client.told("POST", f"/{domain['id']}/verify", 422)
    assert list(body) == ["error", "verificationStatus"]
    assert body["error"]["code"] == "VERIFICATION_FAILED"
    assert "MX acme.com" in body["error"]["message"]
    assert "TXT _amazonses.acme.com" in body["error"]["message"]
    assert "_dmarc" not in body["error"]["message"]
    assert body["verificationStatus"] == {"mx": False, "dkim": False, "spf": False, "dmarc": False}
    shown = await client.told("GET", f"/{domain['id']}")
    assert shown["status"] == "pending"
    assert {each["verified"] for each in shown["dnsRecords"]} == {False}


async def test_what_could_not_be_found_out_is_200_and_unchanged(api: Api, speak: Speak) -> None:
    client = await speak("agentmail_pro")
    path = f"/{(await client.register('acme.com'))['id']}"
    api.oracle.outcome = Outcome.PASS
    before = await client.told("POST", f"{path}/verify")
    api.oracle.outcome = Outcome.UNKNOWN
    assert await client.told("POST", f"{path}/verify") == before


async def test_the_list_goes_by_offset_and_counts_what_its_filter_lets_through(
    api: Api, speak: Speak
) -> None:
    client = await speak("agentmail_pro")
    names = [f"d{number}.com" for number in range(25)]
    for name in names:
        domain = await client.register(name)
    first = await client.told("GET")
    assert [first[name] for name in ("total", "limit", "offset")] == [25, 20, 0]
    assert [each["domain"] for each in first["domains"]] == names[:4:-1]
    rest = await client.told("GET", "?offset=20&limit=100")
    assert [each["domain"] for each in rest["domains"]] == names[4::-1]
    assert (await client.told("GET", "?offset=30"))["domains"] == []
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"/{domain['id']}/verify")
    active = await client.told("GET", "?status=active")
    assert (active["total"], [each["domain"] for each in active["domains"]]) == (1, ["d24.com"])
    assert (await client.told("GET", "?status=pending"))["total"] == 24


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=10001", "status=verified", "cursor=x"]
)
async def test_a_parameter_that_is_out_of_bounds_is_400(speak: Speak, query: str) -> None:
    body = await (await speak("agentmail_pro")).told("GET", f"?{query}", 400)
    assert list(body["error"]) == ["code", "message"]


async def test_there_is_one_default_domain(speak: Speak) -> None:
    client = await speak("agentmail_pro")
    await client.register("a.com", isDefault=True)
    second = await client.register("b.com")
    await client.told("PATCH", f"/{second['id']}", json={"isDefault": True})
    listed = (await client.told("GET"))["domains"]
    assert [(each["domain"], each["isDefault"]) for each in listed] == [("b.com", True), ("a.com", False)]


async def test_a_resumed_domain_goes_through_verification(api: Api, speak: Speak) -> None:
    client = await speak("agentmail_pro")
    path = f"/{(await client.register('acme.com'))['id']}"
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"{path}/verify")
    for asked, said in (("suspended", "suspended"), ("active", "pending")):
        api.clock.advance(1)  # what was seen before it was resumed proves nothing after it
        assert (await client.told("PATCH", path, json={"status": asked}))["status"] == said
    api.clock.advance(1)
    assert (await client.told("POST", f"{path}/verify"))["status"] == "active"


@pytest.mark.parametrize(
    "body", [{"status": "failed"}, {"status": "pending"}, {"region": "x"}, {"isDefault": "yes"}]
)
async def test_A07_nothing_else_is_written(speak: Speak, body: dict[str, object]) -> None:
    client = await speak("agentmail_pro")
    domain = await client.register("acme.com")
    await client.told("PATCH", f"/{domain['id']}", 400, json=body)
    shown = await client.told("GET", f"/{domain['id']}")
    assert (shown["status"], shown["isDefault"]) == ("pending", False)


@pytest.mark.parametrize(
    ("asked", "status", "code", "given"),
    [
        ("GET /dom_0", 404, "DOMAIN_NOT_FOUND", {}),
        ("POST ", 409, "DOMAIN_EXISTS", {"json": {"domain": "acme.com"}}),
        ("POST ", 400, "DOMAIN_INVALID", {"json": {"domain": "acme"}}),
        ("POST ", 400, "DOMAIN_INVALID", {"json": {}}),
        ("GET ", 401, "UNAUTHORIZED", {"headers": {"authorization": "Bearer x"}}),
    ],
)
async def test_its_errors_have_the_codes_of_the_seed(
    speak: Speak, asked: str, status: int, code: str, given: dict[str, object]
) -> None:
    client = await speak("agentmail_pro")
    await client.register("acme.com")
    assert (await client.told(*asked.split(" "), status, **given))["error"]["code"] == code
