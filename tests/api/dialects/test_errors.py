"""A foreign error body is a bug: every failure, in every dialect, in exactly its shape."""

import json
import re
from dataclasses import replace
from typing import Any, NamedTuple

import httpx2
import pytest

from letterhead.api.dialects.table import DIALECTS as SERVED
from letterhead.api.problem import Problem
from letterhead.core.refusal import Kind, Refusal
from letterhead.ports import StoreError
from scripts.house import ROOT
from tests.api.conftest import PUBLIC_URL, Api
from tests.api.dialects.conftest import Speak
from tests.api.dialects.spoken import DIALECTS, NAMED, Speaker, Spoken
from tests.api.raw import exchange, read

JSON = {"content-type": "application/json"}
BODY = {"domain": "acme.com"}
ANY = pytest.mark.parametrize("spoken", DIALECTS, ids=lambda spoken: spoken.name)


class Failure(NamedTuple):
    """A request that fails; `status` for dialects that tell what is invalid by 422."""

    method: str
    path: str
    status: int
    given: dict[str, Any] = {}  # noqa: RUF012 - never changed


UNKNOWN_IDS = (
    "dom_0",
    "mdom_0",
    "nobody",
    "%00",
    "dom_%00",
    "..%2e",
    "%E2%98%83",
    "'%20OR%201=1",
    "a" * 3000,
)
FAILURES = {
    **{f"an unknown id {each[:12]}": Failure("GET", f"/{each}", 404) for each in UNKNOWN_IDS},
    "removing nothing": Failure("DELETE", "/dom_0", 404),
    "verifying nothing": Failure("POST", "/dom_0/verify", 404),
    "an unknown path": Failure("GET", "/dom_0/nothing/there", 404),
    "a final slash": Failure("GET", "/", 404),
    "a wrong method": Failure("PUT", "", 405, {"json": BODY}),
    "malformed JSON": Failure("POST", "", 400, {"content": b'{"domain": ', "headers": JSON}),
    "a name twice": Failure(
        "POST", "", 400, {"content": b'{"domain":"a.com","domain":"b.com"}', "headers": JSON}
    ),
    "no UTF-8": Failure("POST", "", 400, {"content": b'{"domain":"\xff"}', "headers": JSON}),
    "no body": Failure("POST", "", 400, {"headers": JSON}),
    "no object": Failure("POST", "", 422, {"json": ["acme.com"]}),
    "too deep": Failure("POST", "", 400, {"content": b"[" * 99 + b"]" * 99, "headers": JSON}),
    "no JSON": Failure("POST", "", 415, {"content": b"domain=acme.com"}),
    "compressed": Failure("POST", "", 415, {"json": BODY, "headers": {"content-encoding": "gzip"}}),
    "too large": Failure("POST", "", 413, {"json": {"domain": "a" * 70_000}}),
    "no domain": Failure("POST", "", 422, {"json": {}}),
    "null": Failure("POST", "", 422, {"json": {"domain": None}}),
    "a number": Failure("POST", "", 422, {"json": {"domain": 1}}),
    "one label": Failure("POST", "", 422, {"json": {"domain": "acme"}}),
    "a public suffix": Failure("POST", "", 422, {"json": {"domain": "co.uk"}}),
    "an address": Failure("POST", "", 422, {"json": {"domain": "info@acme.com"}}),
    "U+0000": Failure("POST", "", 422, {"json": {"domain": "acme\0.com"}}),
    "half a pair": Failure("POST", "", 422, {"content": b'{"domain":"\\ud800.com"}', "headers": JSON}),
    "an unknown field": Failure("POST", "", 422, {"json": {**BODY, "status": "verified"}}),
    "an unknown parameter": Failure("GET", "?limt=1", 422),
    "a long idempotency key": Failure(
        "POST", "", 422, {"json": BODY, "headers": {"idempotency-key": "x" * 256}}
    ),
}
AT_400_IN_SENDMUX = {"no domain", "a long idempotency key"}
"""`missing_parameter` and `invalid_parameter` are 400 there (published specification)."""


def expected(spoken: Spoken, name: str) -> int:
    status = FAILURES[name].status
    if status != 422:
        return status
    return 400 if spoken.name == "sendmux" and name in AT_400_IN_SENDMUX else spoken.invalid


