"""Idempotency-Key: the same request twice is one request, whatever happens in between (A11)."""

import asyncio
from typing import Any

import httpx2
import pytest

from letterhead.api.server import HttpServer, create_app
from letterhead.core.permission import ROLES
from letterhead.ports import StoreError
from letterhead.service.domains import Domains
from letterhead.store.requests import RequestTable
from tests.api.conftest import Api

ACME = {"domain": "acme.com"}


async def register(api: Api, key: str, token: str, body: Any = None, **given: Any) -> httpx2.Response:
    headers = {"idempotency-key": token}
    return await api.ask("POST", "/domains", key, json=body or ACME, headers=headers, **given)


async def names(api: Api, key: str) -> list[str]:
    return [each["domain"] for each in (await api.ask("GET", "/domains", key)).json()["data"]]


async def test_A11_the_same_request_is_given_the_same_answer(api: Api) -> None:
    key = await api.key()
    first, again = [await register(api, key, "once") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for name in ("location", "etag", "content-type", "x-request-id"):
        assert first.headers[name] == again.headers[name]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await names(api, key) == ["acme.com"]


async def test_A11_a_refusal_is_given_again_with_its_own_request_id(api: Api) -> None:
    key = await api.key()
    first, again = [await register(api, key, "bad", {"domain": "co.uk"}) for _ in range(2)]
    assert first.status_code == again.status_code == 422
    assert first.content == again.content
    assert again.json()["request_id"] == again.headers["x-request-id"]
    assert again.headers["content-type"] == "application/problem+json"


async def test_A11_another_body_under_the_same_key_is_a_conflict(api: Api) -> None:
    key = await api.key()
    await register(api, key, "once")
    other = await register(api, key, "once", {"domain": "acme.net"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert await names(api, key) == ["acme.com"]


async def test_A11_teams_endpoints_and_keys_are_apart(api: Api) -> None:
    key, other = await api.key(), await api.key("other")
    assert (await register(api, key, "once")).status_code == 201
    assert "idempotent-replayed" not in (await register(api, other, "once")).headers
    assert (await register(api, key, "twice")).json()["code"] == "domain_exists"
    headers = {"idempotency-key": "once"}
    made = await api.ask("POST", "/keys", key, json={"name": "x", "role": "root:full"}, headers=headers)
    assert made.status_code == 201


async def test_A11_another_key_of_the_team_is_not_shown_what_the_first_one_was_told(api: Api) -> None:
    root, reader = await api.key(), await api.key(permissions=ROLES["root:readonly"])
    given: dict[str, Any] = {
        "json": {"name": "x", "role": "root:full"},
        "headers": {"idempotency-key": "once"},
    }
    made = await api.ask("POST", "/keys", root, **given)
    stolen = await api.ask("POST", "/keys", reader, **given)
    assert (stolen.status_code, stolen.json()["code"]) == (409, "idempotency_conflict")
    assert made.json()["secret"] not in stolen.text


async def test_A11_a_secret_is_shown_again_and_stands_nowhere_in_the_store(api: Api, tmp_path: Any) -> None:
    given: dict[str, Any] = {
        "json": {"name": "x", "role": "root:full"},
        "headers": {"idempotency-key": "a-uuid"},
    }
    root = await api.key()
    first, again = [await api.ask("POST", "/keys", root, **given) for _ in range(2)]
    assert first.json()["secret"] == again.json()["secret"]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("letterhead.db*"))
    for unseen in (first.json()["secret"], root, "a-uuid", '"root:full"'):
        assert unseen.encode() not in stored


async def test_A11_requests_at_the_same_time_do_the_work_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, begun, go_on = await api.key(), asyncio.Event(), asyncio.Event()
    register_really = Domains.register

    async def slow(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await register_really(*given, **named)

    monkeypatch.setattr(Domains, "register", slow)
    first = asyncio.create_task(register(api, key, "once"))
    await begun.wait()
    others = await asyncio.gather(*(register(api, key, "once") for _ in range(10)))
    assert {(each.status_code, each.json()["code"]) for each in others} == {(409, "idempotency_conflict")}
    go_on.set()
    assert (await first).status_code == 201
    assert (await register(api, key, "once")).content == (await first).content
    assert await names(api, key) == ["acme.com"]


async def test_A11_a_crash_after_the_effect_registers_nothing_twice(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the commit and the answer; another one serves the same store."""
    key = await api.key()

    async def dead(*_: object) -> None:
        raise StoreError("killed")

    monkeypatch.setattr(RequestTable, "answer", dead)
    assert (await register(api, key, "once")).status_code == 201
    monkeypatch.undo()
    server = HttpServer(create_app(api.services, api.settings_again()), "127.0.0.1", 0)
    await server.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        again = Api(api.services, api.clock, api.oracle, api.settings, server, client)
        assert (await register(again, key, "once")).json()["code"] == "idempotency_conflict"
        api.clock.advance(180)
        assert (await register(again, key, "once")).json()["code"] == "domain_exists"
        assert await names(again, key) == ["acme.com"]
    await server.stop()


async def test_A11_our_own_failures_are_not_remembered(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await api.key()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Domains, "register", broken)
    assert (await register(api, key, "once")).status_code == 500
    monkeypatch.undo()
    assert (await register(api, key, "once")).status_code == 201


async def test_A11_an_answer_is_forgotten_after_a_day(api: Api) -> None:
    key = await api.key()
    await register(api, key, "once")
    api.clock.advance(23 * 3600)
    assert (await register(api, key, "once")).status_code == 201
    api.clock.advance(2 * 3600)
    assert (await register(api, key, "once")).json()["code"] == "domain_exists"


@pytest.mark.parametrize("token", ["", "x" * 256, "a\tb", "é".encode().decode("latin-1")])
async def test_A08_a_key_that_is_no_printable_ascii_is_refused(api: Api, token: str) -> None:
    headers = [
        (b"idempotency-key", token.encode("latin-1")),
        (b"authorization", f"Bearer {await api.key()}".encode()),
    ]
    answer = await api.client.post("/api/v2/domains", json=ACME, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")


async def test_two_keys_are_refused_and_other_methods_take_no_notice(api: Api) -> None:
    key = await api.key()
    headers = [("idempotency-key", "a"), ("idempotency-key", "b"), ("authorization", f"Bearer {key}")]
    assert (await api.client.post("/api/v2/domains", json=ACME, headers=headers)).status_code == 422
    assert (await api.client.get("/api/v2/domains", headers=headers)).status_code == 200
    assert (await register(api, key, "x" * 255)).status_code == 201


async def test_a_request_without_a_key_in_force_leaves_no_mark(api: Api) -> None:
    assert (await register(api, "lh_wrong", "once")).status_code == 401
    assert (await register(api, await api.key(), "once")).status_code == 201
