"""inboxlayer: plain arrays, a wrapper around bodies, keys as `token`."""

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak

DOMAIN = ["id", "domain", "verified_status", "dkim_host", "dkim_value", "dkim_records", "dns_records"]
PATH = "/api/v1/custom_domains"


async def test_a_domain_has_its_first_pair_apart_and_all_of_them_in_a_list(speak: Speak) -> None:
    client = await speak("inboxlayer")
    answer = await client.ask("POST", json={"custom_domain": {"domain": "Acme.com"}})
    domain = answer.json()
    assert (answer.status_code, list(domain)) == (201, DOMAIN)
    assert answer.headers["location"].endswith(f"{PATH}/{domain['id']}")
    pairs = domain["dkim_records"]
    assert [list(each) for each in pairs] == [["type", "name", "value"]] * 3
    assert (domain["dkim_host"], domain["dkim_value"]) == (pairs[0]["name"], pairs[0]["value"])
    records = domain["dns_records"]
    assert list(records[0]) == ["type", "name", "value", "priority", "required", "status"]
    assert [each["required"] for each in records] == [True, True, True, True, False, False]
    assert (records[0]["value"], records[0]["priority"]) == ("mx.letterhead.example", 10)
    assert records[-1]["value"] == "v=DMARC1; p=none;"


async def test_a_list_is_a_plain_array_newest_first(speak: Speak) -> None:
    client = await speak("inboxlayer")
    assert await client.told("GET") == []
    for name in ("a.com", "b.com"):
        await client.register(name)
    listed = await client.told("GET")
    assert [each["domain"] for each in listed] == ["b.com", "a.com"]
    assert all(list(each) == DOMAIN for each in listed)


@pytest.mark.parametrize(
    ("outcome", "status", "state"),
    [
        (Outcome.PASS, "verified", "verified"),
        (Outcome.FAIL, "pending", "pending"),
        (Outcome.UNKNOWN, "pending", "pending"),
    ],
)
async def test_verify_answers_the_domain_whatever_the_dns_says(
    api: Api, speak: Speak, outcome: Outcome, status: str, state: str
) -> None:
    client = await speak("inboxlayer")
    path = f"/{(await client.register('acme.com'))['id']}"
    api.oracle.outcome = outcome
    verified = await client.told("POST", f"{path}/verify")
    assert list(verified) == DOMAIN
    assert (verified["verified_status"], {each["status"] for each in verified["dns_records"]}) == (
        status,
        {state},
    )
    assert await client.told("GET", path) == verified


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_published_fields_are_taken_and_change_nothing(speak: Speak, method: str) -> None:
    client = await speak("inboxlayer")
    domain = await client.register("acme.com")
    path = f"/{domain['id']}"
    fields = {"domain": "ACME.com", "dkim_host": "x", "dkim_value": None, "spf_host": "y", "spf_value": "z"}
    for body in ({"custom_domain": fields}, fields, {"custom_domain": {}}, {}):
        assert await client.told(method, path, json=body) == domain
    for body in (
        {"custom_domain": {"domain": "other.com"}},
        {"custom_domain": {"verified_status": "verified"}},
        {"custom_domain": {"dkim_host": 1}},
        {"custom_domain": []},
        {"custom_domain": {}, "domain": "acme.com"},
    ):
        await client.told(method, path, 422, json=body)
    assert await client.told("GET", path) == domain


async def test_a_body_is_wrapped_or_bare_and_never_both(speak: Speak) -> None:
    client = await speak("inboxlayer")
    await client.told("POST", "", 422, json={"custom_domain": {"domain": "a.com"}, "domain": "b.com"})
    await client.told("POST", "", 422, json={"custom_domain": {}})
    assert (await client.register("a.com"))["domain"] == "a.com"


async def test_keys_are_taken_as_bearer_and_as_token(api: Api) -> None:
    key = await api.key()
    for scheme, status in (("Bearer", 200), ("token", 200), ("Token", 200), ("Basic", 401)):
        answer = await api.client.get(PATH, headers={"authorization": f"{scheme} {key}"})
        assert answer.status_code == status, scheme


async def test_a_removed_domain_is_gone_and_nothing_is_said(speak: Speak) -> None:
    client = await speak("inboxlayer")
    path = f"/{(await client.register('a.com'))['id']}"
    answer = await client.ask("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.told("DELETE", path, 404))["error_code"] == "domain_not_found"


async def test_it_is_no_dialect_of_its_neighbour_at_the_same_prefix(api: Api, speak: Speak) -> None:
    client = await speak("inboxlayer")
    assert list(await client.told("GET", "/x/nothing", 404)) == ["error", "error_code"]
    near = await api.client.get(f"{PATH}x")
    assert near.json()["ok"] is False
