"""Keys over HTTP: the secret is shown once, a revoked key is refused at once."""

import json

import pytest

from letterhead.core.permission import VERBS
from tests.api.conftest import Api


async def test_A04_the_secret_of_a_key_is_shown_by_the_answer_that_makes_it_and_never_again(api: Api) -> None:
    root = await api.key()
    made = await api.ask("POST", "/keys", root, json={"name": "ci", "role": "root:readonly"})
    assert made.status_code == 201
    body = made.json()
    assert list(body)[-1] == "secret"
    assert body["permissions"] == [f"{noun}.read" for noun in sorted(VERBS)]
    listed = await api.ask("GET", "/keys", root)
    assert body["id"] in listed.text
    assert body["secret"] not in listed.text
    assert root not in listed.text
    assert (await api.ask("GET", "/domains", body["secret"])).status_code == 200


async def test_A04_no_secret_reaches_the_log_when_something_breaks(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = await api.key()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the store burns")

    monkeypatch.setattr(type(api.services.domains), "get", broken)
    answer = await api.ask("GET", "/domains/dom_1", key)
    logged = capsys.readouterr()
    assert answer.status_code == 500
    assert "the store burns" in logged.out + logged.err
    assert key not in logged.out + logged.err


async def test_a_revoked_key_is_refused_at_its_next_request(api: Api) -> None:
    root = await api.key()
    made = (await api.ask("POST", "/keys", root, json={"name": "ci", "role": "root:full"})).json()
    assert (await api.ask("DELETE", f"/keys/{made['id']}", root)).status_code == 204
    assert (await api.ask("GET", "/domains", made["secret"])).status_code == 401
    assert (await api.ask("DELETE", f"/keys/{made['id']}", root)).json()["code"] == "key_not_found"


async def test_a_key_expires(api: Api) -> None:
    root = await api.key()
    expires_at = "2026-01-15T14:00:00+01:00"
    asked = {"name": "ci", "permissions": ["domain.read"], "expires_at": expires_at}
    made = (await api.ask("POST", "/keys", root, json=asked)).json()
    assert made["expires_at"] == "2026-01-15T13:00:00Z"
    api.clock.advance(3600)
    assert (await api.ask("GET", "/domains", made["secret"])).status_code == 401


async def test_A03_a_key_makes_no_key_that_may_more(api: Api) -> None:
    weak = await api.key(permissions=frozenset({"key.create", "domain.read"}))
    answer = await api.ask("POST", "/keys", weak, json={"name": "x", "role": "root:full"})
    assert (answer.status_code, answer.json()["code"]) == (403, "exceeds_own_permissions")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "two\nlines"},
        {"name": ""},
        {"name": "x" * 101},
        {"permissions": ["domain.read\r\nX-Evil: 1"]},
        {"permissions": "domain.read"},
        {"domains": ["dom 1"]},
        {"mailboxes": ["adr 1"]},
        {"expires_at": "2027-01-01T00:00:00"},
        {"expires_at": "tomorrow"},
        {"expires_at": 1_800_000_000},
        {"expires_at": "0001-01-01T00:00:00+14:00"},
        {"expires_at": "9999-12-31T23:59:59-14:00"},
        {"name": None},
    ],
    ids=json.dumps,
)
async def test_A08_fields_of_a_key_that_can_not_be_are_422(api: Api, fields: dict[str, object]) -> None:
    root = await api.key()
    given = {"name": "ci", **({} if "permissions" in fields else {"role": "root:readonly"}), **fields}
    answer = await api.ask("POST", "/keys", root, json=given)
    assert answer.status_code == 422, answer.text
