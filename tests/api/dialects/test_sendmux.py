"""sendmux (its document and the published SDKs): envelopes, cursors, modes, `retryable`, a zone file."""

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak

DOMAIN = [
    "id",
    "domain",
    "mode",
    "verification_status",
    "ses_dkim_status",
    "ses_identity_verification_status",
    "ses_verified_for_sending",
    "ses_dkim_signing_enabled",
    "ses_identity_checked_at",
    "ses_mail_from_status",
    "verified_at",
    "created_at",
    "mailbox_count",
    "dns_records",
]
VERIFIED = [
    "status",
    "ses_dkim_status",
    "checks",
    "ses_identity_verification_status",
    "ses_verified_for_sending",
    "ses_dkim_signing_enabled",
    "ses_identity_checked_at",
    "ses_mail_from_status",
]
CHECKS = ["mx", "verification_txt", "spf", "dmarc", "mail_from_mx", "mail_from_spf"]


async def test_a_domain_is_the_superset_that_the_sdks_ask_for_and_nothing_beyond_it(speak: Speak) -> None:
    client = await speak("sendmux")
    answer = await client.ask("POST", json={"domain": "mail.acme.com"})
    body = answer.json()
    assert (answer.status_code, list(body)) == (201, ["ok", "data", "meta"])
    assert body["meta"] == {"request_id": answer.headers["x-request-id"]}
    data = body["data"]
    assert list(data) == DOMAIN
    assert data["id"].startswith("mdom_")
    assert answer.headers["location"].endswith(f"/api/v1/domains/{data['id']}")
    records = data["dns_records"]
    assert list(records) == ["mx", "spf", "dmarc", "dkim", "verification", "mail_from"]
    assert records["mx"] == [{"priority": 10, "target": "mx.letterhead.example"}]
    assert [list(each) for each in records["dkim"]] == [["name", "value"]] * 3
    assert records["verification"]["value"].startswith("sendmux-verify=")
    assert list(records["mail_from"]["mx"]) == ["name", "priority", "target"]
    assert (data["ses_dkim_status"], data["ses_mail_from_status"]) == ("pending", "not_started")


async def test_a_verification_has_no_null_in_it(api: Api, speak: Speak) -> None:
    client = await speak("sendmux")
    domain = await client.register("mail.acme.com")
    for outcome, status, dkim in (
        (Outcome.FAIL, "pending", "pending"),
        (Outcome.PASS, "verified", "success"),
    ):
        api.oracle.outcome = outcome
        data = (await client.told("POST", f"/{domain['id']}/verify"))["data"]
        assert (list(data), list(data["checks"])) == (VERIFIED, CHECKS)
        assert (data["status"], data["ses_dkim_status"]) == (status, dkim)
        assert set(data["checks"].values()) == {outcome is Outcome.PASS}
        assert data["ses_verified_for_sending"] is (outcome is Outcome.PASS)
        assert None not in data.values()


async def test_what_could_not_be_found_out_is_503_and_may_be_repeated(api: Api, speak: Speak) -> None:
    client = await speak("sendmux")
    path = f"/{(await client.register('mail.acme.com'))['id']}"
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"{path}/verify")
    api.oracle.outcome = Outcome.UNKNOWN
    answer = await client.ask("POST", f"{path}/verify")
    assert answer.status_code == 503
    assert (answer.json()["error"]["code"], answer.json()["error"]["retryable"]) == (
        "service_unavailable",
        True,
    )
    assert answer.headers["retry-after"]
    shown = (await client.told("GET", path))["data"]
    assert (shown["verification_status"], shown["ses_dkim_status"]) == ("verified", "success")


async def test_a_domain_that_only_sends_needs_no_mx_until_it_receives(api: Api, speak: Speak) -> None:
    client = await speak("sendmux")
    domain = await client.register("mail.acme.com", mode="send_only")
    path = f"/{domain['id']}"
    assert domain["mode"] == "send_only"
    assert (await client.told("POST", f"{path}/verify"))["data"]["checks"]["mx"] is True
    changed = (await client.told("PATCH", path, json={"mode": "send_receive"}))["data"]
    assert (list(changed), changed["mode"]) == (DOMAIN, "send_receive")
    assert (await client.told("POST", f"{path}/verify"))["data"]["checks"]["mx"] is False
    for body in ({"mode": "send_only"}, {"mode": None}, {"mode": "send_receive", "status": "verified"}):
        await client.told("PATCH", path, 422, json=body)
    assert (await client.told("PATCH", path, 400, json={}))["error"]["code"] == "missing_parameter"


