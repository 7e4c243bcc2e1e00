"""Domains over HTTP: their shapes, in the documented order, and what each operation answers."""

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import PUBLIC_URL, Api

MEMBERS = [
    "id",
    "domain",
    "domain_unicode",
    "profile",
    "mode",
    "region",
    "provider",
    "is_default",
    "status",
    "may_send",
    "may_receive",
    "contested",
    "held_elsewhere",
    "flags",
    "created_at",
    "updated_at",
    "verified_at",
    "lapsed_at",
    "checked_at",
    "next_check_at",
    "expires_at",
    "transfer_to",
    "outcome",
    "records",
]
RECORD_MEMBERS = [
    "role",
    "type",
    "host",
    "value",
    "ttl",
    "required",
    "purpose",
    "state",
    "cause",
    "advice",
    "found",
    "suggestion",
    "visible_at",
    "remarks",
]


async def test_registering_answers_with_the_records_to_publish(api: Api) -> None:
    answer = await api.ask("POST", "/domains", await api.key(), json={"domain": "ACME.com"})
    body = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PUBLIC_URL}/api/v2/domains/{body['id']}"
    assert list(body) == MEMBERS
    assert (body["domain"], body["status"], body["outcome"]) == ("acme.com", "pending", None)
    assert body["created_at"] == "2026-01-15T12:00:00Z"
    assert {record["state"] for record in body["records"]} == {"unchecked"}


async def test_only_mx_records_have_a_priority(api: Api) -> None:
    answer = await api.ask("POST", "/domains", await api.key(), json={"domain": "acme.com"})
    for record in answer.json()["records"]:
        expected = set(RECORD_MEMBERS) | ({"priority"} if record["type"] == "MX" else set())
        assert set(record) == expected
        assert [name for name in record if name != "priority"] == RECORD_MEMBERS


async def test_the_list_leaves_the_records_out(api: Api) -> None:
    key = await api.key()
    await api.domain(key)
    (listed,) = (await api.ask("GET", "/domains", key)).json()["data"]
    assert list(listed) == MEMBERS[:-1]


async def test_an_international_name_is_shown_in_both_forms_and_as_raw_utf8(api: Api) -> None:
    answer = await api.ask("POST", "/domains", await api.key(), json={"domain": "münchen.de"})
    assert answer.json()["domain"] == "xn--mnchen-3ya.de"
    assert '"domain_unicode":"münchen.de"'.encode() in answer.content


async def test_the_list_can_be_filtered_by_name_in_any_spelling_and_by_status(api: Api) -> None:
    key = await api.key()
    await api.domain(key, "acme.com")
    await api.domain(key, "münchen.de")
    named = (await api.ask("GET", "/domains", key, params={"domain": "MÜNCHEN.de"})).json()["data"]
    assert [each["domain"] for each in named] == ["xn--mnchen-3ya.de"]
    assert (await api.ask("GET", "/domains", key, params={"status": "verified"})).json()["data"] == []
    assert len((await api.ask("GET", "/domains", key, params={"status": "pending"})).json()["data"]) == 2


@pytest.mark.parametrize("operation", ["verify", "refresh"])
async def test_looking_now_answers_with_a_fresh_domain(api: Api, operation: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    failed = (await api.ask("POST", f"/domains/{domain}/{operation}", key)).json()
    assert (failed["status"], failed["outcome"]) == ("pending", "fail")
    assert {record["cause"] for record in failed["records"]} == {"name_missing"}
    api.oracle.outcome = Outcome.PASS
    api.clock.advance(60)
    passed = (await api.ask("POST", f"/domains/{domain}/{operation}", key)).json()
    assert (passed["status"], passed["outcome"], passed["may_send"]) == ("verified", "pass", True)
    assert passed["checked_at"] == "2026-01-15T12:01:00Z"
    assert (await api.ask("GET", f"/domains/{domain}", key)).json() == passed


async def test_could_not_find_out_is_shown_as_unknown_and_changes_nothing(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    api.oracle.outcome = Outcome.UNKNOWN
    body = (await api.ask("POST", f"/domains/{domain}/verify", key)).json()
    assert (body["status"], body["outcome"]) == ("pending", "unknown")


async def test_suspend_and_resume(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    for suspended, status in ((True, "suspended"), (False, "pending")):
        answer = await api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": suspended})
        assert answer.json()["status"] == status


async def test_removing_leaves_nothing_to_read(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    removed = await api.ask("DELETE", f"/domains/{domain}", key)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await api.ask("GET", f"/domains/{domain}", key)).json()["code"] == "domain_not_found"


async def test_records_and_evidence(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    before = (await api.ask("GET", f"/domains/{domain}/evidence", key)).json()
    assert list(before) == ["domain", "asked_at", "outcome", "plan", "zone", "findings"]
    assert (before["asked_at"], before["outcome"], before["findings"]) == (None, None, [])
    verified = (await api.ask("POST", f"/domains/{domain}/verify", key)).json()
    records = (await api.ask("GET", f"/domains/{domain}/records", key)).json()
    assert records == {"data": verified["records"]}
    after = (await api.ask("GET", f"/domains/{domain}/evidence", key)).json()
    assert [each["host"] for each in after["findings"]] == [each["host"] for each in records["data"]]
    witness = after["findings"][0]["witnesses"][0]
    assert witness["server"] == "udp://192.0.2.53:53"
    assert witness["answers"] == ["acme.com 300 TXT é☃"]
    assert witness["asked_at"] == "2026-01-15T12:00:00.123456Z"


async def test_the_zone_file_is_an_attachment_in_plain_text(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    answer = await api.ask("GET", f"/domains/{domain}/zone-file", key)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="acme.com.zone"'
    assert "acme.com. 300 IN MX 10 mx.letterhead.example." in answer.text


async def test_a_transfer_is_offered_withdrawn_offered_again_and_accepted(api: Api) -> None:
    giver, receiver = await api.key("acme"), await api.key("zeta")
    domain = await api.domain(giver)
    offered = (await api.ask("POST", f"/domains/{domain}/transfer", giver, json={"team": "zeta"})).json()
    assert offered["transfer_to"] is not None
    withdrawn = (await api.ask("DELETE", f"/domains/{domain}/transfer", giver)).json()
    assert withdrawn["transfer_to"] is None
    assert (await api.ask("POST", f"/domains/{domain}/transfer/accept", receiver)).status_code == 404
    await api.ask("POST", f"/domains/{domain}/transfer", giver, json={"team": "zeta"})
    accepted = await api.ask("POST", f"/domains/{domain}/transfer/accept", receiver)
    assert (accepted.status_code, accepted.json()["id"]) == (200, domain)
    assert (await api.ask("GET", f"/domains/{domain}", giver)).status_code == 404


async def test_events_tell_what_happened_to_the_team_and_to_one_domain(api: Api) -> None:
    key = await api.key()
    first, second = await api.domain(key, "acme.com"), await api.domain(key, "acme.net")
    events = (await api.ask("GET", "/events", key)).json()
    assert [event["domain_id"] for event in events["data"]] == [second, first, None], "and the key before"
    history = (await api.ask("GET", f"/domains/{first}/history", key)).json()
    (created,) = history["data"]
    assert list(created) == ["id", "kind", "domain_id", "domain", "at", "text", "data"]
    assert created["id"].startswith("evt_")
    assert (created["kind"], created["at"]) == ("domain.created", "2026-01-15T12:00:00Z")