def check(spoken: Spoken, answer: httpx2.Response, status: int, note: object = "") -> None:
    assert answer.status_code == status, (note, answer.text)
    assert answer.headers["content-type"] == "application/json", note
    body = answer.json()
    assert spoken.is_error(body), (note, answer.text)
    assert answer.text == json.dumps(body, ensure_ascii=False, separators=(",", ":")), note
    assert answer.headers["cache-control"] == "no-store"
    if spoken.name == "sendmux":
        assert body["meta"]["request_id"] == answer.headers["x-request-id"]
        assert body["error"]["retryable"] is (status in {429, 500, 503})


@ANY
async def test_every_failure_of_a_request_has_the_shape_of_the_dialect(speak: Speak, spoken: Spoken) -> None:
    client = await speak(spoken.name)
    for name, failure in FAILURES.items():
        answer = await client.ask(failure.method, failure.path, **failure.given)
        check(spoken, answer, expected(spoken, name), name)
        if answer.status_code == 405:
            assert "POST" in answer.headers["allow"]
    assert spoken.of(await client.told("GET")) == []


@ANY
async def test_A07_a_field_of_ours_in_a_body_is_refused_in_the_words_of_the_dialect(
    speak: Speak, spoken: Spoken
) -> None:
    client = await speak(spoken.name)
    for field in (
        "id",
        "team",
        "team_id",
        "verified_at",
        "token",
        "is_admin",
        "profile",
        "contest",
        "Domain",
    ):
        check(spoken, await client.ask("POST", json={**BODY, field: "x"}), spoken.invalid, field)


@ANY
async def test_no_key_a_wrong_key_and_a_key_in_the_url_are_401(
    api: Api, speak: Speak, spoken: Spoken
) -> None:
    key = await api.key()
    given: list[dict[str, Any]] = [
        {},
        {"authorization": "Bearer"},
        {"authorization": f"Basic {key}"},
        {"authorization": f"Bearer {key}x"},
        {"authorization": key},
    ]
    nobody = Speaker(api, spoken.name, None)
    for headers in given:
        answer = await nobody.ask("GET", headers=headers)
        check(spoken, answer, 401, headers)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    check(spoken, await nobody.ask("GET", f"?key={key}"), 401)


@ANY
async def test_A01_a_foreign_id_is_answered_like_one_that_nobody_has(speak: Speak, spoken: Spoken) -> None:
    mine, theirs = await speak(spoken.name), await speak(spoken.name, team="evil")
    domain = await mine.register("acme.com")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/verify")):
        foreign = await theirs.ask(method, f"/{domain['id']}{path}")
        unknown = await theirs.ask(method, f"/{domain['id'][:-4]}0000{path}")
        check(spoken, foreign, 404, method)
        assert strip(foreign) == strip(unknown), method


def strip(answer: httpx2.Response) -> str:
    return re.sub(r"req_\w+", "req", answer.text)


@ANY
async def test_A02_what_a_key_may_not_do_is_403(speak: Speak, spoken: Spoken) -> None:
    reader = await speak(spoken.name, permissions=frozenset({"domain.read"}))
    check(spoken, await reader.ask("POST", json=BODY), 403)
    check(spoken, await (await speak(spoken.name, permissions=frozenset())).ask("GET"), 403)


@ANY
async def test_a_name_that_this_team_registered_is_409_and_a_claim_of_another_is_not_told(
    speak: Speak, spoken: Spoken
) -> None:
    client, other = await speak(spoken.name), await speak(spoken.name, team="evil")
    await client.register("acme.com")
    answer = await client.ask("POST", json={"domain": "ACME.com."})
    check(spoken, answer, 409)
    await other.register("acme.com")  # A14: a claim reserves nothing


@ANY
async def test_A11_the_same_idempotency_key_with_another_body_is_409(speak: Speak, spoken: Spoken) -> None:
    client = await speak(spoken.name)
    headers = {"idempotency-key": "once"}
    first = await client.ask("POST", json=BODY, headers=headers)
    again = await client.ask("POST", json=BODY, headers=headers)
    assert (first.status_code, first.content) == (spoken.fresh, again.content)
    check(spoken, await client.ask("POST", json={"domain": "acme.net"}, headers=headers), 409)