async def test_the_list_goes_by_cursor_and_names_the_next_only_where_there_is_one(speak: Speak) -> None:
    client = await speak("sendmux")
    names = ["a.com", "b.com", "c.com"]
    for name in names:
        await client.register(name)
    first = await client.told("GET", "?limit=2")
    assert list(first) == ["ok", "data", "pagination", "meta"]
    assert [each["domain"] for each in first["data"]] == ["c.com", "b.com"]
    assert list(first["pagination"]) == ["has_more", "next_cursor"]
    last = await client.told("GET", f"?limit=2&cursor={first['pagination']['next_cursor']}")
    assert [each["domain"] for each in last["data"]] == ["a.com"]
    assert last["pagination"] == {"has_more": False}


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=nothing", "cursor="])
async def test_a_parameter_that_is_none_is_400_invalid_parameter(speak: Speak, query: str) -> None:
    error = (await (await speak("sendmux")).told("GET", f"?{query}", 400))["error"]
    assert (error["code"], error["param"]) == ("invalid_parameter", query.partition("=")[0])
    assert error["retryable"] is False


async def test_A13_a_cursor_of_another_team_is_none(speak: Speak) -> None:
    mine, theirs = await speak("sendmux"), await speak("sendmux", team="evil")
    for name in ("a.com", "b.com"):
        await mine.register(name)
    cursor = (await mine.told("GET", "?limit=1"))["pagination"]["next_cursor"]
    await theirs.told("GET", f"?cursor={cursor}", 400)


async def test_A16_an_etag_saves_a_read_and_guards_a_change(api: Api, speak: Speak) -> None:
    client = await speak("sendmux")
    path = f"/{(await client.register('a.com', mode='send_only'))['id']}"
    tag = (await client.ask("GET", path)).headers["etag"]
    assert tag.startswith('W/"')
    unchanged = await client.ask("GET", path, headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    await client.told("POST", f"{path}/verify")
    assert (await client.ask("GET", path, headers={"if-none-match": tag})).status_code == 200
    body = {"mode": "send_receive"}
    refused = await client.told("PATCH", path, 412, json=body, headers={"if-match": tag})
    assert refused["error"]["code"] == "conflict"
    newest = (await client.ask("GET", path)).headers["etag"]
    changed = await client.ask("PATCH", path, json=body, headers={"if-match": newest})
    assert (changed.status_code, changed.headers["etag"] != newest) == (200, True)
    await client.told("DELETE", path, 412, headers={"if-match": newest})
    await client.told("DELETE", path, headers={"if-match": changed.headers["etag"]})


async def test_the_zone_file_is_text_to_be_saved_under_the_name_of_the_domain(speak: Speak) -> None:
    client = await speak("sendmux")
    domain = await client.register("mail.acme.com")
    answer = await client.ask("GET", f"/{domain['id']}/zone-file")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="mail.acme.com.zone"'
    assert "sendmux-verify=" in answer.text


async def test_an_id_without_its_prefix_is_nobodys(speak: Speak) -> None:
    client = await speak("sendmux")
    domain = await client.register("a.com")
    for own in (domain["id"][1:], domain["id"].upper(), f"m{domain['id']}", "mdom_", "m"):
        await client.told("GET", f"/{own}", 404)


async def test_removing_names_what_is_gone(speak: Speak) -> None:
    client = await speak("sendmux")
    domain = await client.register("a.com")
    assert (await client.told("DELETE", f"/{domain['id']}"))["data"] == {"deleted": True, "id": domain["id"]}
    await client.told("GET", f"/{domain['id']}", 404)


async def test_an_error_names_fields_and_codes_as_published(speak: Speak) -> None:
    client = await speak("sendmux")
    missing = (await client.told("POST", "", 400, json={}))["error"]
    assert missing == {
        "code": "missing_parameter",
        "message": "domain: is required.",
        "param": "domain",
        "retryable": False,
        "errors": [{"field": "domain", "code": "invalid", "message": "is required"}],
    }
    both = (await client.told("POST", "", 422, json={"status": "x"}))["error"]
    assert both["code"] == "validation_error"
    assert {each["field"] for each in both["errors"]} == {"status", "domain"}
    conflict = {"json": {"domain": "a.com"}, "headers": {"idempotency-key": "k"}}
    await client.told("POST", "", 201, **conflict)
    other = {"json": {"domain": "b.com"}, "headers": {"idempotency-key": "k"}}
    assert (await client.told("POST", "", 409, **other))["error"]["code"] == "idempotency_conflict"
    assert (await client.told("POST", "", 409, json={"domain": "a.com"}))["error"]["code"] == "conflict"
