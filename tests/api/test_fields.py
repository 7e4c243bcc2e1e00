"""What clients send that is not asked for: fields, parameters, paths and payloads."""

import pytest

from tests.api.conftest import Api

FORBIDDEN = [
    "id",
    "team_id",
    "tenant_id",
    "status",
    "verified_at",
    "held",
    "ever_held",
    "token",
    "is_admin",
    "version",
    "created_at",
    "hostname",
    "records",
    "transfer_to",
    "__proto__",
    "constructor",
    "Domain",
    "domain ",
    "may_send",
]


@pytest.mark.parametrize("field", FORBIDDEN)
async def test_A07_a_field_that_is_not_asked_for_is_422_and_named(api: Api, field: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    for method, path, body in (
        ("POST", "/domains", {"domain": "acme.net"}),
        ("PATCH", f"/domains/{domain}", {"suspended": True}),
        ("POST", f"/domains/{domain}/transfer", {"team": "zeta"}),
        ("POST", "/keys", {"name": "ci", "role": "root:full"}),
    ):
        answer = await api.ask(method, path, key, json={**body, field: "x"})
        assert (answer.status_code, answer.json()["param"]) == (422, field), path
    listed = (await api.ask("GET", "/domains", key)).json()["data"]
    assert [(each["id"], each["status"]) for each in listed] == [(domain, "pending")]


LINES = [
    "acme.com\r\nX-Evil: 1",
    "acme.com\nBcc: x@y",
    "acme.com\r",
    "a\x00b.com",
    "acme.com\x0b",
    "acme\u2028.com",
    "acme.com\x7f",
    "%0d%0aX: 1",
]


@pytest.mark.parametrize("text", LINES)
async def test_A08_line_breaks_reach_no_header(api: Api, text: str) -> None:
    key = await api.key()
    for answer in (
        await api.ask("POST", "/domains", key, json={"domain": text}),
        await api.ask("GET", "/domains", key, params={"domain": text}),
        await api.ask("POST", "/domains", key, json={"domain": "acme.com", "profile": text}),
    ):
        # White space around a name is taken off before it is read; within it, it is refused.
        assert answer.status_code in {200, 201, 422}
        assert "x-evil" not in answer.headers
        assert not [value for value in answer.headers.values() if "\r" in value or "\n" in value]


@pytest.mark.parametrize("given", ["a b", "a\r\nb", "x" * 65, "<script>", "", "ä", 'a"b'])
async def test_A08_only_a_harmless_request_id_is_taken_over(api: Api, given: str) -> None:
    headers = {"x-request-id": given.replace("\r\n", "%0d%0a").encode()}
    answer = await api.ask("GET", "/nothing", headers=headers)
    assert answer.headers["x-request-id"].startswith("req_")


async def test_a_request_id_of_the_client_is_taken_over_and_stands_in_the_problem(api: Api) -> None:
    answer = await api.ask("GET", "/nothing", headers={"x-request-id": "mine-1_A"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mine-1_A"


PAYLOADS = [
    "' OR 1=1--",
    "'; DROP TABLE domain;--",
    "1 UNION SELECT * FROM key",
    "%' AND '1'='1",
    "*)(uid=*",
    "$(id)",
    "`id`",
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "../../etc/passwd",
    "..%2f..%2fetc",
    "\\..\\x",
    "/etc/passwd",
    "%00",
    "-1",
    "true",
    "dom_' OR 'a'='a",
    "\u202e",
    "😀",
    "a" * 5000,
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_A09_payloads_in_filters_ids_and_fields_find_nothing_and_break_nothing(
    api: Api, payload: str
) -> None:
    key = await api.key()
    await api.domain(key)
    for name in ("domain", "status", "cursor", "limit", "sort", "order_by", "filter[status]"):
        assert (await api.ask("GET", "/domains", key, params={name: payload})).status_code == 422
    for path in ("/domains/{}", "/domains/{}/records", "/domains/{}/history"):
        answer = await api.ask("GET", path.format(payload.replace("/", "%2F").replace("?", "%3F")), key)
        assert answer.status_code == 404
    assert (await api.ask("DELETE", f"/keys/{payload[:100].replace('/', '%2F')}", key)).status_code == 404
    for body in (
        {"domain": payload},
        {"domain": "acme.net", "profile": payload},
        {"domain": "acme.net", "mode": payload},
    ):
        assert (await api.ask("POST", "/domains", key, json=body)).status_code == 422
    assert len((await api.ask("GET", "/domains", key)).json()["data"]) == 1


@pytest.mark.parametrize(
    "query",
    ["limt=1", "limit=1&limit=2", "status=pending&status=failed", "request=1", "domain_id=1", "Limit=1"],
)
async def test_a_parameter_that_nobody_reads_or_that_stands_twice_is_422(api: Api, query: str) -> None:
    answer = await api.ask("GET", f"/domains?{query}", await api.key())
    assert (answer.status_code, answer.json()["param"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/domains/",
        "/api/v2/domains//",
        "//api/v2/domains",
        "/api//v2/domains",
        "/API/v2/domains",
        "/api/v2/Domains",
        "/api/v2",
        "/api/v2/",
        "/",
        "/api/v2/domains/{}/",
        "/api/v2/domains%2F{}",
        "/api/v2/domains/{}%2Frecords",
        "/api/v2/domains/{}/verify/x",
        "/healthz/",
        "/openapi",
        "/schema",
        "/docs",
        "/api/v2/openapi.yaml",
        "/api/v2/domains/{}%00",
        "/api/v2/domains/%0a",
        "/favicon.ico",
        "/.env",
    ],
)
async def test_other_spellings_of_a_path_are_404_and_no_redirect(api: Api, path: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    answer = await api.client.get(path.format(domain), headers={"authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_method_is_405_and_says_which_there_are(api: Api) -> None:
    answer = await api.ask("PUT", "/domains", await api.key())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    options = await api.ask("OPTIONS", "/domains")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_head_is_get_without_the_body(api: Api) -> None:
    key = await api.key()
    got, head = await api.ask("GET", "/domains", key), await api.ask("HEAD", "/domains", key)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (await api.ask("HEAD", "/domains")).status_code == 401


async def test_every_answer_forbids_caching_and_has_an_id(api: Api) -> None:
    key = await api.key()
    for method, path in (
        ("GET", "/domains"),
        ("GET", "/nothing"),
        ("PUT", "/domains"),
        ("OPTIONS", "/domains"),
    ):
        answer = await api.ask(method, path, key)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