@ANY
@pytest.mark.parametrize("status", [500, 503])
async def test_A18_our_own_mistakes_and_outages_are_told_without_what_they_were(
    api: Api, speak: Speak, spoken: Spoken, status: int
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("a secret of ours") if status == 500 else StoreError("a secret of ours")

    client = await speak(spoken.name)
    app = api.server.app
    broken = Broken()
    services = replace(app.state.services, domains=broken, portfolio=broken, verification=broken)
    app.state = replace(app.state, services=services)
    for method, path in (("GET", ""), ("GET", "/dom_1"), ("POST", "/dom_1/verify"), ("DELETE", "/mdom_1")):
        answer = await client.ask(method, path)
        check(spoken, answer, status)
        assert "secret" not in answer.text
        assert ("retry-after" in answer.headers) == (status == 503)


@ANY
async def test_what_is_refused_before_there_is_a_request_has_the_shape_too(api: Api, spoken: Spoken) -> None:
    head = f"GET {spoken.domains} HTTP/1.1\r\nHost: x\r\nX: ".encode() + b"a" * 20_000
    status, headers, body = read(await exchange(api.server.port, head))
    assert status == 431
    assert headers["content-type"] == "application/json"
    assert spoken.is_error(body if isinstance(body, dict) else json.loads(body))


_ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
_FILE = next(p for p in (ROOT / "src/letterhead/api/problems.md", ROOT / "docs/problems.md") if p.exists())
PROBLEMS = sorted({(code, int(status)) for code, status in _ROW.findall(_FILE.read_text("utf-8"))})
EXTRAS: tuple[dict[str, Any], ...] = (
    {},
    {"domain": "acme.com"},
    {"suggestion": "acme.com"},
    {"errors": [{"field": "domain", "message": "is required"}]},
    {"errors": [{"field": "a", "message": "x"}, {"field": "", "message": "y"}]},
)


@ANY
def test_every_problem_that_there_is_has_the_shape_of_the_dialect(spoken: Spoken) -> None:
    assert len(PROBLEMS) > 80
    word = next(each.word for each in SERVED.known if each.name == spoken.name)
    for code, status in PROBLEMS:
        for extra in EXTRAS:
            for param in (None, "domain", "limit"):
                said = Problem(
                    status, "T", code, "It is é.", param=param, extra=extra, headers={"retry-after": "7"}
                )
                answer = word(said, "req_1", PUBLIC_URL)
                note = (code, status, extra, param)
                assert spoken.is_error(json.loads(answer.body)), (note, answer.body)
                assert answer.headers["content-type"] == "application/json", note
                assert answer.headers["retry-after"] == "7", note
                assert 400 <= answer.status < 600, note
                assert (answer.status == status) or {status, answer.status} <= {400, 403, 409, 412, 422}, note


@pytest.mark.parametrize(
    ("kind", "sendmux", "agentmail"),
    [
        (Kind.UNAUTHENTICATED, (401, "authentication_required"), (401, "UNAUTHORIZED")),
        (Kind.FORBIDDEN, (403, "insufficient_permissions"), (403, "FORBIDDEN")),
        (Kind.MISSING, (404, "not_found"), (404, "SOME_CODE")),
        (Kind.CONFLICT, (409, "conflict"), (409, "SOME_CODE")),
        (Kind.INVALID, (422, "validation_error"), (400, "SOME_CODE")),
        (Kind.UNAVAILABLE, (503, "service_unavailable"), (503, "SOME_CODE")),
    ],
)
def test_a_kind_of_refusal_has_its_code_where_the_dialect_has_a_list_of_them(
    kind: Kind, sendmux: tuple[int, str], agentmail: tuple[int, str]
) -> None:
    from letterhead.api.problem import of_refusal

    said = of_refusal(Refusal(kind, "some_code", "No."))
    for name, (status, code) in {"sendmux": sendmux, "agentmail_pro": agentmail}.items():
        word = next(each.word for each in SERVED.known if each.name == name)
        answer = word(said, "req_1", PUBLIC_URL)
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)
        assert NAMED[name].is_error(json.loads(answer.body))
